import KubeCore
import Testing

@testable import EmbeddedCluster

@Suite("Services, scaling and disruption")
struct NetworkingTests {
    private func addresses(_ virtual: VirtualCluster, ready: Bool) -> [String] {
        virtual.cluster.objects(.endpointSlices).flatMap { $0["endpoints"]?.arrayValue ?? [] }
            .filter { $0[path: "conditions", "ready"]?.boolValue == ready }
            .compactMap { $0[path: "targetRef", "name"]?.stringValue }.sorted()
    }

    @Test("EndpointSlices and Endpoints follow the readiness of a Service's pods, through named ports")
    func endpoints() async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        try await virtual.create(
            .services,
            [
                "metadata": ["name": "web"],
                "spec": [
                    "selector": ["app": "web"],
                    "ports": [["name": "http", "port": 80, "targetPort": "http", "protocol": "TCP"]],
                ],
            ])
        try await virtual.settle()
        #expect(virtual.cluster.objects(.endpointSlices).count == 1)
        try await virtual.create(.deployments, deployment("web", replicas: 2))
        try await virtual.settle()
        let pods = virtual.cluster.objects(.pods).map(\.name)
        #expect(addresses(virtual, ready: true) == pods)
        let slice = try #require(virtual.cluster.objects(.endpointSlices).first)
        #expect(slice["ports"] == [["name": "http", "protocol": "TCP", "port": 8080]])
        #expect(slice.label("kubernetes.io/service-name") == "web")
        let endpoints = try virtual.get(.endpoints, "web")
        #expect(endpoints["subsets"]?[0]?["addresses"]?.arrayValue?.count == 2)
        try await virtual.patch(
            .deployments, "web",
            [
                "spec": [
                    "replicas": 3,
                    "template": ["metadata": ["annotations": JSONValue([FailureInjection.neverReady: "true"])]],
                ]
            ])
        try await virtual.settle()
        #expect(addresses(virtual, ready: true).count >= 2)
        #expect(!addresses(virtual, ready: false).isEmpty)
        try await virtual.access.delete(.services, namespace: "default", name: "web", DeleteOptions())
        try await virtual.settle()
        #expect(virtual.cluster.objects(.endpointSlices).isEmpty)
        #expect(virtual.cluster.objects(.endpoints).isEmpty)
    }

    @Test("A Service of many pods has slices of at most a hundred endpoints")
    func slices() async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        try await virtual.create(
            .services,
            ["metadata": ["name": "web"], "spec": ["selector": ["app": "web"], "ports": [["port": 80]]]])
        try await virtual.create(.deployments, deployment("web", replicas: 250))
        try await virtual.settle()
        let counts = virtual.cluster.objects(.endpointSlices).map { $0["endpoints"]?.arrayValue?.count ?? 0 }
        #expect(counts.sorted() == [50, 100, 100])
        #expect(addresses(virtual, ready: true).count == 250)
    }

    @Test("A LoadBalancer gets an address of its own, and loses it with its type")
    func loadBalancers() async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        for name in ["one", "two"] {
            try await virtual.create(
                .services,
                ["metadata": ["name": .string(name)], "spec": ["type": "LoadBalancer", "ports": [["port": 80]]]])
        }
        try await virtual.settle()
        let address = { (name: String) in
            try virtual.get(.services, name)[path: "status", "loadBalancer", "ingress"]?[0]?["ip"]?.stringValue
        }
        #expect(try address("one") != nil)
        #expect(try address("one") != address("two"))
        try await virtual.patch(.services, "one", ["spec": ["type": "ClusterIP"]])
        try await virtual.settle()
        #expect(try address("one") == nil)
    }

    @Test("An autoscaler brings replicas within its bounds, and follows the load that it is told of")
    func autoscales() async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        try await virtual.create(.deployments, deployment("web", replicas: 1))
        try await virtual.create(
            .horizontalPodAutoscalers,
            [
                "metadata": ["name": "web"],
                "spec": [
                    "minReplicas": 2, "maxReplicas": 5,
                    "scaleTargetRef": ["apiVersion": "apps/v1", "kind": "Deployment", "name": "web"],
                    "metrics": [
                        ["type": "Resource", "resource": ["name": "cpu", "target": ["averageUtilization": 80]]]
                    ],
                ],
            ])
        try await virtual.settle()
        #expect(try virtual.get(.deployments, "web").specReplicas == 2)
        #expect(
            virtual.cluster.takeWrites().contains("horizontal-pod-autoscaler patch deployments/web/scale"))
        for (load, replicas) in [("300", 4), ("1000", 5), ("10", 2)] {
            try await virtual.patch(
                .horizontalPodAutoscalers, "web",
                ["metadata": ["annotations": JSONValue([FailureInjection.load: load])]])
            try await virtual.settle()
            #expect(try virtual.get(.deployments, "web").statusCount("availableReplicas") == replicas)
        }
        try await virtual.patch(.deployments, "web", ["spec": ["replicas": 9]])
        try await virtual.settle()
        #expect(try virtual.get(.deployments, "web").specReplicas == 2)
        _ = virtual.cluster.takeWrites()
        try await virtual.settle(for: .seconds(600))
        #expect(virtual.cluster.takeWrites() == [])
    }

    @Test(
        "A budget allows as many disruptions as its bounds leave",
        arguments: [
            (["minAvailable": 2], 3, 1), (["minAvailable": "50%"], 3, 1), (["maxUnavailable": 1], 3, 1),
            (["maxUnavailable": "40%"], 3, 2), (["minAvailable": 3], 3, 0), (["minAvailable": 1], 1, 0),
        ] as [(JSONObject, Int, Int)])
    func budgets(bound: JSONObject, replicas: Int, allowed: Int) async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        try await virtual.create(.deployments, deployment("web", replicas: replicas))
        var spec = bound
        spec["selector"] = ["matchLabels": ["app": "web"]]
        try await virtual.create(.podDisruptionBudgets, ["metadata": ["name": "web"], "spec": .object(spec)])
        try await virtual.settle()
        let budget = try virtual.get(.podDisruptionBudgets, "web")
        #expect(budget.statusCount("disruptionsAllowed") == allowed)
        #expect(budget.statusCount("expectedPods") == replicas)
        #expect(budget.statusCount("currentHealthy") == replicas)
    }
}
