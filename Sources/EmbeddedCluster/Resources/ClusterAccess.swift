import KubeCore

/// How code inside the server reads and writes the cluster: the simulated controllers, and tests.
///
/// Every write takes the path of a request over HTTP: admission, defaulting, validation, managed fields, storage and
/// watch events; only the sockets and the encoding are left out. The implementation carries the identity of its user
/// (such as the user agent `deployment-controller`), which becomes the field manager and shows in the write history.
package protocol ClusterAccess: Sendable {
    /// Reads one object.
    ///
    /// - Throws: ``Status`` with reason `NotFound` if there is none.
    func get(_ type: ResourceType, namespace: String?, name: String) async throws(Status) -> KubeObject

    /// Reads all objects of a type, in one namespace or (nil) in all, in the order of their keys.
    func list(
        _ type: ResourceType, namespace: String?, labelSelector: LabelSelector?
    ) async throws(Status) -> [KubeObject]

    /// Makes an object; its namespace is the one it names. A `generateName` is honoured.
    ///
    /// - Returns: the object as stored.
    func create(_ type: ResourceType, _ object: KubeObject) async throws(Status) -> KubeObject

    /// Replaces an object, or one subresource of it (`status`, `scale`, …).
    ///
    /// A `resourceVersion` in the object must be the current one; without one the update is unconditional.
    func update(
        _ type: ResourceType, _ object: KubeObject, subresource: String?
    ) async throws(Status) -> KubeObject

    /// Changes an object by a JSON merge patch (RFC 7386); retried by the server if another write comes between.
    func patch(
        _ type: ResourceType, namespace: String?, name: String, _ patch: JSONValue, subresource: String?
    ) async throws(Status) -> KubeObject

    /// Deletes an object, or marks it for deletion if finalizers or a grace period hold it.
    func delete(
        _ type: ResourceType, namespace: String?, name: String, _ options: DeleteOptions
    ) async throws(Status)

    /// Everything that is served now, one entry a version, those of custom resource definitions included.
    func resourceTypes() async -> [ResourceType]

    /// Every committed change, in order, from now on. The stream is not bounded: read it promptly.
    func changes() -> AsyncStream<ClusterChange>
}

/// One committed write, as controllers see it.
package struct ClusterChange: Sendable {
    /// The type in the version that the cluster stores it in.
    package let type: ResourceType
    /// The object before; nil if the write made it.
    package let old: KubeObject?
    /// The object after; nil if the write removed it.
    package let new: KubeObject?
    /// The store's version after the write; each change has a greater one than the change before.
    package let resourceVersion: UInt64

    /// A change.
    package init(type: ResourceType, old: KubeObject?, new: KubeObject?, resourceVersion: UInt64) {
        self.type = type
        self.old = old
        self.new = new
        self.resourceVersion = resourceVersion
    }

    /// The object after the change, or as it was before it was removed.
    package var object: KubeObject { new ?? old ?? KubeObject(JSONObject()) }
}
