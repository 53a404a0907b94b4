import KubeCore
import Testing

@testable import KubeRuntime

@Suite("Shared informers")
struct InformerCacheTests {
    @Test("one informer for each scope, also for those asked for while the cache runs; removed ones end")
    func sharing() async throws {
        try await VirtualTime.run { time in
            let collections = Log<FakeCollection>()
            let cache = InformerCache(clock: time.clock, random: .seeded(1), logger: .silent) { _ in
                let collection = FakeCollection(clock: time.clock)
                collection.put("a")
                collections.append(collection)
                return collection
            }
            let maps = InformerScope(type: .configMaps)
            let first = cache.informer(for: maps)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await cache.run() }
                try await cache.waitUntilSynced()
                #expect(first.store.count == 1)
                #expect(cache.informer(for: maps) === first)
                let labelled = InformerScope(type: .configMaps, labels: LabelSelector(matching: ["a": "b"]))
                #expect(cache.existingInformer(for: labelled) == nil)
                let second = cache.informer(for: labelled)
                #expect(!cache.hasSynced)
                #expect(cache.unsynced == ["configmaps with a=b"])
                try await second.waitUntilSynced()
                #expect(collections.count == 2)
                cache.remove(labelled)
                try await time.clock.sleep(for: .seconds(1))
                collections.entries.last?.put("late")
                try await time.clock.sleep(for: .seconds(1))
                #expect(second.store.count == 1, "nobody watches any more")
                #expect(cache.scopes == [maps])
                group.cancelAll()
            }
        }
    }

    @Test("a late handler hears of what is there, as part of the initial list")
    func lateHandler() async throws {
        try await VirtualTime.run { time in
            let collection = FakeCollection(clock: time.clock)
            collection.put("a")
            let informer = Informer(
                source: collection, type: .configMaps, resyncPeriod: .seconds(100), clock: time.clock,
                random: .seeded(1), logger: .silent)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await informer.run() }
                try await informer.waitUntilSynced()
                let log = Log<Bool>()
                informer.addHandler { log.append($0.isUrgent) }
                #expect(log.entries == [false])
                try await time.clock.sleep(for: .seconds(250))
                #expect(log.entries == [false, false, false], "two resyncs, neither urgent")
                collection.put("b")
                try await time.clock.sleep(for: .seconds(1))
                #expect(log.entries.last == true)
                group.cancelAll()
            }
        }
    }
}
