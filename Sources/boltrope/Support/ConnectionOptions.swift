import ArgumentParser
import HTTPTransport
import KubeClient
import KubeRuntime
import Logging

/// Which API server to talk to, as kubectl's flags say it.
struct ConnectionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Kubeconfig file; otherwise KUBECONFIG, the pod's service account, ~/.kube/config."))
    var kubeconfig: String?

    @Option(help: "Context of the kubeconfig; otherwise its current one.")
    var context: String?

    /// A client of the chosen API server.
    ///
    /// - Parameter metrics: where requests are counted; nil counts nothing.
    func client(userAgent: String, metrics: MetricsRegistry? = nil, logger: Logger) throws -> KubeClient {
        var configuration = try ClientConfiguration.load(kubeconfig: kubeconfig, context: context)
        configuration.userAgent = userAgent
        let transport = LibcurlTransport()
        let exchange: any HTTPExchange = metrics.map { MeteredExchange(transport, registry: $0) } ?? transport
        return KubeClient(configuration: configuration, exchange: exchange, logger: logger)
    }
}
