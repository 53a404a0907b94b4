import KubeClient
import KubeCore

/// A Lease on an API server.
public struct ClientLeaseStore: LeaseStore {
    private let client: KubeClient
    private let namespace: String
    private let name: String

    /// A lease.
    ///
    /// The client's write gate is not consulted: the gate is opened by what is written here. Its requests are urgent,
    /// bounded, and not retried but by the elector.
    ///
    /// - Parameter requestTimeout: how long one request may take; that of ``LeaderElectionConfiguration``.
    public init(client: KubeClient, namespace: String, name: String, requestTimeout: Duration) {
        self.client = client.guarded(by: nil).forLeaderElection(requestTimeout: requestTimeout)
        self.namespace = namespace
        self.name = name
    }

    /// The lease, from storage.
    public func get() async throws -> LeaseRecord? {
        try await client.getIfPresent(.leases, namespace: namespace, name: name).map { LeaseRecord($0) }
    }

    /// Stores the lease for the first time.
    public func create(_ record: LeaseRecord) async throws -> LeaseRecord {
        LeaseRecord(try await client.create(.leases, record.object))
    }

    /// Replaces the lease in the version in which it was read.
    public func update(_ record: LeaseRecord) async throws -> LeaseRecord {
        LeaseRecord(try await client.update(.leases, record.object))
    }

    /// An unstored lease.
    public var blank: LeaseRecord { LeaseRecord(namespace: namespace, name: name) }
}
