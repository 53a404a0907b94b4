import Foundation
import Synchronization
import Testing

@testable import EmbeddedCluster

/// What broken connections look like on the wire. One test at a time: reading blocks its thread.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct ServedSeamTests {
    /// One connection, read to its end.
    private struct Connection: ~Copyable {
        let descriptor: Int32

        init(port: Int) throws {
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(port).bigEndian
            address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
            let result = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            try #require(result == 0)
        }

        deinit { close(descriptor) }

        func send(_ method: String, _ target: String, _ body: String = "") {
            let text = """
                \(method) \(target) HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)
                """
            _ = text.withCString { write(descriptor, $0, text.utf8.count) }
        }

        /// Everything up to a piece of text, or to the end.
        func read(until text: String? = nil) -> String {
            var all = ""
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while text.map({ !all.contains($0) }) ?? true {
                let count = Foundation.read(descriptor, &buffer, buffer.count)
                guard count > 0 else { break }
                all += String(decoding: buffer[..<count], as: UTF8.self)
            }
            return all
        }
    }

    /// Serves a cluster for as long as the body takes.
    private func serving(_ body: @escaping @Sendable (EmbeddedCluster, Int) async throws -> Void) async throws {
        var options = EmbeddedCluster.Options()
        options.logger.logLevel = .critical
        let cluster = EmbeddedCluster(options: options)
        let (addresses, listening) = AsyncStream.makeStream(of: String.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await cluster.serve(port: 0) { listening.yield($0) } }
            for await address in addresses {
                try await body(cluster, try #require(Int(address.split(separator: ":").last ?? "")))
                break
            }
            group.cancelAll()
        }
    }

    @Test("a reset closes the connection without a byte, whether or not the write was done")
    func resets() async throws {
        try await serving { cluster, port in
            cluster.add(FaultRule(.request(.resetAfterCommit), count: 1))
            let broken = try Connection(port: port)
            broken.send("POST", SeamClient.configMaps, #"{"metadata":{"name":"a"}}"#)
            #expect(broken.read() == "")
            let next = try Connection(port: port)
            next.send("GET", "\(SeamClient.configMaps)/a")
            #expect(next.read(until: "\r\n").hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test("a restart breaks watches off before the end of their bodies, and closes idle connections")
    func restarts() async throws {
        try await serving { cluster, port in
            let watch = try Connection(port: port)
            let idle = try Connection(port: port)
            watch.send("GET", "/api/v1/namespaces?watch=1")
            #expect(watch.read(until: "kube-system").lowercased().contains("transfer-encoding: chunked"))
            idle.send("GET", "/readyz")
            #expect(idle.read(until: "ok").hasPrefix("HTTP/1.1 200"))
            cluster.restart()
            #expect(!watch.read().contains("0\r\n\r\n"))
            #expect(idle.read() == "")
            let next = try Connection(port: port)
            next.send("GET", "/readyz")
            #expect(next.read(until: "ok").hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test("a watch that ends well ends its body")
    func ends() async throws {
        try await serving { cluster, port in
            let watch = try Connection(port: port)
            watch.send("GET", "/api/v1/namespaces?watch=1")
            _ = watch.read(until: "kube-system")
            cluster.endWatches()
            #expect(watch.read(until: "0\r\n\r\n").hasSuffix("0\r\n\r\n"))
        }
    }
}
