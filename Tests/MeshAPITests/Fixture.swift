import KubeCore
import MeshAPI

/// A Mesh document of a spec.
func mesh(_ spec: JSONValue, name: String = "default") -> KubeObject {
    KubeObject([
        "apiVersion": "boltrope.dev/v1", "kind": "Mesh", "metadata": ["name": .string(name)], "spec": spec,
    ])
}

/// The problems of a document, none if it is accepted.
func problems(_ object: KubeObject) -> [String] {
    do throws(InvalidDocument) {
        _ = try Mesh(object)
        return []
    } catch {
        return error.problems.map(\.description)
    }
}
