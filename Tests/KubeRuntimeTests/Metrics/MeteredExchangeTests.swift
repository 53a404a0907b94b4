import HTTPTransport
import Testing

@testable import KubeRuntime

@Suite("Metered exchange")
struct MeteredExchangeTests {
    /// Answers every request with the status in its path, after the milliseconds in its query; 0 is a failure.
    private struct Answers: HTTPExchange {
        let time: VirtualTime

        func stream(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPStreamingResponse {
            let parts = (request.url.split(separator: "/").last ?? "").split(separator: "?")
            time.suspendMachine(for: .milliseconds(Int(parts.last ?? "") ?? 0))
            let status = Int(parts.first ?? "") ?? 0
            guard status > 0 else { throw HTTPTransportError(.connectionRefused, "refused") }
            return HTTPStreamingResponse(status: status, body: HTTPBodyStream([]))
        }
    }

    @Test("counts responses by status, host and method, streams and failures included, and times them")
    func figures() async throws {
        let registry = MetricsRegistry()
        try await VirtualTime.run { time in
            let exchange = MeteredExchange(Answers(time: time), registry: registry, clock: time.clock)
            let base = "https://10.0.0.1:6443"
            let answer = try await exchange.send(HTTPRequest(url: "\(base)/200?125"))
            let stream = try await exchange.stream(HTTPRequest(url: "\(base)/200?2000"))
            let conflict = try await exchange.send(HTTPRequest(method: "POST", url: "\(base)/409?0"))
            #expect([answer.status, stream.status, conflict.status] == [200, 200, 409])
            await #expect(throws: HTTPTransportError.self) {
                _ = try await exchange.send(HTTPRequest(url: "\(base)/0?0"))
            }
            await #expect(throws: HTTPTransportError.self) {
                _ = try await exchange.stream(HTTPRequest(url: "\(base)/0?0"))
            }
        }
        let text = registry.render()
        let host = #"host="10.0.0.1:6443""#
        for line in [
            #"rest_client_requests_total{code="200",\#(host),method="GET"} 2"#,
            #"rest_client_requests_total{code="409",\#(host),method="POST"} 1"#,
            #"rest_client_requests_total{code="<error>",\#(host),method="GET"} 2"#,
            #"rest_client_request_duration_seconds_bucket{verb="GET",\#(host),le="0.1"} 2"#,
            #"rest_client_request_duration_seconds_bucket{verb="GET",\#(host),le="0.25"} 3"#,
            #"rest_client_request_duration_seconds_sum{verb="GET",\#(host)} 2.125"#,
            #"rest_client_request_duration_seconds_count{verb="POST",\#(host)} 1"#,
        ] { #expect(text.contains(line + "\n"), "\(line) is missing in \(text)") }
    }

    @Test(
        "the host is what the URL says, without credentials",
        arguments: [
            ("https://kubernetes.default.svc/api", "kubernetes.default.svc"),
            ("https://u:p@[::1]:6443?x", "[::1]:6443"),
            ("http://localhost:8001", "localhost:8001"),
        ])
    func host(url: String, host: String) { #expect(MeteredExchange.host(of: url) == host) }
}
