import KubeCore
import MeshAPI
import Testing

@testable import MeshOperator

@Suite("Taking a mesh down")
struct RemovalPlanTests {
    private func live(_ objects: [DesiredObject], unknown: Set<GroupKind> = []) -> LiveObjects {
        LiveObjects(
            objects: Dictionary(uniqueKeysWithValues: objects.map { ($0.identity, stored($0)) }), unknownKinds: unknown)
    }

    private func everything() throws -> [DesiredObject] {
        try desired(
            [
                object("CustomResourceDefinition", "a.istio.io", apiVersion: "apiextensions.k8s.io/v1"),
                object("ServiceAccount", "reader"),
                object("ValidatingWebhookConfiguration", "default", apiVersion: "admissionregistration.k8s.io/v1"),
            ], of: ComponentIdentity(.base))
            + desired(
                [
                    object("Deployment", "istiod", apiVersion: "apps/v1"),
                    object("MutatingWebhookConfiguration", "injector", apiVersion: "admissionregistration.k8s.io/v1"),
                ], of: ComponentIdentity(.pilot))
            + desired([object("DaemonSet", "istio-cni-node", apiVersion: "apps/v1")], of: ComponentIdentity(.cni))
            + desired([object("DaemonSet", "ztunnel", apiVersion: "apps/v1")], of: ComponentIdentity(.ztunnel))
            + desired([object("Deployment", "a", apiVersion: "apps/v1")], of: ComponentIdentity(.ingressGateway, "a"))
            + desired([object("Deployment", "kiali", apiVersion: "apps/v1")], of: ComponentIdentity(.addon, "kiali"))
    }

    @Test("addons go first and the base last; webhooks go before istiod, definitions stay")
    func order() throws {
        var left = try everything()
        var order: [[String]] = []
        while case let plan = RemovalPlan(mesh: "default", live: live(left)), !plan.deletions.isEmpty {
            order.append(plan.deletions.map(\.identity.key.name))
            let gone = Set(plan.deletions.map(\.identity))
            left.removeAll { gone.contains($0.identity) }
        }
        #expect(
            order == [
                ["kiali"], ["a"], ["ztunnel"], ["istio-cni-node"], ["injector", "default"], ["istiod"], ["reader"],
            ])
        #expect(RemovalPlan(mesh: "default", live: live(left)).phase == .namespaces)
        #expect(left.map(\.identity.key.name) == ["a.istio.io"])
    }

    @Test("what is on its way out is waited for, before the next stage goes")
    func waiting() throws {
        var live = live(try everything())
        let kiali = try #require(live.objects.keys.first { $0.key.name == "kiali" })
        live.objects[kiali]?.set("2026-01-01T00:00:00Z", at: "metadata", "deletionTimestamp")
        let plan = RemovalPlan(mesh: "default", live: live)
        #expect(plan.phase == .removing(.addons))
        #expect(plan.deletions.isEmpty)
        #expect(plan.waitingFor == [kiali])
    }

    @Test("another mesh's objects are not touched")
    func others() throws {
        #expect(RemovalPlan(mesh: "other", live: live(try everything())).phase == .namespaces)
    }

    @Test("what could not be read may still be there")
    func unknown() {
        let plan = RemovalPlan(mesh: "default", live: live([], unknown: [GroupKind(group: "apps", kind: "Deployment")]))
        #expect(plan.phase != .namespaces && plan.deletions.isEmpty)
    }

    @Test("a namespace that others use is kept; what the system or istiod made does not count")
    func namespaces() {
        var replicaSet = object("ReplicaSet", "r", namespace: "n", apiVersion: "apps/v1")
        replicaSet.ownerReferences = [
            OwnerReference(apiVersion: "apps/v1", kind: "Deployment", name: "istiod", uid: "u", isController: true)
        ]
        let generated = [
            object("ConfigMap", "kube-root-ca.crt", namespace: "n"),
            object("ConfigMap", "istio-ca-root-cert", namespace: "n"),
            object("Secret", "istio-ca-secret", namespace: "n"),
            object("ConfigMap", "istio-gateway-status-leader", namespace: "n"), replicaSet,
        ]
        #expect(NamespaceLeftovers.foreign(generated, mesh: "default").isEmpty)
        let theirs = object("ConfigMap", "theirs", namespace: "n")
        #expect(NamespaceLeftovers.foreign(generated + [theirs], mesh: "default").map(\.key.name) == ["theirs"])
    }
}
