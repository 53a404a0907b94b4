import HTTPTypes
import HummingbirdCore
import KubeCore
import Logging
import NIOCore
import NIOPosix
import Synchronization

/// Serves an API server over HTTP/1.1 on the loopback interface.
struct HTTPServer {
    let port: Int
    let logger: Logger
    let onListening: @Sendable (Int) -> Void
    let handle: @Sendable (APIRequest) async -> APIResponse

    private let connections = OpenConnections()

    /// Closes every connection that has carried a request, whatever is under way on it.
    func closeConnections() { connections.closeAll() }

    /// The largest body that is read, as in the real server.
    private static let maximumBody = 3 * 1024 * 1024

    /// Serves until the task is cancelled.
    func run() async throws {
        let (handle, connections) = (handle, connections)
        // Cancelling is how this server is ended, and HummingbirdCore calls what comes of that an error.
        var logger = logger
        logger.logLevel = .critical
        let server = try HTTPServerBuilder.http1().buildServer(
            configuration: .init(address: .hostname("127.0.0.1", port: port), serverName: nil),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger
        ) { request, writer, channel in
            try await connections.note(channel)
            try await Self.respond(to: request, writer, channel, handle)
        } onServerRunning: { channel in
            onListening(channel.localAddress?.port ?? 0)
        }
        try await server.run()
    }

    private static func respond(
        to request: Request, _ writer: consuming ResponseWriter, _ channel: any Channel,
        _ handle: @Sendable (APIRequest) async -> APIResponse
    ) async throws {
        var body: [UInt8] = []
        for try await piece in request.body {
            guard body.count + piece.readableBytes <= maximumBody else {
                let status = Status(
                    code: 413, reason: .requestEntityTooLarge,
                    message: "Request entity too large: limit is \(maximumBody)")
                return try await write(.failure(status), writer, channel)
            }
            body.append(contentsOf: piece.readableBytesView)
        }
        let headers = request.headers.map { APIRequest.Header($0.name.rawName, $0.value) }
        let target = request.head.path ?? "/"
        let response = await handle(
            APIRequest(method: request.method.rawValue, target: target, headers: headers, body: body))
        try await write(response, writer, channel)
    }

    /// How long a reader that has fallen too far behind may take over what it has been sent, before it is cut off.
    private static let graceOfOverrun = TimeAmount.seconds(2)

    private static func write(
        _ response: APIResponse, _ writer: consuming ResponseWriter, _ channel: any Channel
    ) async throws {
        // What is thrown here closes the connection.
        guard !response.isConnectionReset else { throw CancellationError() }
        var fields = HTTPFields()
        for header in response.headers {
            guard let name = HTTPField.Name(header.name) else { continue }
            fields.append(HTTPField(name: name, value: header.value))
        }
        if case .bytes(let bytes) = response.body, response.status != 304 {
            fields[.contentLength] = String(bytes.count)
        }
        var body = try await writer.writeHead(HTTPResponse(status: .init(code: response.status), headerFields: fields))
        switch response.body {
        case .bytes(let bytes):
            if !bytes.isEmpty { try await body.write(ByteBuffer(bytes: bytes)) }
        case .stream(let stream):
            let ending = response.ending
            channel.closeFuture.whenComplete { _ in ending?.abandon() }
            let isWritten = Atomic(false)
            ending?.whenOverrun {
                channel.eventLoop.scheduleTask(in: Self.graceOfOverrun) {
                    if !isWritten.load(ordering: .relaxed) { channel.close(promise: nil) }
                }
            }
            for await piece in stream { try await body.write(ByteBuffer(bytes: piece)) }
            isWritten.store(true, ordering: .relaxed)
            if response.ending?.isConnectionReset == true { throw CancellationError() }
        }
        try await body.finish(nil)
    }
}
