import KubeCore
import Testing

@testable import EmbeddedCluster

@Suite("Merging of lists")
struct ListMergeTests {
    static let schema = Schema(
        openAPIV3Schema: [
            "type": "object",
            "properties": [
                "spec": [
                    "type": "object",
                    "properties": [
                        "tags": ["type": "array", "items": ["type": "string"], "x-kubernetes-list-type": "set"],
                        "plain": ["type": "array", "items": ["type": "string"]],
                        "servers": [
                            "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"],
                            "items": [
                                "type": "object",
                                "properties": ["name": ["type": "string"], "port": ["type": "integer"]],
                            ],
                        ],
                    ],
                ]
            ],
        ], isResourceRoot: true)

    static func apply(_ spec: JSONValue, over live: KubeObject? = nil, by manager: String) throws(Status) -> KubeObject
    {
        let members: JSONObject = [
            "apiVersion": "example.com/v1", "kind": "Widget", "metadata": ["name": "a"], "spec": spec,
        ]
        let object = KubeObject(members)
        return try FieldManagement.apply(
            live: live, applied: object, schema: schema, manager: manager, force: false,
            now: Timestamp(seconds: 1_700_000_000))
    }

    @Test("Sets are joined, and members keep their owners")
    func sets() throws {
        var object = try Self.apply(["tags": ["a", "b"]], by: "alpha")
        object = try Self.apply(["tags": ["c", "b"]], over: object, by: "beta")
        #expect(object[path: "spec", "tags"] == ["a", "c", "b"])
        object = try Self.apply(["tags": []], over: object, by: "alpha")
        #expect(object[path: "spec", "tags"] == ["c", "b"])
    }

    @Test("Map lists merge by key, in the applied order")
    func maps() throws {
        var object = try Self.apply(["servers": [["name": "a", "port": 1]]], by: "alpha")
        object = try Self.apply(["servers": [["name": "b"], ["name": "a"]]], over: object, by: "beta")
        #expect(object[path: "spec", "servers"] == [["name": "b"], ["name": "a", "port": 1]])
    }

    @Test("A conflict in a map list names the key")
    func conflict() throws {
        let object = try Self.apply(["servers": [["name": "a", "port": 1]]], by: "alpha")
        let status = #expect(throws: Status.self) {
            try Self.apply(["servers": [["name": "a", "port": 2]]], over: object, by: "beta")
        }
        #expect(status?.details?.causes.first?.field == ".spec.servers[name=\"a\"].port")
    }

    @Test("A plain list is one value")
    func atomic() throws {
        let object = try Self.apply(["plain": ["a"]], by: "alpha")
        #expect(throws: Status.self) { try Self.apply(["plain": ["a", "b"]], over: object, by: "beta") }
    }
}
