import KubeCore

/// Deletes the instances of a custom resource definition that is being deleted, and then lets the definition go.
struct CustomResourceCleanup: ClusterController {
    static let finalizer = "customresourcecleanup.apiextensions.k8s.io"

    var name: String { "crd-finalizer" }

    func requests(for change: ClusterChange, in cache: ClusterCache) -> [ResourceKey] {
        if change.type == .customResourceDefinitions {
            guard let new = change.new, new.isBeingDeleted else { return [] }
            return [ResourceKey(change.type, new)]
        }
        // The definition is named after the resource: `meshes.boltrope.dev`.
        guard change.new == nil, !change.type.group.isEmpty,
            let definition = cache.object(
                .customResourceDefinitions, namespace: nil, name: change.type.qualifiedName),
            definition.isBeingDeleted
        else { return [] }
        return [ResourceKey(.customResourceDefinitions, definition)]
    }

    func decide(_ key: ResourceKey, _ context: inout ControllerContext) -> [ControllerAction] {
        guard let definition = context.cache.object(key), definition.isBeingDeleted,
            definition.finalizers.contains(Self.finalizer)
        else { return [] }
        let instances = context.cache.keys(of: definition.name).sorted()
        var status = definition.status
        var conditions = status.conditions
        guard instances.isEmpty else {
            Condition(
                "Terminating", true, reason: "InstanceDeletionInProgress",
                message: "CustomResource deletion is in progress"
            ).set(in: &conditions, now: context.now)
            status.conditions = conditions
            return ControllerAction.patchStatus(of: definition, .customResourceDefinitions, to: status)
                + instances.compactMap { key in
                    guard let type = context.cache.type(of: key.resource), let object = context.cache.object(key),
                        !object.isBeingDeleted
                    else { return nil }
                    return .delete(type, object)
                }
        }
        Condition(
            "Terminating", false, reason: "InstanceDeletionCompleted", message: "removed all instances"
        ).set(in: &conditions, now: context.now)
        status.conditions = conditions
        var new = definition
        new.finalizers.removeAll { $0 == Self.finalizer }
        return ControllerAction.patchStatus(of: definition, .customResourceDefinitions, to: status)
            + ControllerAction.patch(.customResourceDefinitions, from: definition, to: new)
    }
}
