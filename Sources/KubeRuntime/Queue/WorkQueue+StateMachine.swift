/// The work queue as a value: no lock, no clock, no waiting. Methods return what the shell must do.
///
/// A key is *dirty* while it waits for a worker, *processing* while a worker has it, and may be both: it was added
/// again while a worker had it, and waits for that worker to be done. From this follow the two promises, that no two
/// workers have the same key, and that no add is lost.
///
/// Here keys become numbers, with one look-up for each call; ``WorkSlots`` does the rest. What every change passes
/// through can be inlined, so that other modules get it compiled for their keys. Times are asked for only where needed.
@usableFromInline
struct WorkQueueStateMachine<Key: Hashable & Sendable>: Sendable {
    /// A key given to a worker.
    @usableFromInline
    struct Item: Sendable {
        @usableFromInline let key: Key
        @usableFromInline let priority: WorkPriority
        @usableFromInline let failures: Int
        @usableFromInline let waited: Duration

        @inlinable
        init(key: Key, _ taken: WorkSlots.Taken) {
            self.key = key
            priority = taken.priority
            failures = taken.failures
            waited = taken.waited
        }
    }

    /// What to do about a worker that asks for a key.
    @usableFromInline
    enum Next: Sendable {
        case item(Item)
        case wait
        case finished
    }

    @usableFromInline var slots: WorkSlots
    @usableFromInline var index: [Key: Int] = [:]
    /// The keys of the slots; nil where a slot is free.
    @usableFromInline var keys: [Key?] = []

    /// - Parameters:
    ///   - itemBackoff: how long a key waits after each failure.
    ///   - maximumWait: after how long a key of low priority goes first whatever else waits.
    init(itemBackoff: Backoff, maximumWait: Duration) {
        slots = WorkSlots(itemBackoff: itemBackoff, maximumWait: maximumWait)
    }

    /// Whether keys can still be added.
    @inlinable var isOpen: Bool { slots.isOpen }
    /// How many keys wait for a worker.
    @inlinable var depth: Int { slots.depth }
    /// How many keys are with workers.
    @inlinable var processingCount: Int { slots.processingCount }

    /// Adds a key. True if a worker can take it now; false if it was there already, or must wait for its worker.
    @inlinable
    mutating func add(
        _ key: Key, priority: WorkPriority, now: @autoclosure () -> RuntimeClock.Instant
    ) -> Bool {
        guard isOpen else { return false }
        return slots.add(slot(of: key), priority: priority, now: now)
    }

    /// Adds a key later. The earliest of several times counts. Returns whether the next deadline has come nearer.
    @inlinable
    mutating func add(_ key: Key, at readyAt: RuntimeClock.Instant, priority: WorkPriority) -> Bool {
        guard isOpen else { return false }
        return slots.add(slot(of: key), at: readyAt, priority: priority)
    }

    /// Counts a failure of a key and says after how long it is due again.
    @inlinable
    mutating func failed(_ key: Key) -> Duration { slots.failed(slot(of: key)) }

    /// Forgets the failures of a key.
    @inlinable
    mutating func forget(_ key: Key) {
        guard let position = index.index(forKey: key) else { return }
        if slots.forget(index.values[position]) { free(position) }
    }

    /// How often a key has failed since it was last forgotten.
    @inlinable
    func failures(of key: Key) -> Int { index[key].map { slots.failures(of: $0) } ?? 0 }

    /// A key for a worker, which must hand it back with ``done(_:now:)``.
    @inlinable
    mutating func next(now: @autoclosure () -> RuntimeClock.Instant) -> Next {
        guard let taken = slots.next(now: now), let key = keys[taken.slot] else { return isOpen ? .wait : .finished }
        return .item(Item(key: key, taken))
    }

    /// Takes a key back from its worker. Returns since when the worker had it, and whether a worker can take it again.
    @inlinable
    mutating func done(
        _ key: Key, now: @autoclosure () -> RuntimeClock.Instant
    ) -> (startedAt: RuntimeClock.Instant?, isReady: Bool) {
        guard let position = index.index(forKey: key),
            let returned = slots.done(index.values[position], now: now)
        else { return (nil, false) }
        if returned.isForgettable { free(position) }
        return (returned.startedAt, returned.isReady)
    }

    /// Makes the delayed keys ready whose time has come. Returns how many workers can be woken.
    mutating func fire(now: RuntimeClock.Instant) -> Int { slots.fire(now: now) }

    /// When the next delayed key is due.
    var nextDeadline: RuntimeClock.Instant? { slots.nextDeadline }

    /// Takes no more keys and drops the delayed ones.
    ///
    /// - Parameter discarding: whether to drop also what waits for a worker.
    mutating func shutDown(discarding: Bool) {
        for slot in slots.shutDown(discarding: discarding) {
            if let position = keys[slot].flatMap({ index.index(forKey: $0) }) { free(position) }
        }
    }

    /// How long the worker that has its key for the longest has had it, and the sum over all workers.
    func processing(now: RuntimeClock.Instant) -> (longest: Duration, sum: Duration) { slots.processing(now: now) }

    // MARK: Keys and their slots

    @inlinable
    mutating func slot(of key: Key) -> Int {
        let candidate = slots.nextFree
        // One hashing finds or inserts; no key can have the free slot already.
        let slot = Self.value(of: &index[key, default: candidate])
        guard slot == candidate else { return slot }
        slots.occupy()
        if slot == keys.count { keys.append(key) } else { keys[slot] = key }
        return slot
    }

    @inlinable
    static func value(of entry: inout Int) -> Int { entry }

    @inlinable
    mutating func free(_ position: Dictionary<Key, Int>.Index) {
        let slot = index.remove(at: position).value
        keys[slot] = nil
        slots.free(slot)
    }
}
