import DequeModule
import HeapModule

/// The work queue as a value: no lock, no clock, no waiting. Methods return what the shell must do.
///
/// A key is *dirty* while it waits for a worker, *processing* while a worker has it, and may be both: it was added
/// again while a worker had it, and waits for that worker to be done. From this follow the two promises, that no two
/// workers have the same key, and that no add is lost.
struct WorkQueueStateMachine<Key: Hashable & Sendable>: Sendable {
    /// What is known of a key; kept while the key is dirty, processing, delayed or has failures to remember.
    private struct Slot {
        var key: Key
        var isDirty = false
        var isProcessing = false
        var priority: WorkPriority = .normal
        /// Which entry of the ready lists is this key's; older entries are stale. 0 for none.
        var readyToken: UInt64 = 0
        var readySince = RuntimeClock.Instant(sinceOrigin: .zero)
        var startedAt = RuntimeClock.Instant(sinceOrigin: .zero)
        var delayedUntil: RuntimeClock.Instant?
        var delayedPriority: WorkPriority = .normal
        var failures = 0

        var isForgettable: Bool { !isDirty && !isProcessing && delayedUntil == nil && failures == 0 }
    }

    private struct ReadyEntry {
        var slot: Int
        var token: UInt64
    }

    /// Keys of one priority that wait for a worker, the oldest first.
    private struct Level {
        var priority: WorkPriority
        var entries: Deque<ReadyEntry> = []
    }

    private struct DelayedEntry: Comparable {
        var readyAt: RuntimeClock.Instant
        var order: UInt64
        var slot: Int
        static func < (left: DelayedEntry, right: DelayedEntry) -> Bool {
            (left.readyAt, left.order) < (right.readyAt, right.order)
        }
        static func == (left: DelayedEntry, right: DelayedEntry) -> Bool { left.order == right.order }
    }

    /// A key given to a worker.
    struct Item: Sendable {
        var key: Key
        var priority: WorkPriority
        var failures: Int
        var waited: Duration
    }

    /// What to do about a worker that asks for a key.
    enum Next: Sendable {
        case item(Item)
        case wait
        case finished
    }

    /// What the queue is about to do with further keys.
    enum Phase: Equatable {
        case open
        case shuttingDown
    }

    private(set) var phase = Phase.open
    private(set) var depth = 0
    private(set) var processingCount = 0
    private var slots: [Slot?] = []
    private var freeSlots: [Int] = []
    private var index: [Key: Int] = [:]
    private var levels: [Level] = []
    private var delayed = Heap<DelayedEntry>()
    private var lastToken: UInt64 = 0
    private let itemBackoff: Backoff
    private let maximumWait: Duration

    /// - Parameters:
    ///   - itemBackoff: how long a key waits after each failure.
    ///   - maximumWait: after how long a key of low priority goes first whatever else waits.
    init(itemBackoff: Backoff, maximumWait: Duration) {
        self.itemBackoff = itemBackoff
        self.maximumWait = maximumWait
    }

    /// Adds a key. True if a worker can take it now; false if it was there already, or must wait for its worker.
    mutating func add(_ key: Key, priority: WorkPriority, now: RuntimeClock.Instant) -> Bool {
        guard phase == .open else { return false }
        return markDirty(slot(of: key), priority, now)
    }

    /// Adds a key later. The earliest of several times counts. Returns whether the next deadline has come nearer.
    mutating func add(
        _ key: Key, at readyAt: RuntimeClock.Instant, priority: WorkPriority
    ) -> Bool {
        guard phase == .open else { return false }
        let position = slot(of: key)
        if let earlier = slots[position]?.delayedUntil, earlier <= readyAt {
            if let delayed = slots[position]?.delayedPriority, delayed < priority {
                slots[position]?.delayedPriority = priority
            }
            return false
        }
        let nearest = delayed.min?.readyAt
        slots[position]?.delayedUntil = readyAt
        slots[position]?.delayedPriority = priority
        lastToken += 1
        delayed.insert(DelayedEntry(readyAt: readyAt, order: lastToken, slot: position))
        return nearest.map { readyAt < $0 } ?? true
    }

    /// Counts a failure of a key and says after how long it is due again.
    mutating func failed(_ key: Key) -> Duration {
        let position = slot(of: key)
        let failures = slots[position]?.failures ?? 0
        slots[position]?.failures = failures + 1
        return Backoff.delay(
            base: itemBackoff.base, factor: itemBackoff.factor, cap: itemBackoff.cap, failures: failures)
    }

    /// Forgets the failures of a key.
    mutating func forget(_ key: Key) {
        guard let position = index[key] else { return }
        slots[position]?.failures = 0
        release(position)
    }

    /// How often a key has failed since it was last forgotten.
    func failures(of key: Key) -> Int { index[key].flatMap { slots[$0]?.failures } ?? 0 }

    /// A key for a worker, which must hand it back with ``done(_:now:)``.
    mutating func next(now: RuntimeClock.Instant) -> Next {
        guard let position = popReady(now: now), var slot = slots[position] else {
            return phase == .open ? .wait : .finished
        }
        depth -= 1
        processingCount += 1
        slot.isDirty = false
        slot.isProcessing = true
        slot.readyToken = 0
        slot.startedAt = now
        slots[position] = slot
        return .item(
            Item(
                key: slot.key, priority: slot.priority, failures: slot.failures,
                waited: slot.readySince.duration(to: now)))
    }

    /// Takes a key back from its worker. Returns how long the worker had it, and whether a worker can take it again.
    mutating func done(_ key: Key, now: RuntimeClock.Instant) -> (worked: Duration, isReady: Bool) {
        guard let position = index[key], var slot = slots[position], slot.isProcessing else { return (.zero, false) }
        let worked = slot.startedAt.duration(to: now)
        slot.isProcessing = false
        slots[position] = slot
        processingCount -= 1
        if slot.isDirty {
            push(position, now)
            return (worked, true)
        }
        release(position)
        return (worked, false)
    }

    /// Makes the delayed keys ready whose time has come. Returns how many workers can be woken.
    mutating func fire(now: RuntimeClock.Instant) -> Int {
        var ready = 0
        while let first = delayed.min, first.readyAt <= now {
            delayed.removeMin()
            // An entry that an earlier one of the same key has overtaken is stale, as is one of a slot used anew.
            guard let slot = slots[first.slot], slot.delayedUntil == first.readyAt else { continue }
            slots[first.slot]?.delayedUntil = nil
            if markDirty(first.slot, slot.delayedPriority, now) { ready += 1 }
            release(first.slot)
        }
        return ready
    }

    /// When the next delayed key is due.
    var nextDeadline: RuntimeClock.Instant? { delayed.min?.readyAt }

    /// Takes no more keys and drops the delayed ones.
    ///
    /// - Parameter discarding: whether to drop also what waits for a worker.
    mutating func shutDown(discarding: Bool) {
        phase = .shuttingDown
        delayed = Heap()
        if discarding {
            levels = []
            depth = 0
        }
        for position in slots.indices {
            slots[position]?.delayedUntil = nil
            if discarding { slots[position]?.isDirty = false }
            release(position)
        }
    }

    /// How long the worker that has its key for the longest has had it, and the sum over all workers.
    func processing(now: RuntimeClock.Instant) -> (longest: Duration, sum: Duration) {
        var longest = Duration.zero
        var sum = Duration.zero
        guard processingCount > 0 else { return (longest, sum) }
        for case let slot? in slots where slot.isProcessing {
            let time = slot.startedAt.duration(to: now)
            longest = max(longest, time)
            sum += time
        }
        return (longest, sum)
    }

    // MARK: Slots and ready lists

    private mutating func slot(of key: Key) -> Int {
        if let position = index[key] { return position }
        let position: Int
        if let free = freeSlots.popLast() {
            position = free
            slots[position] = Slot(key: key)
        } else {
            position = slots.count
            slots.append(Slot(key: key))
        }
        index[key] = position
        return position
    }

    private mutating func release(_ position: Int) {
        guard let slot = slots[position], slot.isForgettable else { return }
        index.removeValue(forKey: slot.key)
        slots[position] = nil
        freeSlots.append(position)
    }

    /// True if a worker can take the key now.
    private mutating func markDirty(_ position: Int, _ priority: WorkPriority, _ now: RuntimeClock.Instant) -> Bool {
        guard var slot = slots[position] else { return false }
        if slot.isDirty {
            guard priority > slot.priority else { return false }
            slots[position]?.priority = priority
            // A key that became more urgent goes to the back of its new level; its old entry is stale from now on.
            if !slot.isProcessing {
                depth -= 1
                push(position, slot.readySince)
            }
            return false
        }
        slot.isDirty = true
        slot.priority = priority
        slots[position] = slot
        guard !slot.isProcessing else { return false }
        push(position, now)
        return true
    }

    private mutating func push(_ position: Int, _ since: RuntimeClock.Instant) {
        guard let priority = slots[position]?.priority else { return }
        lastToken += 1
        slots[position]?.readyToken = lastToken
        slots[position]?.readySince = since
        depth += 1
        let entry = ReadyEntry(slot: position, token: lastToken)
        if let level = levels.firstIndex(where: { $0.priority <= priority }) {
            if levels[level].priority == priority {
                levels[level].entries.append(entry)
            } else {
                levels.insert(Level(priority: priority, entries: [entry]), at: level)
            }
        } else {
            levels.append(Level(priority: priority, entries: [entry]))
        }
    }

    private mutating func popReady(now: RuntimeClock.Instant) -> Int? {
        for level in levels.indices { dropStaleEntries(of: level) }
        guard let highest = levels.firstIndex(where: { !$0.entries.isEmpty }) else { return nil }
        var chosen = highest
        // The age bound: without it, keys of low priority would wait for ever behind a busy high level.
        for level in levels.indices.dropFirst(highest + 1) {
            guard let first = levels[level].entries.first, let slot = slots[first.slot] else { continue }
            if slot.readySince.duration(to: now) > maximumWait {
                chosen = level
                break
            }
        }
        return levels[chosen].entries.popFirst()?.slot
    }

    private mutating func dropStaleEntries(of level: Int) {
        while let first = levels[level].entries.first, slots[first.slot]?.readyToken != first.token {
            levels[level].entries.removeFirst()
        }
    }
}
