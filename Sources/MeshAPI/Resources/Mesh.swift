import KubeCore

/// A mesh: `Mesh` in `boltrope.dev/v1`, cluster-scoped.
public struct Mesh: MeshResource {
    /// The object as the server has it.
    public var object: KubeObject
    /// What the mesh is to be.
    public var spec: MeshSpec
    /// What the mesh is.
    public var status: MeshStatus

    /// A mesh.
    public init(object: KubeObject, spec: MeshSpec, status: MeshStatus) {
        self.object = object
        self.spec = spec
        self.status = status
    }

    /// `meshes.boltrope.dev`.
    public static let type = ResourceType(
        group: MeshAPI.group, version: MeshAPI.version, plural: "meshes", kind: "Mesh", isNamespaced: false)

    /// Labels carry the name, and the names of its revisions begin with it, divided by a dot.
    public static let nameConstraints: [Constraint<String>] = [
        .rule(
            "self.metadata.name.size() <= 63 && !self.metadata.name.contains('.')",
            saying: "write a name of at most 63 lower-case letters, digits and hyphens: labels carry it"
        ) { isDNSLabel($0) }
    ]
}
