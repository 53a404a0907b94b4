import KubeCore
import Testing

@testable import EmbeddedCluster

@Suite("Strategic merge patches")
struct StrategicMergePatchTests {
    static let schema = BuiltInSchemas.schema(for: GroupVersionKind(group: "apps", version: "v1", kind: "Deployment"))

    static func pod(_ spec: JSONValue) -> JSONValue { ["spec": ["template": ["spec": spec]]] }

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var live: JSONValue
        var patch: JSONValue
        var expected: JSONValue
    }

    static let cases = [
        Case(
            testDescription: "containers merge by name", live: ["containers": [["name": "a", "image": "1"]]],
            patch: ["containers": [["name": "a", "image": "2"], ["name": "b"]]],
            expected: ["containers": [["name": "a", "image": "2"], ["name": "b"]]]),
        Case(
            testDescription: "an element is deleted by its key", live: ["containers": [["name": "a"], ["name": "b"]]],
            patch: ["containers": [["$patch": "delete", "name": "b"]]], expected: ["containers": [["name": "a"]]]),
        Case(
            testDescription: "a list is replaced", live: ["containers": [["name": "a"], ["name": "b"]]],
            patch: ["containers": [["$patch": "replace"], ["name": "c"]]], expected: ["containers": [["name": "c"]]]),
        Case(
            testDescription: "an order is set", live: ["containers": [["name": "a"], ["name": "b"]]],
            patch: [
                "$setElementOrder/containers": [["name": "b"], ["name": "n"], ["name": "a"]],
                "containers": [["name": "n"]],
            ],
            expected: ["containers": [["name": "b"], ["name": "n"], ["name": "a"]]]),
        Case(
            testDescription: "new volumes come first", live: ["volumes": [["name": "one"]]],
            patch: ["volumes": [["name": "two"]]], expected: ["volumes": [["name": "two"], ["name": "one"]]]),
        Case(
            testDescription: "a list without a merge key is replaced", live: ["tolerations": [["key": "a"]]],
            patch: ["tolerations": [["key": "b"]]], expected: ["tolerations": [["key": "b"]]]),
        Case(
            testDescription: "null removes", live: ["nodeName": "n", "hostNetwork": true], patch: ["nodeName": .null],
            expected: ["hostNetwork": true]),
    ]

    @Test("Patches do what they say", arguments: cases)
    func patch(of example: Case) throws {
        let result = try StrategicMergePatch.apply(
            Self.pod(example.patch), to: Self.pod(example.live), schema: Self.schema)
        #expect(result == Self.pod(example.expected))
    }

    @Test("Members that a union does not retain go")
    func retainKeys() throws {
        let result = try StrategicMergePatch.apply(
            ["spec": ["strategy": ["$retainKeys": ["type"], "type": "Recreate"]]],
            to: ["spec": ["strategy": ["type": "RollingUpdate", "rollingUpdate": ["maxSurge": 1]]]], schema: Self.schema
        )
        #expect(result == ["spec": ["strategy": ["type": "Recreate"]]])
    }

    @Test("Finalizers are a set that can be taken from")
    func primitives() throws {
        let live: JSONValue = ["metadata": ["finalizers": ["a"]]]
        let added = try StrategicMergePatch.apply(["metadata": ["finalizers": ["b"]]], to: live, schema: Self.schema)
        #expect(added == ["metadata": ["finalizers": ["b", "a"]]])
        let taken = try StrategicMergePatch.apply(
            ["metadata": ["$deleteFromPrimitiveList/finalizers": ["a"]]], to: added, schema: Self.schema)
        #expect(taken == ["metadata": ["finalizers": ["b"]]])
    }
}
