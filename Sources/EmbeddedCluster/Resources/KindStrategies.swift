import KubeCore

/// Finds the strategy of a built-in kind.
package enum KindStrategies {
    /// The strategy of a kind in its storage group; one without rules of its own if the kind has none.
    package static func strategy(for kind: GroupKind, hasStatus: Bool) -> any KindStrategy {
        switch (kind.group, kind.kind) {
        case ("", "Namespace"): NamespaceStrategy()
        case ("apiextensions.k8s.io", "CustomResourceDefinition"): CustomResourceDefinitionStrategy()
        default: GenericStrategy(hasStatus: hasStatus)
        }
    }
}
