import ArgumentParser
import Foundation
import KubeClient
import KubeCore
import KubeRuntime
import Logging
import Metrics
import ServiceLifecycle
import UnixSignals

/// `boltrope operator`: what runs in the pods of the chart, and at a developer's desk against a kubeconfig.
struct OperatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "operator", abstract: "Run the operator, in a pod or against a kubeconfig.")

    @OptionGroup var connection: ConnectionOptions

    @Flag(inversion: .prefixedNo, help: "Lead only while holding a Lease; needed where there is more than one process.")
    var leaderElection = true

    @Option(
        help: ArgumentHelp(
            "Namespace of the Lease; otherwise the pod's (POD_NAMESPACE), or boltrope-system.", valueName: "namespace"))
    var leaderElectionNamespace: String?

    @Option(help: "Name of the Lease.")
    var leaderElectionName = "boltrope"

    @Option(
        help: ArgumentHelp(
            "Name of this process in the Lease; otherwise its pod or host name with a random part.", valueName: "name"))
    var leaderElectionIdentity: String?

    @Option(help: ArgumentHelp("How long others wait for a leader that is silent.", valueName: "seconds"))
    var leaseDuration = 15

    @Option(help: ArgumentHelp("How long a leader tries to renew before it gives up.", valueName: "seconds"))
    var renewDeadline = 10

    @Option(help: ArgumentHelp("How often the leader renews, and the others look.", valueName: "seconds"))
    var retryPeriod = 2

    @Option(help: ArgumentHelp("Address of /metrics; 0 turns it off.", valueName: "address"))
    var metricsAddress = ListenAddress.metrics

    @Option(help: ArgumentHelp("Address of /healthz and /readyz; 0 turns it off.", valueName: "address"))
    var probeAddress = ListenAddress.probes

    @Option(
        help: ArgumentHelp(
            "Directory in which charts from repositories and registries are kept; otherwise boltrope-charts among "
                + "temporary files.", valueName: "directory"))
    var chartCache: String?

    @Option(help: "How many meshes are worked on at once.")
    var workers = 4

    @Option(help: "How to log: text or json.")
    var logFormat = LogFormat.text

    @Option(help: "What to log at least: trace, debug, info, notice, warning, error or critical.")
    var logLevel = Logger.Level.info

    func validate() throws {
        guard (1...64).contains(workers) else { throw ValidationError("--workers must be between 1 and 64") }
        do {
            try times.validate()
        } catch {
            throw ValidationError("\(error)")
        }
    }

    private var times: LeaderElectionConfiguration {
        var times = LeaderElectionConfiguration()
        times.leaseDuration = .seconds(leaseDuration)
        times.renewDeadline = .seconds(renewDeadline)
        times.retryPeriod = .seconds(retryPeriod)
        return times
    }

    func run() async throws {
        LoggingSystem.bootstrap(logFormat.factory(logLevel))
        let registry = MetricsRegistry()
        MetricsSystem.bootstrap(RegistryMetricsFactory(registry))
        let logger = Logger(label: "boltrope.operator")
        let environment = ProcessInfo.processInfo.environment
        let client = try connection.client(
            userAgent: "boltrope/\(KubeCore.version)", metrics: registry, logger: Logger(label: "boltrope.client"))

        var settings = OperatorParts.Settings()
        settings.workers = workers
        settings.chartCache = chartCache ?? NSTemporaryDirectory() + "boltrope-charts"
        settings.instance = environment["POD_NAME"] ?? ProcessInfo.processInfo.hostName
        if leaderElection {
            settings.leaderElection = OperatorParts.LeaderElectionSettings(
                namespace: leaderElectionNamespace ?? environment["POD_NAMESPACE"] ?? "boltrope-system",
                name: leaderElectionName,
                identity: leaderElectionIdentity ?? Self.identity(pod: environment["POD_NAME"]),
                times: times)
        }
        let parts = try OperatorParts(client: client, settings: settings, metrics: registry, logger: logger)
        logger.notice(
            "Starting", metadata: ["version": "\(KubeCore.version)", "server": "\(client.configuration)"])
        try await parts.run(http: servers(parts, logger), signals: [.sigterm, .sigint])
        logger.notice("Stopped")
    }

    /// The pod's name with a random part, so that two lives of one pod differ.
    private static func identity(pod: String?) -> String {
        pod.map { "\($0)_\(UUID().uuidString.lowercased())" } ?? LeaderElector.defaultIdentity()
    }

    private func servers(_ parts: OperatorParts, _ logger: Logger) -> [any Service] {
        var servers: [any Service] = []
        let (health, registry) = (parts.health, parts.metrics)
        @Sendable func probe(_ probe: HealthRegistry.Probe, _ name: String) -> ObservabilityServer.Document {
            let report = health.report(probe)
            return ObservabilityServer.Document(
                status: report.isHealthy ? 200 : 500, contentType: "text/plain; charset=utf-8",
                text: report.text(probe: name))
        }
        if probeAddress.isEnabled {
            servers.append(
                ObservabilityServer(
                    address: probeAddress, name: "probes",
                    documents: [
                        "/healthz": { probe(.liveness, "healthz") }, "/readyz": { probe(.readiness, "readyz") },
                    ], logger: logger))
        }
        if metricsAddress.isEnabled {
            servers.append(
                ObservabilityServer(
                    address: metricsAddress, name: "metrics",
                    documents: [
                        "/metrics": {
                            ObservabilityServer.Document(
                                status: 200, contentType: "text/plain; version=0.0.4; charset=utf-8",
                                text: registry.render())
                        }
                    ], logger: logger))
        }
        return servers
    }
}
