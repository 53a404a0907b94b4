import KubeClient
import KubeCore
import MeshAPI
import Testing

@testable import MeshOperator

extension Scenarios {
    @Suite("The embedded charts on a cluster")
    struct EmbeddedChartScenarios {
        private static let addons: JSONValue = [
            "prometheus": .object([:]), "grafana": .object([:]), "kiali": .object([:]), "jaeger": .object([:]),
        ]

        @Test(
            "each profile becomes Ready, and then neither the process that made it nor its successor writes anything",
            arguments: ["default", "demo", "ambient"])
        func profiles(profile: String) async throws {
            try await Scenario.run(renderer: HelmComponentRenderer(), injects: true) { scenario in
                try await scenario.apply(["profile": .string(profile), "addons": Self.addons])
                try await scenario.operating {
                    try await scenario.untilReady()
                    try await scenario.settle()
                    let version = scenario.cluster.resourceVersion
                    try await scenario.settle()
                    #expect(scenario.writes(since: version) == [])
                }
                let version = scenario.cluster.resourceVersion
                try await scenario.operating { try await scenario.settle() }
                #expect(scenario.writes(since: version) == [])
            }
        }

        @Test("every object of a mesh, deleted in turn, comes back; then the mesh is removed without a trace")
        func deletions() async throws {
            try await Scenario.run(renderer: HelmComponentRenderer(), injects: true) { scenario in
                try await scenario.apply(["profile": "ambient", "addons": Self.addons])
                try await scenario.operating {
                    try await scenario.untilReady()
                    for type in KnownResources.all {
                        let selector = LabelSelector(matching: [Labels.mesh: "default"])
                        let objects = try await scenario.client.list(
                            type, options: ListOptions(labelSelector: selector)
                        )
                        .items
                        for object in objects {
                            try await scenario.client.delete(
                                type, namespace: object.namespace, name: object.name,
                                options: DeleteOptions(propagationPolicy: .background))
                            try await scenario.until("\(type) \(object.key) is back") {
                                let now = try await scenario.client.getIfPresent(
                                    type, namespace: object.namespace, name: object.name)
                                return now.map { $0.uid != object.uid } ?? false
                            }
                        }
                    }
                    try await scenario.untilReady()
                    try await scenario.deleteMesh()
                    try await scenario.until("the mesh is gone") {
                        try await scenario.client.getIfPresent(Mesh.type, name: "default") == nil
                    }
                    for type in KnownResources.all where type.kind != "CustomResourceDefinition" {
                        let selector = LabelSelector(matching: [Labels.mesh: "default"])
                        let left = try await scenario.client.list(type, options: ListOptions(labelSelector: selector))
                            .items
                        #expect(left.map(\.name) == [])
                    }
                }
            }
        }
    }
}
