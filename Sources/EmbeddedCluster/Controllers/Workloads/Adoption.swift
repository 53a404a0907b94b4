import KubeCore

/// Adoption: a workload takes over objects without a controller that its selector matches.
enum Adoption {
    /// The objects of a type that this workload controls, and the actions that adopt others.
    static func claim(
        _ type: ResourceType, for owner: KubeObject, _ ownerType: ResourceType, in cache: ClusterCache
    ) -> (owned: [KubeObject], adoptions: [ControllerAction]) {
        let owned = cache.controlled(type, by: owner.uid ?? "")
        guard !owner.isBeingDeleted, let selector = owner.spec["selector"].flatMap({ LabelSelector($0) }),
            !selector.requirements.isEmpty
        else { return (owned, []) }
        var adoptions: [ControllerAction] = []
        for orphan in cache.orphans(type, namespace: owner.namespace ?? "")
        where !orphan.isBeingDeleted && selector.matches(orphan.labels) {
            var adopted = orphan
            adopted.ownerReferences.append(owner.controllerReference(ownerType))
            adoptions.append(.update(type, adopted))
        }
        return (owned, adoptions)
    }
}
