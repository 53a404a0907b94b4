import Synchronization

/// The keys that workers have right now, to notice when two have the same.
final class BusyKeys<Key: Hashable & Sendable>: Sendable {
    private let keys = Mutex<Set<Key>>([])
    /// True if nobody else had the key.
    func begin(_ key: Key) -> Bool { keys.withLock { $0.insert(key).inserted } }
    func end(_ key: Key) { keys.withLock { _ = $0.remove(key) } }
}
