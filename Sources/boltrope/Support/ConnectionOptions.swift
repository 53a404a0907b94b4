import ArgumentParser
import HTTPTransport
import KubeClient
import Logging

/// Which API server to talk to, as kubectl's flags say it.
struct ConnectionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Kubeconfig file; otherwise KUBECONFIG, the pod's service account, ~/.kube/config."))
    var kubeconfig: String?

    @Option(help: "Context of the kubeconfig; otherwise its current one.")
    var context: String?

    /// A client of the chosen API server.
    func client(userAgent: String, logger: Logger) throws -> KubeClient {
        var configuration = try ClientConfiguration.load(kubeconfig: kubeconfig, context: context)
        configuration.userAgent = userAgent
        return KubeClient(configuration: configuration, exchange: LibcurlTransport(), logger: logger)
    }
}
