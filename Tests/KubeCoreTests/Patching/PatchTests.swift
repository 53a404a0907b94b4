import KubeCore
import Testing

@Suite("Patches and differences")
struct PatchTests {
    @Test(
        "Merge patch follows RFC 7386",
        arguments: [
            (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
            (#"{"a":"b"}"#, #"{"a":null}"#, "{}"), (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
            (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
            (#"["a","b"]"#, #"["c"]"#, #"["c"]"#), (#"{"a":"b"}"#, "null", "null"),
            (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#), ("[1,2]", #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
            ("{}", #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
        ])
    func merge(target: String, patch: String, result: String) throws {
        #expect(
            try MergePatch.apply(JSONValue(parsing: patch), to: JSONValue(parsing: target))
                == JSONValue(parsing: result))
    }

    @Test("A merge difference leads from one value to the other")
    func mergeDifference() {
        var random = SplitMix(state: 3)
        for _ in 0..<300 {
            let before = Self.withoutNull(JSONValueTests.random(depth: 4, &random))
            let after = Self.withoutNull(JSONValueTests.random(depth: 4, &random))
            #expect(MergePatch.apply(MergePatch.difference(from: before, to: after), to: before) == after)
        }
    }

    @Test(
        "JSON patch follows RFC 6902",
        arguments: [
            (#"{"a":1}"#, #"[{"op":"add","path":"/b","value":2}]"#, #"{"a":1,"b":2}"#),
            (#"{"a":[1,3]}"#, #"[{"op":"add","path":"/a/1","value":2}]"#, #"{"a":[1,2,3]}"#),
            (#"{"a":[1]}"#, #"[{"op":"add","path":"/a/-","value":2}]"#, #"{"a":[1,2]}"#),
            (#"{"a":{"b~c/d":1}}"#, #"[{"op":"remove","path":"/a/b~0c~1d"}]"#, #"{"a":{}}"#),
            (#"{"a":1}"#, #"[{"op":"replace","path":"/a","value":{"x":1}}]"#, #"{"a":{"x":1}}"#),
            (#"{"a":{"b":1},"c":{}}"#, #"[{"op":"move","from":"/a/b","path":"/c/d"}]"#, #"{"a":{},"c":{"d":1}}"#),
            (
                #"{"a":1}"#, #"[{"op":"copy","from":"/a","path":"/b"},{"op":"test","path":"/b","value":1}]"#,
                #"{"a":1,"b":1}"#
            ),
            (#"{"a":1}"#, #"[{"op":"replace","path":"","value":[]}]"#, "[]"),
        ])
    func jsonPatch(target: String, patch: String, result: String) throws {
        let patch = try JSONPatch(JSONValue(parsing: patch))
        #expect(try patch.apply(to: JSONValue(parsing: target)) == JSONValue(parsing: result))
        #expect(try JSONPatch(patch.value) == patch)
    }

    @Test(
        "A JSON patch that does not fit fails whole",
        arguments: [
            #"[{"op":"remove","path":"/x"}]"#, #"[{"op":"replace","path":"/x","value":1}]"#,
            #"[{"op":"add","path":"/a/2","value":1}]"#, #"[{"op":"add","path":"/x/y","value":1}]"#,
            #"[{"op":"test","path":"/a/0","value":2}]"#, #"[{"op":"remove","path":"/a/01"}]"#,
            #"[{"op":"move","from":"/a","path":"/a/b"}]"#, #"[{"op":"remove","path":"/b/c"}]"#,
        ])
    func misfits(patch: String) throws {
        let patch = try JSONPatch(JSONValue(parsing: patch))
        #expect(throws: JSONPatch.Failure.self) { try patch.apply(to: ["a": [1], "b": 1]) }
    }

    @Test(
        "A malformed JSON patch is refused",
        arguments: ["{}", #"[{"op":"x","path":"/a"}]"#, #"[{"op":"add","path":"a"}]"#])
    func malformed(patch: String) {
        #expect(throws: JSONPatch.Failure.self) { try JSONPatch(JSONValue(parsing: patch)) }
    }

    @Test("Differences name every field that differs, and no other")
    func differences() {
        let differences = Difference.between(
            ["a": 1, "b": [1, 2], "c": ["x": "same", "y": 1]], ["a": 1, "b": [1, 3, 4], "c": ["x": "same"], "d": 2])
        #expect(
            differences.map(\.description) == [
                "/b/1: 2 → 3", "/b/2: nothing → 4", "/c/y: 1 → nothing", "/d: nothing → 2",
            ])
    }

    @Test("A Secret's values are hidden wherever they stand")
    func redaction() throws {
        var secret = KubeObject(type: .secrets, namespace: "n", name: "s")
        secret["data"] = ["password": "aHVudGVyMg=="]
        secret["stringData"] = ["token": "hunter2"]
        secret.annotations["kubectl.kubernetes.io/last-applied-configuration"] = "hunter2"
        let shown = Redaction.redacted(secret).value.serialized()
        #expect(!shown.contains("hunter2") && !shown.contains("aHVudGVyMg"))
        #expect(shown.contains("password"))
        let kind = try #require(secret.groupVersionKind)
        let differences = Difference.between(secret.value, ["data": ["password": "bmV3"]])
        #expect(!Redaction.redacted(differences, of: kind).description.contains("bmV3"))
        var configMap = KubeObject(type: .configMaps, namespace: "n", name: "s")
        configMap["data"] = ["a": "b"]
        #expect(Redaction.redacted(configMap) == configMap)
    }

    private static func withoutNull(_ value: JSONValue) -> JSONValue {
        switch value {
        case .null: .string("none")
        case .array(let elements): .array(elements.map(withoutNull))
        case .object(let object): .object(object.mapValues(withoutNull))
        default: value
        }
    }
}
