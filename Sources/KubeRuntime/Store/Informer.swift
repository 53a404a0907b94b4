import KubeCore
import Logging
import ServiceLifecycle
import Synchronization

/// Something whose first full read can be waited for.
public protocol CacheSync: Sendable {
    /// What messages call it.
    var name: String { get }
    /// Whether the first full read is in the store, and has been delivered to all handlers.
    var hasSynced: Bool { get }
    /// Returns when ``hasSynced`` is true.
    ///
    /// - Throws: `CancellationError` when the task is cancelled before.
    func waitUntilSynced() async throws
}

/// A store that is kept current, and tells of its changes.
///
/// Handlers are called one change at a time, in order, and must only map the change to keys and put these into a queue:
/// while one runs, the next change waits.
///
/// ```swift
/// let informer = Informer(source: ClientObjectSource(client: client, type: .deployments), type: .deployments)
/// informer.addHandler { change in queue.add(change.object.key) }
/// ```
public final class Informer: Service, CacheSync {
    /// Takes a change. Must be quick, and must not call the informer.
    public typealias Handler = @Sendable (ObjectChange) -> Void

    /// The objects.
    public let store: ObjectStore
    /// What messages and logs call it.
    public let name: String

    private let reflector: Reflector
    private let resyncPeriod: Duration?
    private let clock: RuntimeClock
    private let logger: Logger
    private let synced = Latch()
    private let stopped = Latch()
    /// Held while changes are delivered, since their order is what handlers are promised.
    private let handlers = Mutex<[Handler]>([])

    /// An informer; it reads nothing until it runs.
    ///
    /// - Parameters:
    ///   - source: where the objects come from.
    ///   - retaining: what is kept of each object.
    ///   - indexes: further indexes of the store, by name.
    ///   - resyncPeriod: after how long all objects are delivered again, as updates without a change; nil for never.
    public init(
        source: any ObjectSource, type: ResourceType, name: String? = nil, retaining: ObjectRetention = .full,
        indexes: [String: ObjectStore.IndexFunction] = [:], resyncPeriod: Duration? = nil,
        clock: RuntimeClock = .continuous, random: RandomSource = .system,
        logger: Logger = Logger(label: "boltrope.informer")
    ) {
        let name = name ?? type.description
        var logger = logger
        logger[metadataKey: "informer"] = "\(name)"
        self.name = name
        self.logger = logger
        self.clock = clock
        self.resyncPeriod = resyncPeriod
        store = ObjectStore(type: type, retaining: retaining, indexes: indexes)
        reflector = Reflector(source: source, store: store, clock: clock, random: random, logger: logger)
    }

    /// Whether the first full read is in the store, and has been delivered to all handlers.
    public var hasSynced: Bool { synced.isOpen }

    /// Returns when the first full read is in the store, and has been delivered to all handlers.
    public func waitUntilSynced() async throws { try await synced.wait() }

    /// Adds a handler. It hears at once of what is in the store, as part of the initial list.
    public func addHandler(_ handler: @escaping Handler) {
        handlers.withLock { handlers in
            for object in store.snapshot().all { handler(.added(object, isInInitialList: true)) }
            handlers.append(handler)
        }
    }

    /// Keeps the store current until the task is cancelled, the process shuts down, or ``stop()`` is called.
    public func run() async {
        // The operation throws nothing; being ended by a shutdown is no error.
        try? await cancelledByShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.reflector.run { self.deliver($0, isFullRead: $1) } }
                group.addTask { try? await self.stopped.wait() }
                if let resyncPeriod = self.resyncPeriod {
                    group.addTask { await self.resync(every: resyncPeriod) }
                }
                await group.next()
                group.cancelAll()
            }
        }
    }

    /// Ends ``run()``; the store stays as it is.
    public func stop() { stopped.open() }

    private func deliver(_ changes: [ObjectChange], isFullRead: Bool) {
        handlers.withLock { handlers in
            for change in changes {
                for handler in handlers { handler(change) }
            }
        }
        guard isFullRead, !synced.isOpen else { return }
        logger.debug("Synced", metadata: ["objects": "\(store.count)"])
        synced.open()
    }

    private func resync(every period: Duration) async {
        while (try? await clock.sleep(for: period)) != nil {
            handlers.withLock { handlers in
                for object in store.snapshot().all {
                    for handler in handlers { handler(.updated(old: object, new: object)) }
                }
            }
        }
    }
}
