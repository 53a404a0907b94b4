import KubeCore
import Synchronization

/// What a controller has written for each of its owners, and whether its caches have seen it: so that no reconcile
/// decides on a state that lacks its predecessor's writes, creates twice or writes what is already there (KEP-5647).
///
/// Record each write with the version in its answer, and each deletion with the identifier of what was deleted. Before
/// the next reconcile of the same owner ask ``invisible(for:in:)``; if something is left, end with
/// ``ReconcileOutcome/done``: the event that makes it visible brings the key up again. Only this process's writes are
/// known; a new process starts with caches that are as new as its first read.
///
/// ```swift
/// guard ownWrites.invisible(for: key, in: [pods.store]).isEmpty else { return .done }
/// let created = try await client.create(.pods, pod)
/// ownWrites.record(.pods, version: created.resourceVersion, for: key)
/// ```
public final class OwnWrites<Owner: Hashable & Sendable>: Sendable {
    private struct Pending {
        /// The newest version that was written of each resource.
        var versions: [ResourceType: ResourceVersion] = [:]
        /// What was deleted, by the identifier.
        var deletions: [ResourceType: [String: ObjectKey]] = [:]

        var isEmpty: Bool { versions.isEmpty && deletions.isEmpty }
    }

    private let pending = Mutex<[Owner: Pending]>([:])

    /// Nothing is written yet.
    public init() {}

    /// Notes a write for an owner. A version that has no order (KEP-5504) cannot be waited for, and is not noted.
    public func record(_ type: ResourceType, version: String?, for owner: Owner) {
        guard let version = version.flatMap({ ResourceVersion($0) }) else { return }
        pending.withLock { pending in
            let known = pending[owner]?.versions[type]
            if known.map({ $0 < version }) ?? true { pending[owner, default: Pending()].versions[type] = version }
        }
    }

    /// Notes that an object was deleted for an owner: until the cache has lost it, or holds it only as being deleted.
    public func recordDeletion(_ type: ResourceType, _ key: ObjectKey, uid: String, for owner: Owner) {
        pending.withLock { $0[owner, default: Pending()].deletions[type, default: [:]][uid] = key }
    }

    /// Forgets an owner that is gone.
    public func forget(_ owner: Owner) { pending.withLock { $0[owner] = nil } }

    /// The resources whose store does not show yet what was written for an owner. A resource that has no store here is
    /// not asked about.
    public func invisible(for owner: Owner, in stores: [ObjectStore]) -> [ResourceType] {
        guard let noted = pending.withLock({ $0[owner] }) else { return [] }
        var invisible: [ResourceType] = []
        for store in stores {
            let snapshot = store.snapshot()
            var isVisible = true
            if let wanted = noted.versions[store.type] {
                isVisible = ResourceVersion(snapshot.resourceVersion).map { wanted <= $0 } ?? false
                if isVisible {
                    settle(owner) { if $0.versions[store.type] == wanted { $0.versions[store.type] = nil } }
                }
            }
            for (uid, key) in noted.deletions[store.type] ?? [:] {
                if let object = snapshot.get(key), object.uid == uid, !object.isBeingDeleted {
                    isVisible = false
                } else {
                    settle(owner) {
                        $0.deletions[store.type]?[uid] = nil
                        if $0.deletions[store.type]?.isEmpty == true { $0.deletions[store.type] = nil }
                    }
                }
            }
            if !isVisible { invisible.append(store.type) }
        }
        return invisible
    }

    /// Changes what is noted of an owner; what was noted meanwhile stays.
    private func settle(_ owner: Owner, _ change: (inout Pending) -> Void) {
        pending.withLock { pending in
            guard var noted = pending[owner] else { return }
            change(&noted)
            pending[owner] = noted.isEmpty ? nil : noted
        }
    }
}
