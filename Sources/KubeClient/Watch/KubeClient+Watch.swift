import HTTPTransport
import KubeCore

extension KubeClient {
    /// How long after the regular end of a watch its silence is taken for a dead connection.
    static let watchMargin: Duration = .seconds(5)

    /// The end of a watch where neither side sets one: the API server's own maximum is an hour.
    static let longestWatch: Duration = .seconds(3600)

    /// Watches objects from a resource version on; returns when the server has accepted the watch.
    ///
    /// - Parameters:
    ///   - namespace: nil for cluster-scoped resources, or for all namespaces.
    ///   - idleTimeout: how long the server may be silent; nil for five seconds more than the options' time-out.
    /// - Throws: ``KubeClientError`` where the server refuses. A resource version that is too old is an event
    ///   instead, on most servers.
    public func watch(
        _ type: ResourceType, namespace: String? = nil, options: ListOptions = ListOptions(),
        representation: Representation = .whole, idleTimeout: Duration? = nil
    ) async throws(KubeClientError) -> WatchStream {
        WatchStream(
            lines: try await watchLines(
                type, namespace: namespace, options: options, representation: representation,
                idleTimeout: idleTimeout))
    }

    /// Watches objects, as the JSON lines that the server sends.
    public func watchLines(
        _ type: ResourceType, namespace: String? = nil, options: ListOptions = ListOptions(),
        representation: Representation = .whole, idleTimeout: Duration? = nil
    ) async throws(KubeClientError) -> WatchLineStream {
        var request = APIRequest(.watch, type, namespace: namespace, query: [("watch", "true")] + options.query)
        request.accept = representation.accept(isList: false)
        let regularEnd = options.timeoutSeconds.map { Duration.seconds($0) } ?? Self.longestWatch
        request.idleTimeout = idleTimeout ?? regularEnd + Self.watchMargin
        return WatchLineStream(body: try await open(request).body, subject: request.subject)
    }
}
