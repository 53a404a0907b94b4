import KubeCore
import Testing

@testable import EmbeddedCluster

/// Faults of watches: events that are lost, repeated or late, and connections that break.
struct EventFaultTests {
    /// What a watch hears when b, the second of four new objects, meets a fault.
    private func heard(_ fault: EventFault, _ count: Int) async throws -> [String] {
        var options = EmbeddedCluster.Options()
        options.eventHooks = EventHooks { $0.name == "b" ? fault : nil }
        let client = SeamClient(cluster: EmbeddedCluster(options: options))
        let watch = try await client.watch("&resourceVersion=\(client.cluster.resourceVersion)")
        for name in ["a", "b", "c", "d"] { #expect(await client.create(name) == 201) }
        return try await watch.next(count)
    }

    @Test("an event can be dropped, sent twice or sent late")
    func lostAndRepeated() async throws {
        #expect(try await heard(.drop, 3) == ["ADDED a", "ADDED c", "ADDED d"])
        #expect(try await heard(.duplicate, 5) == ["ADDED a", "ADDED b", "ADDED b", "ADDED c", "ADDED d"])
        #expect(try await heard(.delay(.milliseconds(5)), 4) == ["ADDED a", "ADDED b", "ADDED c", "ADDED d"])
    }

    @Test("a watch can end well, break off, break off in the middle of a line, or expire")
    func ends() async throws {
        #expect(try await heard(.end, 2) == ["ADDED a", "end"])
        #expect(try await heard(.reset, 2) == ["ADDED a", "reset"])
        #expect(try await heard(.truncate, 3) == ["ADDED a", "partial", "reset"])
        #expect(try await heard(.expire, 3) == ["ADDED a", "ERROR Expired", "end"])
    }

    @Test("initial events and bookmarks go through the hooks as well")
    func initialEvents() async throws {
        let cluster = EmbeddedCluster()
        let client = SeamClient(cluster: cluster)
        for name in ["a", "b"] { #expect(await client.create(name) == 201) }
        var match = FaultRule.Match()
        match.name = "a"
        cluster.add(FaultRule(.event(.drop), match: match, count: 1))
        let query = "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
        #expect(try await client.watch(query).next(2) == ["ADDED b", "BOOKMARK"])
        match = FaultRule.Match()
        match.eventType = "BOOKMARK"
        cluster.add(FaultRule(.event(.end), match: match, count: 1))
        #expect(try await client.watch(query).next(3) == ["ADDED a", "ADDED b", "end"])
        #expect(try await client.watch(query).next(3) == ["ADDED a", "ADDED b", "BOOKMARK"])
    }

    @Test("events are observed with the watch that they go to and their faults")
    func observed() async throws {
        let cluster = EmbeddedCluster()
        let client = SeamClient(cluster: cluster)
        let observations = cluster.observations()
        cluster.add(FaultRule(.event(.duplicate), count: 1))
        let watch = try await client.watch()
        #expect(await client.create("a") == 201)
        #expect(try await watch.next(2) == ["ADDED a", "ADDED a"])
        for await case .event(let event, let fault) in observations {
            #expect(
                event.type == "ADDED" && event.resource == "configmaps" && event.request.path.hasSuffix("configmaps"))
            #expect(fault != nil && event.position == 0)
            break
        }
    }
}
