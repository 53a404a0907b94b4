import KubeCore
import Testing

@testable import EmbeddedCluster

/// Watchers over sockets: ones that go, and ones that do not read.
struct HTTPServerTests {
    private static let configMaps = "/api/v1/namespaces/default/configmaps"

    /// Runs a body with a cluster that is served.
    private func serving(
        _ options: EmbeddedCluster.Options = .init(), _ body: (EmbeddedCluster, String) async throws -> Void
    ) async throws {
        let cluster = EmbeddedCluster(options: options)
        let (addresses, continuation) = AsyncStream.makeStream(of: String.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try? await cluster.serve(port: 0) { continuation.yield($0) } }
            for await address in addresses.prefix(1) { try await body(cluster, address) }
            group.cancelAll()
        }
    }

    private func create(_ name: String, bytes: Int, in cluster: EmbeddedCluster) async {
        let object: JSONValue = [
            "metadata": ["name": .string(name)], "data": ["text": .string(String(repeating: "x", count: bytes))],
        ]
        let answer = await cluster.handle(
            APIRequest(method: "POST", target: Self.configMaps, body: object.serializedBytes()))
        #expect(answer.status == 201)
    }

    @Test("a port that is taken is told at once, also where controllers run", .timeLimit(.minutes(1)))
    func takenPort() async throws {
        try await serving { _, address in
            let port = try #require(Int(address.split(separator: ":").last ?? ""))
            var options = EmbeddedCluster.Options()
            options.controllers = .simulated
            let second = EmbeddedCluster(options: options)
            await #expect(throws: (any Error).self) { try await second.serve(port: port) }
        }
    }

    @Test("a watcher that closes its connection is forgotten at once, without an event")
    func goneWatcher() async throws {
        try await serving { cluster, address in
            var connection = RawConnection(address, "GET \(Self.configMaps)?watch=1")
            try #require(connection != nil)
            #expect(try await eventually { cluster.watcherCount == 1 })
            connection = nil
            #expect(try await eventually(within: .seconds(5)) { cluster.watcherCount == 0 })
        }
    }

    @Test("a watcher that does not read is ended and cut off, and another one loses nothing by it")
    func slowWatcher() async throws {
        var options = EmbeddedCluster.Options()
        options.watcherBacklogBytes = 1 << 20
        try await serving(options) { cluster, address in
            let watch = "GET \(Self.configMaps)?watch=1&resourceVersion=\(cluster.resourceVersion)"
            let slow = try #require(RawConnection(address, watch, receiveBuffer: 16 << 10))
            let quick = try #require(RawConnection(address, watch))
            #expect(try await eventually { cluster.watcherCount == 2 })
            let (count, size) = (45, 200_000)
            var received: [UInt8] = []
            for number in 0..<count {
                await create("map-\(number)", bytes: size, in: cluster)
                // The quick one is told as it goes; what is in flight fits its backlog.
                #expect(
                    try await eventually {
                        received += quick.read() ?? []
                        return received.count > (number + 1) * size
                    })
            }
            #expect(try await eventually { cluster.watcherCount == 1 })
            let text = String(decoding: received, as: UTF8.self)
            #expect((0..<count).allSatisfy { text.contains("\"name\":\"map-\($0)\"") })
            var slowBytes = 0
            let isCutOff = try await eventually {
                guard let bytes = slow.read() else { return true }
                slowBytes += bytes.count
                return false
            }
            #expect(isCutOff && slowBytes < count * size)
        }
    }

    @Test("a list of megabytes arrives whole")
    func largeList() async throws {
        try await serving { cluster, address in
            for number in 0..<20 { await create("map-\(number)", bytes: 100_000, in: cluster) }
            let whole = await cluster.handle(APIRequest(method: "GET", target: Self.configMaps)).collectBody()
            #expect(try JSONValue(parsing: whole)["items"]?.arrayValue?.count == 20)
            let connection = try #require(RawConnection(address, "GET \(Self.configMaps)"))
            var received = 0
            #expect(
                try await eventually {
                    received += connection.read()?.count ?? 0
                    return received > whole.count
                })
        }
    }

    @Test("a body beyond three mebibytes is refused with the real server's Status")
    func largeBody() async throws {
        try await serving { _, address in
            let body = String(repeating: "x", count: 3 * 1024 * 1024 + 1)
            let request =
                "POST \(Self.configMaps) HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)GET /"
            let connection = try #require(RawConnection(address, request))
            var received: [UInt8] = []
            #expect(
                try await eventually {
                    received += connection.read() ?? []
                    return String(decoding: received, as: UTF8.self).contains("\"code\":413")
                })
            let text = String(decoding: received, as: UTF8.self)
            #expect(text.hasPrefix("HTTP/1.1 413 "))
            #expect(
                text.contains(
                    #""message":"Request entity too large: limit is 3145728","reason":"RequestEntityTooLarge""#))
        }
    }
}
