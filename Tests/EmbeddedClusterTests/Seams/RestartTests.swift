import KubeCore
import Synchronization
import Testing

@testable import EmbeddedCluster

/// Restarts, compaction and backups.
struct RestartTests {
    private let cluster = EmbeddedCluster()
    private var client: SeamClient { SeamClient(cluster: cluster) }

    @Test("a restart breaks watches off, keeps what is stored, and forgets what watches could have resumed")
    func restarts() async throws {
        let before = cluster.resourceVersion
        #expect(await client.create("a") == 201)
        let watch = try await client.watch()
        #expect(try await watch.next() == "ADDED a")
        cluster.restart()
        #expect(try await watch.next() == "reset")
        #expect(try await client.names() == ["a"])
        #expect(try await client.watch("&resourceVersion=\(before)").next() == "ERROR Expired")
        #expect(try await client.names("?resourceVersion=\(before)&resourceVersionMatch=Exact") == [])
        cluster.restart(keepsWatchCache: true)
        let resumed = try await client.watch("&resourceVersion=\(cluster.resourceVersion)")
        #expect(await client.create("b") == 201)
        #expect(try await resumed.next() == "ADDED b")
    }

    @Test("a request under way when the server restarts is not answered, though it may have been carried out")
    func underWay() async throws {
        var options = EmbeddedCluster.Options()
        let (arrivals, arrival) = AsyncStream.makeStream(of: Void.self)
        let (releases, release) = AsyncStream.makeStream(of: Void.self)
        options.hooks = RequestHooks { request in
            guard request.method == "POST" else { return nil }
            arrival.yield()
            for await _ in releases { break }
            return nil
        }
        let cluster = EmbeddedCluster(options: options)
        let client = SeamClient(cluster: cluster)
        async let answer = client.send("POST", SeamClient.configMaps, ["metadata": ["name": "x"]])
        for await _ in arrivals { break }
        cluster.restart()
        release.yield()
        #expect(await answer.isConnectionReset)
        #expect(try await client.names() == ["x"])
    }

    @Test("while the server is down, connections break off at once")
    func downtime() async throws {
        let time = Mutex(Timestamp(seconds: 1_000_000))
        var options = EmbeddedCluster.Options()
        options.now = { time.withLock { $0 } }
        let cluster = EmbeddedCluster(options: options)
        cluster.restart(downtime: .seconds(5))
        #expect(await SeamClient(cluster: cluster).send("GET", "/readyz").isConnectionReset)
        time.withLock { $0 = $0.advanced(by: .seconds(5)) }
        #expect(await SeamClient(cluster: cluster).send("GET", "/readyz").status == 200)
    }

    @Test("going back to a backup brings back objects, versions and what is served")
    func backup() async throws {
        let definition: JSONValue = [
            "metadata": ["name": "sails.example.org"],
            "spec": [
                "group": "example.org", "scope": "Cluster", "names": ["plural": "sails", "kind": "Sail"],
                "versions": [
                    [
                        "name": "v1", "served": true, "storage": true,
                        "schema": ["openAPIV3Schema": ["type": "object"]],
                    ]
                ],
            ],
        ]
        let definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
        #expect(await client.create("a") == 201)
        let empty = cluster.backup()
        #expect(empty.resourceVersion == cluster.resourceVersion)
        #expect(await client.send("POST", definitions, definition).status == 201)
        #expect(await client.send("GET", "/apis/example.org/v1/sails").status == 200)
        let defined = cluster.backup()
        #expect(await client.create("b") == 201)
        let watch = try await client.watch("&resourceVersion=\(cluster.resourceVersion)")
        let late = cluster.resourceVersion
        cluster.restore(empty)
        #expect(try await watch.next() == "reset")
        #expect(cluster.resourceVersion == empty.resourceVersion && late > empty.resourceVersion)
        #expect(try await client.names() == ["a"])
        #expect(await client.send("GET", "/apis/example.org/v1/sails").status == 404)
        cluster.restore(defined)
        #expect(await client.send("GET", "/apis/example.org/v1/sails").status == 200)
        #expect(try await client.names() == ["a"])
        // Versions are given out a second time.
        #expect(await client.create("c") == 201)
        #expect(cluster.resourceVersion == late)
    }

    @Test("controllers start afresh on a restored cluster")
    func controllers() async throws {
        var options = EmbeddedCluster.Options()
        options.controllers = .core
        let cluster = EmbeddedCluster(options: options)
        let client = SeamClient(cluster: cluster)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await cluster.runControllers() }
            let backup = cluster.backup()
            #expect(await client.send("POST", "/api/v1/namespaces", ["metadata": ["name": "x"]]).status == 201)
            cluster.restore(backup)
            #expect(await client.send("POST", "/api/v1/namespaces", ["metadata": ["name": "x"]]).status == 201)
            #expect(await client.send("DELETE", "/api/v1/namespaces/x").status == 200)
            let watch = await client.send("GET", "/api/v1/namespaces?watch=1&fieldSelector=metadata.name%3Dx")
            guard case .stream(let stream) = watch.body else { throw Status.unknownResource }
            let isGone = await client.send("GET", "/api/v1/namespaces/x").status == 404
            if !isGone {
                for await piece in stream where String(decoding: piece, as: UTF8.self).contains("DELETED") { break }
            }
            #expect(await client.send("GET", "/api/v1/namespaces/x").status == 404)
            group.cancelAll()
        }
    }
}
