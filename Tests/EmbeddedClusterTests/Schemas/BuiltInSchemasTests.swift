import KubeCore
import Testing

@testable import EmbeddedCluster

@Suite("Schemas of the built-in kinds")
struct BuiltInSchemasTests {
    static func schema(_ apiVersion: String, _ kind: String) throws -> Schema {
        try #require(GroupVersionKind(apiVersion: apiVersion, kind: kind).flatMap(BuiltInSchemas.schema))
    }

    @Test("Every definition can be read")
    func definitions() {
        for name in SchemaTables.names { #expect(BuiltInSchemas.definition(name) != nil, "\(name)") }
        #expect(SchemaTables.names.count > 400)
    }

    @Test("Containers merge by name, ports by port and protocol")
    func listKeys() throws {
        let pod = try Self.schema("v1", "Pod").properties["spec"]?.resolved
        #expect(pod?.properties["containers"]?.listMapKeys == ["name"])
        let container = pod?.properties["containers"]?.items?.resolved
        #expect(container?.properties["ports"]?.listMapKeys == ["containerPort", "protocol"])
    }

    @Test("Unknown fields are found at any depth, with their path")
    func unknownFields() throws {
        let object: JSONValue = [
            "spec": ["template": ["spec": ["containers": [["name": "a", "imagee": "x"]]]]], "bogus": 1,
        ]
        #expect(
            UnknownFields.find(in: object, schema: try Self.schema("apps/v1", "Deployment"))
                == ["bogus", "spec.template.spec.containers[0].imagee"])
    }

    @Test("A type that contains itself is no trouble")
    func recursion() throws {
        let definition = try Self.schema("apiextensions.k8s.io/v1", "CustomResourceDefinition")
        #expect(definition.properties["spec"]?.resolved.type == "object")
    }
}
