import Foundation
import Testing

@testable import HTTPTransport

/// `nghttpd` on a free port, serving one file over HTTP/2 with TLS.
private final class HTTP2Server: Sendable {
    static let program = "/usr/sbin/nghttpd"
    let port: Int
    private let process: Process

    init(_ certificates: TestCertificates) async throws {
        port = SocketServer { _ in }.port
        process = Process()
        process.executableURL = URL(fileURLWithPath: Self.program)
        process.arguments = [
            "-a", "127.0.0.1", "-d", certificates.directory, "-m", "100", String(port),
            certificates.path("server.key"), certificates.path("server.pem"),
        ]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    // Not SIGTERM, which the child may have inherited blocked.
    deinit { kill(process.processIdentifier, SIGKILL) }
}

@Suite(
    "HTTP/2", .timeLimit(.minutes(1)),
    .enabled(if: FileManager.default.isExecutableFile(atPath: HTTP2Server.program), "needs nghttpd"))
struct HTTP2Tests {
    @Test("More requests than a connection has streams are answered, all at once")
    func manyStreams() async throws {
        let certificates = try TestCertificates()
        let server = try await HTTP2Server(certificates)
        let transport = LibcurlTransport()
        let request = HTTPRequest(
            url: "https://127.0.0.1:\(server.port)/ca.pem",
            tls: TLSSettings(certificateAuthorities: .file(certificates.path("ca.pem"))), proxy: .none)
        // Until it listens.
        while (try? await transport.send(request)) == nil { try await Task.sleep(for: .milliseconds(20)) }
        let expected = try certificates.bytes("ca.pem")
        try await withThrowingTaskGroup(of: HTTPResponse.self) { group in
            for _ in 0..<350 { group.addTask { try await transport.send(request) } }
            for try await response in group {
                #expect(response.headers["server"]?.hasPrefix("nghttpd") == true)
                #expect(response.body == expected)
            }
        }
    }
}
