import Foundation
import Glibc
import Testing

@testable import HTTPTransport

/// A certificate authority and what it issued, in a directory that goes with it; made by the `openssl` command.
final class TestCertificates: Sendable {
    let directory: String

    init() throws {
        directory = NSTemporaryDirectory() + "boltrope-tls-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try authority("ca")
        try authority("other-ca")
        try issue("server", by: "ca", name: "server", extension: "subjectAltName=DNS:api.example,IP:127.0.0.1")
        try issue("client", by: "ca", name: "alice", extension: "extendedKeyUsage=clientAuth")
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    func path(_ file: String) -> String { "\(directory)/\(file)" }

    func bytes(_ file: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(file))))
    }

    private func authority(_ name: String) throws {
        try openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
            "/CN=\(name)", "-keyout", path("\(name).key"), "-out", path("\(name).pem"))
    }

    private func issue(_ file: String, by authority: String, name: String, extension line: String) throws {
        try line.write(toFile: path("\(file).ext"), atomically: true, encoding: .utf8)
        try openssl(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=\(name)",
            "-keyout", path("\(file).key"), "-out", path("\(file).csr"))
        try openssl(
            "x509", "-req", "-days", "2", "-in", path("\(file).csr"), "-CA", path("\(authority).pem"), "-CAkey",
            path("\(authority).key"), "-CAcreateserial", "-extfile", path("\(file).ext"), "-out", path("\(file).pem"))
    }

    /// By `posix_spawn` and `waitpid`: Foundation's `Process` can miss the end of a program where several run at once.
    private func openssl(_ arguments: String...) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        var pointers = (["openssl"] + arguments).map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var process: pid_t = 0
        try #require(posix_spawn(&process, "/usr/bin/openssl", &actions, nil, &pointers, nil) == 0)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        try #require(status == 0, "openssl \(arguments)")
    }
}

/// `openssl s_server` on a free port, answering every GET with a page about the connection.
final class TLSServer: Sendable {
    let port: Int
    private let process: Process

    init(_ certificates: TestCertificates, _ arguments: [String] = []) throws {
        // A port that was free a moment ago.
        port = SocketServer { _ in }.port
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments =
            [
                "s_server", "-accept", "127.0.0.1:\(port)", "-cert", certificates.path("server.pem"), "-key",
                certificates.path("server.key"), "-www",
            ] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        // It prints ACCEPT when it listens.
        var printed = ""
        while !printed.contains("ACCEPT") {
            let data = output.fileHandleForReading.availableData
            try #require(!data.isEmpty, "openssl s_server ended")
            printed += String(decoding: data, as: UTF8.self)
        }
    }

    // Not SIGTERM, which the child may have inherited blocked.
    deinit { kill(process.processIdentifier, SIGKILL) }
}

@Suite(
    "HTTP over TLS", .timeLimit(.minutes(1)),
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl"), "needs the openssl command"))
struct TLSTests {
    let transport = LibcurlTransport()
    let certificates: TestCertificates

    init() throws { certificates = try TestCertificates() }

    private func outcome(_ server: TLSServer, _ tls: TLSSettings, host: String = "127.0.0.1") async -> String {
        do throws(HTTPTransportError) {
            let response = try await transport.send(
                HTTPRequest(url: "https://\(host):\(server.port)/", tls: tls, proxy: .none))
            return "\(response.status) \(String(decoding: response.body, as: UTF8.self))"
        } catch {
            return "\(error.kind): \(error.reason)"
        }
    }

    @Test("A server is trusted by its authority, from data or a file, and by no other")
    func trust() async throws {
        let server = try TLSServer(certificates)
        #expect(
            await outcome(server, TLSSettings(certificateAuthorities: .data(try certificates.bytes("ca.pem"))))
                .hasPrefix("200"))
        #expect(
            await outcome(server, TLSSettings(certificateAuthorities: .file(certificates.path("ca.pem")))).hasPrefix(
                "200"))
        let other = await outcome(
            server, TLSSettings(certificateAuthorities: .data(try certificates.bytes("other-ca.pem"))))
        #expect(other.hasPrefix("tls: ") && other.contains("certificate"))
        #expect(await outcome(server, TLSSettings()).hasPrefix("tls: "))
        #expect(await outcome(server, TLSSettings(acceptsAnyCertificate: true)).hasPrefix("200"))
    }

    @Test("The name is verified; another one can be asked for")
    func names() async throws {
        let server = try TLSServer(certificates)
        var tls = TLSSettings(certificateAuthorities: .data(try certificates.bytes("ca.pem")))
        let mismatch = await outcome(server, tls, host: "localhost")
        #expect(mismatch.hasPrefix("tls: ") && mismatch.contains("localhost"))
        tls.serverName = "api.example"
        #expect(await outcome(server, tls, host: "localhost").hasPrefix("200"))
        tls.serverName = "wrong.example"
        #expect(await outcome(server, tls).hasPrefix("tls: "))
    }

    @Test("A client certificate is shown, from data or from files")
    func clientCertificate() async throws {
        let server = try TLSServer(
            certificates, ["-Verify", "2", "-CAfile", certificates.path("ca.pem"), "-verify_return_error"])
        var tls = TLSSettings(certificateAuthorities: .data(try certificates.bytes("ca.pem")))
        let anonymous = await outcome(server, tls)
        #expect(anonymous.hasPrefix("tls: "), "\(anonymous)")
        tls.clientCertificate = .data(try certificates.bytes("client.pem"))
        tls.clientKey = .data(try certificates.bytes("client.key"))
        let known = await outcome(server, tls)
        #expect(known.hasPrefix("200") && known.contains("alice"))
        tls.clientCertificate = .file(certificates.path("client.pem"))
        tls.clientKey = .file(certificates.path("client.key"))
        #expect(await outcome(server, tls).hasPrefix("200"))
        tls.clientKey = .data(try certificates.bytes("server.key"))
        #expect(await outcome(server, tls).hasPrefix("tls: "), "a key that does not fit")
        tls.clientKey = nil
        #expect(await outcome(server, tls).contains("together"))
    }

    @Test("TLS 1.1 is not spoken")
    func oldVersion() async throws {
        let server = try TLSServer(certificates, ["-tls1_1"])
        #expect(await outcome(server, TLSSettings(acceptsAnyCertificate: true)).hasPrefix("tls: "))
    }

    @Test("A proxy tunnels to the server, and its own answer is not taken for the server's; its refusal is its own")
    func tunnel() async throws {
        let server = try TLSServer(certificates)
        let asked = Promise<String>()
        let proxy = SocketServer { connection in
            asked.fulfil(connection.readRequest()?.line ?? "")
            connection.write("HTTP/1.1 200 Connection established\r\nX-Proxy: yes\r\n\r\n")
            connection.relay(toPort: server.port)
        }
        let tls = TLSSettings(certificateAuthorities: .data(try certificates.bytes("ca.pem")))
        let response = try await transport.send(
            HTTPRequest(url: "https://api.example/", tls: tls, proxy: .url(proxy.url)))
        #expect(response.status == 200)
        #expect(response.headers["X-Proxy"] == nil)
        #expect(await asked.value() == "CONNECT api.example:443 HTTP/1.1")

        let refusing = SocketServer { connection in
            _ = connection.readRequest()
            connection.respond("403 Forbidden")
        }
        do {
            _ = try await transport.send(HTTPRequest(url: "https://api.example/", tls: tls, proxy: .url(refusing.url)))
            Issue.record("the proxy had refused")
        } catch {
            #expect(error.kind == .proxy)
            #expect(error.isBeforeRequest)
        }
    }
}
