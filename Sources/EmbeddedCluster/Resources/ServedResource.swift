import KubeCore

/// One resource in one version, as the server serves it.
package struct ServedResource: Sendable {
    /// A subresource, such as `status`.
    package struct Subresource: Sendable {
        /// The last segment of its path.
        package var name: String
        /// What it takes and answers, if not the object itself.
        package var kind: GroupVersionKind
        /// What can be done with it.
        package var verbs: [String]
    }

    /// The resource and kind.
    package var type: ResourceType
    /// The singular name, in lower case.
    package var singular: String
    /// The kind of its lists.
    package var listKind: String
    /// Abbreviations.
    package var shortNames: [String] = []
    /// Groups of resources it belongs to, such as `all`.
    package var categories: [String] = []
    /// What can be done with it.
    package var verbs: [String] = ServedResource.standardVerbs
    /// Its subresources, sorted by name.
    package var subresources: [Subresource] = []
    /// Where its objects are kept.
    package var storage: StorageKey
    /// The version that its objects are kept in.
    package var storageVersion: GroupVersion
    /// What is particular to its kind.
    package var strategy: any KindStrategy
    /// The definition behind it, if it is a custom resource.
    package var custom: CustomResourceVersion?

    /// Whether it comes from a custom resource definition.
    package var isCustom: Bool { custom != nil }
    /// Whether objects are kept, rather than only answered, as reviews are.
    package var isStored: Bool { verbs.contains("get") || verbs.contains("list") }
    /// The subresource of a name.
    package func subresource(_ name: String) -> Subresource? { subresources.first { $0.name == name } }
    /// The kind without its version.
    package var groupKind: GroupKind { GroupKind(group: type.group, kind: type.kind) }
    /// The kind that objects are kept as.
    package var storageKind: GroupVersionKind {
        GroupVersionKind(group: storageVersion.group, version: storageVersion.version, kind: type.kind)
    }

    /// What can be done with most resources.
    package static let standardVerbs = [
        "create", "delete", "deletecollection", "get", "list", "patch", "update", "watch",
    ]
}
