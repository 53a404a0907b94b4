import KubeCore

/// ``ClusterAccess`` without encoding: straight into the API server's write path.
struct InProcessAccess: ClusterAccess {
    let server: APIServer
    /// Who writes: field manager and user agent at once.
    let userAgent: String

    func get(_ type: ResourceType, namespace: String?, name: String) async throws(Status) -> KubeObject {
        let resource = try served(type)
        let key = StoredObject.key(namespace: namespace, name: name)
        guard let stored = server.store.get(resource.storage, key: key) else { throw .notFound(type, name) }
        return VersionConversion.view(stored, as: resource)
    }

    func list(
        _ type: ResourceType, namespace: String?, labelSelector: LabelSelector?
    ) async throws(Status) -> [KubeObject] {
        let resource = try served(type)
        let selector = labelSelector ?? .everything
        return server.store.list(resource.storage, namespace: namespace).objects
            .filter { selector.matches($0.labels) }.map { VersionConversion.view($0, as: resource) }
    }

    func create(_ type: ResourceType, _ object: KubeObject) async throws(Status) -> KubeObject {
        let resource = try served(type)
        let target = WriteTarget(
            resource: resource, namespace: type.isNamespaced ? object.namespace : nil, name: nil,
            options: options("create"))
        return try await server.createObject(object, target).object
    }

    func update(
        _ type: ResourceType, _ object: KubeObject, subresource: String?
    ) async throws(Status) -> KubeObject {
        let target = try target(type, object.namespace, object.name, subresource, "update")
        return try await server.updateObject(target, replacing: object).object
    }

    func patch(
        _ type: ResourceType, namespace: String?, name: String, _ patch: JSONValue, subresource: String?
    ) async throws(Status) -> KubeObject {
        let target = try target(type, namespace, name, subresource, "patch")
        let requested = patch[path: "metadata", "resourceVersion"]?.stringValue
        return try await server.changeObject(target, retries: 5) { live throws(Status) in
            if let requested, requested != live.resourceVersion { throw .modified(type, name) }
            guard let patched = KubeObject(MergePatch.apply(patch, to: live.value)) else { throw .unprocessable }
            return APIServer.Change(object: patched)
        }.object
    }

    func delete(
        _ type: ResourceType, namespace: String?, name: String, _ options: DeleteOptions
    ) async throws(Status) {
        var target = try target(type, namespace, name, nil, "delete")
        target.options.isDryRun = options.isDryRun
        _ = try await server.deleteObject(target, options)
    }

    func resourceTypes() async -> [ResourceType] {
        server.registry.all.filter { $0.isStored }.map(\.type)
    }

    func changes() -> AsyncStream<ClusterChange> {
        let (server, events) = (server, server.store.changes())
        let iterator = EventIterator(events)
        return AsyncStream {
            guard let event = await iterator.next() else { return nil }
            let type =
                server.registry.find(event.resource).map(\.storageType)
                ?? ResourceType(
                    group: event.resource.group, version: "", plural: event.resource.resource,
                    kind: event.current.object.kind, isNamespaced: event.current.namespace != nil)
            return ClusterChange(
                type: type, old: event.previous?.object, new: event.isRemoval ? nil : event.current.object,
                resourceVersion: event.revision)
        }
    }

    private func served(_ type: ResourceType) throws(Status) -> ServedResource {
        guard let resource = server.registry.find(type.groupVersion, type.plural) else { throw .unknownResource }
        return resource
    }

    private func target(
        _ type: ResourceType, _ namespace: String?, _ name: String, _ subresource: String?, _ verb: String
    ) throws(Status) -> WriteTarget {
        WriteTarget(
            resource: try served(type), namespace: type.isNamespaced ? namespace : nil, name: name,
            subresource: subresource, options: options(verb))
    }

    private func options(_ verb: String) -> WriteOptions {
        WriteOptions(fieldManager: userAgent, userAgent: userAgent, verb: verb)
    }
}

/// Holds an iterator for a stream that is pulled through a closure.
private actor EventIterator {
    private var iterator: AsyncStream<StoreEvent>.AsyncIterator

    init(_ events: AsyncStream<StoreEvent>) {
        iterator = events.makeAsyncIterator()
    }

    func next() async -> StoreEvent? {
        var copy = iterator
        let event = await copy.next(isolation: self)
        iterator = copy
        return event
    }
}

extension ServedResource {
    /// The resource in the version that its objects are kept in.
    var storageType: ResourceType {
        ResourceType(
            group: storageVersion.group, version: storageVersion.version, plural: storage.resource,
            kind: type.kind, isNamespaced: type.isNamespaced)
    }
}
