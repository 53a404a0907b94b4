import Foundation
import KubeCore
import KubeRuntimeTesting
import Testing

@Suite("The example in KubeRuntime's documentation")
struct TeamNamespacesTests {
    @Test("survives every single fault while a namespace is made, handed over and its ConfigMap damaged")
    func singleFaults() async throws {
        let namespace = ScenarioStep("make") { user in
            var namespace = KubeObject(type: .namespaces, name: "shop")
            namespace.labels = [TeamNamespaces.label: "red"]
            _ = try await user.client.create(.namespaces, namespace)
        }
        let handOver = ScenarioStep("hand over") { user in
            let labels: JSONValue = [TeamNamespaces.label: "blue"]
            _ = try await user.client.patch(.namespaces, name: "shop", .merge(["metadata": ["labels": labels]]))
        }
        let damage = ScenarioStep("damage") { try await $0.client.delete(.configMaps, namespace: "shop", name: "team") }
        var scenario = ControllerScenario("team-namespaces", steps: [namespace, handOver, damage]) { instance in
            try await TeamNamespaces.run(
                client: instance.client, clock: instance.clock, random: instance.random, logger: instance.logger)
        }
        // What came and went unseen, as between two lists, tells nobody of its going.
        scenario.excludedFaults = [.eventsCoalesced]
        let report = await (try await ControllerHarness(scenario)).run(.singleFaults)
        #expect(report.failures.isEmpty, "\(report)")
        #expect(report.results.count > 50)
    }

    @Test("is printed as it is compiled here, in under 60 lines")
    func publication() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let code = try String(contentsOf: folder.appending(path: "TeamNamespaces.swift"), encoding: .utf8)
        let article = try String(
            contentsOf: folder.appending(path: "../../../Sources/KubeRuntime/Documentation.docc/KubeRuntime.md"),
            encoding: .utf8)
        #expect(article.contains("```swift\n\(code)```"))
        #expect(code.split(separator: "\n", omittingEmptySubsequences: false).count - 1 < 60)
    }
}
