import ArgumentParser
import EmbeddedCluster
import Foundation
import HTTPTransport
import Logging
import ServiceLifecycle

/// `boltrope cluster`: a Kubernetes API server and a simulated node side, in memory, on loopback.
struct ClusterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster",
        abstract: "Run the embedded cluster on loopback until stopped.",
        discussion: """
            An API server that kubectl and controllers can use, for trying things and for tests. Nothing is stored on \
            disk: what is in it is gone when it stops. It listens on 127.0.0.1 only, without authentication.
            """)

    @Option(help: "Port to listen on; 0 picks a free one.")
    var port = 6443

    @Option(help: ArgumentHelp("Write a kubeconfig for the cluster to this file.", valueName: "file"))
    var kubeconfig: String?

    @Option(help: "How many nodes to simulate.")
    var nodes = 3

    @Option(
        help: """
            Which controllers run: none (a bare API server), core (namespaces, garbage collection) or simulated (and \
            workloads).
            """)
    var controllers = EmbeddedCluster.Options.Controllers.simulated

    @Option(
        help: """
            What users may do: AlwaysAllow (everything) or RBAC (what roles and their bindings grant). Requests \
            without credentials are the administrator's in either case.
            """)
    var authorizationMode = AuthorizationMode.alwaysAllow

    @Option(
        help: ArgumentHelp(
            "Write a kubeconfig that acts as a user, such as system:serviceaccount:NAMESPACE:NAME; may be repeated.",
            valueName: "user=file"))
    var kubeconfigFor: [UserKubeconfig] = []

    @Option(
        help: ArgumentHelp(
            """
            Where an admission webhook that is a service of the cluster is really served; may be repeated. Webhooks at \
            URLs are called as they are. Services without an address count as unreachable, and with simulated \
            controllers are taken to agree.
            """, valueName: "namespace/name:port=host:port"))
    var webhookAddress: [WebhookAddress] = []

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port must be between 0 and 65535") }
        guard (0...1_000).contains(nodes) else { throw ValidationError("--nodes must be between 0 and 1000") }
    }

    func run() async throws {
        var options = EmbeddedCluster.Options()
        options.controllers = controllers
        options.nodes = nodes
        options.webhookCaller = HTTPWebhookCaller(webhookAddress, exchange: LibcurlTransport())
        options.authorizes = authorizationMode == .rbac
        options.logger = .warnings("boltrope.cluster")
        let (kubeconfig, users) = (kubeconfig, kubeconfigFor)
        let service = EmbeddedClusterService(cluster: EmbeddedCluster(options: options), port: port) { cluster in
            if let kubeconfig, let text = cluster.kubeconfig {
                try Data(text.utf8).write(to: URL(fileURLWithPath: kubeconfig), options: .atomic)
            }
            for user in users { try user.write(for: cluster) }
            let terminal = Terminal()
            terminal.line("cluster is listening on \(cluster.address ?? "")")
            terminal.line(
                kubeconfig.map { "use it with: kubectl --kubeconfig \($0) get nodes" }
                    ?? "use it with: kubectl --server \(cluster.address ?? "") get nodes")
        }
        try await ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [.init(service: service)], gracefulShutdownSignals: [.sigterm, .sigint],
                logger: .warnings("boltrope.cluster"))
        ).run()
    }
}

extension EmbeddedCluster.Options.Controllers: ExpressibleByArgument {}

/// An embedded cluster as a part of a process.
struct EmbeddedClusterService: Service {
    let cluster: EmbeddedCluster
    let port: Int
    /// Called once connections are accepted; what it throws ends the service.
    let onListening: @Sendable (EmbeddedCluster) throws -> Void

    func run() async throws {
        let (addresses, continuation) = AsyncStream.makeStream(of: String.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                // A server that could not start ends the wait for its address.
                defer { continuation.finish() }
                try await cancelWhenGracefulShutdown {
                    try await cluster.serve(port: port) { continuation.yield($0) }
                }
            }
            for await _ in addresses {
                try onListening(cluster)
                break
            }
            try await group.waitForAll()
        }
    }
}
