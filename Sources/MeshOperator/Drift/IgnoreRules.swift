import KubeCore
import MeshAPI

/// The fields that a spec leaves to others.
package struct IgnoreRules: Sendable, Hashable {
    private let rules: [DriftSettings.Ignore]

    package init(_ rules: [DriftSettings.Ignore]) { self.rules = rules }

    /// The pointers that concern an object.
    package func pointers(for identity: ObjectIdentity) -> [FieldPointer] {
        rules.filter { rule in
            (rule.group ?? identity.groupKind.group) == identity.groupKind.group
                && (rule.kind ?? identity.groupKind.kind) == identity.groupKind.kind
                && (rule.name ?? identity.key.name) == identity.key.name
                && (rule.namespace ?? identity.key.namespace) == identity.key.namespace
        }
        .flatMap(\.paths)
    }
}
