import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// Serves a few documents over plain HTTP: the operator's probes, or its metrics.
///
/// Only GET and HEAD, no bodies, connections that idle are closed: nothing that a scanner in the cluster could lean on.
struct ObservabilityServer: Service {
    /// What a path answers.
    struct Document: Sendable {
        var status: Int
        var contentType: String
        var text: String
    }

    /// Where to listen.
    let address: ListenAddress
    /// What the log calls this server, for example `metrics`.
    let name: String
    /// The documents by path, made anew for each request.
    let documents: [String: @Sendable () async -> Document]
    let logger: Logger

    func run() async throws {
        let documents = documents
        let channel = HTTP1Channel(
            responder: { request, writer, _ in
                let response = await Self.respond(to: request, documents)
                try await writer.write(response: response.head, body: response.body)
            }, configuration: .init(idleTimeout: .seconds(60)))
        let (name, logger) = (name, logger)
        // Its start is told below, with the server's name.
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        let server = channel.server(
            configuration: ServerConfiguration(address: .hostname(address.host, port: address.port), serverName: nil),
            onServerRunning: { channel in
                logger.info("listening", metadata: ["server": "\(name)", "port": "\(channel.localAddress?.port ?? 0)"])
            },
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: quiet)
        try await server.run()
    }

    private static func respond(
        to request: Request, _ documents: [String: @Sendable () async -> Document]
    ) async -> Response {
        guard request.method == .get || request.method == .head else {
            return Response(status: .methodNotAllowed, headers: [.allow: "GET, HEAD"])
        }
        guard let document = documents[request.uri.path] else { return Response(status: .notFound) }
        let answer = await document()
        let response = Response(
            status: .init(code: answer.status), headers: [.contentType: answer.contentType],
            body: ResponseBody(byteBuffer: ByteBuffer(string: answer.text)))
        return request.method == .head ? response.createHeadResponse() : response
    }
}
