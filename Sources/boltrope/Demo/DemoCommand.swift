import ArgumentParser
import EmbeddedCluster
import Foundation
import HTTPTransport
import KubeClient
import KubeCore
import Logging
import ServiceLifecycle

/// `boltrope demo`: the main job, before one's eyes.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Show a mesh being installed, repaired, changed and removed on an embedded cluster.",
        discussion: """
            Everything happens in this process and on loopback. Between the steps the demo waits for Enter, so that \
            there is time to look around with kubectl; --once runs its course without questions and exits with 0 only \
            if every step was seen to hold.
            """)

    @Flag(help: "Run the course without questions.")
    var once = false

    @Option(help: "Port of the cluster; 0 picks a free one.")
    var port = 0

    @Option(help: "How many nodes to simulate.")
    var nodes = 3

    @Option(help: ArgumentHelp("How long a step may take, in seconds.", valueName: "seconds"))
    var timeout = 120

    func run() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("boltrope-demo-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let kubeconfig = folder.appendingPathComponent("kubeconfig")

        var options = EmbeddedCluster.Options()
        options.controllers = .simulated
        options.nodes = nodes
        options.logger = .warnings("boltrope.cluster")
        let (addresses, continuation) = AsyncStream.makeStream(of: String.self)
        let cluster = EmbeddedClusterService(cluster: EmbeddedCluster(options: options), port: port) { cluster in
            if let text = cluster.kubeconfig { try Data(text.utf8).write(to: kubeconfig, options: .atomic) }
            continuation.yield(cluster.address ?? "")
        }
        let course = DemoCourseService(
            addresses: addresses, kubeconfig: kubeconfig, isUnattended: once, timeout: .seconds(timeout))
        try await ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(service: cluster),
                    .init(
                        service: course, successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .gracefullyShutdownGroup),
                ], gracefulShutdownSignals: [.sigterm, .sigint], logger: .warnings("boltrope.demo"))
        ).run()
    }
}

/// Runs the course against the cluster once that listens, with an operator of its own beside it.
private struct DemoCourseService: Service {
    let addresses: AsyncStream<String>
    let kubeconfig: URL
    let isUnattended: Bool
    let timeout: Duration

    func run() async throws {
        try await cancelWhenGracefulShutdown { try await follow() }
    }

    private func follow() async throws {
        var iterator = addresses.makeAsyncIterator()
        guard await iterator.next() != nil else { return }
        let configuration = try ClientConfiguration.load(kubeconfig: kubeconfig.path)
        let client = KubeClient(
            configuration: configuration, exchange: LibcurlTransport(), logger: .warnings("boltrope.demo"))
        let course = DemoCourse(
            client: client, kubeconfig: kubeconfig.path, isUnattended: isUnattended, timeout: timeout)
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await course.prepare()
            let parts = try OperatorParts(
                client: client, settings: OperatorParts.Settings(leaderElection: nil), logger: .warnings("boltrope"))
            group.addTask { try await parts.run(http: [], signals: []) }
            group.addTask { try await course.run() }
            // The first to end is the course, or an operator that failed; either way the rest ends with it.
            try await group.next()
            group.cancelAll()
        }
    }
}
