import KubeCore
import Testing

@testable import KubeRuntime

/// The reflector against a collection that behaves like a server, and misbehaves like one.
@Suite("Reflector and informer")
struct ReflectorTests {
    /// Runs an informer beside a scenario.
    private func withInformer(
        _ collection: FakeCollection, _ time: VirtualTime, seed: UInt64 = 1,
        _ scenario: @escaping @Sendable (Informer) async throws -> Void
    ) async throws {
        let informer = Informer(
            source: collection, type: .configMaps, clock: time.clock, random: .seeded(seed), logger: .silent)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await informer.run() }
            try await scenario(informer)
            group.cancelAll()
        }
    }

    private func content(_ informer: Informer) -> [String: String] {
        Dictionary(uniqueKeysWithValues: informer.store.snapshot().all.map { ($0.name, $0.resourceVersion) })
    }

    @Test("streams the collection, then follows it on the same watch")
    func follow() async throws {
        try await VirtualTime.run { time in
            let collection = FakeCollection(clock: time.clock)
            collection.put("a")
            try await withInformer(collection, time) { informer in
                let log = Log<String>()
                informer.addHandler { change in
                    switch change {
                    case .added(let object, let isInInitialList): log.append("+\(object.name) \(isInInitialList)")
                    case .updated(_, let new): log.append("~\(new.name)")
                    case .deleted(let last, let isFinal): log.append("-\(last.name) \(isFinal)")
                    }
                }
                try await informer.waitUntilSynced()
                collection.put("b")
                collection.put("a", "new")
                collection.remove("b")
                try await time.clock.sleep(for: .seconds(1))
                #expect(log.entries == ["+a true", "+b false", "~a", "-b true"])
                #expect(content(informer) == collection.content)
                #expect(collection.requests == ["WATCH rv= initial"])
            }
        }
    }

    @Test("lists page by page where initial events are not supported")
    func pages() async throws {
        try await VirtualTime.run { time in
            let collection = FakeCollection(clock: time.clock, supportsInitialEvents: false)
            for number in 0..<1200 { collection.put("o\(number)") }
            try await withInformer(collection, time) { informer in
                try await informer.waitUntilSynced()
                #expect(informer.store.count == 1200)
                try await time.clock.sleep(for: .seconds(1))
                #expect(
                    collection.requests == [
                        "WATCH rv= initial", "LIST rv= limit=500 continue=", "LIST rv= limit=500 continue=1210/500",
                        "LIST rv= limit=500 continue=1210/1000", "WATCH rv=1210",
                    ])
            }
        }
    }

    @Test("what vanished while nobody watched is reported as deleted, and what came back as another object too")
    func syntheticDeletes() async throws {
        try await VirtualTime.run { time in
            let collection = FakeCollection(clock: time.clock)
            for name in ["a", "b", "c"] { collection.put(name) }
            try await withInformer(collection, time) { informer in
                try await informer.waitUntilSynced()
                let log = Log<String>()
                informer.addHandler { change in
                    switch change {
                    case .added(let object, let isInInitialList):
                        if !isInInitialList { log.append("+\(object.name) \(object.uid)") }
                    case .updated(_, let new): log.append("~\(new.name)")
                    case .deleted(let last, let isFinal): log.append("-\(last.name) \(last.uid) \(isFinal)")
                    }
                }
                try await time.clock.sleep(for: .seconds(60))
                collection.plan([.fail(.unreachable("down")), .fail(.unreachable("down"))])
                collection.dropWatches(.interrupted("reset"))
                collection.remove("a")
                collection.remove("b")
                collection.put("b")
                collection.put("d")
                collection.compact()
                try await time.clock.sleep(for: .seconds(60))
                #expect(
                    Set(log.entries) == ["-a uid-1 false", "-b uid-2 false", "+b uid-4", "+d uid-5"])
                #expect(log.entries.first == "-a uid-1 false")
                #expect(content(informer) == collection.content)
            }
        }
    }

    @Test("a silent connection is taken for dead, and the watch goes on where it stopped")
    func halfOpen() async throws {
        try await VirtualTime.run { time in
            let collection = FakeCollection(clock: time.clock)
            collection.plan([.hush(after: 1)])
            try await withInformer(collection, time) { informer in
                try await informer.waitUntilSynced()
                collection.put("a")
                try await time.clock.sleep(for: .seconds(290))
                #expect(informer.store.count == 0)
                try await time.clock.sleep(for: .seconds(330))
                #expect(informer.store.count == 1)
            }
        }
    }

    @Test("a server that ignores the wish for initial events does not keep the store empty for ever")
    func noEndOfInitialEvents() async throws {
        try await VirtualTime.run { time in
            let collection = FakeCollection(clock: time.clock)
            collection.put("a")
            collection.plan([.hush(after: 1)])
            try await withInformer(collection, time) { informer in
                try await informer.waitUntilSynced()
                #expect(time.now.sinceOrigin < .seconds(70))
                #expect(content(informer) == collection.content)
            }
        }
    }

    @Test("a watch of hours uses bookmarks, and never reads everything again")
    func bookmarks() async throws {
        try await VirtualTime.run { time in
            let collection = FakeCollection(clock: time.clock)
            collection.put("a")
            try await withInformer(collection, time) { informer in
                try await informer.waitUntilSynced()
                for _ in 0..<240 {
                    try await time.clock.sleep(for: .seconds(60))
                    // Another collection of the server moves its version on; this one learns of it by bookmarks only.
                    collection.bookmark()
                }
                #expect(collection.requests.filter { $0.contains("initial") || $0.contains("LIST") }.count == 1)
                #expect(collection.requests.count > 20)
            }
        }
    }

    @Test("an object that cannot be read is left out, and hides no other")
    func unreadable() throws {
        let store = ObjectStore(type: .configMaps)
        #expect(throws: (any Error).self) { try store.parse(Array(#"{"metadata":{"labels":{}}}"#.utf8)[...]) }
        #expect(throws: (any Error).self) { try store.parse(Array("[]".utf8)[...]) }
        #expect(throws: (any Error).self) { try store.parse(Array(#"{"metadata":{"name":"a"}"#.utf8)[...]) }
    }

    /// The property that counts: whatever the network and the server do, in the end the store shows what the server
    /// has, and the handlers have heard of every object's coming and going in balance.
    @Test("under random faults the store ends equal to the server", arguments: seeds(150))
    func convergence(seed: UInt64) async throws {
        try await VirtualTime.run(seed: seed) { time in
            var random = SeededRandom(seed: seed &* 7919)
            let collection = FakeCollection(clock: time.clock, supportsInitialEvents: seed % 3 != 0)
            let failures: [SourceFailure] = [
                .expired("410"), .resourceVersionTooLarge("504"), .tooManyRequests(retryAfter: .seconds(3), "429"),
                .unreachable("refused"), .interrupted("reset"), .internalError("500"), .other("503"), .notServed("404"),
            ]
            var faults: [FakeCollection.Fault?] = []
            for _ in 0..<30 {
                let failure = failures.randomElement(using: &random) ?? .other("")
                switch Int.random(in: 0..<6, using: &random) {
                case 0: faults.append(.fail(failure))
                case 1: faults.append(.cut(after: Int.random(in: 0..<6, using: &random), failure))
                case 2: faults.append(.cut(after: Int.random(in: 0..<6, using: &random), nil))
                case 3: faults.append(.stutter)
                case 4: faults.append(.hush(after: Int.random(in: 0..<6, using: &random)))
                default: faults.append(nil)
                }
            }
            collection.plan(faults)
            var steps: [Int] = []
            for _ in 0..<120 { steps.append(Int.random(in: 0..<1000, using: &random)) }
            let plan = steps
            try await withInformer(collection, time, seed: seed) { informer in
                let balance = Log<(String, Int)>()
                informer.addHandler { change in
                    switch change {
                    case .added(let object, _): balance.append((object.uid, 1))
                    case .updated(let old, let new): #expect(old.uid == new.uid)
                    case .deleted(let last, _): balance.append((last.uid, -1))
                    }
                }
                for step in plan {
                    let name = "o\(step % 7)"
                    switch step / 100 {
                    case 0...4: collection.put(name, "\(step)")
                    case 5...6: collection.remove(name)
                    case 7: collection.compact()
                    case 8: collection.dropWatches(step % 2 == 0 ? nil : .interrupted("reset"))
                    default: collection.bookmark()
                    }
                    try await time.clock.sleep(for: .milliseconds(step * 5))
                }
                // Long enough for every silence to be noticed and every back-off to pass.
                try await time.clock.sleep(for: .seconds(8 * 3600))
                #expect(content(informer) == collection.content)
                var counts: [String: Int] = [:]
                for (uid, change) in balance.entries {
                    counts[uid, default: 0] += change
                    #expect(counts[uid] == 0 || counts[uid] == 1, "\(uid) came or went twice")
                }
                let present = Set(informer.store.snapshot().all.map(\.uid))
                #expect(Set(counts.filter { $0.value == 1 }.keys) == present)
            }
        }
    }
}
