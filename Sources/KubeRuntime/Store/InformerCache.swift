import KubeClient
import KubeCore
import Logging
import ServiceLifecycle
import Synchronization

/// Which objects an informer reads, and what it keeps of them.
public struct InformerScope: Sendable, Hashable, CustomStringConvertible {
    /// The resource.
    public var type: ResourceType
    /// The namespace; nil for all, and for cluster-scoped resources.
    public var namespace: String?
    /// Which objects, by label; nil for all.
    public var labels: LabelSelector?
    /// Which objects, by field; nil for all.
    public var fields: FieldSelector?
    /// What is kept of each object.
    public var retention: ObjectRetention

    /// A scope.
    public init(
        type: ResourceType, namespace: String? = nil, labels: LabelSelector? = nil, fields: FieldSelector? = nil,
        retention: ObjectRetention = .full
    ) {
        self.type = type
        self.namespace = namespace
        self.labels = labels
        self.fields = fields
        self.retention = retention
    }

    /// What messages and logs call it.
    public var description: String {
        var text = type.description
        if let namespace { text += " in \(namespace)" }
        if let labels { text += " with \(labels)" }
        if let fields { text += " where \(fields)" }
        return text
    }
}

/// Shared informers: whoever asks for a scope gets the one informer for it, and one watch serves all.
///
/// Informers can be asked for at any time; those asked for after the cache has started start at once.
public final class InformerCache: Service, CacheSync {
    private struct State {
        var informers: [InformerScope: Informer] = [:]
        var starter: AsyncStream<Informer>.Continuation?
    }

    private let state = Mutex(State())
    private let makeSource: @Sendable (InformerScope) -> any ObjectSource
    private let clock: RuntimeClock
    private let random: RandomSource
    private let logger: Logger

    /// What messages call it.
    public let name = "informers"

    /// A cache of collections from any source.
    public init(
        clock: RuntimeClock = .continuous, random: RandomSource = .system,
        logger: Logger = Logger(label: "boltrope.informer"),
        source: @escaping @Sendable (InformerScope) -> any ObjectSource
    ) {
        self.clock = clock
        self.random = random
        self.logger = logger
        makeSource = source
    }

    /// A cache of collections on an API server. Scopes that keep metadata only also ask the server for no more.
    public convenience init(
        client: KubeClient, clock: RuntimeClock = .continuous, random: RandomSource = .system,
        logger: Logger = Logger(label: "boltrope.informer")
    ) {
        self.init(clock: clock, random: random, logger: logger) { scope in
            ClientObjectSource(
                client: client, type: scope.type, namespace: scope.namespace, labels: scope.labels,
                fields: scope.fields, representation: scope.retention == .metadata ? .metadata : .whole)
        }
    }

    /// The informer of a scope, made if there is none.
    ///
    /// - Parameter indexes: indexes of the store, where the informer is made.
    public func informer(
        for scope: InformerScope, indexes: [String: ObjectStore.IndexFunction] = [:]
    ) -> Informer {
        let (informer, starter) = state.withLock { state in
            if let informer = state.informers[scope] { return (informer, nil as AsyncStream<Informer>.Continuation?) }
            let informer = Informer(
                source: makeSource(scope), type: scope.type, name: scope.description, retaining: scope.retention,
                indexes: indexes, clock: clock, random: random, logger: logger)
            state.informers[scope] = informer
            return (informer, state.starter)
        }
        starter?.yield(informer)
        return informer
    }

    /// The informer of a scope, if there is one: for readers that must not start a watch by accident.
    public func existingInformer(for scope: InformerScope) -> Informer? {
        state.withLock { $0.informers[scope] }
    }

    /// Ends an informer, for example because its resource is no longer served.
    public func remove(_ scope: InformerScope) {
        state.withLock { $0.informers.removeValue(forKey: scope) }?.stop()
    }

    /// The scopes that are read.
    public var scopes: [InformerScope] { state.withLock { Array($0.informers.keys) } }

    /// Whether all informers asked for so far have synced.
    public var hasSynced: Bool { state.withLock { Array($0.informers.values) }.allSatisfy(\.hasSynced) }

    /// The names of the informers that have not synced.
    public var unsynced: [String] {
        state.withLock { Array($0.informers.values) }.filter { !$0.hasSynced }.map(\.name).sorted()
    }

    /// Returns when all informers asked for so far have synced.
    public func waitUntilSynced() async throws {
        for informer in state.withLock({ Array($0.informers.values) }) { try await informer.waitUntilSynced() }
    }

    /// Keeps all stores current until the task is cancelled or the process shuts down.
    public func run() async {
        let (stream, continuation) = AsyncStream.makeStream(of: Informer.self)
        let waiting = state.withLock { state in
            state.starter = continuation
            return Array(state.informers.values)
        }
        for informer in waiting { continuation.yield(informer) }
        // The operation throws nothing; being ended by a shutdown is no error.
        try? await cancelledByShutdown {
            await withDiscardingTaskGroup { group in
                for await informer in stream {
                    group.addTask { await informer.run() }
                }
                group.cancelAll()
            }
        }
        state.withLock { $0.starter = nil }
    }
}
