import KubeCore

/// Empties a namespace that is being deleted, of every resource including custom ones, and then lets it go.
struct NamespaceController: ClusterController {
    static let finalizer = "kubernetes"

    var name: String { "namespace-controller" }

    func requests(for change: ClusterChange, in cache: ClusterCache) -> [ResourceKey] {
        if change.type == .namespaces {
            guard let new = change.new, new.isBeingDeleted else { return [] }
            return [ResourceKey(.namespaces, new)]
        }
        // What appears in, or leaves, a namespace that is being deleted.
        guard let namespace = change.object.namespace,
            cache.object(.namespaces, namespace: nil, name: namespace)?.isBeingDeleted == true
        else { return [] }
        return [ResourceKey(resource: ResourceType.namespaces.qualifiedName, namespace: nil, name: namespace)]
    }

    func decide(_ key: ResourceKey, _ context: inout ControllerContext) -> [ControllerAction] {
        guard let namespace = context.cache.object(key), namespace.isBeingDeleted,
            namespace.spec["finalizers"]?.arrayValue?.contains(.string(Self.finalizer)) == true
        else { return [] }
        let contents = context.cache.contents(ofNamespace: namespace.name).sorted()
        guard !contents.isEmpty else {
            return status(of: namespace, remaining: [:], finalizers: [:], now: context.now)
                + [.finalizeNamespace(namespace), .requeue(after: .seconds(1))]
        }
        var deletions: [ControllerAction] = []
        var remaining: [String: Int] = [:]
        var finalizers: [String: Int] = [:]
        for key in contents {
            guard let object = context.cache.object(key), let type = context.cache.type(of: key.resource) else {
                continue
            }
            if object.isBeingDeleted {
                remaining[key.resource, default: 0] += 1
                for finalizer in object.finalizers { finalizers[finalizer, default: 0] += 1 }
            } else {
                deletions.append(.delete(type, object, propagation: .background))
            }
        }
        // What is only just being deleted is no news; what had to wait for something is.
        return status(of: namespace, remaining: remaining, finalizers: finalizers, now: context.now) + deletions
    }

    /// The namespace without its finalizer, for the `finalize` subresource.
    static func withoutFinalizer(_ namespace: KubeObject) -> KubeObject {
        var new = namespace
        let left = (namespace.spec["finalizers"]?.arrayValue ?? []).filter { $0 != .string(finalizer) }
        new.set(left.isEmpty ? nil : .array(left), at: "spec", "finalizers")
        return new
    }

    private func status(
        of namespace: KubeObject, remaining: [String: Int], finalizers: [String: Int], now: Timestamp
    ) -> [ControllerAction] {
        var status = namespace.status
        status["phase"] = "Terminating"
        var conditions = status.conditions
        Condition(
            "NamespaceDeletionDiscoveryFailure", false, reason: "ResourcesDiscovered",
            message: "All resources successfully discovered"
        ).set(in: &conditions, now: now)
        Condition(
            "NamespaceDeletionGroupVersionParsingFailure", false, reason: "ParsedGroupVersions",
            message: "All legacy kube types successfully parsed"
        ).set(in: &conditions, now: now)
        Condition(
            "NamespaceDeletionContentFailure", false, reason: "ContentDeleted",
            message: "All content successfully deleted, may be waiting on finalization"
        ).set(in: &conditions, now: now)
        if remaining.isEmpty {
            Condition(
                "NamespaceContentRemaining", false, reason: "ContentRemoved",
                message: "All content successfully removed"
            ).set(in: &conditions, now: now)
        } else {
            let list = remaining.sorted { $0.key < $1.key }.map { "\($0.key) has \($0.value) resource instances" }
            Condition(
                "NamespaceContentRemaining", true, reason: "SomeResourcesRemain",
                message: "Some resources are remaining: " + list.joined(separator: ", ")
            ).set(in: &conditions, now: now)
        }
        if finalizers.isEmpty {
            Condition(
                "NamespaceFinalizersRemaining", false, reason: "ContentHasNoFinalizers",
                message: "All content-preserving finalizers finished"
            ).set(in: &conditions, now: now)
        } else {
            let list = finalizers.sorted { $0.key < $1.key }.map { "\($0.key) in \($0.value) resource instances" }
            Condition(
                "NamespaceFinalizersRemaining", true, reason: "SomeFinalizersRemain",
                message: "Some content in the namespace has finalizers remaining: " + list.joined(separator: ", ")
            ).set(in: &conditions, now: now)
        }
        status.conditions = conditions
        return ControllerAction.patchStatus(of: namespace, .namespaces, to: status)
    }
}
