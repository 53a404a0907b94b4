import Foundation
import Glibc

/// What stands between a cluster and its clients in production: nginx, which speaks TLS and HTTP/2, asks for client
/// certificates, and can be reloaded, stopped and made to drop connections.
final class Front {
    static let program = URL(fileURLWithPath: "/usr/sbin/nginx")
    static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: program.path) }

    let kubeconfig: URL
    private let folder: URL
    private let port: Int
    private var process: ChildProcess?

    /// Starts a front for the cluster at this URL; its files go into the folder.
    init(server: String, folder: URL) async throws {
        self.folder = folder
        kubeconfig = folder.appendingPathComponent("front-kubeconfig")
        port = try Self.freePort()
        try makeCertificates()
        // Fewer streams than the operator has watches, so that it needs several connections.
        try write(
            "nginx.conf",
            """
            \(geteuid() == 0 ? "user root;" : "")
            daemon off;
            worker_processes 2;
            worker_shutdown_timeout 1s;
            pid nginx.pid;
            error_log error.log warn;
            events { worker_connections 1024; }
            http {
                access_log off;
                client_body_temp_path body;
                proxy_temp_path proxy;
                fastcgi_temp_path fastcgi;
                uwsgi_temp_path uwsgi;
                scgi_temp_path scgi;
                client_max_body_size 16m;
                http2_max_concurrent_streams 16;
                server {
                    listen 127.0.0.1:\(port) ssl http2;
                    ssl_certificate server.pem;
                    ssl_certificate_key server.key;
                    ssl_client_certificate ca.pem;
                    ssl_verify_client on;
                    location / {
                        proxy_pass \(server);
                        proxy_http_version 1.1;
                        proxy_set_header Connection "";
                        proxy_set_header Host $http_host;
                        proxy_buffering off;
                        proxy_read_timeout 3600s;
                    }
                }
            }
            """)
        try write(
            "front-kubeconfig",
            """
            apiVersion: v1
            kind: Config
            current-context: front
            clusters: [{name: front, cluster: {server: "https://127.0.0.1:\(port)", certificate-authority: ca.pem}}]
            users: [{name: operator, user: {client-certificate: client.pem, client-key: client.key}}]
            contexts: [{name: front, context: {cluster: front, user: operator}}]
            """)
        try start()
    }

    deinit { stop() }

    func start() throws {
        process = try ChildProcess(
            Self.program, ["-p", folder.path + "/", "-c", "nginx.conf"],
            logFile: folder.appendingPathComponent("nginx.log"))
    }

    /// Ends it at once, with every connection.
    func stop() {
        // The first process first, which would replace the others.
        let workers = workers()
        process?.killNow()
        process = nil
        for worker in workers { kill(worker, SIGKILL) }
    }

    /// Has it read its configuration again, as for a renewed certificate: new workers take over, and the old ones end
    /// their connections after a second at most.
    func reload() throws {
        let result = try run(Self.program, ["-p", folder.path + "/", "-c", "nginx.conf", "-s", "reload"])
        guard result.succeeded else { throw Failure("\(result)") }
    }

    /// Drops every connection in whatever state it is.
    func dropConnections() { for worker in workers() { kill(worker, SIGKILL) } }

    /// The processes of nginx that serve; its first process starts others in their place.
    private func workers() -> [pid_t] {
        guard let main = process?.processIdentifier,
            let list = try? String(contentsOfFile: "/proc/\(main)/task/\(main)/children", encoding: .utf8)
        else { return [] }
        return list.split(separator: " ").compactMap { pid_t($0) }
    }

    private func write(_ name: String, _ text: String) throws {
        try text.write(to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
    }

    private func makeCertificates() throws {
        let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
        func openssl(_ arguments: [String]) throws {
            let result = try run(URL(fileURLWithPath: "/usr/bin/openssl"), arguments)
            guard result.succeeded else { throw Failure("\(result)") }
        }
        try openssl(
            ["req", "-x509", "-days", "2", "-subj", "/CN=ca", "-keyout", path("ca.key"), "-out", path("ca.pem")]
                + newKey)
        for (name, line) in [
            ("server", "subjectAltName=IP:127.0.0.1,DNS:localhost"), ("client", "extendedKeyUsage=clientAuth"),
        ] {
            try write("\(name).ext", line)
            try openssl(
                ["req", "-subj", "/CN=\(name)", "-keyout", path("\(name).key"), "-out", path("\(name).csr")] + newKey)
            try openssl([
                "x509", "-req", "-days", "2", "-in", path("\(name).csr"), "-CA", path("ca.pem"), "-CAkey",
                path("ca.key"), "-CAcreateserial", "-extfile", path("\(name).ext"), "-out", path("\(name).pem"),
            ])
        }
    }

    /// A port that nobody listens at.
    private static func freePort() throws -> Int {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(listener, generic, size) == 0 ? getsockname(listener, generic, &size) : -1
            }
        }
        guard code == 0 else { throw Failure("there is no free port: \(String(cString: strerror(errno)))") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
