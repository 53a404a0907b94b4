import HTTPTransport
import HelmCharts
import KubeClient
import KubeCore
import KubeRuntime
import Logging
import MeshAPI

/// How the operator works.
public struct MeshOperatorConfiguration: Sendable {
    /// How many meshes are worked on at once; 4 by default.
    public var workers = 4
    /// How long one reconcile may take before it is cancelled and tried again: 5 minutes by default.
    public var reconcileTimeout = Duration.seconds(300)
    /// How often a mesh is tried again that fails: 200 ms at first, doubled up to 2 minutes.
    public var backoff = Backoff(base: .milliseconds(200), cap: .seconds(120))
    /// The directory in which charts from repositories and registries are kept across restarts; nil keeps them in memory
    /// alone.
    public var chartCache: String?
    /// Who reports in events: the name of the pod, for example.
    public var instance = "boltrope"

    /// The defaults.
    public init() {}
}

/// The operator's parts, wired: informers, the event recorder, and the controller of meshes.
///
/// The executable runs ``shared`` in every process, and ``leaderElected`` in the leader alone:
///
/// ```swift
/// let mesh = MeshOperatorService(client: client.guarded(by: gate), metrics: registry)
/// let elector = LeaderElector(…, body: ServiceBundle(mesh.leaderElected.map(\.service)))
/// try await Manager(mesh.shared + [ManagedService(.leaderElected, elector)]).run()
/// ```
public struct MeshOperatorService: Sendable {
    /// Informers and the event recorder: run them in every process, so that a new leader begins with warm caches.
    public let shared: [ManagedService]
    /// The controller of meshes: run it in the leader alone.
    public let leaderElected: [ManagedService]
    /// The informers, whose sync is a matter of readiness.
    public let caches: InformerCache

    /// Wires the operator.
    ///
    /// - Parameters:
    ///   - client: reads and writes; its write gate guards every write.
    ///   - configuration: how the operator works.
    ///   - clock: the time that all parts live by.
    ///   - metrics: where figures go; the executable serves them.
    public init(
        client: KubeClient, configuration: MeshOperatorConfiguration = MeshOperatorConfiguration(),
        clock: RuntimeClock = .continuous, random: RandomSource = .system, metrics: MetricsRegistry = MetricsRegistry(),
        logger: Logger = Logger(label: "boltrope.operator")
    ) {
        var network = ChartSources.Network(exchange: LibcurlTransport())
        if let directory = configuration.chartCache {
            do {
                network.cache = try ContentCache(directory: directory)
            } catch {
                logger.warning("Charts are not kept across restarts", metadata: ["error": "\(error)"])
            }
        }
        self.init(
            client: client, configuration: configuration,
            charts: ChartSources(embedded: EmbeddedCharts.charts, network: network),
            renderer: HelmComponentRenderer(), clock: clock, random: random, metrics: metrics, logger: logger)
    }

    /// Wires the operator over other charts and another renderer.
    package init(
        client: KubeClient, configuration: MeshOperatorConfiguration, charts: ChartSources,
        renderer: any ComponentRenderer, clock: RuntimeClock, random: RandomSource, metrics: MetricsRegistry,
        logger: Logger
    ) {
        caches = InformerCache(client: client, clock: clock, random: random, logger: logger)
        let events = EventRecorder(
            sink: ClientEventSink(client: client), controller: "boltrope.dev/mesh", instance: configuration.instance,
            clock: clock, random: random, logger: logger)
        let meshCaches = MeshCaches(caches)
        let reconciler = MeshReconciler(
            client: client, caches: meshCaches, charts: charts, renderer: renderer,
            mapper: ResourceMapper(client: client, clock: clock), events: MeshEvents(events),
            metrics: MeshMetrics(metrics))
        var options = ControllerOptions()
        options.workers = configuration.workers
        options.reconcileTimeout = configuration.reconcileTimeout
        options.itemBackoff = configuration.backoff
        let controller = Controller(
            name: "mesh", reconciler: reconciler, options: options,
            caches: [meshCaches.meshes, meshCaches.revisions, meshCaches.namespaces], clock: clock, random: random,
            metrics: metrics, logger: logger)
        shared = [ManagedService(.caches, caches), ManagedService(.events, events)]
        leaderElected = [ManagedService(.leaderElected, controller)]
        let queue = controller.queue
        // The reconciler holds the caches, and lives as long as its controller.
        meshCaches.onChange { [weak reconciler] change, meshes in
            reconciler?.observed(change)
            for mesh in meshes { queue.add(ObjectKey(name: mesh), priority: change.isUrgent ? .normal : .low) }
        }
    }
}
