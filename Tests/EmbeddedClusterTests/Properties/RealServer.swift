import Foundation
import KubeCore

/// A real kube-apiserver with its etcd, from the folder that `KUBEBUILDER_ASSETS` names, run as envtest runs them.
///
/// Requests go through `curl`, whose trust in the server's self-signed certificate is not at issue here.
final class RealServer: ModelTarget {
    private let folder: URL
    private let processes: [Process]
    private let port: Int
    private static let token = "differential-test"

    /// The folder with the two programs; nil if there is none.
    static let assets: URL? = {
        guard let path = ProcessInfo.processInfo.environment["KUBEBUILDER_ASSETS"] else { return nil }
        let folder = URL(fileURLWithPath: path)
        let isComplete = ["etcd", "kube-apiserver"].allSatisfy {
            FileManager.default.isExecutableFile(atPath: folder.appendingPathComponent($0).path)
        }
        return isComplete ? folder : nil
    }()

    /// Starts both, and waits until the server is ready.
    init(assets: URL) async throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("apiserver-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try "\(Self.token),admin,admin,\"system:masters\"\n".write(
            to: folder.appendingPathComponent("tokens.csv"), atomically: true, encoding: .utf8)
        let key = folder.appendingPathComponent("service-account.key").path
        let generator = try Self.start(
            URL(fileURLWithPath: "/usr/bin/env"), ["openssl", "genrsa", "-out", key, "2048"])
        generator.waitUntilExit()
        guard generator.terminationStatus == 0 else { throw Violation("openssl could not make a key") }
        let (client, peer) = (try Self.freePort(), try Self.freePort())
        port = try Self.freePort()
        let etcd = try Self.start(
            assets.appendingPathComponent("etcd"),
            [
                "--data-dir", folder.appendingPathComponent("etcd").path, "--unsafe-no-fsync",
                "--listen-client-urls", "http://127.0.0.1:\(client)",
                "--advertise-client-urls", "http://127.0.0.1:\(client)",
                "--listen-peer-urls", "http://127.0.0.1:\(peer)",
                "--initial-advertise-peer-urls", "http://127.0.0.1:\(peer)",
                "--initial-cluster", "default=http://127.0.0.1:\(peer)",
            ])
        let server = try Self.start(
            assets.appendingPathComponent("kube-apiserver"),
            [
                "--etcd-servers=http://127.0.0.1:\(client)", "--bind-address=127.0.0.1", "--secure-port=\(port)",
                "--cert-dir=\(folder.appendingPathComponent("certificates").path)",
                "--token-auth-file=\(folder.appendingPathComponent("tokens.csv").path)",
                "--authorization-mode=RBAC", "--allow-privileged=true", "--service-cluster-ip-range=10.96.0.0/12",
                "--service-account-issuer=https://127.0.0.1:\(port)/", "--service-account-key-file=\(key)",
                "--service-account-signing-key-file=\(key)", "--disable-admission-plugins=ServiceAccount",
            ])
        processes = [server, etcd]
        for _ in 0..<120 {
            if let answer = try? await send(
                "GET", "/api/v1/namespaces/default", manager: "setup", contentType: "", nil),
                answer.status == 200
            {
                return
            }
            try await Task.sleep(for: .milliseconds(500))
        }
        stop()
        throw Violation("kube-apiserver was not ready within a minute")
    }

    /// Ends both and removes what they left.
    func stop() {
        for process in processes where process.isRunning {
            process.terminate()
            process.waitUntilExit()
        }
        // What cannot be removed is in the temporary folder, which the system empties.
        try? FileManager.default.removeItem(at: folder)
    }

    func send(
        _ method: String, _ target: String, manager: String, contentType: String, _ body: JSONValue?
    ) async throws -> (status: Int, body: JSONValue) {
        var arguments = [
            "curl", "--silent", "--insecure", "--globoff", "--max-time", "30", "--request", method,
            "--header", "Authorization: Bearer \(Self.token)", "--user-agent", manager,
            "--write-out", "\n%{http_code}",
        ]
        if let body {
            arguments += ["--header", "Content-Type: \(contentType)", "--data-binary", body.serialized()]
        }
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments + ["https://127.0.0.1:\(port)\(target)"]
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let bytes = [UInt8](output.fileHandleForReading.readDataToEndOfFile())
        process.waitUntilExit()
        guard process.terminationStatus == 0, let end = bytes.lastIndex(of: 0x0A),
            let status = Int(String(decoding: bytes[(end + 1)...], as: UTF8.self))
        else { throw Violation("curl could not ask \(method) \(target)") }
        return (status, (try? JSONValue(parsing: Array(bytes[..<end]))) ?? .null)
    }

    private static func start(_ program: URL, _ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// A port that was free a moment ago.
    private static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound else { throw Violation("no port is free") }
        return Int(in_port_t(bigEndian: address.sin_port))
    }
}
