import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import Synchronization

/// Serves HTTP/1.1 on 127.0.0.1; a handler decides every answer.
public final class LoopbackServer: Sendable {
    /// What was asked.
    public struct Request: Sendable {
        /// The method, in capitals.
        public var method: String
        /// The path without its query.
        public var path: String
        /// What follows the question mark; empty if there is none.
        public var query: String
        /// The fields, by names in small letters; the last of a name wins.
        public var headers: [String: String]
        /// The body.
        public var body: [UInt8]
    }

    /// What is answered.
    public struct Response: Sendable {
        /// The status.
        public var status: Int
        /// The fields.
        public var headers: [(String, String)]
        /// The body.
        public var body: [UInt8]

        /// A response.
        public init(_ status: Int, headers: [(String, String)] = [], body: [UInt8] = []) {
            self.status = status
            self.headers = headers
            self.body = body
        }
    }

    private let requests = Mutex<[Request]>([])

    /// A server that runs only while ``serving(_:)`` does.
    public init() {}

    /// What has been asked so far, in order.
    public var log: [Request] { requests.withLock { $0 } }

    /// Forgets what has been asked.
    public func clearLog() { requests.withLock { $0 = [] } }

    /// Serves while the body runs.
    ///
    /// - Parameters:
    ///   - handler: decides every answer.
    ///   - body: is given the server's `http://127.0.0.1:PORT`.
    public func serving<Result: Sendable>(
        _ handler: @escaping @Sendable (Request) async -> Response,
        _ body: @escaping @Sendable (String) async throws -> Result
    ) async throws -> Result {
        let (ports, port) = AsyncStream<Int>.makeStream()
        // Cancelling is how this server is ended, and HummingbirdCore calls what comes of that an error.
        var logger = Logger(label: "loopback")
        logger.logLevel = .critical
        let server = try HTTPServerBuilder.http1().buildServer(
            configuration: .init(address: .hostname("127.0.0.1", port: 0), serverName: nil),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger
        ) { [self] request, writer, _ in
            try await respond(request, writer, handler)
        } onServerRunning: { channel in
            port.yield(channel.localAddress?.port ?? 0)
        }
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                try await server.run()
                return nil
            }
            var iterator = ports.makeAsyncIterator()
            let port = await iterator.next() ?? 0
            group.addTask { try await body("http://127.0.0.1:\(port)") }
            while let result = try await group.next() {
                guard let result else { continue }
                group.cancelAll()
                return result
            }
            throw CancellationError()
        }
    }

    private func respond(
        _ request: HummingbirdCore.Request, _ writer: consuming ResponseWriter,
        _ handler: @Sendable (Request) async -> Response
    ) async throws {
        var body: [UInt8] = []
        for try await piece in request.body { body.append(contentsOf: piece.readableBytesView) }
        let target = request.head.path ?? "/"
        let path = target.prefix { $0 != "?" }
        var headers = Dictionary(request.headers.map { ($0.name.canonicalName, $0.value) }) { $1 }
        headers["host"] = request.head.authority
        let asked = Request(
            method: request.method.rawValue, path: String(path), query: String(target.dropFirst(path.count + 1)),
            headers: headers, body: body)
        requests.withLock { $0.append(asked) }
        let response = await handler(asked)
        var fields = HTTPFields()
        for (name, value) in response.headers {
            if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
        }
        if response.status != 304 { fields[.contentLength] = String(response.body.count) }
        var out = try await writer.writeHead(HTTPResponse(status: .init(code: response.status), headerFields: fields))
        if !response.body.isEmpty, response.status != 304 { try await out.write(ByteBuffer(bytes: response.body)) }
        try await out.finish(nil)
    }
}
