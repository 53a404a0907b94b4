import KubeCore
import Synchronization

@testable import EmbeddedCluster

/// A small cluster in memory: versions, generations, finalizers, graceful deletion, merge patches, status.
///
/// Enough of an API server for controllers to act on, and nothing of admission or schemas. Its time is virtual.
final class FakeCluster: Sendable {
    struct State {
        var objects: [ResourceKey: KubeObject] = [:]
        var types: [ResourceType] = [
            .namespaces, .nodes, .pods, .services, .configMaps, .secrets, .serviceAccounts, .deployments, .replicaSets,
            .daemonSets, .statefulSets, .jobs, .cronJobs, .endpointSlices, .endpoints, .customResourceDefinitions,
            .mutatingWebhookConfigurations, .validatingWebhookConfigurations, .horizontalPodAutoscalers,
            .podDisruptionBudgets, .controllerRevisions, .persistentVolumeClaims,
        ]
        var version: UInt64 = 0
        var now = Timestamp(seconds: 1_800_000_000)
        var pending: [ClusterChange] = []
        var streams: [AsyncStream<ClusterChange>.Continuation] = []
        var writes: [String] = []
        var failures: [(match: String, failure: Status)] = []
    }

    let state = Mutex(State())

    var now: Timestamp { state.withLock { $0.now } }

    /// What was written since the last call: `user agent verb resource/name`.
    func takeWrites() -> [String] {
        state.withLock { state in
            defer { state.writes = [] }
            return state.writes
        }
    }

    /// Lets the next write whose record contains a text fail.
    func failNext(_ match: String, with failure: Status) {
        state.withLock { $0.failures.append((match, failure)) }
    }

    func access(_ userAgent: String = "test") -> FakeAccess { FakeAccess(cluster: self, userAgent: userAgent) }

    func object(_ type: ResourceType, _ namespace: String?, _ name: String) -> KubeObject? {
        state.withLock { $0.objects[ResourceKey(resource: type.qualifiedName, namespace: namespace, name: name)] }
    }

    func objects(_ type: ResourceType, _ namespace: String? = nil) -> [KubeObject] {
        state.withLock { state in
            state.objects.filter {
                $0.key.resource == type.qualifiedName && (namespace == nil || $0.key.namespace == namespace)
            }.sorted { $0.key < $1.key }.map(\.value)
        }
    }
}

/// The fake cluster as one user agent sees it.
struct FakeAccess: ClusterAccess {
    let cluster: FakeCluster
    let userAgent: String

    func get(_ type: ResourceType, namespace: String?, name: String) async throws(Status) -> KubeObject {
        guard let object = cluster.object(type, namespace, name) else { throw Self.notFound(type, name) }
        return object
    }

    func list(
        _ type: ResourceType, namespace: String?, labelSelector: LabelSelector?
    ) async throws(Status) -> [KubeObject] {
        cluster.objects(type, namespace).filter { labelSelector?.matches($0.labels) ?? true }
    }

    func create(_ type: ResourceType, _ object: KubeObject) async throws(Status) -> KubeObject {
        try write("create", type, object.name) { state throws(Status) in
            let key = ResourceKey(type, object)
            guard state.objects[key] == nil else {
                throw Status(
                    code: 409, reason: .alreadyExists,
                    message: "\(type.qualifiedName) \"\(object.name)\" already exists")
            }
            var new = object
            new.uid = "uid-\(state.version + 1)"
            new.set(.string(state.now.description), at: "metadata", "creationTimestamp")
            new.set(1, at: "metadata", "generation")
            if type == .namespaces {
                new.set(["kubernetes"], at: "spec", "finalizers")
                new.set("Active", at: "status", "phase")
            }
            if type == .pods { new.set("Pending", at: "status", "phase") }
            return Self.commit(&state, type, key, nil, new)
        }
    }

    func update(
        _ type: ResourceType, _ object: KubeObject, subresource: String?
    ) async throws(Status) -> KubeObject {
        try write("update", type, object.name, subresource) { state throws(Status) in
            let key = ResourceKey(
                resource: type.qualifiedName, namespace: object.namespace, name: object.name)
            guard let old = state.objects[key] else { throw Self.notFound(type, object.name) }
            if let version = object.resourceVersion, version != old.resourceVersion {
                throw Status(code: 409, reason: .conflict, message: "the object has been modified")
            }
            return Self.commit(&state, type, key, old, Self.merged(old, object, subresource))
        }
    }

    func patch(
        _ type: ResourceType, namespace: String?, name: String, _ patch: JSONValue, subresource: String?
    ) async throws(Status) -> KubeObject {
        try write("patch", type, name, subresource) { state throws(Status) in
            let key = ResourceKey(resource: type.qualifiedName, namespace: namespace, name: name)
            guard let old = state.objects[key], let new = KubeObject(MergePatch.apply(patch, to: old.value)) else {
                throw Self.notFound(type, name)
            }
            if new.resourceVersion != old.resourceVersion {
                throw Status(code: 409, reason: .conflict, message: "the object has been modified")
            }
            return Self.commit(&state, type, key, old, Self.merged(old, new, subresource))
        }
    }

    func delete(
        _ type: ResourceType, namespace: String?, name: String, _ options: DeleteOptions
    ) async throws(Status) {
        _ = try write("delete", type, name) { state throws(Status) in
            let key = ResourceKey(resource: type.qualifiedName, namespace: namespace, name: name)
            guard let old = state.objects[key] else { throw Self.notFound(type, name) }
            if let uid = options.uid, uid != old.uid {
                throw Status(code: 409, reason: .conflict, message: "precondition failed")
            }
            var new = old
            switch options.propagationPolicy {
            case .foreground where !old.isBeingDeleted: new.finalizers.append("foregroundDeletion")
            case .orphan where !old.isBeingDeleted: new.finalizers.append("orphan")
            default: break
            }
            var grace: Int64 = 0
            if type == .pods, old.nodeName != nil {
                grace = options.gracePeriodSeconds ?? old.spec["terminationGracePeriodSeconds"]?.integerValue ?? 30
            }
            if old.deletionTimestamp == nil {
                new.set(.string(state.now.description), at: "metadata", "deletionTimestamp")
            }
            if type == .pods { new.set(.integer(grace), at: "metadata", "deletionGracePeriodSeconds") }
            if type == .namespaces { new.set("Terminating", at: "status", "phase") }
            return Self.commit(&state, type, key, old, new)
        }
    }

    func resourceTypes() async -> [ResourceType] { cluster.state.withLock { $0.types } }

    func changes() -> AsyncStream<ClusterChange> {
        let (stream, continuation) = AsyncStream.makeStream(of: ClusterChange.self)
        cluster.state.withLock { $0.streams.append(continuation) }
        return stream
    }

    private static func merged(_ old: KubeObject, _ object: KubeObject, _ subresource: String?) -> KubeObject {
        var new = object
        switch subresource {
        case "status":
            new = old
            new["status"] = object["status"]
        case "scale":
            new = old
            new.set(object[path: "spec", "replicas"], at: "spec", "replicas")
        case "binding":
            new = old
            new.set(object[path: "spec", "nodeName"], at: "spec", "nodeName")
        case "finalize":
            new = old
            new.set(object[path: "spec", "finalizers"], at: "spec", "finalizers")
        default:
            new["status"] = old["status"]
            if new.spec != old.spec || new["webhooks"] != old["webhooks"] {
                new.set(.integer(old.generation + 1), at: "metadata", "generation")
            }
            new.set(old[path: "metadata", "deletionTimestamp"], at: "metadata", "deletionTimestamp")
        }
        new.uid = old.uid
        return new
    }

    private static func commit(
        _ state: inout FakeCluster.State, _ type: ResourceType, _ key: ResourceKey, _ old: KubeObject?,
        _ object: KubeObject
    ) -> KubeObject {
        var new = object
        new.resourceVersion = old?.resourceVersion
        if let old, old == new { return old }
        state.version += 1
        new.resourceVersion = String(state.version)
        let hasFinalizers = !new.finalizers.isEmpty || !(new.spec["finalizers"]?.arrayValue ?? []).isEmpty
        let grace = type == .pods ? new[path: "metadata", "deletionGracePeriodSeconds"]?.intValue ?? 0 : 0
        let isGone = new.isBeingDeleted && !hasFinalizers && grace == 0
        state.objects[key] = isGone ? nil : new
        let change = ClusterChange(
            type: type, old: isGone ? new : old, new: isGone ? nil : new, resourceVersion: state.version)
        state.pending.append(change)
        for stream in state.streams { stream.yield(change) }
        return new
    }

    private func write(
        _ verb: String, _ type: ResourceType, _ name: String, _ subresource: String? = nil,
        _ body: (inout FakeCluster.State) throws(Status) -> KubeObject
    ) throws(Status) -> KubeObject {
        let record = "\(userAgent) \(verb) \(type.plural)/\(name)" + (subresource.map { "/\($0)" } ?? "")
        // The mutex's closure cannot throw a typed error out of an escaping generic, so the outcome is carried out.
        let result: Result<KubeObject, Status> = cluster.state.withLock { state in
            if let index = state.failures.firstIndex(where: { record.contains($0.match) }) {
                return .failure(state.failures.remove(at: index).failure)
            }
            let before = state.version
            do throws(Status) {
                let object = try body(&state)
                if state.version > before { state.writes.append(record) }
                return .success(object)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private static func notFound(_ type: ResourceType, _ name: String) -> Status {
        Status(code: 404, reason: .notFound, message: "\(type.qualifiedName) \"\(name)\" not found")
    }
}
