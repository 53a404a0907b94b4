import KubeCore
import Testing

@Suite("YAML writer")
struct YAMLWriterTests {
    @Test("quotes a string exactly when it would read as something else, as Go's yaml.v2 does")
    func quoting() {
        let expectations: [(String, String)] = [
            ("", "\"\""), ("a", "a"), ("yes", "\"yes\""), ("y", "\"y\""), ("tRue", "tRue"), ("null", "\"null\""),
            ("~", "\"~\""), ("0777", "\"0777\""), ("08", "\"08\""), ("1e3", "\"1e3\""), ("1e", "1e"), ("0x", "0x"),
            ("1_0", "\"1_0\""), (".5", "\".5\""), ("5.", "\"5.\""), ("1.2.3", "1.2.3"), ("12:30:45", "\"12:30:45\""),
            ("2020-01-01", "\"2020-01-01\""), ("2020-13-01", "2020-13-01"), ("=", "="), ("<<", "<<"), ("-", "'-'"),
            ("-a", "-a"), ("- a", "'- a'"), ("---", "'---'"), ("a:", "'a:'"), ("a:b", "a:b"), ("a: b", "'a: b'"),
            ("a #", "'a #'"), ("a#", "a#"), ("'", "''''"), ("a\"", "a\""), ("{a", "'{a'"), ("@", "'@'"), (" a", "' a'"),
            ("a\tb", "\"a\\tb\""), ("\u{1F600}", "\"\\U0001F600\""), ("é", "é"), ("1e1000", "1e1000"),
            ("\u{FEFF}a", "\"\\uFEFF\\x61\""), ("a\u{2028}b", "'a\u{2028}  b'"),
        ]
        for (text, expected) in expectations {
            #expect(YAML.text(of: .string(text)) == expected + "\n")
        }
    }

    @Test("writes multi-line strings as literal blocks with the hints they need")
    func literals() {
        let value: JSONValue = ["a": "x\ny", "b": "x\n", "c": "x\n\n", "d": " x\ny", "e": "trail \nx", "f": ["p\nq"]]
        #expect(
            YAML.text(of: value)
                == "a: |-\n  x\n  y\nb: |\n  x\nc: |+\n  x\n\nd: |2-\n   x\n  y\ne: \"trail \\nx\"\nf:\n- |-\n  p\n  q\n"
        )
    }

    @Test("folds plain and quoted scalars at the first single space past column 80")
    func folding() {
        let words = Array(repeating: "lorem ipsum", count: 9).joined(separator: " ")
        #expect(
            YAML.text(of: ["a": .string(words)])
                == "a: lorem ipsum lorem ipsum lorem ipsum lorem ipsum lorem ipsum lorem ipsum lorem ipsum\n"
                + "  lorem ipsum lorem ipsum\n")
    }

    @Test("puts lists at their parent's indentation and keys in natural order")
    func layout() {
        let value: JSONValue = [
            "a10": [[1, 2], ["k": "v", "b": []]], "a2": [:], "B": .null, "_x": true, "9": 1, "10": 2,
        ]
        #expect(
            YAML.text(of: value)
                == "_x: true\n\"9\": 1\n\"10\": 2\nB: null\na2: {}\na10:\n- - 1\n  - 2\n- b: []\n  k: v\n")
    }

    @Test("numbers print as integers up to 64 bits and as %g beyond")
    func numbers() {
        let value: JSONValue = [1000000, 1.5, .double(1e20), .double(1e-7), .decimal("18446744073709551615"), -5]
        #expect(YAML.text(of: value) == "- 1000000\n- 1.5\n- 1e+20\n- 1e-07\n- 18446744073709551615\n- -5\n")
    }

    @Test("what is written reads back as itself")
    func roundTrip() throws {
        var generator = WriterRandomness(state: 7)
        for _ in 0..<400 {
            let value = JSONValue.random(depth: 4, using: &generator)
            #expect(try YAML.value(in: YAML.bytes(of: value)) == value)
        }
    }
}

/// A small repeatable source of randomness.
private struct WriterRandomness: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension JSONValue {
    fileprivate static func random(depth: Int, using generator: inout WriterRandomness) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &generator) {
        case 0: return .null
        case 1: return .bool(.random(using: &generator))
        case 2: return .integer(.random(in: -1_000_000...1_000_000, using: &generator))
        case 3: return .double(Double(Int.random(in: -999...999, using: &generator)) + 0.25)
        case 6:
            return .array(
                (0..<Int.random(in: 0..<4, using: &generator)).map { _ in random(depth: depth - 1, using: &generator) })
        case 7:
            var object = JSONObject()
            for _ in 0..<Int.random(in: 0..<4, using: &generator) {
                object[text(using: &generator)] = random(depth: depth - 1, using: &generator)
            }
            return .object(object)
        default: return .string(text(using: &generator))
        }
    }

    private static func text(using generator: inout WriterRandomness) -> String {
        let pieces = [
            "a", "B", "-", ":", " ", "#", "'", "\"", "\n", "{", "]", ",", "0", "1", ".", "e", "yes", "null", "é", "\t",
            "word word", "---", "\u{1F600}", "|", "%", "\\", "~", "<<", "x: y",
        ]
        let longest = Bool.random(using: &generator) ? 4 : 40
        return (0..<Int.random(in: 0..<longest, using: &generator))
            .map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
    }
}
