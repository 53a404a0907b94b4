import KubeCore
import Testing

@testable import KubeRuntime

@Suite("Object store")
struct ObjectStoreTests {
    private func object(
        _ name: String, namespace: String? = "default", uid: String = "u", version: String = "1",
        labels: [String: String] = [:], node: String? = nil
    ) throws -> StoredObject {
        var object = KubeObject(type: .pods, namespace: namespace, name: name)
        object.uid = uid
        object.resourceVersion = version
        object.labels = labels
        if let node { object.set(.string(node), at: "spec", "nodeName") }
        return try StoredObject(object, type: .pods)
    }

    private func store() -> ObjectStore {
        ObjectStore(
            type: .pods, indexes: ["node": { $0.value(at: "spec", "nodeName")?.stringValue.map { [$0] } ?? [] }])
    }

    @Test("reads an object's header once, and its fields on demand")
    func header() throws {
        let json = #"""
            {"spec":{"nodeName":"n1"},"metadata":{"name":"a\u002db","namespace":"ns","uid":"u-1","resourceVersion":"17",
             "generation":3,"deletionTimestamp":"2026-01-01T00:00:00Z","labels":{"app":"x","a\"b":"y"},
             "ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"rs","uid":"o-1","controller":true}]}}
            """#
        let object = try store().parse(Array(json.utf8)[...])
        #expect(object.key == ObjectKey(namespace: "ns", name: "a-b"))
        #expect(object.uid == "u-1" && object.resourceVersion == "17" && object.generation == 3)
        #expect(object.isBeingDeleted)
        #expect(object.labels == ["app": "x", "a\"b": "y"])
        #expect(object.value(at: "spec", "nodeName") == "n1")
        #expect(object.value(at: "spec", "missing") == nil)
        #expect(object.controllerReference?.uid == "o-1")
        #expect(
            Owners.controllerKey(
                of: object, kind: GroupKind(group: "apps", kind: "ReplicaSet"), isNamespaced: true)
                == ObjectKey(namespace: "ns", name: "rs"))
        let whole = try object.object()
        #expect(whole.apiVersion == "v1" && whole.kind == "Pod", "items of a list do not say their type")
        #expect(whole.generation == 3)
    }

    @Test("metadata-only objects get their own type back")
    func partialMetadata() throws {
        let json = #"{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":"a"}}"#
        let whole = try store().parse(Array(json.utf8)[...]).object()
        #expect(whole.groupVersionKind == GroupVersionKind(group: "", version: "v1", kind: "Pod"))
    }

    @Test("selects by namespace, labels and index, in the order of a list of the API server")
    func selection() throws {
        let store = store()
        _ = store.replace(
            with: [
                try object("b", labels: ["app": "x"], node: "n1"), try object("a", labels: ["app": "x", "tier": "db"]),
                try object("c", namespace: "other", labels: ["app": "x"], node: "n1"), try object("d"),
            ], resourceVersion: "5")
        let snapshot = store.snapshot()
        #expect(snapshot.list(namespace: "default").map(\.name) == ["a", "b", "d"])
        #expect(try snapshot.list(matching: LabelSelector(parsing: "app=x,!tier")).map(\.name) == ["b", "c"])
        #expect(snapshot.list(index: "node", value: "n1").map(\.name) == ["b", "c"])
        #expect(snapshot.values(ofIndex: "node") == ["n1"])
        #expect(snapshot.list(index: "unknown", value: "n1").isEmpty)
        #expect(snapshot.resourceVersion == "5")
    }

    @Test("indexes follow changes, and forget values that nobody has any more")
    func indexes() throws {
        let store = store()
        _ = store.put(try object("a", version: "1", node: "n1"))
        _ = store.put(try object("a", version: "2", node: "n2"))
        #expect(store.snapshot().values(ofIndex: "node") == ["n2"])
        _ = store.remove(try object("a", version: "3"))
        #expect(store.snapshot().values(ofIndex: "node").isEmpty)
        #expect(store.snapshot().list(namespace: "default").isEmpty)
    }

    @Test("selection follows labels that change, however many objects share them")
    func changedLabels() throws {
        let store = store()
        let json = { (name: String, app: String, version: Int) in
            Array(
                #"{"metadata":{"name":"\#(name)","uid":"u","resourceVersion":"\#(version)","labels":{"app":"\#(app)"}}}"#
                    .utf8)[...]
        }
        for (number, name) in ["a", "b", "c"].enumerated() {
            _ = store.put(try store.parse(json(name, "x", number)))
        }
        let before = store.snapshot()
        _ = store.put(try store.parse(json("b", "y", 7)))
        _ = store.remove(try store.parse(json("c", "x", 8)))
        let x = LabelSelector(matching: ["app": "x"])
        #expect(store.snapshot().list(matching: x).map(\.name) == ["a"])
        #expect(store.snapshot().list(matching: LabelSelector(matching: ["app": "y"])).map(\.name) == ["b"])
        #expect(try store.snapshot().list(matching: LabelSelector(parsing: "!app")).isEmpty)
        #expect(before.list(matching: x).map(\.name) == ["a", "b", "c"])
    }

    @Test("a snapshot does not change")
    func snapshots() throws {
        let store = store()
        _ = store.put(try object("a"))
        let snapshot = store.snapshot()
        _ = store.put(try object("b", version: "2"))
        _ = store.replace(with: [], resourceVersion: "3")
        #expect(snapshot.all.map(\.name) == ["a"])
        #expect(store.count == 0)
    }

    private func describe(_ changes: [ObjectChange]) -> [String] {
        changes.map { change in
            switch change {
            case .added(let object, let isInitial): "+\(object.name)/\(object.uid)\(isInitial ? " initial" : "")"
            case .updated(let old, let new): "~\(new.name) \(old.resourceVersion)>\(new.resourceVersion)"
            case .deleted(let last, let isFinal): "-\(last.name)/\(last.uid) \(isFinal)"
            }
        }
    }

    @Test("replacing tells first what vanished, then what is new or different, and nothing of what is the same")
    func replace() throws {
        let store = store()
        let first = [try object("a", uid: "1"), try object("b", uid: "2"), try object("c", uid: "3")]
        #expect(
            Set(describe(store.replace(with: first, resourceVersion: "1"))) == [
                "+a/1 initial", "+b/2 initial", "+c/3 initial",
            ])
        let second = [try object("b", uid: "2", version: "2"), try object("c", uid: "3"), try object("d", uid: "4")]
        let changes = describe(store.replace(with: second, resourceVersion: "2"))
        #expect(changes.first == "-a/1 false")
        #expect(Set(changes.dropFirst()) == ["~b 1>2", "+d/4"])
    }

    @Test("an object of the same name with another identifier is another object")
    func reborn() throws {
        let store = store()
        _ = store.put(try object("a", uid: "1"))
        #expect(describe(store.put(try object("a", uid: "2", version: "5"))) == ["-a/1 false", "+a/2"])
        #expect(describe(store.remove(try object("a", uid: "2", version: "6"))) == ["-a/2 true"])
        #expect(describe(store.remove(try object("a", uid: "2", version: "6"))) == [])
    }

    @Test("the same state twice is no change")
    func duplicate() throws {
        let store = store()
        _ = store.put(try object("a"))
        #expect(describe(store.put(try object("a"))) == [])
    }
}
