import Collections
import KubeCore
import Synchronization

/// All objects, in memory, under one version counter, with the events of the recent past.
///
/// As in etcd, every write of any object raises the one revision, and a write says which revision of the object it
/// replaces. Reads take a snapshot; older snapshots are worked out by undoing events, as far back as those are kept.
package final class Store: Sendable {
    private let state: Mutex<State>

    /// How many events and write records are kept, and how far a watcher may lag behind.
    package struct Limits: Sendable {
        package var events = 20_000
        package var history = 100_000
        package var watcherBacklog = WatchQueue.Limits()

        package init() {}
    }

    struct State {
        var revision: UInt64
        var tables: [StorageKey: [StoredObject]] = [:]
        var events: Deque<StoreEvent> = []
        /// Events up to this revision have been forgotten.
        var compacted: UInt64
        /// The revision at which a resource that came later (of a CRD) began to be served.
        var beginnings: [StorageKey: UInt64] = [:]
        /// Watches from before this revision are refused, though the events are there.
        var watchable: UInt64 = 0
        var history: Deque<WriteRecord> = []
        var watchers: [StorageKey: [UInt64: WatchQueue]] = [:]
        var observers: [UInt64: AsyncStream<StoreEvent>.Continuation] = [:]
        var nextWatcher: UInt64 = 0
        let limits: Limits
    }

    /// An empty store. Revisions begin above 1, as those of a real server that has bootstrapped do.
    package init(limits: Limits = Limits()) {
        state = Mutex(State(revision: 1, compacted: 0, limits: limits))
    }

    /// The version of the last write.
    package var revision: UInt64 { state.withLock { $0.revision } }

    // MARK: Reading

    /// One object; nil if there is none.
    ///
    /// - Parameter revision: as of when, as far back as events are kept; nil (the default) for now.
    package func get(_ resource: StorageKey, key: String, at revision: UInt64? = nil) -> StoredObject? {
        state.withLock { state in
            var object = state.tables[resource]?.find(key)
            guard let revision else { return object }
            for event in state.events.reversed() {
                guard event.revision > revision else { break }
                if event.resource == resource, event.current.key == key { object = event.previous }
            }
            return object
        }
    }

    /// All objects of a resource in the order of their keys, and the version of the store that they are a snapshot of.
    package func list(_ resource: StorageKey, namespace: String? = nil) -> (objects: [StoredObject], revision: UInt64) {
        let (table, revision) = state.withLock { ($0.tables[resource] ?? [], $0.revision) }
        return (Self.slice(table, namespace), revision)
    }

    /// All objects of a resource as they were at a revision; nil if that has been compacted.
    package func list(_ resource: StorageKey, namespace: String?, at revision: UInt64) -> [StoredObject]? {
        state.withLock { state in
            state.table(resource, at: revision).map { Self.slice($0, namespace) }
        }
    }

    private static func slice(_ table: [StoredObject], _ namespace: String?) -> [StoredObject] {
        guard let namespace else { return table }
        let first = table.position(of: namespace + "/")
        let end = table.position(of: namespace + "0")  // "0" is the byte after "/"
        return Array(table[first..<end])
    }

    // MARK: Writing

    /// What a write finds instead of what it expected.
    package enum Conflict: Error {
        /// The object is there already.
        case exists(StoredObject)
        /// The object is at another version than the write is based on, or gone.
        case changed
    }

    /// Adds or replaces an object.
    ///
    /// - Parameter expected: the revision of the object that this write is based on; nil if it is to be new.
    /// - Returns: the object with its new version.
    package func put(
        _ object: KubeObject, in resource: StorageKey, expected: UInt64?, schemaIdentity: UInt64 = 0,
        record: (UInt64) -> WriteRecord
    ) throws(Conflict) -> StoredObject {
        let key = StoredObject.key(namespace: object.namespace, name: object.name)
        let weight = StoredObject.weight(of: object)
        let result: Result<StoredObject, Conflict> = state.withLock { state in
            let previous = state.tables[resource]?.find(key)
            switch (previous, expected) {
            case (nil, nil): break
            case (let previous?, nil): return .failure(.exists(previous))
            case (let previous?, let expected?) where previous.resourceVersion == expected: break
            default: return .failure(.changed)
            }
            state.revision += 1
            var object = object
            object.resourceVersion = String(state.revision)
            let stored = StoredObject(
                object, resourceVersion: state.revision, schemaIdentity: schemaIdentity, weight: weight)
            state.tables[resource, default: []].put(stored, key: key)
            state.commit(
                StoreEvent(
                    revision: state.revision, resource: resource, previous: previous, current: stored,
                    isRemoval: false), record(state.revision))
            return .success(stored)
        }
        if case .success = result {
            state.withLock { $0.settled }?.compact()
        }
        return try result.get()
    }

    /// Removes an object.
    ///
    /// - Parameter lastState: what the event shows as its last state, if not the stored one.
    /// - Returns: the last state, with the version of the removal.
    package func remove(
        _ resource: StorageKey, key: String, expected: UInt64, lastState: KubeObject? = nil,
        record: (UInt64) -> WriteRecord
    ) throws(Conflict) -> StoredObject {
        let result: Result<StoredObject, Conflict> = state.withLock { state in
            guard let previous = state.tables[resource]?.find(key), previous.resourceVersion == expected else {
                return .failure(.changed)
            }
            state.revision += 1
            var object = lastState ?? previous.object
            object.resourceVersion = String(state.revision)
            let last = StoredObject(
                object, resourceVersion: state.revision, schemaIdentity: previous.schemaIdentity,
                weight: previous.weight)
            state.tables[resource, default: []].put(nil, key: key)
            state.commit(
                StoreEvent(
                    revision: state.revision, resource: resource, previous: previous, current: last, isRemoval: true),
                record(state.revision))
            return .success(last)
        }
        return try result.get()
    }

    // MARK: Watching

    /// Where a watch begins.
    package enum WatchStart: Sendable {
        /// With all objects that there are.
        case existing
        /// With the next event.
        case now
        /// With the events after a revision.
        case after(UInt64)
    }

    /// The beginning of a watch: what was there, and everything since.
    ///
    /// The watch lasts as long as this object is held.
    package final class Watching: Sendable {
        /// The objects at the beginning, if those were asked for.
        package let existing: [StoredObject]
        /// The version of the store at the beginning.
        package let revision: UInt64
        /// The events since; those after the given revision come first.
        package let queue: WatchQueue
        private let onClose: @Sendable () -> Void

        init(
            existing: [StoredObject], revision: UInt64, queue: WatchQueue, onClose: @escaping @Sendable () -> Void
        ) {
            self.existing = existing
            self.revision = revision
            self.queue = queue
            self.onClose = onClose
        }

        deinit { onClose() }
    }

    /// Begins to watch a resource, without a gap between what is there and what follows.
    ///
    /// - Parameter view: a revision of the past at which the client believes to be: what exists, and where the next event
    ///   is counted from; nil (the default) for now.
    /// - Returns: a failure if the revision has been compacted, with the oldest that would do.
    package func watch(
        _ resource: StorageKey, from start: WatchStart, at view: UInt64? = nil
    ) -> Result<Watching, WatchExpired> {
        state.withLock { state in
            let queue = WatchQueue(limits: state.limits.watcherBacklog)
            var existing: [StoredObject] = []
            var first = view
            switch start {
            case .existing:
                guard let table = state.table(resource, at: view ?? state.revision) else {
                    return .failure(WatchExpired(oldest: state.compacted))
                }
                existing = table
            case .now: break
            case .after(let revision):
                let oldest = max(state.compacted, state.watchable, state.beginnings[resource] ?? 0)
                guard revision >= oldest else { return .failure(WatchExpired(oldest: oldest)) }
                first = revision
            }
            if let revision = first {
                let missed = state.events.reversed().prefix { $0.revision > revision }
                for event in missed.reversed() where event.resource == resource { queue.push(event) }
            }
            let identifier = state.nextWatcher
            state.nextWatcher += 1
            state.watchers[resource, default: [:]][identifier] = queue
            return .success(
                Watching(existing: existing, revision: view ?? state.revision, queue: queue) { [weak self] in
                    self?.unwatch(resource, identifier)
                })
        }
    }

    /// The revision that a watch asked for has been forgotten.
    package struct WatchExpired: Error {
        /// The oldest revision from which a watch can begin.
        package let oldest: UInt64
    }

    /// How many watches there are.
    package var watcherCount: Int { state.withLock { $0.watchers.values.reduce(0) { $0 + $1.count } } }

    private func unwatch(_ resource: StorageKey, _ identifier: UInt64) {
        state.withLock { $0.watchers[resource]?[identifier] = nil }
    }

    /// Every event of every resource from now on, in order. Unbounded: meant for code inside the server.
    package func changes() -> AsyncStream<StoreEvent> {
        let (stream, continuation) = AsyncStream.makeStream(of: StoreEvent.self)
        let identifier = state.withLock { state in
            let identifier = state.nextWatcher
            state.nextWatcher += 1
            state.observers[identifier] = continuation
            return identifier
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { $0.observers[identifier] = nil }
        }
        return stream
    }

    /// Ends all watches of a resource that is no longer served.
    package func endWatches(of resource: StorageKey) {
        let queues = state.withLock { state in
            Array((state.watchers.removeValue(forKey: resource) ?? [:]).values)
        }
        for queue in queues { queue.finish() }
    }

    /// Ends every watch, as a server does that restarts.
    package func endAllWatches() {
        let queues = state.withLock { state in
            defer { state.watchers = [:] }
            return state.watchers.values.flatMap { $0.values }
        }
        for queue in queues { queue.finish() }
    }

    /// Lets every watch look again at what it may see.
    package func wakeWatches() {
        let queues = state.withLock { state in state.watchers.values.flatMap { $0.values } }
        for queue in queues { queue.wake() }
    }

    /// Refuses watches from before now, as a server does whose watch cache begins anew.
    package func forgetWatches() {
        state.withLock { $0.watchable = $0.revision }
    }

    // MARK: Backups

    /// Everything that a backup of the storage holds.
    package struct Snapshot: Sendable {
        let revision: UInt64
        fileprivate let tables: [StorageKey: [StoredObject]]
        fileprivate let events: Deque<StoreEvent>
        fileprivate let compacted: UInt64
        fileprivate let beginnings: [StorageKey: UInt64]
    }

    /// The storage as it is now.
    package func snapshot() -> Snapshot {
        state.withLock {
            Snapshot(
                revision: $0.revision, tables: $0.tables, events: $0.events, compacted: $0.compacted,
                beginnings: $0.beginnings)
        }
    }

    /// Goes back to a snapshot; the revision too. Watches and changes are to be ended by the caller.
    package func restore(_ snapshot: Snapshot) {
        state.withLock { state in
            state.revision = snapshot.revision
            state.tables = snapshot.tables
            state.events = snapshot.events
            state.compacted = snapshot.compacted
            state.beginnings = snapshot.beginnings
            state.watchable = snapshot.revision
        }
    }

    /// Ends every stream of changes.
    package func endChanges() {
        let observers = state.withLock { Array($0.observers.values) }
        for observer in observers { observer.finish() }
    }

    // MARK: Upkeep

    /// Marks the moment from which a resource is served: watches from before it are refused as too old.
    package func begin(_ resource: StorageKey) {
        state.withLock { $0.beginnings[resource] = $0.revision }
    }

    /// Forgets all events up to a revision (nil: all), as etcd's compaction does.
    package func compact(upTo revision: UInt64? = nil) {
        state.withLock { state in
            let bound = min(revision ?? state.revision, state.revision)
            while let first = state.events.first, first.revision <= bound { state.events.removeFirst() }
            state.compacted = max(state.compacted, bound)
        }
    }

    /// The writes since the beginning, as far as they are kept, oldest first.
    package var history: [WriteRecord] { state.withLock { Array($0.history) } }
}

extension Store.State {
    /// The object of a write some writes ago: whoever made it has read it back by now.
    var settled: StoredObject? {
        let age = 32
        return events.count > age ? events[events.count - age].current : nil
    }

    /// A resource as it was at a revision, worked out by undoing events; nil if that has been compacted.
    func table(_ resource: StorageKey, at revision: UInt64) -> [StoredObject]? {
        guard revision >= compacted else { return nil }
        var table = tables[resource] ?? []
        for event in events.reversed() {
            guard event.revision > revision else { break }
            guard event.resource == resource else { continue }
            table.put(event.previous, key: event.current.key)
        }
        return table
    }

    /// Publishes a write. Watchers are told under the lock, which is what keeps their events in order; a queue only
    /// stores the event and resumes a waiter, and takes no lock of the store.
    mutating func commit(_ event: StoreEvent, _ record: WriteRecord) {
        events.append(event)
        if events.count > limits.events, let first = events.popFirst() { compacted = first.revision }
        history.append(record)
        if history.count > limits.history { history.removeFirst() }
        for queue in (watchers[event.resource] ?? [:]).values { queue.push(event) }
        for observer in observers.values { observer.yield(event) }
    }
}

extension [StoredObject] {
    /// Where a key is, or would be.
    func position(of key: String) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle].key.utf8Less(than: key) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func find(_ key: String) -> StoredObject? {
        let position = position(of: key)
        return position < count && self[position].key == key ? self[position] : nil
    }

    /// Adds, replaces or (nil) removes the object of a key.
    mutating func put(_ object: StoredObject?, key: String) {
        let position = position(of: key)
        let isThere = position < count && self[position].key == key
        switch (object, isThere) {
        case (let object?, true): self[position] = object
        case (let object?, false): insert(object, at: position)
        case (nil, true): remove(at: position)
        case (nil, false): break
        }
    }
}
