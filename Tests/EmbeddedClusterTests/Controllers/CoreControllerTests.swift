import KubeCore
import Testing

@testable import EmbeddedCluster

@Suite("The controllers that keep the store consistent")
struct CoreControllerTests {
    private func configMap(_ name: String, ownedBy owners: [KubeObject], blocks: Bool = false) -> JSONValue {
        [
            "metadata": [
                "name": .string(name),
                "ownerReferences": .array(
                    owners.map {
                        OwnerReference(
                            apiVersion: $0.apiVersion, kind: $0.kind, name: $0.name, uid: $0.uid ?? "",
                            blocksOwnerDeletion: blocks
                        ).value
                    }),
            ]
        ]
    }

    @Test("What an owner leaves behind is collected, down the whole chain")
    func collectsChains() async throws {
        let virtual = VirtualCluster(.core)
        try await virtual.start()
        let first = try await virtual.create(.configMaps, ["metadata": ["name": "first"]])
        let second = try await virtual.create(.configMaps, configMap("second", ownedBy: [first]))
        try await virtual.create(.configMaps, configMap("third", ownedBy: [second]))
        try await virtual.settle()
        try await virtual.access.delete(.configMaps, namespace: "default", name: "first", DeleteOptions())
        try await virtual.settle()
        #expect(virtual.cluster.objects(.configMaps).map(\.name) == ["kube-root-ca.crt"])
    }

    @Test("An object that another owner still holds stays, without the reference to the one that has gone")
    func keepsShared() async throws {
        let virtual = VirtualCluster(.core)
        try await virtual.start()
        let first = try await virtual.create(.configMaps, ["metadata": ["name": "first"]])
        let second = try await virtual.create(.configMaps, ["metadata": ["name": "second"]])
        try await virtual.create(.configMaps, configMap("shared", ownedBy: [first, second]))
        try await virtual.settle()
        try await virtual.access.delete(.configMaps, namespace: "default", name: "first", DeleteOptions())
        try await virtual.settle()
        #expect(try virtual.get(.configMaps, "shared").ownerReferences.map(\.name) == ["second"])
    }

    @Test("An owner is known by its unique identifier: a namesake is none")
    func namesakes() async throws {
        let virtual = VirtualCluster(.core)
        try await virtual.start()
        var namesake = try await virtual.create(.configMaps, ["metadata": ["name": "first"]])
        namesake.uid = "another"
        try await virtual.create(.configMaps, configMap("child", ownedBy: [namesake]))
        try await virtual.settle()
        #expect(virtual.cluster.object(.configMaps, "default", "child") == nil)
    }

    @Test("An owner deleted in the foreground waits for the dependents that block it")
    func foreground() async throws {
        let virtual = VirtualCluster(.core)
        try await virtual.start()
        let owner = try await virtual.create(.configMaps, ["metadata": ["name": "owner"]])
        var held = try #require(KubeObject(configMap("held", ownedBy: [owner], blocks: true)))
        held.finalizers = ["test/hold"]
        try await virtual.create(.configMaps, held.value)
        try await virtual.settle()
        try await virtual.access.delete(
            .configMaps, namespace: "default", name: "owner", DeleteOptions(propagationPolicy: .foreground))
        try await virtual.settle()
        #expect(try virtual.get(.configMaps, "held").isBeingDeleted)
        #expect(try virtual.get(.configMaps, "owner").isBeingDeleted)
        try await virtual.patch(.configMaps, "held", ["metadata": ["finalizers": .null]])
        try await virtual.settle()
        #expect(virtual.cluster.objects(.configMaps).map(\.name) == ["kube-root-ca.crt"])
    }

    @Test("Every namespace gets its ServiceAccount and root certificate, again if they are deleted")
    func defaults() async throws {
        let virtual = VirtualCluster(.core)
        try await virtual.start()
        _ = try virtual.get(.serviceAccounts, "default")
        try await virtual.access.delete(.configMaps, namespace: "default", name: "kube-root-ca.crt", DeleteOptions())
        try await virtual.access.delete(.serviceAccounts, namespace: "default", name: "default", DeleteOptions())
        try await virtual.settle()
        _ = try virtual.get(.serviceAccounts, "default")
        let root = try virtual.get(.configMaps, "kube-root-ca.crt")
        #expect(root[path: "data", "ca.crt"]?.stringValue?.contains("BEGIN CERTIFICATE") == true)
    }

    @Test("A namespace is emptied, says what holds it, and goes when nothing is left")
    func emptiesNamespaces() async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        _ = try await virtual.access.create(.namespaces, KubeObject(type: .namespaces, name: "team"))
        try await virtual.create(
            .deployments, deployment("web", replicas: 2) { $0.set("team", at: "metadata", "namespace") })
        try await virtual.create(
            .configMaps, ["metadata": ["name": "held", "namespace": "team", "finalizers": ["test/hold"]]])
        try await virtual.settle()
        try await virtual.access.delete(.namespaces, namespace: nil, name: "team", DeleteOptions())
        try await virtual.settle()
        let waiting = try virtual.get(.namespaces, "team")
        #expect(waiting.phase == "Terminating")
        #expect(
            waiting.condition("NamespaceFinalizersRemaining")?["message"]?.stringValue
                == "Some content in the namespace has finalizers remaining: test/hold in 1 resource instances")
        #expect(virtual.cluster.objects(.pods, "team").isEmpty)
        try await virtual.patch(
            .configMaps, "held", namespace: "team", ["metadata": ["finalizers": .null]])
        try await virtual.settle()
        #expect(virtual.cluster.object(.namespaces, nil, "team") == nil)
        #expect(virtual.cluster.objects(.serviceAccounts).map(\.namespace) == ["default"])
    }

    @Test("Instances go before their custom resource definition does")
    func customResources() async throws {
        let virtual = VirtualCluster(.core)
        let sails = ResourceType(group: "test.dev", version: "v1", plural: "sails", kind: "Sail", isNamespaced: true)
        virtual.cluster.state.withLock { $0.types.append(sails) }
        try await virtual.start()
        try await virtual.create(
            .customResourceDefinitions,
            ["metadata": ["name": "sails.test.dev", "finalizers": [.string(CustomResourceCleanup.finalizer)]]])
        try await virtual.create(sails, ["metadata": ["name": "jib", "finalizers": ["test/hold"]]])
        try await virtual.settle()
        try await virtual.access.delete(
            .customResourceDefinitions, namespace: nil, name: "sails.test.dev", DeleteOptions())
        try await virtual.settle()
        #expect(try virtual.get(sails, "jib").isBeingDeleted)
        #expect(
            try virtual.get(.customResourceDefinitions, "sails.test.dev").condition("Terminating")?["status"] == "True")
        try await virtual.patch(sails, "jib", ["metadata": ["finalizers": .null]])
        try await virtual.settle()
        #expect(virtual.cluster.objects(.customResourceDefinitions).isEmpty)
    }
}
