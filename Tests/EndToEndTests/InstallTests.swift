import Foundation
import KubeCore
import Testing

@Suite("A mesh from nothing to Ready, and kept that way", .serialized)
struct InstallTests {
    @Test(
        "Two operators bring a whole mesh to Ready, and kubectl shows it", .timeLimit(.minutes(5)),
        arguments: Front.isInstalled ? Cluster.Access.allCases : [.direct])
    func install(access: Cluster.Access) async throws {
        let cluster = try await Cluster(access: access)
        try await cluster.prepare()
        _ = try cluster.startOperator("one")
        _ = try cluster.startOperator("two")
        try cluster.apply(Cluster.wholeMesh)
        try cluster.meshIsReady()

        let mesh = try #require(try cluster.object("mesh", "default"))
        #expect(mesh[path: "status", "observedGeneration"]?.integerValue == mesh.generation)
        for type in ["Ready", "ControlPlaneReady", "GatewaysReady", "AddonsReady"] {
            #expect(try cluster.condition(type, of: "mesh", "default") == "True", "condition \(type)")
        }
        #expect(try cluster.condition("Reconciling", of: "mesh", "default") != "True")

        // What Ready claims is really there.
        for (namespace, deployment) in [
            ("istio-system", "istiod"), ("istio-ingress", "istio-ingressgateway"), ("istio-system", "prometheus"),
            ("istio-system", "grafana"), ("istio-system", "kiali"), ("istio-system", "jaeger"),
        ] {
            let object = try #require(
                try cluster.object("deployment", deployment, namespace: namespace), "Deployment \(deployment)")
            #expect(try cluster.condition("Available", of: "deployment", deployment, namespace: namespace) == "True")
            #expect(object.labels["app.kubernetes.io/managed-by"] == "boltrope")
        }
        for daemonSet in ["istio-cni-node", "ztunnel"] {
            let status = try #require(try cluster.object("daemonset", daemonSet, namespace: "istio-system"))["status"]
            #expect(status?["numberReady"]?.intValue == status?["desiredNumberScheduled"]?.intValue)
            #expect(status?["numberReady"]?.intValue == 2)
        }
        #expect(try cluster.object("crd", "virtualservices.networking.istio.io") != nil)

        // A gateway's pod was injected by the mesh's own webhook: its container is Envoy, not `auto`.
        let pods = try cluster.objects("pods", selector: "istio=ingressgateway")
        #expect(!pods.isEmpty)
        for pod in pods {
            let containers = pod[path: "spec", "containers"]?.arrayValue ?? []
            #expect(containers.contains { $0["image"]?.stringValue?.contains("proxyv2") == true })
            #expect(!containers.contains { $0["image"]?.stringValue == "auto" })
        }

        let table = try cluster.kubectl("get", "mesh").standardOutput
        #expect(table.contains("PROFILE") && table.contains("True"), "\(table)")
        let described = try cluster.kubectl("describe", "mesh", "default").standardOutput
        #expect(described.contains("Conditions:") && described.contains("Events:"), "\(described)")
        let revisions = try cluster.kubectl("get", "meshrevisions").standardOutput
        #expect(revisions.contains("default"), "\(revisions)")
        let status = try run(
            Tools.boltrope, ["status"], environment: ["KUBECONFIG": cluster.kubeconfig.path])
        #expect(status.succeeded && status.standardOutput.contains("pilot"), "\(status)")
    }

    @Test("Every object of the mesh, deleted, comes back", .timeLimit(.minutes(8)))
    func deletedObjects() async throws {
        let cluster = try await readyCluster(Cluster.wholeMesh)
        let objects = try cluster.managedObjects()
        #expect(objects.count > 50, "only \(objects.count) objects")
        for object in objects {
            let kind = try #require(object.groupVersionKind).groupKind.description.lowercased()
            let uid = object.uid
            let deleted = try cluster.kubectl(
                ["delete", kind, object.name, "--wait=false"] + (object.namespace.map { ["-n", $0] } ?? []))
            #expect(deleted.succeeded, "\(deleted)")
            try await eventually("\(kind) \(object.key) is back", within: 30) {
                let now = try cluster.object(kind, object.name, namespace: object.namespace)
                return now != nil && now?.uid != uid && now?.isBeingDeleted == false
            }
        }
        try cluster.meshIsReady()
    }

    @Test("Every class of field, edited, is put back", .timeLimit(.minutes(5)))
    func editedFields() async throws {
        let cluster = try await readyCluster(Cluster.wholeMesh)
        for edit in Self.edits {
            let scope = edit.namespace.map { ["-n", $0] } ?? []
            let before = try #require(
                try cluster.object(edit.resource, edit.name, namespace: edit.namespace), "\(edit.resource) \(edit.name)"
            )
            let patched = try cluster.kubectl(
                ["patch", edit.resource, edit.name, "--type=json", "-p", edit.patch] + scope)
            #expect(patched.succeeded, "\(patched)")
            #expect(!patched.standardOutput.contains("no change"), "the edit of \(edit.resource) changed nothing")
            let pointer = try #require(JSONPointer(parsing: edit.path))
            try await eventually("\(edit.resource) \(edit.name) \(edit.path) is back", within: 30) {
                let now = try cluster.object(edit.resource, edit.name, namespace: edit.namespace)
                return now.map { pointer.value(in: $0.value) } == .some(pointer.value(in: before.value))
            }
        }
    }

    /// An edit of one field that belongs to the mesh.
    struct Edit: Sendable {
        var resource: String
        var name: String
        var namespace: String?
        var path: String
        var patch: String

        init(
            _ resource: String, _ name: String, _ namespace: String?, _ operation: String, _ path: String,
            _ value: String? = nil
        ) {
            (self.resource, self.name, self.namespace, self.path) = (resource, name, namespace, path)
            patch = #"[{"op":"\#(operation)","path":"\#(path)"\#(value.map { #","value":\#($0)"# } ?? "")}]"#
        }
    }

    static let edits = [
        Edit("configmap", "istio", "istio-system", "replace", "/data/mesh", #""accessLogFile: /tmp/x""#),
        Edit("configmap", "istio", "istio-system", "remove", "/data/mesh"),
        Edit("deployment", "istiod", "istio-system", "replace", "/spec/template/spec/containers/0/image", #""evil:1""#),
        Edit("deployment", "istiod", "istio-system", "replace", "/spec/template/spec/containers/0/args/0", #""proxy""#),
        Edit("deployment", "istiod", "istio-system", "remove", "/spec/template/spec/containers/0/readinessProbe"),
        Edit("deployment", "istiod", "istio-system", "replace", "/metadata/labels/app", #""other""#),
        Edit(
            "deployment", "istio-ingressgateway", "istio-ingress", "replace",
            "/spec/template/metadata/annotations/inject.istio.io~1templates", #""sidecar""#),
        Edit("service", "istiod", "istio-system", "replace", "/spec/ports/0/port", "9999"),
        Edit("service", "istiod", "istio-system", "replace", "/spec/selector/app", #""other""#),
        Edit("clusterrole", "istiod-clusterrole-istio-system", nil, "remove", "/rules/0"),
        Edit("clusterrolebinding", "istiod-clusterrole-istio-system", nil, "replace", "/subjects/0/name", #""other""#),
        Edit("serviceaccount", "istiod", "istio-system", "remove", "/metadata/labels/app"),
        Edit("horizontalpodautoscaler", "istiod", "istio-system", "replace", "/spec/maxReplicas", "9"),
        Edit(
            "mutatingwebhookconfiguration", "istio-sidecar-injector", nil, "replace",
            "/webhooks/0/rules/0/operations/0",
            #""DELETE""#),
        Edit("daemonset", "ztunnel", "istio-system", "replace", "/spec/template/spec/containers/0/image", #""evil:1""#),
        Edit(
            "crd", "virtualservices.networking.istio.io", nil, "remove",
            "/metadata/annotations/helm.sh~1resource-policy"),
    ]

    @Test("What belongs to others is left alone", .timeLimit(.minutes(4)))
    func foreignFields() async throws {
        let cluster = try await readyCluster(Cluster.smallMesh)
        func webhookBundle() throws -> String? {
            try cluster.object("mutatingwebhookconfiguration", "istio-sidecar-injector")?["webhooks"]?[0]?[
                path: "clientConfig", "caBundle"]?.stringValue
        }
        // istiod, which the cluster plays, has filled the webhook's bundle; the operator must not empty it.
        try await eventually("istiod has filled caBundle") { try webhookBundle()?.isEmpty == false }
        let bundle = try webhookBundle()
        #expect(try cluster.kubectl("scale", "deployment/istiod", "-n", "istio-system", "--replicas=3").succeeded)
        #expect(
            try cluster.kubectl("annotate", "deployment/istiod", "-n", "istio-system", "example.com/note=kept")
                .succeeded)
        #expect(
            try cluster.kubectl("label", "namespace", "istio-system", "example.com/team=kept", "--overwrite").succeeded)
        #expect(
            try cluster.kubectl(
                "patch", "configmap", "istio", "-n", "istio-system", "--type=merge", "-p", #"{"data":{"extra":"kept"}}"#
            ).succeeded)
        // A correction of something else is the proof that the operator has looked since.
        #expect(try cluster.kubectl("delete", "service/istiod", "-n", "istio-system", "--wait=false").succeeded)
        try await eventually("the Service is back") {
            try cluster.object("service", "istiod", namespace: "istio-system")?.isBeingDeleted == false
        }
        try await Task.sleep(for: .seconds(3))
        let deployment = try #require(try cluster.object("deployment", "istiod", namespace: "istio-system"))
        #expect(deployment[path: "spec", "replicas"] == 3, "replicas belong to the autoscaler")
        #expect(deployment.annotations["example.com/note"] == "kept")
        #expect(try cluster.object("namespace", "istio-system")?.labels["example.com/team"] == "kept")
        #expect(
            try cluster.object("configmap", "istio", namespace: "istio-system")?[path: "data", "extra"] == "kept")
        #expect(try webhookBundle() == bundle)
    }

    @Test("A settled mesh is not written to", .timeLimit(.minutes(4)))
    func settled() async throws {
        let cluster = try await readyCluster(Cluster.wholeMesh)
        try await Task.sleep(for: .seconds(3))
        let before = try #require(try cluster.raw("/debug/writes?limit=1")["lastSequence"]?.integerValue)
        try await Task.sleep(for: .seconds(60))
        let writes = try cluster.raw("/debug/writes?after=\(before)")["items"]?.arrayValue ?? []
        let ours = writes.filter {
            $0["userAgent"]?.stringValue?.hasPrefix("boltrope") == true && $0["resource"]?.stringValue != "leases"
        }
        #expect(ours.isEmpty, "\(ours)")
        #expect(
            writes.contains { $0["resource"]?.stringValue == "leases" }, "the record of writes shows not even the lease"
        )
    }

    @Test("A change of the spec adds, changes and prunes", .timeLimit(.minutes(4)))
    func changes() async throws {
        let cluster = try await readyCluster(Cluster.wholeMesh)
        let istiod = try #require(try cluster.object("deployment", "istiod", namespace: "istio-system"))
        try cluster.apply(
            """
            apiVersion: boltrope.dev/v1
            kind: Mesh
            metadata: {name: default}
            spec:
              meshConfig: {accessLogFile: /dev/stdout}
              components:
                cni: {enabled: true, namespace: istio-system}
                ztunnel: {enabled: true}
                ingressGateways:
                - {name: istio-ingressgateway, namespace: istio-ingress}
                - {name: istio-public, namespace: istio-public}
              addons:
                prometheus: {enabled: true}
                grafana: {enabled: false}
                kiali: {enabled: true}
                jaeger: {enabled: true}
            """)
        try await eventually("the second gateway is ready and Grafana is gone", within: 90) {
            let gateway = try cluster.condition(
                "Available", of: "deployment", "istio-public", namespace: "istio-public")
            let grafana = try cluster.objects(
                "deployment,service,configmap,serviceaccount", selector: "boltrope.dev/component=addon.grafana")
            let left = try cluster.object("deployment", "grafana", namespace: "istio-system")
            return gateway == "True" && grafana.isEmpty && left == nil
        }
        try await eventually("the mesh has observed its spec") {
            let mesh = try cluster.object("mesh", "default")
            return mesh?[path: "status", "observedGeneration"]?.integerValue == mesh?.generation
        }
        try cluster.meshIsReady()
        let configuration = try cluster.object("configmap", "istio", namespace: "istio-system")
        #expect(configuration?[path: "data", "mesh"]?.stringValue?.contains("accessLogFile") == true)
        #expect(try cluster.object("deployment", "prometheus", namespace: "istio-system") != nil)
        let after = try #require(try cluster.object("deployment", "istiod", namespace: "istio-system"))
        #expect(after.uid == istiod.uid, "istiod was replaced")
        #expect(try cluster.object("crd", "virtualservices.networking.istio.io") != nil)
    }

    @Test("A deleted mesh is removed in order, its definitions kept", .timeLimit(.minutes(4)))
    func removal() async throws {
        let cluster = try await readyCluster(Cluster.wholeMesh)
        let resources = try cluster.managedResources().filter { !$0.hasPrefix("customresourcedefinition") }
        let deleted = try cluster.kubectl("delete", "mesh", "default", "--timeout=90s")
        #expect(deleted.succeeded, "\(deleted)")
        let left = try cluster.objects(resources.joined(separator: ","), selector: meshSelector)
        #expect(left.isEmpty, "left behind: \(left.map { "\($0.kind) \($0.key)" })")
        #expect(try cluster.object("crd", "virtualservices.networking.istio.io") != nil)
        #expect(try cluster.kubectl("get", "meshrevisions", "-o", "name").standardOutput.isEmpty)
    }

    /// A cluster with one operator whose mesh is ready.
    func readyCluster(_ mesh: String) async throws -> Cluster {
        let cluster = try await Cluster()
        try await cluster.prepare()
        _ = try cluster.startOperator("one")
        try cluster.apply(mesh)
        try cluster.meshIsReady()
        return cluster
    }
}
