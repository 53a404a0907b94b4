/// Which resource an object is stored under, whatever version it is served in.
package struct StorageKey: Sendable, Hashable {
    /// The API group; empty for the core group.
    package var group: String
    /// The plural.
    package var resource: String

    /// A key.
    package init(group: String, resource: String) {
        self.group = group
        self.resource = resource
    }
}

/// One committed write, as watchers see it.
package struct StoreEvent: Sendable {
    /// The store's version after the write.
    package let revision: UInt64
    /// The resource that was written.
    package let resource: StorageKey
    /// The state before; nil if the write made the object.
    package let previous: StoredObject?
    /// The state after, or for a removal the last state, carrying the version of the removal.
    package let current: StoredObject
    /// Whether the write removed the object.
    package let isRemoval: Bool
}

/// A write as the history keeps it, for tests that count who wrote what.
public struct WriteRecord: Sendable, Hashable {
    /// The store's version after the write.
    public let resourceVersion: UInt64
    /// `create`, `update`, `patch`, `apply` or `delete`.
    public let verb: String
    /// The API group; empty for the core group.
    public let group: String
    /// The plural of the resource.
    public let resource: String
    /// The subresource that was written, such as `status`; nil for the object itself.
    public let subresource: String?
    /// The namespace; nil for cluster-scoped objects.
    public let namespace: String?
    /// The name.
    public let name: String
    /// The `User-Agent` of the client, or the name of the controller inside the server.
    public let userAgent: String
}
