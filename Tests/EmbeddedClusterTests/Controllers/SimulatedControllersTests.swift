import KubeCore
import Testing

@testable import EmbeddedCluster

@Suite("The runner of the controllers")
struct SimulatedControllersTests {
    /// Settings without delays, so that the real clock is not waited for.
    private var immediate: SimulationSettings {
        var settings = SimulationSettings()
        settings.startDelay = .zero
        settings.readinessDelay = .zero
        settings.terminationDelay = .zero
        return settings
    }

    @Test(
        "Driven by the stream of changes it brings a Deployment up, and ends when it is cancelled",
        .timeLimit(.minutes(1)))
    func runs() async throws {
        let cluster = FakeCluster()
        let access = cluster.access()
        _ = try await access.create(.namespaces, KubeObject(type: .namespaces, name: "default"))
        let controllers = SimulatedControllers(
            .simulated, access: { cluster.access($0) }, settings: immediate, now: { cluster.now })
        let running = Task { try await controllers.run() }
        let changes = access.changes()
        let web = try #require(KubeObject(deployment("web", replicas: 20)))
        _ = try await access.create(.deployments, web)
        for await change in changes
        where change.type == .deployments && change.new?.statusCount("availableReplicas") == 20 {
            break
        }
        #expect(cluster.objects(.pods).count == 20)
        running.cancel()
        try await running.value
    }

    @Test("Controllers that start late find what was there before")
    func startsLate() async throws {
        let virtual = VirtualCluster()
        _ = try await virtual.access.create(.namespaces, KubeObject(type: .namespaces, name: "default"))
        try await virtual.create(.deployments, deployment("web", replicas: 2))
        virtual.cluster.state.withLock { $0.pending = [] }
        try await virtual.controllers.start()
        try await virtual.settle()
        #expect(try virtual.get(.deployments, "web").statusCount("availableReplicas") == 2)
    }

    @Test("A thousand pods come up in time that grows with their number only")
    func thousands() async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        for index in 0..<20 { try await virtual.create(.deployments, deployment("web-\(index)", replicas: 50)) }
        try await virtual.settle()
        #expect(virtual.cluster.objects(.pods).filter(\.isReady).count == 1000)
        #expect(virtual.cluster.objects(.deployments).allSatisfy { $0.statusCount("availableReplicas") == 50 })
        // One creation, one binding, three reports of the kubelet each: nothing is written twice.
        let writes = virtual.cluster.takeWrites().filter { $0.contains(" pods/") }
        #expect(writes.count == 5000)
    }

    @Test("A work queue hands a request to one worker at a time and keeps what came in between")
    func queue() {
        var queue = ControllerQueue()
        let request = ControllerRequest(controller: 0, key: ResourceKey(resource: "pods", namespace: "a", name: "b"))
        queue.add(request)
        queue.add(request)
        #expect(queue.take() == request)
        #expect(queue.take() == nil)
        queue.add(request)
        #expect(queue.take() == nil)
        queue.finish(request)
        #expect(queue.take() == request)
        queue.finish(request)
        #expect(queue.take() == nil)
    }

    @Test("Delayed requests become ready in order of time, the earliest wish winning")
    func delays() {
        var queue = ControllerQueue()
        let start = Timestamp(seconds: 1000)
        let requests = (0..<50).map {
            ControllerRequest(controller: $0, key: ResourceKey(resource: "pods", namespace: "a", name: "b"))
        }
        for (index, request) in requests.enumerated() {
            queue.add(request, at: start.advanced(by: .seconds((index * 37) % 50 + 10)))
            queue.add(request, at: start.advanced(by: .seconds((index * 37) % 50)))
            queue.add(request, at: start.advanced(by: .seconds(100)))
        }
        var order: [Int] = []
        for second in 0..<50 {
            #expect(queue.nextDeadline == start.advanced(by: .seconds(second)))
            queue.fire(now: start.advanced(by: .seconds(second)))
            while let request = queue.take() {
                order.append((request.controller * 37) % 50)
                queue.finish(request)
            }
        }
        #expect(order == Array(0..<50))
        #expect(queue.nextDeadline == nil)
    }

    @Test("The cache believes the newest state, in whatever order it hears of it")
    func cache() {
        var cache = ClusterCache()
        func object(_ version: Int, uid: String = "u", owner: String? = nil) -> KubeObject {
            var object = KubeObject(type: .configMaps, namespace: "a", name: "b")
            object.resourceVersion = String(version)
            object.uid = uid
            if let owner {
                object.ownerReferences = [OwnerReference(apiVersion: "v1", kind: "ConfigMap", name: "o", uid: owner)]
            }
            return object
        }
        let key = ResourceKey(resource: "configmaps", namespace: "a", name: "b")
        cache.store(object(5, owner: "first"), type: .configMaps)
        #expect(cache.dependents(ofOwner: "first") == [key])
        cache.store(object(7, owner: "second"), type: .configMaps)
        #expect(cache.dependents(ofOwner: "first").isEmpty)
        cache.apply(
            ClusterChange(type: .configMaps, old: object(4), new: object(5, owner: "first"), resourceVersion: 5))
        #expect(cache.dependents(ofOwner: "second") == [key])
        cache.apply(ClusterChange(type: .configMaps, old: object(7), new: nil, resourceVersion: 8))
        #expect(cache.object(key) == nil)
        #expect(cache.dependents(ofOwner: "second").isEmpty)
        cache.apply(ClusterChange(type: .configMaps, old: object(5), new: object(7), resourceVersion: 7))
        #expect(cache.object(key) == nil)
        cache.store(object(9, uid: "v"), type: .configMaps)
        #expect(cache.key(uid: "v") == key)
        cache.apply(ClusterChange(type: .configMaps, old: object(7), new: nil, resourceVersion: 8))
        #expect(cache.object(key)?.uid == "v")
    }
}
