import KubeCore
import Logging
import ServiceLifecycle

/// How a controller works; the defaults are controller-runtime's.
public struct ControllerOptions: Sendable {
    /// How many keys are worked on at once; 1 by default. One key is never with two workers.
    public var workers = 1
    /// How long the caches may take for their first full read before the controller gives up, which ends the process:
    /// 2 minutes by default. A permission that is missing shows itself here.
    public var cacheSyncTimeout = Duration.seconds(120)
    /// How long one reconcile may take before it is cancelled and counts as failed; nil, the default, for any time.
    public var reconcileTimeout: Duration?
    /// The delays of a key that fails: 5 ms, doubled up to 1000 s.
    public var itemBackoff = Backoff(base: .milliseconds(5), cap: .seconds(1000))
    /// How long a key of low priority waits at most behind others: 30 s by default.
    public var maximumWait = Duration.seconds(30)

    /// The defaults.
    public init() {}
}

/// Thrown when caches did not sync in time.
public struct CacheSyncTimeout: Error, CustomStringConvertible {
    /// The controller that waited.
    public let controller: String
    /// The caches that had not synced.
    public let caches: [String]
    /// How long they were given.
    public let limit: Duration

    /// Who waited for what, and what to look at.
    public var description: String {
        """
        controller \(controller): \(caches.joined(separator: ", ")) could not be read within \(limit.inSeconds) s; \
        check that the API server serves these resources and that the service account may list and watch them
        """
    }
}

/// Workers that take keys from a queue and reconcile them.
///
/// Start order: the caches sync first, then the workers begin. At a graceful shutdown no key is begun any more; the
/// reconciles under way end by themselves, or are cancelled with the task. A reconcile that throws harms no other key.
public final class Controller<R: Reconciler>: Service {
    /// The controller's name: in logs, and the `controller` label of its metrics.
    public let name: String
    /// The keys to reconcile.
    public let queue: WorkQueue<R.Key>

    private let reconciler: R
    private let options: ControllerOptions
    private let caches: [any CacheSync]
    private let clock: RuntimeClock
    private let random: RandomSource
    private let logger: Logger
    private let metrics: ControllerMetrics

    /// A controller.
    ///
    /// - Parameters:
    ///   - caches: what must have synced before the first reconcile.
    ///   - metrics: where the figures of the controller and its queue go; nil for nowhere.
    public init(
        name: String, reconciler: R, options: ControllerOptions = ControllerOptions(), caches: [any CacheSync] = [],
        clock: RuntimeClock = .continuous, random: RandomSource = .system, metrics: MetricsRegistry? = nil,
        logger: Logger = Logger(label: "boltrope.controller")
    ) {
        self.name = name
        self.reconciler = reconciler
        self.options = options
        self.caches = caches
        self.clock = clock
        self.random = random
        var logger = logger
        logger[metadataKey: "controller"] = "\(name)"
        self.logger = logger
        self.metrics = ControllerMetrics(
            controller: name, workers: options.workers, registry: metrics ?? MetricsRegistry())
        queue = WorkQueue(
            name: name, itemBackoff: options.itemBackoff, maximumWait: options.maximumWait, clock: clock,
            metrics: metrics)
    }

    /// Adds the keys that a change concerns, whenever an informer reports one.
    ///
    /// An update is mapped in its old and its new state, so that an owner that lost an object hears of it too. What a
    /// start or a resync reports has low priority.
    public func watch(_ informer: Informer, map: @escaping @Sendable (StoredObject) -> [R.Key]) {
        let queue = queue
        informer.addHandler { change in
            let priority: WorkPriority = change.isUrgent ? .normal : .low
            var keys = map(change.object)
            if case .updated(let old, let new) = change, !old.isSameState(as: new) { keys += map(old) }
            for key in keys { queue.add(key, priority: priority) }
        }
    }

    /// For how long the slowest reconcile has been at work.
    public var longestRunning: Duration { queue.longestRunning }

    /// Works until the task is cancelled or the process shuts down.
    ///
    /// - Throws: ``CacheSyncTimeout``.
    public func run() async throws {
        try await waitForCaches()
        guard !Task.isCancelled, !Task.isShuttingDownGracefully else { return }
        logger.info("Starting workers", metadata: ["workers": "\(options.workers)"])
        await withTaskCancellationOrGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                group.addTask { await self.queue.run() }
                for _ in 0..<max(1, self.options.workers) {
                    group.addTask { await self.work() }
                }
            }
        } onCancelOrGracefulShutdown: {
            self.queue.shutDown(.discard)
        }
        logger.info("Workers have ended")
    }

    private func waitForCaches() async throws {
        guard !caches.allSatisfy(\.hasSynced) else { return }
        let caches = caches
        do {
            try await withDeadline(options.cacheSyncTimeout, on: clock, "the first read of the caches") {
                try await cancelledByShutdown {
                    for cache in caches { try await cache.waitUntilSynced() }
                }
            }
        } catch is DeadlineExceeded {
            let missing = caches.filter { !$0.hasSynced }.flatMap { cache in
                (cache as? InformerCache)?.unsynced ?? [cache.name]
            }
            throw CacheSyncTimeout(controller: name, caches: missing, limit: options.cacheSyncTimeout)
        } catch is CancellationError {
            return
        }
    }

    private func work() async {
        while let item = await queue.next() {
            metrics.activeWorkers.add(1)
            await reconcile(item)
            metrics.activeWorkers.add(-1)
            queue.done(item.key)
        }
    }

    private func reconcile(_ item: WorkItem<R.Key>) async {
        let id = random.uuid()
        var logger = logger
        logger[metadataKey: "key"] = "\(item.key)"
        logger[metadataKey: "reconcileID"] = "\(id)"
        let context = ReconcileContext(reconcileID: id, logger: logger, failures: item.failures, clock: clock)
        let start = clock.now
        do {
            let outcome = try await call(item.key, context)
            metrics.time.observe(start.duration(to: clock.now).inSeconds)
            finish(item, outcome)
        } catch {
            metrics.time.observe(start.duration(to: clock.now).inSeconds)
            fail(item, error, logger)
        }
    }

    private func call(_ key: R.Key, _ context: ReconcileContext) async throws -> ReconcileOutcome {
        guard let limit = options.reconcileTimeout else { return try await reconciler.reconcile(key, context) }
        let reconciler = reconciler
        return try await withDeadline(limit, on: clock, "the reconcile of \(key)") {
            try await reconciler.reconcile(key, context)
        }
    }

    private func finish(_ item: WorkItem<R.Key>, _ outcome: ReconcileOutcome) {
        switch outcome {
        case .done:
            metrics.count(.success)
            queue.forget(item.key)
        case .requeue(let delay):
            metrics.count(.requeueAfter)
            queue.forget(item.key)
            queue.add(item.key, after: delay)
        case .retry:
            metrics.count(.requeue)
            queue.addRateLimited(item.key, priority: item.priority)
        }
    }

    private func fail(_ item: WorkItem<R.Key>, _ error: any Error, _ logger: Logger) {
        if error is CancellationError, Task.isCancelled { return }
        metrics.count(.error)
        metrics.errors.increment()
        if error is DeadlineExceeded { metrics.timeouts.increment() }
        if let error = error as? TerminalError {
            metrics.terminalErrors.increment()
            queue.forget(item.key)
            logger.error("Reconcile failed; it will be tried when something changes", metadata: ["error": "\(error)"])
            return
        }
        let delay = queue.addRateLimited(item.key, priority: item.priority)
        logger.error(
            "Reconcile failed; it will be tried again", metadata: ["error": "\(error)", "after": "\(delay)"])
    }
}
