import KubeClient
import KubeCore

extension Benchmark {
    /// How long a mesh is without an object that somebody deleted.
    static let restoreLatency = Benchmark(
        name: "restore-latency", summary: "milliseconds from a deletion to the restoration, p50 and p99"
    ) {
        try await TestCluster.with { cluster in
            _ = try cluster.startOperator()
            try await cluster.makeMesh()
            try await cluster.waitUntilReady()
            // What the install left to do is not to be measured.
            try await Task.sleep(for: .seconds(2))
            let bare = try await BareController(client: cluster.client).restorations(150)
            var latencies: [Double] = []
            // Four times each: with the fifth an object counts as contested, and is held back on purpose.
            for _ in 0..<4 {
                for (type, object) in try await managedObjects(cluster.client) {
                    latencies.append(
                        try await Restoration(of: object, type, client: cluster.client).latency.inMilliseconds)
                }
            }
            let (own, peer) = (Samples(latencies), Samples(bare))
            let name = "bare watch and write"
            return [
                Figure(
                    name: "restore-latency-p50", value: own.median, unit: "ms", better: .lower,
                    peer: .init(name: name, value: peer.median)),
                Figure(
                    name: "restore-latency-p99", value: own.quantile(0.99), unit: "ms", better: .lower,
                    peer: .init(name: name, value: peer.quantile(0.99))),
            ]
        }
    }

    /// The objects of the mesh whose deletion takes nothing else along.
    private static func managedObjects(_ client: KubeClient) async throws -> [(ResourceType, KubeObject)] {
        let authorization = ["roles": "Role", "rolebindings": "RoleBinding"]
        let types =
            [.configMaps, .services, .serviceAccounts, .horizontalPodAutoscalers, .podDisruptionBudgets]
            + authorization.map { plural, kind in
                ResourceType(
                    group: "rbac.authorization.k8s.io", version: "v1", plural: plural, kind: kind, isNamespaced: true)
            }
        let mine = LabelSelector(matching: ["boltrope.dev/mesh": TestCluster.mesh])
        var objects: [(ResourceType, KubeObject)] = []
        for type in types {
            let list = try await client.list(type, options: ListOptions(labelSelector: mine))
            for object in list.items { objects.append((type, object)) }
        }
        guard !objects.isEmpty else { throw BenchmarkFailure("the mesh has no objects") }
        return objects
    }
}

/// The least that any controller must do: a watch that answers a deletion with a write, and knows beforehand what to.
struct BareController {
    private static let namespace = "bare"
    let client: KubeClient

    /// Milliseconds of this many restorations of one ConfigMap.
    func restorations(_ count: Int) async throws -> [Double] {
        _ = try await client.create(.namespaces, KubeObject(type: .namespaces, name: Self.namespace))
        var wanted = KubeObject(type: .configMaps, namespace: Self.namespace, name: "wanted")
        wanted["data"] = ["mesh": .string(String(repeating: "accessLogFile: /dev/stdout\n", count: 40))]
        let first = try await client.apply(.configMaps, wanted, fieldManager: "bare")
        let options = ListOptions(resourceVersion: first.resourceVersion, timeoutSeconds: 300)
        let events = try await client.watch(.configMaps, namespace: Self.namespace, options: options)
        return try await withThrowingTaskGroup(of: Void.self) { [wanted] group in
            group.addTask {
                for try await event in events {
                    guard case .deleted(let object) = event, object.name == wanted.name else { continue }
                    _ = try await client.apply(.configMaps, wanted, fieldManager: "bare")
                }
            }
            var latencies: [Double] = []
            // Some to warm up connections.
            for number in -10..<count {
                let object = try await client.get(.configMaps, namespace: Self.namespace, name: wanted.name)
                let latency = try await Restoration(of: object, .configMaps, client: client).latency
                if number >= 0 { latencies.append(latency.inMilliseconds) }
            }
            group.cancelAll()
            return latencies
        }
    }
}
