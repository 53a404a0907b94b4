import KubeCore

/// The answer to an ``APIRequest``.
public struct APIResponse: Sendable {
    /// What follows the headers.
    public enum Body: Sendable {
        /// All of it.
        case bytes([UInt8])
        /// Pieces as they come, each to be sent at once; ends when the stream does.
        case stream(AsyncStream<[UInt8]>)
    }

    /// The HTTP status code.
    public var status: Int
    /// The header fields.
    public var headers: [APIRequest.Header]
    /// The body.
    public var body: Body
    /// Whether the connection is closed instead of answering, as a fault or a restart asked for: whoever carries
    /// requests to the server in process fails the exchange then, as a closed connection does.
    public internal(set) var isConnectionReset = false
    /// How the stream of the body ended; nil if it can only end well.
    public internal(set) var ending: StreamEnding?

    /// An answer.
    public init(status: Int, headers: [APIRequest.Header] = [], body: Body = .bytes([])) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The first header field of a name, in any case.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// The whole body, waiting for a stream to end.
    public func collectBody() async -> [UInt8] {
        switch body {
        case .bytes(let bytes): return bytes
        case .stream(let stream):
            var bytes: [UInt8] = []
            for await piece in stream { bytes += piece }
            return bytes
        }
    }

    /// An answer in JSON.
    static func json(_ value: JSONValue, status: Int = 200, pretty: Bool = false) -> APIResponse {
        var bytes = value.serializedBytes(pretty ? JSONFormat(isPretty: true) : .compact)
        bytes.append(0x0A)
        return json(bytes, status: status)
    }

    /// An answer of serialised JSON.
    static func json(_ bytes: [UInt8], status: Int = 200) -> APIResponse {
        APIResponse(
            status: status, headers: [APIRequest.Header("Content-Type", "application/json")], body: .bytes(bytes))
    }

    /// An answer in plain text.
    static func text(_ text: String, status: Int = 200) -> APIResponse {
        APIResponse(
            status: status, headers: [APIRequest.Header("Content-Type", "text/plain; charset=utf-8")],
            body: .bytes(Array(text.utf8)))
    }

    /// No answer at all. The status is what a proxy in between would say.
    static let connectionReset: APIResponse = {
        var response = APIResponse(status: 502)
        response.isConnectionReset = true
        return response
    }()

    /// What the real server's router says of paths that it does not know.
    static let pageNotFound = APIResponse.text("404 page not found\n", status: 404)

    /// An answer that a request failed.
    static func failure(_ status: Status) -> APIResponse {
        var response = json(status.value, status: status.code)
        if let seconds = status.details?.retryAfterSeconds {
            response.headers.append(APIRequest.Header("Retry-After", String(seconds)))
        }
        return response
    }
}
