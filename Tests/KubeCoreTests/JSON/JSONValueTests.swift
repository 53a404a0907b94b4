import KubeCore
import Testing

@Suite("JSON values")
struct JSONValueTests {
    @Test(
        "A number keeps its exact value",
        arguments: [
            ("0", JSONValue.integer(0)), ("-0", .double(-0.0)), ("9223372036854775807", .integer(.max)),
            ("-9223372036854775808", .integer(.min)), ("9223372036854775808", .decimal("9223372036854775808")),
            ("1.0", .double(1)), ("0.1", .double(0.1)), ("1e3", .double(1000)), ("1E-7", .double(1e-7)),
            ("0.1000000000000000055511", .decimal("0.1000000000000000055511")), ("1e400", .decimal("1e400")),
            ("1e-400", .decimal("1e-400")), ("123456789012345678", .integer(123_456_789_012_345_678)),
            ("0.12345678901234568", .double(0.12345678901234568)),
        ])
    func numbers(text: String, expected: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == expected)
    }

    @Test(
        "Numbers print as Go prints them",
        arguments: [
            (1.0, "1"), (0.5, "0.5"), (1e20, "100000000000000000000"), (1e21, "1e+21"), (1e-6, "0.000001"),
            (1e-7, "1e-7"), (1.5e300, "1.5e+300"), (-2.25, "-2.25"), (123456789.125, "123456789.125"),
            (1e-10, "1e-10"),
        ])
    func doubles(number: Double, text: String) {
        #expect(JSONValue.double(number).serialized() == text)
    }

    @Test(
        "Malformed text is refused with its place",
        arguments: [
            ("", 0), ("{", 1), ("[1,]", 3), ("{\"a\" 1}", 5), ("01", 1), ("1.", 2), ("tru", 3), ("\"\u{1}\"", 1),
            ("\"\\x\"", 2), ("[1] 2", 4), ("nul", 3), ("-", 1), ("{\"a\":1,}", 7),
        ])
    func malformed(text: String, offset: Int) {
        #expect(throws: JSONParseError.self) { try JSONValue(parsing: text) }
        do {
            _ = try JSONValue(parsing: text)
        } catch {
            #expect(error.offset == offset)
        }
    }

    @Test("Invalid UTF-8 is refused, plain and beside escapes")
    func invalidUTF8() {
        #expect(throws: JSONParseError.self) { try JSONValue(parsing: [0x22, 0xFF, 0x22]) }
        #expect(throws: JSONParseError.self) { try JSONValue(parsing: [0x22, 0x5C, 0x6E, 0xFF, 0x22]) }
    }

    @Test("Long keys keep their own text, however many there are and however often they come")
    func longKeys() throws {
        let names = (0..<2000).map { "example.com/a-rather-long-key-\($0 * 7919 % 2000)-\u{E9}" }
        let objects = (0..<3).map { round in
            names.map { #"{"\#($0)":\#(round),"with \u0041 escape in it":[]}"# }.joined(separator: ",")
        }
        let value = try JSONValue(parsing: "[[\(objects.joined(separator: "],["))]]")
        for round in 0..<3 {
            #expect(value[round]?.arrayValue?.compactMap { $0.objectValue?.keys.first } == names)
            #expect(value[round]?[1999]?.objectValue?.keys.last == "with A escape in it")
        }
    }

    @Test("Containers of every shape end where they should, with what is theirs")
    func nestedContainers() throws {
        let text = #"{"a":[1,{"b":[],"c":{"d":[[2],3]}},4],"e":{},"f":[[],{}],"g":5}"#
        let expected: JSONValue = [
            "a": [1, ["b": [], "c": ["d": [[2], 3]]], 4], "e": [:], "f": [[], [:]], "g": 5,
        ]
        let value = try JSONValue(parsing: text)
        #expect(value == expected)
        #expect(value.serialized() == text)
    }

    @Test("Nesting is bounded")
    func nesting() throws {
        let deep = String(repeating: "[", count: 1001) + String(repeating: "]", count: 1001)
        #expect(throws: JSONParseError.self) { try JSONValue(parsing: deep) }
        _ = try JSONValue(parsing: String(deep.dropFirst().dropLast()))
    }

    @Test("Escapes are read and written")
    func escapes() throws {
        let value = try JSONValue(parsing: #""a\"\\\/\b\f\n\r\té😀\ud800x""#)
        #expect(value == .string("a\"\\/\u{8}\u{C}\n\r\té😀\u{FFFD}x"))
        #expect(JSONValue.string("<&>\u{2028}\u{1}").serialized() == #""<&>\u2028\u0001""#)
        #expect(JSONValue.string("<&>").serialized(JSONFormat(escapesHTML: true)) == #""\u003c\u0026\u003e""#)
    }

    @Test("Of repeated members the last wins, in small and in large objects")
    func repeatedMembers() throws {
        #expect(try JSONValue(parsing: #"{"a":1,"b":2,"a":3,"a":4}"#) == ["a": 4, "b": 2])
        let members = (0..<40).map { #""k\#($0)":\#($0)"# } + (0..<40).map { #""k\#($0)":\#($0 + 100)"# }
        let value = try JSONValue(parsing: "{\(members.joined(separator: ","))}")
        #expect(value.objectValue?.count == 40)
        #expect((0..<40).allSatisfy { value["k\($0)"] == .integer(Int64($0 + 100)) })
    }

    @Test("Objects are equal in any order, and 3 equals 3.0")
    func equality() {
        let left: JSONValue = ["a": 1, "b": [3]]
        let right: JSONValue = ["b": [3.0], "a": 1]
        #expect(left == right)
        #expect(left.hashValue == right.hashValue)
        #expect(left != ["a": 1])
    }

    @Test("Setting a path makes the objects on the way, and nil removes")
    func paths() {
        var value: JSONValue = ["a": ["b": 1]]
        value.set("x", at: "a", "c", "d")
        #expect(value == ["a": ["b": 1, "c": ["d": "x"]]])
        value.set(nil, at: "a", "c")
        value.set(nil, at: "missing", "too")
        #expect(value == ["a": ["b": 1]])
    }

    @Test("A copy is not changed with its original")
    func copyOnWrite() {
        var original: JSONObject = ["a": ["b": 1]]
        let copy = original
        original.update("a") { $0?["b"] = 2 }
        #expect(copy["a"]?["b"] == 1)
        #expect(original["a"]?["b"] == 2)
    }

    @Test("Removing members keeps the index of a large object true")
    func largeObject() {
        var object = JSONObject()
        for number in 0..<100 { object["k\(number)"] = .integer(Int64(number)) }
        for number in stride(from: 0, to: 100, by: 3) { object["k\(number)"] = nil }
        for number in 0..<100 {
            #expect(object["k\(number)"] == (number % 3 == 0 ? nil : .integer(Int64(number))))
        }
    }

    @Test("What is printed reads back the same, for a thousand random values")
    func roundTrip() throws {
        var random = SplitMix(state: 7)
        for _ in 0..<1000 {
            let value = Self.random(depth: 4, &random)
            for format in [JSONFormat.compact, .canonical, .pretty, JSONFormat(escapesHTML: true)] {
                #expect(try JSONValue(parsing: value.serialized(format)) == value)
            }
        }
    }

    @Test("Truncated and damaged documents never trap")
    func damaged() {
        var random = SplitMix(state: 11)
        for _ in 0..<500 {
            var bytes = Self.random(depth: 4, &random).serializedBytes()
            let position = Int.random(in: 0..<bytes.count, using: &random)
            if Bool.random(using: &random) {
                bytes.removeLast(bytes.count - position)
            } else {
                bytes[position] = UInt8.random(in: 0...255, using: &random)
            }
            _ = try? JSONValue(parsing: bytes)
        }
    }

    /// A double that its text gives back: whole ones beyond 2^53 print padded with zeros, as Go prints them, and read
    /// as the integer of those digits.
    static func randomDouble(_ random: inout SplitMix) -> Double {
        let value = Double(bitPattern: UInt64.random(in: 0..<0x7FF0_0000_0000_0000, using: &random))
        return (0x1p53..<0x1p63).contains(value) ? value / 0x1p60 : value
    }

    static func random(depth: Int, _ random: inout SplitMix) -> JSONValue {
        switch Int.random(in: 0..<(depth == 0 ? 6 : 8), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .integer(Int64.random(in: .min ... .max, using: &random))
        case 3: return .double(Self.randomDouble(&random))
        case 4, 5:
            let alphabet: [Character] = ["a", "\"", "\\", "é", "\n", "😀", "\u{2028}", "<", "\u{7F}", "\u{1}"]
            return .string(
                String(
                    (0..<Int.random(in: 0..<12, using: &random)).map { _ in
                        alphabet.randomElement(using: &random) ?? "x"
                    }))
        case 6:
            return .array(
                (0..<Int.random(in: 0..<5, using: &random)).map { _ in Self.random(depth: depth - 1, &random) })
        default:
            var object = JSONObject()
            for index in 0..<Int.random(in: 0..<40, using: &random) where index < 5 || depth == 4 {
                object["key\(index)"] = Self.random(depth: depth - 1, &random)
            }
            return .object(object)
        }
    }
}

/// A small seeded generator, so that every failure can be repeated.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
