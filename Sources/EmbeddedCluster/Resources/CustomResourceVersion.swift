import KubeCore

/// One served version of a custom resource, with the definition that it comes from.
package struct CustomResourceVersion: Sendable {
    /// The definition.
    package var definition: CustomResourceDefinition
    /// The version.
    package var version: CustomResourceDefinition.Version
    /// Changes whenever the definition's specification does: objects written under another are converted when read.
    package var identity: UInt64

    /// The schema of whole objects.
    package var schema: Schema { version.schema }
    /// Whether the status is a subresource.
    package var hasStatus: Bool { version.hasStatus }
    /// The warning that goes with every answer in this version.
    package var deprecationWarning: String? { version.deprecationWarning }
    /// The identity to keep with objects that are written in this version: only those in the stored one read the same.
    package var writtenIdentity: UInt64 { version.isStorage ? identity : 0 }
}

extension CustomResourceVersion {
    /// What a definition serves; nothing until it is established.
    static func resources(of definition: CustomResourceDefinition) -> [ServedResource] {
        guard definition.isEstablished, let stored = definition.storageVersion else { return [] }
        let (names, group) = (definition.acceptedNames, definition.group)
        return definition.servedVersions.map { version in
            let type = ResourceType(
                group: group, version: version.name, plural: names.plural, kind: names.kind,
                isNamespaced: definition.isNamespaced)
            var subresources: [ServedResource.Subresource] = []
            let verbs = ["get", "patch", "update"]
            if version.hasStatus {
                subresources.append(.init(name: "status", kind: type.groupVersionKind, verbs: verbs))
            }
            if version.scale != nil {
                subresources.append(
                    .init(
                        name: "scale", kind: GroupVersionKind(group: "autoscaling", version: "v1", kind: "Scale"),
                        verbs: verbs))
            }
            return ServedResource(
                type: type, singular: names.singular, listKind: names.listKind, shortNames: names.shortNames,
                categories: names.categories, subresources: subresources,
                storage: StorageKey(group: group, resource: names.plural),
                storageVersion: GroupVersion(group: group, version: stored.name),
                strategy: GenericStrategy(hasStatus: version.hasStatus),
                custom: CustomResourceVersion(
                    definition: definition, version: version, identity: identity(of: definition)))
        }
    }

    /// A number that differs between the specifications that a definition goes through.
    private static func identity(of definition: CustomResourceDefinition) -> UInt64 {
        let digits = (definition.object.uid ?? "").filter { $0 != "-" }.prefix(12)
        return (UInt64(digits, radix: 16) ?? 1) << 16 ^ UInt64(bitPattern: definition.object.generation)
    }
}
