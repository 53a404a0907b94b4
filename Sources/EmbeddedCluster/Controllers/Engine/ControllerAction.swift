import KubeCore

/// What a decision wants done. Actions of one decision are performed in order; the first failure ends them, and the
/// request is tried again after a back-off.
enum ControllerAction: Sendable {
    /// Makes an object; that it exists already is no failure.
    case create(ResourceType, KubeObject)
    /// Replaces an object, or a subresource of it, if it is still at its resource version.
    case update(ResourceType, KubeObject, subresource: String? = nil)
    /// Changes members of an object by a JSON merge patch.
    case patch(ResourceType, ResourceKey, JSONValue, subresource: String? = nil)
    /// Deletes an object, if it still has the unique identifier that was decided on.
    case delete(ResourceType, ResourceKey, DeleteOptions)
    /// Binds a pod to a node.
    case bind(ResourceKey, node: String)
    /// Collects an object if a live read confirms that none of these owners is there any more.
    case collect(ResourceType, ResourceKey, uid: String?, absent: [OwnerReference], DeleteOptions.PropagationPolicy)
    /// Removes the `kubernetes` finalizer of a namespace if a live read confirms that nothing is left in it.
    case finalizeNamespace(KubeObject)
    /// Looks at the object again after this time.
    case requeue(after: Duration)
}

extension ControllerAction {
    /// Whether it changes the cluster.
    var isWrite: Bool {
        if case .requeue = self { false } else { true }
    }

    /// Writes only what differs between an object and how it should be; nothing if they are equal.
    static func patch(
        _ type: ResourceType, from old: KubeObject, to new: KubeObject, subresource: String? = nil
    ) -> [ControllerAction] {
        guard case .object(let difference) = MergePatch.difference(from: old.value, to: new.value),
            !difference.isEmpty
        else { return [] }
        return [.patch(type, ResourceKey(type, old), .object(difference), subresource: subresource)]
    }

    /// Writes only what differs between the status of an object and what it should be; nothing if they are equal.
    static func patchStatus(of object: KubeObject, _ type: ResourceType, to status: JSONObject) -> [ControllerAction] {
        var new = object
        new["status"] = .object(status)
        return patch(type, from: object, to: new, subresource: "status")
    }

    /// Deletes this incarnation of an object.
    static func delete(
        _ type: ResourceType, _ object: KubeObject, gracePeriodSeconds: Int64? = nil,
        propagation: DeleteOptions.PropagationPolicy? = nil
    ) -> ControllerAction {
        .delete(
            type, ResourceKey(type, object),
            DeleteOptions(uid: object.uid, gracePeriodSeconds: gracePeriodSeconds, propagationPolicy: propagation))
    }
}
