import DequeModule
import HeapModule

/// What a work queue knows of its keys, by number: who waits, who is with a worker, what is due when.
///
/// It knows no keys, so that it is compiled once, and turning keys into numbers is all that is generic. Generic types
/// that are not compiled for their keys look up their own description at every step, which takes ten times as long.
@usableFromInline
struct WorkSlots: Sendable {
    /// What is known of a key; kept while the key is dirty, processing, delayed or has failures to remember.
    private struct Slot {
        var isDirty = false
        var isProcessing = false
        var priority: WorkPriority = .normal
        /// Which entry of the ready lists is this key's; older entries are stale. 0 for none.
        var readyToken: UInt64 = 0
        /// Since when it is with its worker, or else waits for one.
        var since = RuntimeClock.Instant(sinceOrigin: .zero)
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

    /// A slot given to a worker.
    @usableFromInline
    struct Taken {
        @usableFromInline let slot: Int
        @usableFromInline let priority: WorkPriority
        @usableFromInline let failures: Int
        @usableFromInline let waited: Duration
    }

    /// A slot taken back from its worker.
    @usableFromInline
    struct Returned {
        @usableFromInline let startedAt: RuntimeClock.Instant
        /// Whether a worker can take it again.
        @usableFromInline let isReady: Bool
        /// Whether nothing about it needs remembering, so that it must be freed.
        @usableFromInline let isForgettable: Bool
    }

    @usableFromInline private(set) var isOpen = true
    /// How many wait for a worker.
    @usableFromInline private(set) var depth = 0
    /// How many are with workers.
    @usableFromInline private(set) var processingCount = 0
    private var slots: [Slot] = []
    private var freeSlots: [Int] = []
    private var levels: [Level] = []
    private var delayed = Heap<DelayedEntry>()
    private var lastToken: UInt64 = 0
    private let itemBackoff: Backoff
    private let maximumWait: Duration

    init(itemBackoff: Backoff, maximumWait: Duration) {
        self.itemBackoff = itemBackoff
        self.maximumWait = maximumWait
    }

    /// Which slot ``occupy()`` will take.
    @usableFromInline var nextFree: Int { freeSlots.last ?? slots.count }

    /// Takes ``nextFree`` into use.
    @usableFromInline
    mutating func occupy() {
        if freeSlots.popLast() == nil { slots.append(Slot()) }
    }

    /// Gives a forgettable slot back.
    @usableFromInline
    mutating func free(_ slot: Int) {
        slots[slot] = Slot()
        freeSlots.append(slot)
    }

    /// True if a worker can take it now; false if it waited already, or must wait for its worker.
    @usableFromInline
    mutating func add(_ slot: Int, priority: WorkPriority, now: () -> RuntimeClock.Instant) -> Bool {
        if slots[slot].isDirty {
            guard priority > slots[slot].priority else { return false }
            slots[slot].priority = priority
            // A key that became more urgent goes to the back of its new level; its old entry is stale from now on.
            if !slots[slot].isProcessing {
                depth -= 1
                push(slot)
            }
            return false
        }
        slots[slot].isDirty = true
        slots[slot].priority = priority
        guard !slots[slot].isProcessing else { return false }
        slots[slot].since = now()
        push(slot)
        return true
    }

    /// Adds it later. The earliest of several times counts. Returns whether the next deadline has come nearer.
    @usableFromInline
    mutating func add(_ slot: Int, at readyAt: RuntimeClock.Instant, priority: WorkPriority) -> Bool {
        if let earlier = slots[slot].delayedUntil, earlier <= readyAt {
            slots[slot].delayedPriority = max(slots[slot].delayedPriority, priority)
            return false
        }
        let nearest = nextDeadline
        slots[slot].delayedUntil = readyAt
        slots[slot].delayedPriority = priority
        lastToken += 1
        delayed.insert(DelayedEntry(readyAt: readyAt, order: lastToken, slot: slot))
        return nearest.map { readyAt < $0 } ?? true
    }

    /// Counts a failure and says after how long it is due again.
    @usableFromInline
    mutating func failed(_ slot: Int) -> Duration {
        defer { slots[slot].failures += 1 }
        return Backoff.delay(
            base: itemBackoff.base, factor: itemBackoff.factor, cap: itemBackoff.cap, failures: slots[slot].failures)
    }

    /// Forgets the failures. True if nothing is left to remember, so that the slot must be freed.
    @usableFromInline
    mutating func forget(_ slot: Int) -> Bool {
        slots[slot].failures = 0
        return slots[slot].isForgettable
    }

    /// How often it has failed since it was last forgotten.
    @usableFromInline
    func failures(of slot: Int) -> Int { slots[slot].failures }

    /// One for a worker; nil if none waits.
    @usableFromInline
    mutating func next(now: () -> RuntimeClock.Instant) -> Taken? {
        guard depth > 0 else { return nil }
        let now = now()
        guard let slot = popReady(now: now) else { return nil }
        depth -= 1
        processingCount += 1
        let waited = slots[slot].since.duration(to: now)
        slots[slot].isDirty = false
        slots[slot].isProcessing = true
        slots[slot].readyToken = 0
        slots[slot].since = now
        return Taken(slot: slot, priority: slots[slot].priority, failures: slots[slot].failures, waited: waited)
    }

    /// Takes it back from its worker; nil if no worker has it.
    @usableFromInline
    mutating func done(_ slot: Int, now: () -> RuntimeClock.Instant) -> Returned? {
        guard slots[slot].isProcessing else { return nil }
        let startedAt = slots[slot].since
        slots[slot].isProcessing = false
        processingCount -= 1
        let isReady = slots[slot].isDirty
        if isReady {
            slots[slot].since = now()
            push(slot)
        }
        return Returned(startedAt: startedAt, isReady: isReady, isForgettable: slots[slot].isForgettable)
    }

    /// Makes ready whatever delay has ended. Returns how many workers can be woken. Frees nothing, as all that was
    /// delayed waits for a worker afterwards.
    mutating func fire(now: RuntimeClock.Instant) -> Int {
        var ready = 0
        while let first = delayed.min, first.readyAt <= now {
            delayed.removeMin()
            // An entry that an earlier one of the same key has overtaken is stale, as is one of a slot used anew.
            guard slots[first.slot].delayedUntil == first.readyAt else { continue }
            slots[first.slot].delayedUntil = nil
            if add(first.slot, priority: slots[first.slot].delayedPriority, now: { now }) { ready += 1 }
        }
        return ready
    }

    /// When the next delay ends, or a stale one would have.
    var nextDeadline: RuntimeClock.Instant? { delayed.min?.readyAt }

    /// Takes no more, and drops what is delayed; with `discarding` also what waits for a worker.
    ///
    /// - Returns: the slots that must be freed.
    mutating func shutDown(discarding: Bool) -> [Int] {
        isOpen = false
        delayed = Heap()
        if discarding {
            levels = []
            depth = 0
        }
        let free = Set(freeSlots)
        return slots.indices.filter { slot in
            slots[slot].delayedUntil = nil
            if discarding { slots[slot].isDirty = false }
            return slots[slot].isForgettable && !free.contains(slot)
        }
    }

    /// For how long the slowest worker has been at work, and the sum over all workers.
    func processing(now: RuntimeClock.Instant) -> (longest: Duration, sum: Duration) {
        var longest = Duration.zero
        var sum = Duration.zero
        guard processingCount > 0 else { return (longest, sum) }
        for slot in slots where slot.isProcessing {
            let time = slot.since.duration(to: now)
            longest = max(longest, time)
            sum += time
        }
        return (longest, sum)
    }

    // MARK: Ready lists

    private mutating func push(_ slot: Int) {
        let priority = slots[slot].priority
        lastToken += 1
        slots[slot].readyToken = lastToken
        depth += 1
        let entry = ReadyEntry(slot: slot, token: lastToken)
        let level = levels.firstIndex { $0.priority <= priority } ?? levels.endIndex
        if level == levels.endIndex || levels[level].priority != priority {
            levels.insert(Level(priority: priority), at: level)
        }
        levels[level].entries.append(entry)
    }

    private mutating func popReady(now: RuntimeClock.Instant) -> Int? {
        for level in levels.indices { dropStaleEntries(of: level) }
        guard let highest = levels.firstIndex(where: { !$0.entries.isEmpty }) else { return nil }
        var chosen = highest
        // The age bound: without it, keys of low priority would wait for ever behind a busy high level.
        for level in levels.indices.dropFirst(highest + 1) {
            guard let first = levels[level].entries.first else { continue }
            if slots[first.slot].since.duration(to: now) > maximumWait {
                chosen = level
                break
            }
        }
        return levels[chosen].entries.popFirst()?.slot
    }

    private mutating func dropStaleEntries(of level: Int) {
        while let first = levels[level].entries.first, slots[first.slot].readyToken != first.token {
            levels[level].entries.removeFirst()
        }
    }
}
