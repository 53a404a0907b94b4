import KubeCore
import Testing

@testable import KubeRuntime

@Suite("Own writes")
struct OwnWritesTests {
    private let store = ObjectStore(type: .pods)
    private let writes = OwnWrites<String>()

    private func pod(_ name: String, uid: String = "u", version: String, isBeingDeleted: Bool = false) throws
        -> StoredObject
    {
        var object = KubeObject(type: .pods, namespace: "ns", name: name)
        object.uid = uid
        object.resourceVersion = version
        if isBeingDeleted { object.set("2026-01-01T00:00:00Z", at: "metadata", "deletionTimestamp") }
        return try StoredObject(object, type: .pods)
    }

    @Test("an owner for whom nothing was written may go on, even before the first read")
    func nothingWritten() {
        writes.record(.pods, version: "5", for: "other")
        #expect(writes.invisible(for: "owner", in: [store]).isEmpty)
    }

    @Test("a write is invisible until the store is as new, whether its own event or another's made it so")
    func versions() throws {
        writes.record(.pods, version: "9", for: "owner")
        writes.record(.pods, version: "12", for: "owner")
        writes.record(.pods, version: "10", for: "owner")
        _ = store.put(try pod("a", version: "9"))
        #expect(writes.invisible(for: "owner", in: [store]) == [.pods])
        store.advance(to: "12")
        #expect(writes.invisible(for: "owner", in: [store]).isEmpty)
        // A restored server may be older again; what was seen once is not waited for twice.
        store.advance(to: "3")
        #expect(writes.invisible(for: "owner", in: [store]).isEmpty)
    }

    @Test("versions are compared as numbers, not as texts")
    func order() {
        writes.record(.pods, version: "100", for: "owner")
        store.advance(to: "99")
        #expect(writes.invisible(for: "owner", in: [store]) == [.pods])
    }

    @Test("a version without an order is not waited for")
    func unordered() {
        writes.record(.pods, version: "opaque", for: "owner")
        writes.record(.pods, version: nil, for: "owner")
        #expect(writes.invisible(for: "owner", in: [store]).isEmpty)
    }

    @Test("a deletion is invisible while the store holds that very object as if nothing had happened")
    func deletions() throws {
        _ = store.put(try pod("a", version: "1"))
        writes.recordDeletion(.pods, ObjectKey(namespace: "ns", name: "a"), uid: "u", for: "owner")
        #expect(writes.invisible(for: "owner", in: [store]) == [.pods])
        _ = store.put(try pod("a", version: "2", isBeingDeleted: true))
        #expect(writes.invisible(for: "owner", in: [store]).isEmpty)
        #expect(writes.invisible(for: "owner", in: [store]).isEmpty)
    }

    @Test("an object of the same name made since is not the deleted one")
    func successor() throws {
        _ = store.put(try pod("a", uid: "u2", version: "1"))
        writes.recordDeletion(.pods, ObjectKey(namespace: "ns", name: "a"), uid: "u", for: "owner")
        #expect(writes.invisible(for: "owner", in: [store]).isEmpty)
    }

    @Test("a forgotten owner waits for nothing")
    func forgotten() {
        writes.record(.pods, version: "5", for: "owner")
        writes.forget("owner")
        #expect(writes.invisible(for: "owner", in: [store]).isEmpty)
    }
}
