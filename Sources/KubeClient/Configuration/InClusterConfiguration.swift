import Foundation
import HTTPTransport

extension ClientConfiguration {
    /// Where Kubernetes puts the credentials of a pod's service account.
    public static let serviceAccountDirectory = "/var/run/secrets/kubernetes.io/serviceaccount"

    /// Whether this process runs in a pod, as its environment has it.
    public static func isInCluster(environment: [String: String] = ProcessInfo.processInfo.environment) -> Bool {
        !(environment["KUBERNETES_SERVICE_HOST"] ?? "").isEmpty
            && !(environment["KUBERNETES_SERVICE_PORT"] ?? "").isEmpty
    }

    /// The API server of the cluster that this pod runs in, as its service account. Token and CA are read again when
    /// the kubelet renews them.
    ///
    /// - Throws: ``KubeClientError/configuration(_:)`` outside of a pod, or without a mounted token.
    public static func inCluster(
        environment: [String: String] = ProcessInfo.processInfo.environment,
        directory: String = serviceAccountDirectory
    ) throws(KubeClientError) -> ClientConfiguration {
        guard let host = environment["KUBERNETES_SERVICE_HOST"], let port = environment["KUBERNETES_SERVICE_PORT"],
            isInCluster(environment: environment)
        else {
            throw .configuration(
                "not in a pod: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set; give a kubeconfig")
        }
        var token = WatchedFile(path: "\(directory)/token")
        do {
            _ = try token.read()
        } catch {
            throw .configuration("\(error); does the pod set automountServiceAccountToken: false?")
        }
        var configuration = ClientConfiguration(
            server: "https://\(host.contains(":") ? "[\(host)]" : host):\(port)",
            authentication: Authentication(token: .file("\(directory)/token")))
        let authority = "\(directory)/ca.crt"
        if FileManager.default.fileExists(atPath: authority) {
            configuration.trust.certificateAuthority = .file(authority)
        }
        var namespace = WatchedFile(path: "\(directory)/namespace")
        if let bytes = try? namespace.read() {
            let name = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            if !name.isEmpty { configuration.namespace = name }
        }
        return configuration
    }

    /// The configuration that a program should use that was told nothing else: an explicit kubeconfig, that of
    /// `KUBECONFIG`, the pod's own, or `~/.kube/config`, in this order (as controller-runtime has it).
    ///
    /// - Parameters:
    ///   - kubeconfig: the path given to the program, if any.
    ///   - context: the context to use in place of the current one; only with a kubeconfig.
    public static func load(
        kubeconfig: String? = nil, context: String? = nil,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(KubeClientError) -> ClientConfiguration {
        let isExplicit = kubeconfig.map { !$0.isEmpty } ?? false
        let isInEnvironment = !(environment["KUBECONFIG"] ?? "").isEmpty
        if !isExplicit, !isInEnvironment, context == nil, isInCluster(environment: environment) {
            return try inCluster(environment: environment)
        }
        return try Kubeconfig.load(path: kubeconfig, environment: environment).configuration(context: context)
    }
}
