import KubeCore
import KubeRuntime
import Testing

@testable import MeshOperator

@Suite("Objects that are kept as values from one look at a mesh to the next")
struct DecodedObjectsTests {
    private let decoded = DecodedObjects()
    private let identity = ObjectIdentity(
        ResourceType.configMaps.groupVersionKind.groupKind, ObjectKey(namespace: "istio-system", name: "istio"))

    private func stored(_ data: String, uid: String = "a", version: String) throws -> StoredObject {
        var config = object("ConfigMap", "istio", namespace: "istio-system", ["data": ["mesh": .string(data)]])
        config.uid = uid
        config.resourceVersion = version
        return try StoredObject(config, type: .configMaps)
    }

    /// What a look that meets just this object makes of it.
    private func look(_ stored: StoredObject) throws -> String? {
        var look = decoded.look(at: "default")
        defer { decoded.keep(look, of: "default") }
        return try look.object(identity, stored)[path: "data", "mesh"]?.stringValue
    }

    @Test("an object is parsed once for each of its states")
    func states() throws {
        #expect(try look(stored("one", version: "1")) == "one")
        // No server gives two contents one version: that the first is answered shows that nothing is parsed.
        #expect(try look(stored("another", version: "1")) == "one")
        #expect(try look(stored("two", version: "2")) == "two")
        #expect(try look(stored("three", uid: "b", version: "2")) == "three")
    }

    @Test("what a look does not meet is dropped, and so is a mesh that is forgotten")
    func dropped() throws {
        #expect(try look(stored("one", version: "1")) == "one")
        decoded.keep(decoded.look(at: "default"), of: "default")
        #expect(try look(stored("another", version: "1")) == "another")
        decoded.forget("default")
        #expect(try look(stored("third", version: "1")) == "third")
    }
}
