import KubeCore
import Testing

@testable import MeshOperator

@Suite("Our own last writes")
struct RecentWritesTests {
    private let now = Timestamp(seconds: 1000)

    private func configMap(_ version: String, uid: String = "a") -> KubeObject {
        var object = object("ConfigMap", "istio", namespace: "n")
        object.uid = uid
        object.resourceVersion = version
        return object
    }
    private var identity: ObjectIdentity { ObjectIdentity(configMap("1"))! }

    @Test("until the cache has caught up, what we wrote counts")
    func overlay() {
        var writes = RecentWrites()
        writes.stored(configMap("10"), at: now)
        #expect(writes.newest(identity, cached: nil, at: now)?.resourceVersion == "10")
        #expect(writes.newest(identity, cached: configMap("9"), at: now)?.resourceVersion == "10")
        #expect(writes.newest(identity, cached: configMap("11"), at: now)?.resourceVersion == "11")
        #expect(writes.newest(identity, cached: configMap("9"), at: now)?.resourceVersion == "9")
    }

    @Test("an object that was deleted after our write is gone")
    func deletedByOthers() {
        var writes = RecentWrites()
        writes.stored(configMap("10"), at: now)
        writes.observedDeletion(of: identity, uid: "a", resourceVersion: "11")
        #expect(writes.newest(identity, cached: nil, at: now) == nil)
    }

    @Test("the answer to a write that comes after the deletion was seen is of the past")
    func lateAnswer() {
        var writes = RecentWrites()
        writes.observedDeletion(of: identity, uid: "a", resourceVersion: "11")
        writes.stored(configMap("10"), at: now)
        #expect(writes.newest(identity, cached: nil, at: now) == nil)
    }

    @Test("an object that had only left the selection counts again once we have written it")
    func returned() {
        var writes = RecentWrites()
        writes.observedDeletion(of: identity, uid: "a", resourceVersion: "11")
        writes.stored(configMap("12"), at: now)
        #expect(writes.newest(identity, cached: nil, at: now)?.resourceVersion == "12")
    }

    @Test("the deletion of a predecessor does not hide what we made")
    func successor() {
        var writes = RecentWrites()
        writes.stored(configMap("10", uid: "b"), at: now)
        writes.observedDeletion(of: identity, uid: "a", resourceVersion: "11")
        #expect(writes.newest(identity, cached: configMap("9", uid: "a"), at: now)?.uid == "b")
    }

    @Test("what we deleted is gone, though the cache still has it; a successor is not")
    func deletedByUs() {
        var writes = RecentWrites()
        writes.deleted(identity, uid: "a", at: now)
        #expect(writes.newest(identity, cached: configMap("9"), at: now) == nil)
        #expect(writes.newest(identity, cached: configMap("12", uid: "b"), at: now)?.uid == "b")
    }

    @Test("a cache that never catches up is believed in the end")
    func patience() {
        var writes = RecentWrites()
        writes.stored(configMap("10"), at: now)
        #expect(writes.newest(identity, cached: nil, at: now.advanced(by: .seconds(31))) == nil)
    }
}
