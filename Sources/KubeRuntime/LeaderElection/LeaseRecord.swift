import KubeCore

/// What a Lease (`coordination.k8s.io/v1`) says, with the object around it, so that a write keeps what is not ours.
public struct LeaseRecord: Sendable, Hashable {
    /// The object as it was read; without a resource version if it has never been stored.
    public var object: KubeObject

    /// A record of this object.
    public init(_ object: KubeObject) { self.object = object }

    /// A lease that has never been stored.
    public init(namespace: String, name: String) {
        object = KubeObject(type: .leases, namespace: namespace, name: name)
    }

    /// Who holds the lease; empty if nobody does.
    public var holder: String {
        get { object[path: "spec", "holderIdentity"]?.stringValue ?? "" }
        set { object.set(.string(newValue), at: "spec", "holderIdentity") }
    }
    /// For how long after a renewal the holder may be trusted to hold it, as the holder says.
    public var duration: Duration {
        get { .seconds(object[path: "spec", "leaseDurationSeconds"]?.integerValue ?? 0) }
        set { object.set(.integer(newValue.components.seconds), at: "spec", "leaseDurationSeconds") }
    }
    /// When the holder took it, by the holder's clock.
    public var acquireTime: Timestamp? {
        get { object[path: "spec", "acquireTime"]?.stringValue.flatMap { Timestamp($0) } }
        set { object.set((newValue?.microTime).map { .string($0) }, at: "spec", "acquireTime") }
    }
    /// When the holder last renewed it, by the holder's clock. Never compared with ours.
    public var renewTime: Timestamp? {
        get { object[path: "spec", "renewTime"]?.stringValue.flatMap { Timestamp($0) } }
        set { object.set((newValue?.microTime).map { .string($0) }, at: "spec", "renewTime") }
    }
    /// How often it has changed hands.
    public var transitions: Int64 {
        get { object[path: "spec", "leaseTransitions"]?.integerValue ?? 0 }
        set { object.set(.integer(newValue), at: "spec", "leaseTransitions") }
    }

    /// Whether both say the same of the lease itself.
    func saysTheSame(as other: LeaseRecord) -> Bool { object["spec"] == other.object["spec"] }
}

/// Where a lease is kept. Reads must come from storage, never from a cache.
public protocol LeaseStore: Sendable {
    /// The lease; nil if there is none.
    func get() async throws -> LeaseRecord?
    /// Stores a lease that was not there, and returns it as stored.
    func create(_ record: LeaseRecord) async throws -> LeaseRecord
    /// Replaces the version of the lease that the record was read in, and returns it as stored.
    ///
    /// - Throws: any error if the lease has changed since.
    func update(_ record: LeaseRecord) async throws -> LeaseRecord
    /// An unstored lease with the right name.
    var blank: LeaseRecord { get }
}
