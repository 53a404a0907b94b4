import KubeCore
import Testing

@Suite("YAML reader")
struct YAMLReaderTests {
    @Test("resolves plain scalars by YAML 1.1 as Kubernetes tools do")
    func resolution() throws {
        let expectations: [(String, JSONValue)] = [
            ("yes", true), ("off", false), ("Y", true), ("~", .null), ("", .null), ("010", 8), ("0o7", 7), ("0b11", 3),
            ("0x1F", 31), ("1_000", 1000), ("08", 8), ("1:30", "1:30"), ("2001-01-01", "2001-01-01"), ("1e3", 1000),
            (".5", 0.5), ("-0", 0), ("9223372036854775807", .integer(.max)), ("\"yes\"", "yes"), ("!!str 5", "5"),
            ("!!float 1", 1), ("!!int \"5\"", 5), ("1e1000", "1e1000"), ("!!binary aGk=", "hi"), ("!local x", "x"),
        ]
        for (text, expected) in expectations {
            #expect(try YAML.value(in: text) == expected, "\(text)")
        }
    }

    @Test("turns scalar keys into strings")
    func keys() throws {
        #expect(try YAML.value(in: "{1: a, true: b, 1.5: c, y: d}") == ["1": "a", "true": "d", "1.5": "c"])
        #expect(throws: YAMLError.self) { try YAML.value(in: "{null: a}") }
    }

    @Test("follows anchors and merge keys")
    func merging() throws {
        let text = "base: &b {p: 1, q: 2}\na:\n  <<: *b\n  q: 3\nc:\n  <<: [{p: 8}, *b]\nquoted: {\"<<\": 1}\n"
        #expect(
            try YAML.value(in: text) == [
                "base": ["p": 1, "q": 2], "a": ["p": 1, "q": 3], "c": ["p": 8, "q": 2], "quoted": ["<<": 1],
            ])
    }

    @Test("reads every document of a stream")
    func stream() throws {
        #expect(try YAML.documents(in: "") == [])
        #expect(try YAML.documents(in: "a: 1\n---\n---\n- 2\n...\n") == [["a": 1], .null, [2]])
        #expect(try YAML.value(in: "a: 1\n---\nb: [") == ["a": 1])
    }

    @Test("refuses documents whose aliases multiply beyond all proportion")
    func aliasBomb() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...12 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        #expect(throws: YAMLError.self) { try YAML.value(in: text) }
        #expect(throws: YAMLError.self) { try YAML.value(in: "a: &a [*a]") }
    }

    @Test("bounds depth and size")
    func limits() {
        #expect(throws: YAMLError.self) { try YAML.value(in: String(repeating: "[", count: 5000)) }
        #expect(throws: YAMLError.self) { try YAML.value(in: "abcdef", options: .init(maximumBytes: 3)) }
    }

    @Test("says where a mistake is")
    func errors() {
        let error = #expect(throws: YAMLError.self) { try YAML.value(in: "a: 1\nb: c: d\n") }
        #expect(error?.line == 2)
        #expect(error?.column == 5)
        #expect(error?.description == "yaml: line 2, column 5: mapping values are not allowed in this context")
    }

    @Test("repeated keys: the last wins, or strictly none")
    func duplicates() throws {
        #expect(try YAML.value(in: "{a: 1, a: 2}") == ["a": 2])
        let error = #expect(throws: YAMLError.self) {
            try YAML.value(in: "a: 1\na: 2", options: .init(duplicateKeys: .refuse))
        }
        #expect(error?.description == "yaml: line 2, column 1: key \"a\" already set in map")
    }
}
