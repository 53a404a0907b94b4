import HTTPTransport

/// An exchange whose requests are counted, under the names that client-go gave its figures.
///
/// - `rest_client_requests_total{code,host,method}`: responses by status; `code="<error>"` where none came.
/// - `rest_client_request_duration_seconds{verb,host}`: until the whole response is here, or the head of a stream, as
///   the body of a watch takes as long as anybody watches.
public struct MeteredExchange: HTTPExchange {
    private let base: any HTTPExchange
    private let registry: MetricsRegistry
    private let clock: RuntimeClock

    /// What client-go puts in the place of a status where there is none.
    private static let noStatus = "<error>"
    /// The bounds of client-go, in seconds.
    private static let buckets: [Double] = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60]

    /// Counts what another exchange does.
    ///
    /// - Parameters:
    ///   - base: the exchange that does it.
    ///   - registry: where the figures go.
    public init(_ base: any HTTPExchange, registry: MetricsRegistry, clock: RuntimeClock = .continuous) {
        self.base = base
        self.registry = registry
        self.clock = clock
    }

    /// Sends a request, and counts its response or failure.
    public func send(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPResponse {
        let start = clock.now
        do {
            let response = try await base.send(request)
            count(request, code: String(response.status), since: start)
            return response
        } catch {
            count(request, code: Self.noStatus, since: start)
            throw error
        }
    }

    /// Sends a request, and counts its response or failure once the head is here.
    public func stream(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPStreamingResponse {
        let start = clock.now
        do {
            let response = try await base.stream(request)
            count(request, code: String(response.status), since: start)
            return response
        } catch {
            count(request, code: Self.noStatus, since: start)
            throw error
        }
    }

    private func count(_ request: HTTPRequest, code: String, since start: RuntimeClock.Instant) {
        let host = Self.host(of: request.url)
        registry.counter(
            "rest_client_requests_total",
            help: "Number of HTTP requests, partitioned by status code, method, and host.",
            labels: [("code", code), ("host", host), ("method", request.method)]
        ).increment()
        registry.histogram(
            "rest_client_request_duration_seconds", help: "Request latency in seconds. Broken down by verb, and host.",
            labels: [("verb", request.method), ("host", host)], buckets: Self.buckets
        ).observe(start.duration(to: clock.now).inSeconds)
    }

    /// Host and port as the URL has them, without credentials, which must not become a label.
    static func host(of url: String) -> String {
        let authority = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
        let end = authority.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? authority.endIndex
        let host = authority[..<end]
        return String(host.lastIndex(of: "@").map { host[host.index(after: $0)...] } ?? host)
    }
}
