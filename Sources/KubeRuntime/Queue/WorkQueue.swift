import Synchronization

/// A key that a worker has taken from a ``WorkQueue``.
public struct WorkItem<Key: Hashable & Sendable>: Sendable {
    /// The key.
    public let key: Key
    /// The priority with which it was added.
    public let priority: WorkPriority
    /// How often it has failed in a row.
    public let failures: Int

    @inlinable
    init(key: Key, priority: WorkPriority, failures: Int) {
        self.key = key
        self.priority = priority
        self.failures = failures
    }
}

/// A queue of keys to work on, for controllers.
///
/// - Adding a key that waits already changes nothing, so that any number of events about an object is one piece of work.
/// - A key is never with two workers; one that is added while a worker has it comes up again when that worker is done.
/// - Keys can be added later, and after failures at growing distances (5 ms to 1000 s by default).
/// - Urgent keys go first, but no key waits longer than `maximumWait` behind them.
///
/// All methods may be called from any task and never block. Delays need ``run()`` to be running.
public final class WorkQueue<Key: Hashable & Sendable>: Sendable {
    /// What becomes of waiting keys at the end.
    public enum ShutDown: Sendable {
        /// Workers get what waits already, then `nil`. Delayed keys are dropped.
        case drain
        /// Workers get `nil` as soon as they are done with what they have. Nothing is lost that the next process would
        /// not find: controllers work on state, not on events.
        case discard
    }

    @usableFromInline typealias Machine = WorkQueueStateMachine<Key>
    @usableFromInline typealias Continuation = CheckedContinuation<WorkItem<Key>?, Never>

    @usableFromInline
    struct Waiter {
        let id: UInt64
        let continuation: Continuation
    }

    // What every key passes through can be inlined, down to the key's own hashing (see WorkSlots); what wakes a task
    // cannot, as its generic types would weigh on the path that wakes nobody.
    @usableFromInline
    struct State {
        @usableFromInline var machine: Machine
        @usableFromInline var waiters: [Waiter] = []
        var cancelledWaiters: Set<UInt64> = []
        var lastWaiter: UInt64 = 0
        var timer: CheckedContinuation<Void, Never>?
        /// Set when the timer must look again at what is due.
        var isTimerStale = false
        var drained: [CheckedContinuation<Void, Never>] = []

        init(machine: Machine) { self.machine = machine }
    }

    @usableFromInline let state: Mutex<State>
    @usableFromInline let clock: RuntimeClock
    @usableFromInline let metrics: WorkQueueMetrics?

    /// The name of the queue, which is the `name` label of its metrics.
    public let name: String

    /// An empty queue.
    ///
    /// - Parameters:
    ///   - name: the `name` label of its metrics; the controller's name by convention.
    ///   - itemBackoff: the delays of a key that fails: 5 ms, doubled up to 1000 s.
    ///   - maximumWait: how long a key of low priority waits at most behind others.
    ///   - metrics: where its figures go; nil for nowhere.
    public init(
        name: String, itemBackoff: Backoff = Backoff(base: .milliseconds(5), cap: .seconds(1000)),
        maximumWait: Duration = .seconds(30), clock: RuntimeClock = .continuous, metrics: MetricsRegistry? = nil
    ) {
        self.name = name
        self.clock = clock
        state = Mutex(State(machine: Machine(itemBackoff: itemBackoff, maximumWait: maximumWait)))
        self.metrics = metrics.map { WorkQueueMetrics(queue: name, registry: $0) }
        if let registry = metrics {
            self.metrics?.observe(
                in: registry, depth: { [weak self] in self.map { Double($0.depth) } },
                processing: { [weak self] in
                    self.map { queue in queue.state.withLock { $0.machine.processing(now: queue.clock.now) } }
                })
        }
    }

    /// How many keys wait for a worker.
    public var depth: Int { state.withLock { $0.machine.depth } }
    /// How many keys are with workers.
    public var processingCount: Int { state.withLock { $0.machine.processingCount } }
    /// For how long the slowest worker has had its key; zero if none is at work.
    public var longestRunning: Duration { state.withLock { $0.machine.processing(now: clock.now).longest } }

    /// Adds a key.
    @inlinable
    public func add(_ key: Key, priority: WorkPriority = .normal) {
        let isNews: Bool? = state.withLock { state in
            state.waiters.isEmpty ? state.machine.add(key, priority: priority, now: clock.now) : nil
        }
        guard let isNews else { return addAndWake(key, priority) }
        if isNews, let metrics { metrics.added() }
    }

    @usableFromInline
    func addAndWake(_ key: Key, _ priority: WorkPriority) {
        let (isNews, handOver) = state.withLock { state in
            let isNews = state.machine.add(key, priority: priority, now: clock.now)
            return (isNews, isNews ? nextHandOver(&state) : nil)
        }
        if isNews { metrics?.added() }
        give(handOver)
    }

    /// Adds a key after a while; of several times for one key the earliest counts.
    public func add(_ key: Key, after delay: Duration, priority: WorkPriority = .normal) {
        guard delay > .zero else { return add(key, priority: priority) }
        let readyAt = clock.now.advanced(by: delay)
        let timer: CheckedContinuation<Void, Never>? = state.withLock { state in
            guard state.machine.add(key, at: readyAt, priority: priority) else { return nil }
            return Self.staleTimer(&state)
        }
        timer?.resume()
    }

    /// Adds a key that failed, after its back-off. ``forget(_:)`` ends the counting.
    ///
    /// - Returns: how long it will wait.
    @discardableResult
    public func addRateLimited(_ key: Key, priority: WorkPriority = .normal) -> Duration {
        let delay = state.withLock { $0.machine.failed(key) }
        metrics?.retries.increment()
        add(key, after: delay, priority: priority)
        return delay
    }

    /// Forgets the failures of a key, after it succeeded.
    public func forget(_ key: Key) { state.withLock { $0.machine.forget(key) } }

    /// How often a key has failed in a row.
    public func failures(of key: Key) -> Int { state.withLock { $0.machine.failures(of: key) } }

    /// The next key to work on, as soon as there is one. It must be handed back with ``done(_:)``.
    ///
    /// - Returns: nil when the queue has shut down and is empty, or the task is cancelled.
    @inlinable
    public nonisolated(nonsending) func next() async -> WorkItem<Key>? {
        if Task.isCancelled { return nil }
        let next = state.withLock { $0.machine.next(now: clock.now) }
        switch next {
        case .item(let item):
            if let metrics { metrics.taken(after: item.waited) }
            return WorkItem(key: item.key, priority: item.priority, failures: item.failures)
        case .finished: return nil
        case .wait: return await wait()
        }
    }

    @usableFromInline
    func wait() async -> WorkItem<Key>? {
        let id = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        return await wait(id)
    }

    private func wait(_ id: UInt64) async -> WorkItem<Key>? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let handOver: HandOver? = state.withLock { state in
                    if state.cancelledWaiters.remove(id) != nil { return HandOver(to: continuation, item: nil) }
                    // A key may have come between the first look and this one.
                    switch state.machine.next(now: clock.now) {
                    case .item(let item): return HandOver(to: continuation, item: item)
                    case .finished: return HandOver(to: continuation, item: nil)
                    case .wait:
                        state.waiters.append(Waiter(id: id, continuation: continuation))
                        return nil
                    }
                }
                give(handOver)
            }
        } onCancel: {
            let waiter: Waiter? = state.withLock { state in
                guard let position = state.waiters.firstIndex(where: { $0.id == id }) else {
                    state.cancelledWaiters.insert(id)
                    return nil
                }
                return state.waiters.remove(at: position)
            }
            waiter?.continuation.resume(returning: nil)
        }
    }

    /// Hands a key back. If it was added meanwhile, it is ready again at once.
    @inlinable
    public func done(_ key: Key) {
        let (startedAt, isDone) = state.withLock { state in
            let mayWake = !state.waiters.isEmpty || !state.machine.isOpen
            return mayWake ? (nil, false) : (state.machine.done(key, now: clock.now).startedAt, true)
        }
        guard isDone else { return doneAndWake(key) }
        if let metrics, let startedAt { metrics.worked(for: startedAt.duration(to: clock.now)) }
    }

    @usableFromInline
    func doneAndWake(_ key: Key) {
        let (startedAt, handOver) = state.withLock { state in
            let (startedAt, isReady) = state.machine.done(key, now: clock.now)
            return (startedAt, isReady ? nextHandOver(&state) : nil)
        }
        if let startedAt { metrics?.worked(for: startedAt.duration(to: clock.now)) }
        give(handOver)
        resumeDrained()
    }

    /// Takes no more keys, and lets workers end.
    public func shutDown(_ mode: ShutDown) {
        let (waiters, timer) = state.withLock { state in
            state.machine.shutDown(discarding: mode == .discard)
            // Workers only wait while nothing is ready, so there is nothing that they could still be given.
            let waiters = state.waiters
            state.waiters = []
            return (waiters, Self.staleTimer(&state))
        }
        for waiter in waiters { waiter.continuation.resume(returning: nil) }
        timer?.resume()
        resumeDrained()
    }

    /// Waits, after ``shutDown(_:)``, until no key waits and none is with a worker.
    public func waitUntilDrained() async {
        await withCheckedContinuation { continuation in
            let isDrained = state.withLock { state in
                if Self.isDrained(state) { return true }
                state.drained.append(continuation)
                return false
            }
            if isDrained { continuation.resume() }
        }
    }

    /// Makes delayed keys ready when their time has come, until the queue shuts down or the task is cancelled.
    public func run() async {
        while !Task.isCancelled {
            let now = clock.now
            let (handOvers, deadline, isOpen) = state.withLock { state in
                state.isTimerStale = false
                var handOvers: [HandOver] = []
                for _ in 0..<state.machine.fire(now: now) {
                    if let handOver = nextHandOver(&state) { handOvers.append(handOver) }
                }
                return (handOvers, state.machine.nextDeadline, state.machine.isOpen)
            }
            for handOver in handOvers { give(handOver) }
            guard isOpen else { return }
            guard let deadline else {
                await waitForTimerChange()
                continue
            }
            await withTaskGroup(of: Void.self) { group in
                group.addTask { try? await self.clock.sleep(until: deadline) }
                group.addTask { await self.waitForTimerChange() }
                await group.next()
                group.cancelAll()
            }
        }
    }

    /// Returns when a deadline nearer than any before has been added, or the task is cancelled.
    private func waitForTimerChange() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isStale = state.withLock { state in
                    if state.isTimerStale || Task.isCancelled { return true }
                    state.timer = continuation
                    return false
                }
                if isStale { continuation.resume() }
            }
        } onCancel: {
            state.withLock { Self.staleTimer(&$0) }?.resume()
        }
    }

    // MARK: Under the lock: what is to be done after it

    private struct HandOver {
        let continuation: Continuation
        let item: Machine.Item?
        init(to continuation: Continuation, item: Machine.Item?) {
            self.continuation = continuation
            self.item = item
        }
    }

    private func nextHandOver(_ state: inout State) -> HandOver? {
        guard !state.waiters.isEmpty, case .item(let item) = state.machine.next(now: clock.now) else { return nil }
        return HandOver(to: state.waiters.removeFirst().continuation, item: item)
    }

    private static func staleTimer(_ state: inout State) -> CheckedContinuation<Void, Never>? {
        state.isTimerStale = true
        let timer = state.timer
        state.timer = nil
        return timer
    }

    private static func isDrained(_ state: State) -> Bool {
        !state.machine.isOpen && state.machine.depth == 0 && state.machine.processingCount == 0
    }

    // MARK: After it

    private func resumeDrained() {
        let drained = state.withLock { state in
            guard Self.isDrained(state) else { return [CheckedContinuation<Void, Never>]() }
            let drained = state.drained
            state.drained = []
            return drained
        }
        for waiter in drained { waiter.resume() }
    }

    private func give(_ handOver: HandOver?) {
        guard let handOver else { return }
        if let item = handOver.item { metrics?.taken(after: item.waited) }
        handOver.continuation.resume(
            returning: handOver.item.map { WorkItem(key: $0.key, priority: $0.priority, failures: $0.failures) })
    }
}
