import KubeClient
import KubeCore
import KubeRuntime
import Logging
import MeshOperator
import ServiceLifecycle
import UnixSignals

/// The operator put together: informers and events in every process, the controllers in the one that leads.
struct OperatorParts {
    /// What the flags of the command decide.
    struct Settings {
        /// How leaders are elected; nil leads without asking, where there can be no second process.
        var leaderElection: LeaderElectionSettings?
        /// How many meshes are worked on at once.
        var workers = 4
        /// Who reports in events.
        var instance = "boltrope"
        /// Where charts are kept across restarts; nil for memory alone.
        var chartCache: String?
    }

    /// Where the lease is, and in whose name it is taken.
    struct LeaderElectionSettings {
        var namespace: String
        var name = "boltrope"
        var identity: String
        var times = LeaderElectionConfiguration()
    }

    let metrics: MetricsRegistry
    let health = HealthRegistry()
    private let services: [ManagedService]
    private let logger: Logger

    /// Wires the parts; nothing runs yet.
    ///
    /// - Throws: where the times of leader election cannot keep two leaders apart.
    init(client: KubeClient, settings: Settings, metrics: MetricsRegistry = MetricsRegistry(), logger: Logger) throws {
        self.metrics = metrics
        self.logger = logger
        var configuration = MeshOperatorConfiguration()
        configuration.workers = settings.workers
        configuration.instance = settings.instance
        configuration.chartCache = settings.chartCache
        guard let election = settings.leaderElection else {
            let mesh = MeshOperatorService(
                client: client, configuration: configuration, metrics: metrics, logger: logger)
            services = mesh.shared + mesh.leaderElected
            health.addCaches([mesh.caches])
            return
        }
        // The elector opens the gate, and the elector's body is the controller that writes through the gate.
        let gate = LeaseWriteGate()
        let mesh = MeshOperatorService(
            client: client.guarded(by: gate), configuration: configuration, metrics: metrics, logger: logger)
        let work = mesh.leaderElected.map(\.service)
        let elector = try LeaderElector(
            store: ClientLeaseStore(
                client: client, namespace: election.namespace, name: election.name,
                requestTimeout: election.times.requestTimeout),
            identity: election.identity, configuration: election.times, leaseName: election.name,
            writeGate: gate, metrics: metrics, logger: logger
        ) {
            try await ServiceBundle(work, logger: logger).run()
        }
        services = mesh.shared + [ManagedService(.leaderElected, elector)]
        health.addCaches([mesh.caches])
        health.addElector(elector)
    }

    /// Runs until told to stop, or until a part fails.
    ///
    /// - Parameters:
    ///   - http: servers that are there before everything else, and after it.
    ///   - signals: on which signals to stop.
    func run(http: [any Service], signals: [UnixSignal]) async throws {
        var options = Manager.Options()
        options.signals = signals
        try await Manager(http.map { ManagedService(.http, $0) } + services, options: options, logger: logger).run()
    }
}
