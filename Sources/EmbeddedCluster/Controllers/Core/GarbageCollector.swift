import KubeCore

/// Garbage collection by owner references: in the background, in the foreground, and orphaning.
///
/// - An object whose owners are all gone is collected, after a live read has confirmed that they are.
/// - An owner in foreground deletion has its dependents deleted first; it goes when none is left that blocks it.
/// - An owner that orphans its dependents goes when none names it any more.
struct GarbageCollector: ClusterController {
    static let foregroundFinalizer = "foregroundDeletion"
    static let orphanFinalizer = "orphan"

    var name: String { "generic-garbage-collector" }

    func requests(for change: ClusterChange, in cache: ClusterCache) -> [ResourceKey] {
        guard change.type != .coreEvents, change.type != .events else { return [] }
        let object = change.object
        let key = ResourceKey(change.type, object)
        var requests: [ResourceKey] = []
        if let new = change.new {
            let finalizers = new.finalizers
            let isWaiting =
                new.isBeingDeleted
                && (finalizers.contains(Self.foregroundFinalizer) || finalizers.contains(Self.orphanFinalizer))
            if isWaiting { requests.append(key) }
            let owners = new.ownerReferences
            if !owners.isEmpty {
                if change.old?.ownerReferences != owners { requests.append(key) }
                if let old = change.old, old.ownerReferences != owners || old.isBeingDeleted != new.isBeingDeleted {
                    requests += old.ownerReferences.compactMap { waitingOwner($0, in: cache) }
                }
            }
            // Dependents of an owner that began to wait in the foreground are looked at through the owner.
        } else {
            requests += cache.dependents(ofOwner: object.uid ?? "")
            requests += object.ownerReferences.compactMap { waitingOwner($0, in: cache) }
        }
        return requests
    }

    private func waitingOwner(_ owner: OwnerReference, in cache: ClusterCache) -> ResourceKey? {
        guard let key = cache.key(uid: owner.uid), cache.object(key)?.isBeingDeleted == true else { return nil }
        return key
    }

    func decide(_ key: ResourceKey, _ context: inout ControllerContext) -> [ControllerAction] {
        guard let object = context.cache.object(key), let type = context.cache.type(of: key.resource) else { return [] }
        if object.isBeingDeleted {
            let finalizers = object.finalizers
            if finalizers.contains(Self.orphanFinalizer) { return orphanDependents(of: object, type, context.cache) }
            if finalizers.contains(Self.foregroundFinalizer) {
                return deleteDependents(of: object, type, context.cache)
            }
            return []
        }
        return collect(object, key, type, context.cache)
    }

    /// Collects an object without owners, or drops the references to owners that are gone if others remain.
    private func collect(
        _ object: KubeObject, _ key: ResourceKey, _ type: ResourceType, _ cache: ClusterCache
    ) -> [ControllerAction] {
        let owners = object.ownerReferences
        guard !owners.isEmpty else { return [] }
        var solid: [OwnerReference] = []
        var absent: [OwnerReference] = []
        var isWaitedFor = false
        for owner in owners {
            guard let ownerKey = cache.key(uid: owner.uid), let known = cache.object(ownerKey),
                ownerKey.namespace.isEmpty || ownerKey.namespace == key.namespace
            else {
                absent.append(owner)
                continue
            }
            if known.isBeingDeleted, known.finalizers.contains(Self.foregroundFinalizer) {
                isWaitedFor = true
            } else {
                solid.append(owner)
            }
        }
        if absent.isEmpty, !isWaitedFor { return [] }
        if !solid.isEmpty {
            guard isWaitedFor || !absent.isEmpty else { return [] }
            var new = object
            new.ownerReferences = solid
            return [.update(type, new)]
        }
        if isWaitedFor {
            let hasDependents = !cache.dependents(ofOwner: object.uid ?? "").isEmpty
            return [.delete(type, object, propagation: hasDependents ? .foreground : .background)]
        }
        let propagation: DeleteOptions.PropagationPolicy =
            object.finalizers.contains(Self.orphanFinalizer)
            ? .orphan : object.finalizers.contains(Self.foregroundFinalizer) ? .foreground : .background
        return [.collect(type, key, uid: object.uid, absent: absent, propagation)]
    }

    private func orphanDependents(
        of owner: KubeObject, _ type: ResourceType, _ cache: ClusterCache
    ) -> [ControllerAction] {
        var actions: [ControllerAction] = []
        for key in cache.dependents(ofOwner: owner.uid ?? "").sorted() {
            guard var dependent = cache.object(key), let dependentType = cache.type(of: key.resource) else { continue }
            dependent.ownerReferences.removeAll { $0.uid == owner.uid }
            actions.append(.update(dependentType, dependent))
        }
        return actions + [removing(Self.orphanFinalizer, from: owner, type)]
    }

    private func deleteDependents(
        of owner: KubeObject, _ type: ResourceType, _ cache: ClusterCache
    ) -> [ControllerAction] {
        let keys = cache.dependents(ofOwner: owner.uid ?? "").sorted()
        var actions: [ControllerAction] = []
        var isBlocked = false
        for key in keys {
            guard let dependent = cache.object(key), let dependentType = cache.type(of: key.resource) else { continue }
            let reference = dependent.ownerReferences.first { $0.uid == owner.uid }
            if reference?.blocksOwnerDeletion == true { isBlocked = true }
            if !dependent.isBeingDeleted { actions += collect(dependent, key, dependentType, cache) }
        }
        return isBlocked ? actions : actions + [removing(Self.foregroundFinalizer, from: owner, type)]
    }

    private func removing(_ finalizer: String, from object: KubeObject, _ type: ResourceType) -> ControllerAction {
        var new = object
        new.finalizers.removeAll { $0 == finalizer }
        return .update(type, new)
    }
}
