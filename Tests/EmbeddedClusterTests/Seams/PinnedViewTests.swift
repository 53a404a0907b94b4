import KubeCore
import Testing

@testable import EmbeddedCluster

/// Clients that see the past.
struct PinnedViewTests {
    private let cluster = EmbeddedCluster()

    @Test("a pinned client reads the past and writes the present; others read the present")
    func reads() async throws {
        let (stale, fresh) = (SeamClient(cluster: cluster, userAgent: "stale/1"), SeamClient(cluster: cluster))
        #expect(await fresh.create("a") == 201)
        #expect(await fresh.touch("a", "old") == 200)
        let version = cluster.resourceVersion
        cluster.pin(userAgent: "stale", to: PinnedView(resourceVersion: version))
        #expect(await fresh.touch("a", "new") == 200)
        #expect(await fresh.create("b") == 201)
        #expect(try await stale.names() == ["a"])
        #expect(try await fresh.names() == ["a", "b"])
        #expect(try await stale.data("a") == "old")
        #expect(try await fresh.data("a") == "new")
        #expect(await stale.create("b") == 409)
        #expect(await stale.send("GET", "\(SeamClient.configMaps)/b").status == 404)
        let list = try JSONValue(parsing: await stale.send("GET", SeamClient.configMaps).collectBody())
        #expect(list[path: "metadata", "resourceVersion"]?.stringValue == String(version))
        cluster.unpin(userAgent: "stale")
        #expect(try await stale.names() == ["a", "b"])
    }

    @Test("the watch of a pinned client hears nothing later, and everything once it is let go")
    func watches() async throws {
        let (stale, fresh) = (SeamClient(cluster: cluster, userAgent: "stale/1"), SeamClient(cluster: cluster))
        #expect(await fresh.create("a") == 201)
        cluster.pin(userAgent: "stale", to: PinnedView(resourceVersion: cluster.resourceVersion))
        #expect(await fresh.create("b") == 201)
        let second = cluster.resourceVersion
        #expect(await fresh.create("c") == 201)
        let watch = try await stale.watch()
        #expect(try await watch.next() == "ADDED a")
        cluster.pin(userAgent: "stale", to: PinnedView(resourceVersion: second))
        #expect(try await watch.next() == "ADDED b")
        #expect(await fresh.create("d") == 201)
        cluster.unpin(userAgent: "stale")
        #expect(try await watch.next(2) == ["ADDED c", "ADDED d"])
    }

    @Test("a stale cache answers reads at version 0, and the storage those without a version")
    func cacheScope() async throws {
        var options = EmbeddedCluster.Options()
        options.clock = ImmediateClock()
        let cluster = EmbeddedCluster(options: options)
        let stale = SeamClient(cluster: cluster, userAgent: "stale/1")
        cluster.pin(userAgent: "stale", to: PinnedView(resourceVersion: cluster.resourceVersion, scope: .cache))
        #expect(await stale.create("a") == 201)
        #expect(try await stale.names() == ["a"])
        #expect(try await stale.names("?resourceVersion=0") == [])
        #expect(await stale.send("GET", "\(SeamClient.configMaps)/a?resourceVersion=0").status == 404)
        let late = await stale.send("GET", "\(SeamClient.configMaps)?resourceVersion=\(cluster.resourceVersion)")
        #expect(late.status == 504)
        let list = "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
        #expect(await stale.send("GET", "\(SeamClient.configMaps)?watch=1\(list)").status == 504)
        #expect(try await stale.watch("\(list)&resourceVersion=0").next() == "BOOKMARK")
    }

    @Test("a view may be of some resources only")
    func resources() async throws {
        let stale = SeamClient(cluster: cluster, userAgent: "stale/1")
        cluster.pin(
            userAgent: "stale", to: PinnedView(resourceVersion: cluster.resourceVersion, resources: ["secrets"]))
        #expect(await stale.create("a") == 201)
        #expect(try await stale.names() == ["a"])
    }
}

/// A clock on which every sleep is over at once.
struct ImmediateClock: Clock {
    let now = ContinuousClock.now
    let minimumResolution = Duration.zero
    func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        await Task.yield()
    }
}
