import KubeCore
import Synchronization

/// What is served now: the built-in resources, and those of custom resource definitions.
package final class ResourceRegistry: Sendable {
    private let state = Mutex(State())

    private struct State {
        var custom: [String: [ServedResource]] = [:]  // by the name of the definition
        var order: [String] = []
        var changes: UInt64 = 0
    }

    private static let builtIn: [String: [ServedResource]] = Dictionary(
        grouping: BuiltInResources.all, by: \.type.plural)

    /// A registry of the built-in resources.
    package init() {}

    /// The resource of a URL.
    package func find(_ groupVersion: GroupVersion, _ plural: String) -> ServedResource? {
        if let found = Self.builtIn[plural]?.first(where: { $0.type.groupVersion == groupVersion }) { return found }
        return state.withLock { state in
            for resources in state.custom.values {
                if let found = resources.first(where: {
                    $0.type.plural == plural && $0.type.groupVersion == groupVersion
                }) {
                    return found
                }
            }
            return nil
        }
    }

    /// The resource of a kind.
    package func find(_ kind: GroupVersionKind) -> ServedResource? {
        all.first { $0.type.groupVersionKind == kind }
    }

    /// The resource of a storage key, in the version that its objects are kept in if that is served.
    package func find(_ key: StorageKey) -> ServedResource? {
        let candidates = all.filter { $0.storage == key }
        return candidates.first { $0.type.groupVersion == $0.storageVersion } ?? candidates.first
    }

    /// Everything, the built-in resources first.
    package var all: [ServedResource] {
        BuiltInResources.all + state.withLock { state in state.order.flatMap { state.custom[$0] ?? [] } }
    }

    /// How often what is served has changed: a key for caches of discovery.
    package var generation: UInt64 { state.withLock { $0.changes } }

    /// Serves the resources of a definition, in place of those it had before.
    package func define(_ definition: String, _ resources: [ServedResource]) {
        state.withLock { state in
            if state.custom.updateValue(resources, forKey: definition) == nil { state.order.append(definition) }
            state.changes += 1
        }
    }

    /// Serves a definition's resources no longer.
    package func undefine(_ definition: String) {
        state.withLock { state in
            guard state.custom.removeValue(forKey: definition) != nil else { return }
            state.order.removeAll { $0 == definition }
            state.changes += 1
        }
    }

    /// Serves these definitions and no others, in this order.
    package func replaceAll(_ definitions: [(name: String, resources: [ServedResource])]) {
        state.withLock { state in
            state.custom = [:]
            state.order = []
            for (name, resources) in definitions {
                state.custom[name] = resources
                state.order.append(name)
            }
            state.changes += 1
        }
    }

    /// The resources of a definition.
    package func resources(of definition: String) -> [ServedResource] {
        state.withLock { $0.custom[definition] ?? [] }
    }
}
