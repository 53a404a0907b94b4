import KubeClient
import KubeCore
import KubeRuntime
import MeshAPI
import Testing

@testable import MeshOperator

extension Scenarios {
    @Suite("Drift on a cluster")
    struct DriftScenarios {
        @Test("every object that is deleted comes back, each by one write")
        func deletions() async throws {
            try await Scenario.run { scenario in
                try await scenario.apply(["profile": "ambient", "addons": ["kiali": .object([:])]])
                try await scenario.operating {
                    try await scenario.untilReady()
                    let targets: [(ResourceType, String?, String)] = [
                        (.configMaps, "istio-system", "istio"), (.deployments, "istio-system", "istiod"),
                        (.daemonSets, "istio-system", "ztunnel"), (.serviceAccounts, "istio-system", "istio-reader"),
                        (.mutatingWebhookConfigurations, nil, "injector"), (.services, "istio-system", "kiali"),
                        (.customResourceDefinitions, nil, "widgets.istio.io"),
                    ]
                    for (type, namespace, name) in targets {
                        try await scenario.untilReady()
                        try await scenario.settle()
                        let before = try await scenario.client.get(type, namespace: namespace, name: name)
                        let version = scenario.cluster.resourceVersion
                        try await scenario.client.delete(
                            type, namespace: namespace, name: name,
                            options: DeleteOptions(propagationPolicy: .background))
                        try await scenario.until("\(name) is back") {
                            let now = try await scenario.client.getIfPresent(type, namespace: namespace, name: name)
                            return now.map { $0.uid != before.uid } ?? false
                        }
                        try await scenario.untilReady()
                        try await scenario.settle()
                        let applied = scenario.writes(since: version).filter { $0 == "apply \(type.plural) \(name)" }
                        #expect(applied.count == 1, "\(name): \(scenario.writes(since: version))")
                    }
                }
            }
        }

        @Test("an edited field is set back by one write; fields of others are left alone")
        func edits() async throws {
            try await Scenario.run { scenario in
                try await scenario.apply([:])
                try await scenario.operating {
                    try await scenario.untilReady()
                    try await scenario.settle()
                    var version = scenario.cluster.resourceVersion
                    _ = try await scenario.client.patch(
                        .configMaps, namespace: "istio-system", name: "istio",
                        .merge([
                            "data": ["mesh": "edited", "other": "theirs"],
                            "metadata": ["labels": ["boltrope.dev/component": "x"]],
                        ]))
                    try await scenario.until("it is set back") {
                        let map = try await scenario.client.get(.configMaps, namespace: "istio-system", name: "istio")
                        return map["data"]?["mesh"] == "hello" && map.labels[Labels.component] == "pilot"
                    }
                    try await scenario.settle()
                    #expect(scenario.writes(since: version) == ["apply configmaps istio"])
                    let map = try await scenario.client.get(.configMaps, namespace: "istio-system", name: "istio")
                    #expect(map["data"]?["other"] == "theirs")

                    version = scenario.cluster.resourceVersion
                    _ = try await scenario.client.patch(
                        .mutatingWebhookConfigurations, name: "injector",
                        .json([["op": "add", "path": "/webhooks/0/clientConfig/caBundle", "value": "eA=="]]))
                    _ = try await scenario.client.patch(
                        .deployments, namespace: "istio-system", name: "istiod", .merge(["spec": ["replicas": 3]]))
                    try await scenario.settle()
                    #expect(
                        !scenario.writes(since: version).contains {
                            $0.hasPrefix("apply mutating") || $0.hasPrefix("apply deployments")
                        })
                }
            }
        }

        @Test("the policy Report tells what differs and writes nothing to it")
        func report() async throws {
            try await Scenario.run { scenario in
                try await scenario.apply(["drift": ["policy": "Report"]])
                try await scenario.operating {
                    try await scenario.untilReady()
                    try await scenario.settle()
                    _ = try await scenario.client.patch(
                        .configMaps, namespace: "istio-system", name: "istio", .merge(["data": ["mesh": "edited"]]))
                    try await scenario.until("it is told") {
                        try await scenario.status()?.drift.differences.map(\.path) == ["/data/mesh"]
                    }
                    let map = try await scenario.client.get(.configMaps, namespace: "istio-system", name: "istio")
                    #expect(map["data"]?["mesh"] == "edited")
                }
            }
        }

        @Test("whoever keeps changing a field is named, and corrections are held back")
        func contested() async throws {
            try await Scenario.run { scenario in
                try await scenario.apply([:])
                try await scenario.operating {
                    try await scenario.untilReady()
                    for round in 0..<6 {
                        _ = try await scenario.client.patch(
                            .configMaps, namespace: "istio-system", name: "istio",
                            .merge(["data": ["mesh": .string("edit \(round)")]]),
                            options: WriteOptions(fieldManager: "enforcer"))
                        guard round < 5 else { break }
                        try await scenario.until("it is set back") {
                            let map = try await scenario.client.get(
                                .configMaps, namespace: "istio-system", name: "istio")
                            return map["data"]?["mesh"] == "hello"
                        }
                    }
                    try await scenario.until("the fight is told") {
                        try await scenario.condition("DriftContested")?.status == .true
                    }
                    #expect(
                        try await scenario.condition("DriftContested")?.message.contains("Manager enforcer") == true)
                    try await scenario.settle()
                    let map = try await scenario.client.get(.configMaps, namespace: "istio-system", name: "istio")
                    #expect(map["data"]?["mesh"] == "edit 5")
                }
            }
        }

        @Test("a process that is not the leader writes nothing")
        func gate() async throws {
            try await Scenario.run { scenario in
                try await scenario.apply([:])
                try await scenario.operating(gate: LeaseWriteGate()) { try await scenario.settle() }
                #expect(scenario.writes(since: 0) == [])
            }
        }
    }
}
