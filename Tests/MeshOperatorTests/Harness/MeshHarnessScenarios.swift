import KubeClient
import KubeCore
import KubeRuntime
import KubeRuntimeTesting
import MeshAPI

@testable import MeshOperator

/// The operator under the harness: installing, changing and removing a mesh, with the renderer of the scenarios.
enum MeshHarnessScenarios {
    static let install = scenario("install", [apply("install", Self.spec)])
    static let change = scenario(
        "change",
        [
            apply("install", Self.spec),
            apply("change", ["meshConfig": ["message": "changed"], "components": ["ingressGateways": .array([])]]),
        ])
    static let removal = scenario(
        "removal",
        [
            apply("install", Self.spec),
            ScenarioStep("remove") { try await $0.client.delete(Mesh.type, name: "default") },
        ])

    private static let spec: JSONValue = [
        "components": ["ingressGateways": [["name": "public", "namespace": "edge"]]]
    ]

    private static func apply(_ name: String, _ spec: JSONValue) -> ScenarioStep {
        ScenarioStep(name) { user in
            var mesh = KubeObject(type: Mesh.type, name: "default")
            mesh["spec"] = spec
            _ = try await user.client.apply(Mesh.type, mesh, fieldManager: "person")
        }
    }

    private static func scenario(_ name: String, _ steps: [ScenarioStep]) -> ControllerScenario {
        var scenario = ControllerScenario(name, steps: steps) { instance in
            let service = MeshOperatorService(
                client: instance.client, configuration: MeshOperatorConfiguration(),
                charts: ChartSources(embedded: EmbeddedCharts.charts), renderer: FixtureRenderer(),
                clock: instance.clock, random: instance.random, metrics: MetricsRegistry(), logger: instance.logger)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for part in service.shared + service.leaderElected {
                    group.addTask { try await part.service.run() }
                }
                try await group.next()
                group.cancelAll()
            }
        }
        scenario.clusterControllers = .simulated
        scenario.objects = CustomResourceDefinitions.all
        scenario.invariants = [.readyMeshesAreInstalled]
        // Other writers soon give out the versions again that a restored server has forgotten, after which no watcher can
        // tell that anything was lost: etcd is to be restored with `--bump-revision`.
        scenario.excludedFaults = [.serverRestore]
        return scenario
    }
}

extension Invariant {
    fileprivate static let readyMeshesAreInstalled = Invariant("a mesh that is Ready has its control plane") {
        cluster in
        for mesh in cluster.objects(Mesh.type) where !mesh.isBeingDeleted {
            let conditions = mesh["status"]?["conditions"]?.arrayValue ?? []
            let isReady = conditions.contains {
                $0["type"] == "Ready" && $0["status"] == "True"
                    && $0["observedGeneration"]?.integerValue == mesh.generation
            }
            guard isReady else { continue }
            let istiod = cluster.object(.deployments, namespace: "istio-system", name: "istiod")
            guard let istiod, ObjectHealth.of(istiod) == .ready else { return mesh.name }
        }
        return nil
    }
}
