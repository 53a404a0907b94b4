/// The state of a cluster's storage at one moment, as a backup of etcd holds it.
public struct ClusterBackup: Sendable {
    let content: Store.Snapshot

    /// The version of the last write in the backup.
    public var resourceVersion: UInt64 { content.revision }
}
