import HTTPTransport
import KubeCore

/// What became of a deletion.
public enum Deletion: Sendable {
    /// The object is gone.
    case deleted
    /// The object is being deleted: finalizers or a grace period hold it.
    case pending(KubeObject)
}

extension KubeClient {
    /// Creates an object in its own namespace, and returns it as stored.
    ///
    /// A creation under `generateName` whose answer was lost may have happened: look before creating again.
    public func create(
        _ type: ResourceType, _ object: KubeObject, options: WriteOptions = WriteOptions()
    ) async throws(KubeClientError) -> KubeObject {
        let request = APIRequest(.create, type, namespace: object.namespace, query: options.query)
        return try await performObject(written(request, object, options))
    }

    /// Replaces an object, and returns it as stored. With a resource version, only that version is replaced.
    public func update(
        _ type: ResourceType, _ object: KubeObject, subresource: String? = nil, options: WriteOptions = WriteOptions()
    ) async throws(KubeClientError) -> KubeObject {
        let request = APIRequest(
            .update, type, namespace: object.namespace, name: object.name, subresource: subresource,
            query: options.query)
        return try await performObject(written(request, object, options))
    }

    /// Replaces an object's status, and returns the object as stored.
    public func updateStatus(
        _ type: ResourceType, _ object: KubeObject, options: WriteOptions = WriteOptions()
    ) async throws(KubeClientError) -> KubeObject {
        try await update(type, object, subresource: "status", options: options)
    }

    /// Changes an object, and returns it as stored.
    ///
    /// - Parameters:
    ///   - namespace: nil for cluster-scoped resources.
    ///   - subresource: for example `status`; nil for the object itself.
    public func patch(
        _ type: ResourceType, namespace: String? = nil, name: String, subresource: String? = nil, _ patch: PatchBody,
        options: WriteOptions = WriteOptions()
    ) async throws(KubeClientError) -> KubeObject {
        var options = options
        var force: Bool?
        if case .apply(_, let manager, let isForced) = patch {
            options.fieldManager = manager
            force = isForced
        }
        var request = APIRequest(
            .patch, type, namespace: namespace, name: name, subresource: subresource, query: options.query)
        if let force { request.query.append(("force", force ? "true" : "false")) }
        request.contentType = patch.contentType
        request.body = patch.bytes
        request.isDryRun = options.dryRun
        return try await performObject(request)
    }

    /// Applies a manager's full intent for an object (server-side apply), and returns the object as stored.
    ///
    /// Fields that the manager owned and the intent leaves out are given up. The object needs type and name; its
    /// managed fields and resource version are left out of the intent, as neither belongs in one.
    public func apply(
        _ type: ResourceType, _ object: KubeObject, fieldManager: String, force: Bool = true, dryRun: Bool = false,
        subresource: String? = nil, fieldValidation: FieldValidation? = nil
    ) async throws(KubeClientError) -> KubeObject {
        var intent = object
        if intent[path: "metadata", "managedFields"] != nil { intent.set(nil, at: "metadata", "managedFields") }
        if intent.resourceVersion != nil { intent.resourceVersion = nil }
        return try await patch(
            type, namespace: object.namespace, name: object.name, subresource: subresource,
            .apply(intent, fieldManager: fieldManager, force: force),
            options: WriteOptions(dryRun: dryRun, fieldManager: fieldManager, fieldValidation: fieldValidation))
    }

    /// Deletes an object. Give its unique identifier, so that no successor of the same name is hit.
    @discardableResult
    public func delete(
        _ type: ResourceType, namespace: String? = nil, name: String, options: DeleteOptions = DeleteOptions()
    ) async throws(KubeClientError) -> Deletion {
        var request = APIRequest(.delete, type, namespace: namespace, name: name)
        request.contentType = "application/json"
        request.body = options.body
        request.isDryRun = options.dryRun
        let object = try await performObject(request)
        return object.kind == "Status" ? .deleted : .pending(object)
    }

    /// Deletes all selected objects of a namespace, or of a cluster-scoped resource.
    public func deleteCollection(
        _ type: ResourceType, namespace: String? = nil, selecting: ListOptions = ListOptions(),
        options: DeleteOptions = DeleteOptions()
    ) async throws(KubeClientError) {
        var request = APIRequest(.deletecollection, type, namespace: namespace, query: selecting.query)
        request.contentType = "application/json"
        request.body = options.body
        request.isDryRun = options.dryRun
        _ = try await perform(request)
    }

    /// Posts to a subresource, for example `token` of a service account, and returns the answer.
    public func createSubresource(
        _ type: ResourceType, namespace: String? = nil, name: String, subresource: String, _ object: KubeObject,
        options: WriteOptions = WriteOptions()
    ) async throws(KubeClientError) -> KubeObject {
        let request = APIRequest(
            .create, type, namespace: namespace, name: name, subresource: subresource, query: options.query)
        return try await performObject(written(request, object, options))
    }

    /// Evicts a pod: deletes it if its disruption budgets allow (`policy/v1` Eviction). A budget that does not allow it
    /// now is an error with ``KubeClientError/isTooManyRequests``.
    public func evict(
        namespace: String, pod name: String, options: DeleteOptions = DeleteOptions()
    ) async throws(KubeClientError) {
        let members: JSONObject = [
            "apiVersion": "policy/v1", "kind": "Eviction",
            "metadata": ["name": .string(name), "namespace": .string(namespace)],
        ]
        var eviction = KubeObject(members)
        eviction["deleteOptions"] = options.value
        var once = self
        // The server asks with 429 to come back later; when that is, is the evictor's decision.
        once.retryPolicy = .never
        _ = try await once.createSubresource(
            .pods, namespace: namespace, name: name, subresource: "eviction", eviction,
            options: WriteOptions(dryRun: options.dryRun))
    }

    private func written(_ request: APIRequest, _ object: KubeObject, _ options: WriteOptions) -> APIRequest {
        var request = request
        request.contentType = "application/json"
        request.body = object.value.serializedBytes()
        request.isDryRun = options.dryRun
        return request
    }
}
