import KubeCore
import Synchronization
import Testing

@testable import EmbeddedCluster

/// The store: one revision for everything, snapshots of the past, watches without gaps.
struct StoreTests {
    private let resource = StorageKey(group: "", resource: "configmaps")
    private let store = Store()

    private func object(_ name: String, namespace: String = "a", value: String = "") -> KubeObject {
        var object = KubeObject(type: .configMaps, namespace: namespace, name: name)
        object.set(.string(value), at: "data", "value")
        return object
    }

    private func record(_ revision: UInt64) -> WriteRecord {
        WriteRecord(
            resourceVersion: revision, verb: "create", group: "", resource: "configmaps", subresource: nil,
            namespace: "a", name: "x", userAgent: "test")
    }

    @Test("every write raises the one revision, and the object carries it")
    func revisions() throws {
        let first = try store.put(object("b"), in: resource, expected: nil, record: record)
        let second = try store.put(object("a"), in: resource, expected: nil, record: record)
        #expect(first.resourceVersion < second.resourceVersion)
        #expect(second.object.resourceVersion == String(store.revision))
    }

    @Test("lists are ordered by key and cut by namespace")
    func order() throws {
        for (name, namespace) in [("b", "x"), ("a", "x"), ("z", "x-y"), ("c", "w")] {
            _ = try store.put(object(name, namespace: namespace), in: resource, expected: nil, record: record)
        }
        #expect(store.list(resource).objects.map(\.key) == ["w/c", "x-y/z", "x/a", "x/b"])
        #expect(store.list(resource, namespace: "x").objects.map(\.key) == ["x/a", "x/b"])
    }

    @Test("a write on an old state is refused")
    func conflicts() throws {
        let first = try store.put(object("a"), in: resource, expected: nil, record: record)
        _ = try store.put(
            object("a", value: "1"), in: resource, expected: first.resourceVersion, record: record)
        #expect(throws: Store.Conflict.self) {
            try store.put(
                object("a", value: "2"), in: resource, expected: first.resourceVersion, record: record)
        }
        #expect(throws: Store.Conflict.self) {
            try store.put(object("a"), in: resource, expected: nil, record: record)
        }
    }

    @Test("an old state can be listed until it is compacted")
    func snapshots() throws {
        let first = try store.put(object("a"), in: resource, expected: nil, record: record)
        let then = store.revision
        _ = try store.remove(resource, key: first.key, expected: first.resourceVersion, record: record)
        _ = try store.put(object("b"), in: resource, expected: nil, record: record)
        #expect(store.list(resource, namespace: nil, at: then)?.map(\.key) == ["a/a"])
        store.compact()
        #expect(store.list(resource, namespace: nil, at: then) == nil)
    }

    @Test("a watch from a revision misses nothing and repeats nothing")
    func watching() throws {
        _ = try store.put(object("a"), in: resource, expected: nil, record: record)
        let then = store.revision
        _ = try store.put(object("b"), in: resource, expected: nil, record: record)
        let watching = try store.watch(resource, from: .after(then)).get()
        _ = try store.put(object("c"), in: resource, expected: nil, record: record)
        #expect(watching.queue.take()?.map(\.current.name) == ["b", "c"])
        #expect(watching.queue.take()?.isEmpty == true)
    }

    @Test("a watcher that falls too far behind is ended, and others do not notice")
    func slowWatchers() throws {
        var limits = Store.Limits()
        limits.watcherBacklog.events = 2
        let store = Store(limits: limits)
        let slow = try store.watch(resource, from: .now).get()
        let quick = try store.watch(resource, from: .now).get()
        var seen: [String] = []
        for name in ["a", "b", "c", "d"] {
            _ = try store.put(object(name), in: resource, expected: nil, record: record)
            seen += quick.queue.take()?.map(\.current.name) ?? []
        }
        #expect(seen == ["a", "b", "c", "d"])
        #expect(slow.queue.take() == nil)
    }

    @Test("the backlog of a watcher is bounded by bytes, and what waits is let go when it is ended")
    func backlogBytes() throws {
        var limits = Store.Limits()
        limits.watcherBacklog.bytes = 3_800
        let store = Store(limits: limits)
        let watching = try store.watch(resource, from: .now).get()
        let overruns = Mutex(0)
        watching.queue.whenOverrun { overruns.withLock { $0 += 1 } }
        var large = object("a")
        large["data"] = ["text": .string(String(repeating: "x", count: 1_400))]
        for name in ["a", "b"] {
            large.name = name
            _ = try store.put(large, in: resource, expected: nil, record: record)
        }
        #expect(watching.queue.take(upTo: 1)?.map(\.current.name) == ["a"])
        #expect(overruns.withLock { $0 } == 0)
        for name in ["c", "d"] {
            large.name = name
            _ = try store.put(large, in: resource, expected: nil, record: record)
        }
        #expect(overruns.withLock { $0 } == 1)
        #expect(watching.queue.take() == nil)
    }

    @Test("one event larger than the bound is still delivered")
    func largeEvent() throws {
        var limits = Store.Limits()
        limits.watcherBacklog.bytes = 10
        let store = Store(limits: limits)
        let watching = try store.watch(resource, from: .now).get()
        _ = try store.put(object("a"), in: resource, expected: nil, record: record)
        #expect(watching.queue.take()?.count == 1)
    }

    @Test("the weight of an object is about the size of its JSON")
    func weight() {
        var large = object("a")
        large["data"] = ["text": .string(String(repeating: "x", count: 5_000)), "list": [1, true, ["a": "b"]]]
        let size = large.value.serializedBytes().count
        #expect(abs(StoredObject.weight(of: large) - size) < size / 10)
    }

    @Test("large objects come back from their bytes as they went in")
    func compactObjects() throws {
        let large = object("a", value: String(repeating: "x", count: 20_000))
        let stored = try store.put(large, in: resource, expected: nil, record: record)
        let before = stored.object
        #expect(try JSONValue(parsing: stored.bytes) == before.value)
        #expect(stored.object == before)
    }
}
