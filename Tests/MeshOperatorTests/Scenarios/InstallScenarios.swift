import KubeCore
import KubeRuntime
import MeshAPI
import Testing

@testable import MeshOperator

extension Scenarios {
    @Suite("Installing, changing and removing a mesh on a cluster")
    struct InstallScenarios {
        @Test("from nothing to Ready, in order, into namespaces that are made for it; then not one more write")
        func install() async throws {
            try await Scenario.run { scenario in
                try await scenario.apply([
                    "profile": "ambient",
                    "components": ["ingressGateways": [["name": "public", "namespace": "edge"]]],
                    "addons": ["kiali": .object([:])],
                ])
                try await scenario.operating {
                    try await scenario.untilReady()
                    let status = try #require(try await scenario.status())
                    #expect(status.ready == "7/7")
                    #expect(status.version == "1.30.3")
                    #expect(status.createdNamespaces == ["edge", "istio-system"])
                    #expect(
                        status.components.map(\.name) == [
                            "definitions", "base", "pilot", "cni", "ztunnel", "gateway/public", "addon/kiali",
                        ])

                    let order = scenario.writes(since: 0)
                    let firsts = ["widgets.istio.io", "istio-reader", "istiod", "istio-cni", "ztunnel", "public"].map {
                        name in
                        order.firstIndex { $0.hasSuffix(" \(name)") } ?? -1
                    }
                    #expect(firsts == firsts.sorted() && !firsts.contains(-1))

                    try await scenario.settle()
                    let version = scenario.cluster.resourceVersion
                    try await scenario.settle()
                    #expect(scenario.writes(since: version) == [])
                }
            }
        }

        @Test("a change of the spec rolls out; what it drops is pruned, definitions excepted")
        func change() async throws {
            try await Scenario.run { scenario in
                try await scenario.apply(["addons": ["kiali": .object([:])]])
                try await scenario.operating {
                    try await scenario.untilReady()
                    try await scenario.apply([
                        "tag": "2", "addons": ["kiali": ["enabled": false]],
                        "components": ["ingressGateways": [["name": "second"]]],
                    ])
                    try await scenario.until("the gateway and the addon are replaced") {
                        let added = try await scenario.deployment("second")
                        let addon = try await scenario.deployment("kiali")
                        let gateway = try await scenario.deployment("istio-ingressgateway")
                        return added != nil && addon == nil && gateway == nil
                    }
                    try await scenario.untilReady()
                    let image = try await scenario.deployment("istiod")?[
                        path: "spec", "template", "spec", "containers"]?[
                            0]?["image"]
                    #expect(image == "example.com/istiod:2")
                }
            }
        }

        @Test("a new process has nothing to do for a mesh that is as it should be")
        func restart() async throws {
            try await Scenario.run { scenario in
                try await scenario.apply([:])
                try await scenario.operating { try await scenario.untilReady() }
                let version = scenario.cluster.resourceVersion
                try await scenario.operating { try await scenario.settle() }
                #expect(scenario.writes(since: version) == [])
            }
        }

        @Test("an invalid spec is Stalled with the field's path, and the running mesh is not touched")
        func invalid() async throws {
            try await Scenario.run { scenario in
                try await scenario.apply([:])
                try await scenario.operating {
                    try await scenario.untilReady()
                    try await scenario.settle()
                    let version = scenario.cluster.resourceVersion
                    try await scenario.apply(["version": "1.29"])
                    try await scenario.until("the mesh is Stalled") {
                        try await scenario.condition("Stalled")?.status == .true
                    }
                    let stalled = try await scenario.condition("Stalled")
                    #expect(stalled?.reason == "VersionNotAvailable")
                    #expect(stalled?.message.contains("it has 1.30.3") == true)
                    try await scenario.settle()
                    #expect(Set(scenario.writes(since: version)) == ["apply meshes/status default"])
                    try await scenario.apply(["version": "1.30"])
                    try await scenario.untilReady()
                }
            }
        }

        @Test("a chart that cannot be rendered is told, and mended by a change of the spec")
        func renderFailure() async throws {
            try await Scenario.run { scenario in
                try await scenario.apply(["meshConfig": ["fail": true]])
                try await scenario.operating {
                    try await scenario.until("the mesh is Stalled") {
                        try await scenario.condition("Stalled")?.message.contains("line 7") == true
                    }
                    try await scenario.apply(["meshConfig": ["fail": false]])
                    try await scenario.untilReady()
                }
            }
        }

        @Test("removal takes everything down in order and leaves definitions and foreign namespaces")
        func removal() async throws {
            try await Scenario.run { scenario in
                _ = try await scenario.client.create(.namespaces, KubeObject(type: .namespaces, name: "theirs"))
                try await scenario.apply([
                    "profile": "ambient", "addons": ["kiali": .object([:])],
                    "components": [
                        "ingressGateways": [["name": "a", "namespace": "edge"], ["name": "b", "namespace": "theirs"]]
                    ],
                ])
                try await scenario.operating {
                    try await scenario.untilReady()
                    let foreign = KubeObject(type: .configMaps, namespace: "edge", name: "theirs")
                    _ = try await scenario.client.create(.configMaps, foreign)
                    let version = scenario.cluster.resourceVersion
                    try await scenario.deleteMesh()
                    try await scenario.until("the mesh is gone") {
                        try await scenario.client.getIfPresent(Mesh.type, name: "default") == nil
                    }
                    let order = scenario.writes(since: version).filter { $0.hasPrefix("delete") }
                    let firsts = [
                        "kiali", "a", "ztunnel", "istio-cni", "injector", "istiod", "istio-reader", "istio-system",
                    ]
                    .map { name in order.firstIndex { $0.hasSuffix(" \(name)") } ?? -1 }
                    #expect(firsts == firsts.sorted() && !firsts.contains(-1), "\(order)")
                    try await scenario.until("the namespace is gone") {
                        try await scenario.client.getIfPresent(.namespaces, name: "istio-system") == nil
                    }
                    #expect(try await scenario.client.getIfPresent(.namespaces, name: "edge")?.isBeingDeleted == false)
                    #expect(
                        try await scenario.client.getIfPresent(.namespaces, name: "theirs")?.isBeingDeleted == false)
                    #expect(try await scenario.deployment("b", "theirs") == nil)
                    let definition = try await scenario.client.getIfPresent(
                        .customResourceDefinitions, name: "widgets.istio.io")
                    #expect(definition != nil)
                }
            }
        }

        @Test("a suspended mesh is left as it is, and can still be removed")
        func suspended() async throws {
            try await Scenario.run { scenario in
                try await scenario.apply([:])
                try await scenario.operating {
                    try await scenario.untilReady()
                    try await scenario.apply(["suspend": true])
                    try await scenario.until("it says so") {
                        try await scenario.condition("Ready")?.reason == "Suspended"
                    }
                    try await scenario.client.delete(.configMaps, namespace: "istio-system", name: "istio")
                    try await scenario.settle()
                    let there = try await scenario.client.getIfPresent(
                        .configMaps, namespace: "istio-system", name: "istio")
                    #expect(there == nil)
                    try await scenario.deleteMesh()
                    try await scenario.until("the mesh is gone") {
                        try await scenario.client.getIfPresent(Mesh.type, name: "default") == nil
                    }
                }
            }
        }

        @Test("namespaces that a process before made count as the mesh's, also for what kubectl prunes by")
        func inheritedNamespaces() async throws {
            try await Scenario.run { scenario in
                var namespace = KubeObject(type: .namespaces, name: "istio-system")
                namespace.labels = [Labels.managedBy: Labels.manager, Labels.mesh: "default"]
                _ = try await scenario.client.create(.namespaces, namespace)
                try await scenario.apply([:])
                try await scenario.operating {
                    try await scenario.untilReady()
                    let mesh = try await scenario.client.get(Mesh.type, name: "default")
                    #expect(ApplySet.contents(of: mesh).kinds.contains { $0.kind == "Namespace" && $0.group.isEmpty })
                    #expect(try await scenario.status()?.createdNamespaces == ["istio-system"])
                }
            }
        }

        @Test(
            "killed after any write of an installation or of a removal, another process ends in the same place",
            arguments: [1, 3, 6, 9, 12, 15])
        func crashes(writes: Int) async throws {
            try await Scenario.run { scenario in
                let spec: JSONValue = ["profile": "ambient", "addons": ["kiali": .object([:])]]
                try await scenario.apply(spec)
                try await scenario.operating {
                    try await scenario.until("so many writes are done") { scenario.writes(since: 0).count >= writes }
                }
                try await scenario.operating { try await scenario.untilReady() }
                try await scenario.deleteMesh()
                let version = scenario.cluster.resourceVersion
                try await scenario.operating {
                    try await scenario.until("so many writes are done") {
                        let mesh = try await scenario.client.getIfPresent(Mesh.type, name: "default")
                        return mesh == nil || scenario.writes(since: version).count >= writes
                    }
                }
                try await scenario.operating {
                    try await scenario.until("the mesh is gone") {
                        try await scenario.client.getIfPresent(Mesh.type, name: "default") == nil
                    }
                }
                #expect(try await scenario.deployment("istiod") == nil)
            }
        }
    }
}
