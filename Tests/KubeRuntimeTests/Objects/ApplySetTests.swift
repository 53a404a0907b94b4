import KubeCore
import KubeRuntime
import Testing

@Suite("ApplySet")
struct ApplySetTests {
    private let set = ApplySet(
        parentName: "my-set", parentNamespace: "my-ns", parentKind: GroupKind(group: "", kind: "Secret"),
        tooling: "boltrope/0.1.0")

    private func member(_ type: ResourceType, _ namespace: String?, _ name: String, uid: String = "u") -> KubeObject {
        var object = KubeObject(type: type, namespace: namespace, name: name)
        object.uid = uid
        set.mark(&object)
        return object
    }

    @Test("the identifier is computed as KEP-3659 says")
    func identifier() {
        // echo -n "my-set.my-ns.Secret." | sha256sum | xxd -r -p | base64, in the URL alphabet, without padding.
        #expect(set.identifier == "applyset-\(SHA256.base64URL(Array("my-set.my-ns.Secret.".utf8)))-v1")
        #expect(set.identifier.utf8.count == "applyset--v1".utf8.count + 43)
        let cluster = ApplySet(
            parentName: "m", parentKind: GroupKind(group: "boltrope.dev", kind: "Mesh"), tooling: "boltrope/0.1.0")
        #expect(cluster.identifier == "applyset-\(SHA256.base64URL(Array("m..Mesh.boltrope.dev".utf8)))-v1")
    }

    @Test("the parent says where its members are")
    func annotations() {
        let members = [
            member(.deployments, "istio-system", "a"), member(.services, "my-ns", "b"),
            member(.customResourceDefinitions, nil, "c"), member(.services, "istio-system", "d"),
        ]
        let annotations = set.parentAnnotations(members: members)
        #expect(
            annotations == [
                "applyset.kubernetes.io/tooling": "boltrope/0.1.0",
                "applyset.kubernetes.io/contains-group-kinds":
                    "CustomResourceDefinition.apiextensions.k8s.io,Deployment.apps,Service",
                "applyset.kubernetes.io/additional-namespaces": "istio-system",
            ])
        var parent = KubeObject(type: .secrets, namespace: "my-ns", name: "my-set")
        parent.annotations = annotations
        let contents = ApplySet.contents(of: parent)
        #expect(contents.kinds.contains(GroupKind(group: "apps", kind: "Deployment")))
        #expect(contents.kinds.contains(GroupKind(group: "", kind: "Service")))
        #expect(contents.namespaces == ["istio-system"])
    }

    @Test("pruned is what is a member and not wanted; whatever its version, never what is protected or not ours")
    func prune() {
        var stranger = KubeObject(type: .configMaps, namespace: "ns", name: "stranger")
        stranger.uid = "s"
        var going = member(.configMaps, "ns", "going")
        going.set("2026-01-01T00:00:00Z", at: "metadata", "deletionTimestamp")
        let live = [
            member(.configMaps, "ns", "kept"), member(.configMaps, "ns", "old", uid: "u-old"),
            member(.customResourceDefinitions, nil, "crd"), stranger, going,
            member(.horizontalPodAutoscalers, "ns", "scaler"),
        ]
        var wantedScaler = KubeObject(type: .horizontalPodAutoscalers, namespace: "ns", name: "scaler")
        wantedScaler.apiVersion = "autoscaling/v1"
        let wanted = [KubeObject(type: .configMaps, namespace: "ns", name: "kept"), wantedScaler]
        let pruned = set.prune(live: live, wanted: wanted) { $0.kind == "CustomResourceDefinition" }
        #expect(pruned.map(\.name) == ["old"])
        #expect(pruned.first?.uid == "u-old")
    }

    @Test("another tool's set is left alone")
    func conflicts() {
        var parent = KubeObject(type: .secrets, namespace: "my-ns", name: "my-set")
        #expect(set.conflict(with: parent) == nil)
        parent.labels = set.parentLabels
        parent.annotations = [ApplySet.toolingAnnotation: "boltrope/0.0.9"]
        #expect(set.conflict(with: parent) == nil)
        parent.annotations = [ApplySet.toolingAnnotation: "kubectl/v1.30"]
        #expect(set.conflict(with: parent) != nil)
        parent.annotations = [:]
        parent.labels = [ApplySet.identifierLabel: "applyset-other-v1"]
        #expect(set.conflict(with: parent) != nil)
    }
}
