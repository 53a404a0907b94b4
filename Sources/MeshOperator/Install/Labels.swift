import KubeCore

/// The labels, annotations and names by which the operator knows what is its own.
package enum Labels {
    /// Who keeps the object: `boltrope`.
    package static let managedBy = "app.kubernetes.io/managed-by"
    /// The value of ``managedBy``, and the field manager of every apply.
    package static let manager = "boltrope"
    /// The mesh that the object belongs to.
    package static let mesh = "boltrope.dev/mesh"
    /// The component that the object belongs to: `ComponentIdentity.label`.
    package static let component = "boltrope.dev/component"
    /// The ApplySet that the object is a member of (KEP-3659).
    package static let partOf = "applyset.kubernetes.io/part-of"
    /// A digest of what was applied, which tells a change of the spec from a change by others.
    package static let intent = "boltrope.dev/intent"
    /// Helm's annotation for what is never deleted.
    package static let resourcePolicy = "helm.sh/resource-policy"
    /// Helm's annotation for what is only made at certain moments, such as tests.
    package static let hook = "helm.sh/hook"
    /// The finalizer of a Mesh.
    package static let finalizer = "boltrope.dev/mesh"
}

extension KubeObject {
    /// The value of a label; nil where it is missing. Reads it alone, without a dictionary of all.
    func label(_ key: String) -> String? { json["metadata"]?["labels"]?[key]?.stringValue }

    /// The value of an annotation; nil where it is missing. Reads it alone, without a dictionary of all.
    func annotation(_ key: String) -> String? { json["metadata"]?["annotations"]?[key]?.stringValue }
}
