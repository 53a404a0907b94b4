import Foundation
import KubeCore
import Testing

/// The labels by which everything of the mesh is found.
let meshSelector = "boltrope.dev/mesh=default"

extension Cluster {
    /// A mesh with every stage: CNI, ztunnel, gateway and addons.
    static let wholeMesh = """
        apiVersion: boltrope.dev/v1
        kind: Mesh
        metadata: {name: default}
        spec:
          profile: default
          components:
            cni: {enabled: true, namespace: istio-system}
            ztunnel: {enabled: true}
            ingressGateways: [{name: istio-ingressgateway, namespace: istio-ingress}]
          addons:
            prometheus: {enabled: true}
            grafana: {enabled: true}
            kiali: {enabled: true}
            jaeger: {enabled: true}
        """

    /// A mesh with a control plane and a gateway: the smallest that shows what the test is about.
    static let smallMesh = """
        apiVersion: boltrope.dev/v1
        kind: Mesh
        metadata: {name: default}
        spec:
          components:
            ingressGateways: [{name: istio-ingressgateway, namespace: istio-ingress}]
        """

    /// What a cluster needs before the first operator: its namespace and the definitions.
    func prepare() async throws {
        #expect(try kubectl("create", "namespace", "boltrope-system").succeeded)
        let definitions = try run(Tools.boltrope, ["crds"])
        let applied = try kubectl("apply", "--server-side", "-f", "-", input: definitions.standardOutput)
        #expect(applied.succeeded, "\(applied)")
        let established = try kubectl(
            "wait", "--for=condition=Established", "--timeout=30s", "crd", "meshes.boltrope.dev",
            "meshrevisions.boltrope.dev")
        #expect(established.succeeded, "\(established)")
    }

    /// Waits, as a user would, until the mesh says that it is ready for its current generation.
    func meshIsReady(within seconds: Int = 120) throws {
        let waited = try kubectl(
            "wait", "--for=condition=Ready", "--timeout=\(seconds)s", "mesh/default")
        guard waited.succeeded else {
            throw Failure("\(waited)\n\((try? kubectl("get", "mesh", "default", "-o", "yaml").standardOutput) ?? "")")
        }
    }

    /// The resources that the mesh consists of, as kubectl names them.
    func managedResources() throws -> [String] {
        let mesh = try #require(try object("mesh", "default"))
        let kinds = mesh.annotations["applyset.kubernetes.io/contains-group-kinds"] ?? ""
        #expect(!kinds.isEmpty, "the mesh does not say what its apply set contains")
        return kinds.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
    }

    /// Every object of the mesh.
    func managedObjects() throws -> [KubeObject] {
        try objects(managedResources().joined(separator: ","), selector: meshSelector)
            .filter { $0.kind != "MeshRevision" }
    }

    /// What two runs must agree on: which objects there are, and what they say apart from what the server, the clock
    /// and chance decide.
    func endState() throws -> [String: JSONValue] {
        var state: [String: JSONValue] = [:]
        for object in try managedObjects() {
            var value = object.value
            for field in [
                "uid", "resourceVersion", "creationTimestamp", "generation", "managedFields", "ownerReferences",
                "selfLink",
            ] { value.set(nil, at: "metadata", field) }
            for annotation in object.annotations.keys where annotation.hasPrefix("deployment.kubernetes.io") {
                value.set(nil, at: "metadata", "annotations", annotation)
            }
            value.set(nil, at: "status")
            if object.kind == "Service" {
                for field in ["clusterIP", "clusterIPs", "healthCheckNodePort"] { value.set(nil, at: "spec", field) }
                let ports = value[path: "spec", "ports"]?.arrayValue?.map { port -> JSONValue in
                    var port = port
                    port["nodePort"] = nil
                    return port
                }
                value.set(ports.map { .array($0) }, at: "spec", "ports")
            }
            if object.kind.hasSuffix("WebhookConfiguration") {
                let webhooks = value["webhooks"]?.arrayValue?.map { webhook -> JSONValue in
                    var webhook = webhook
                    webhook.set(nil, at: "clientConfig", "caBundle")
                    webhook["failurePolicy"] = nil
                    return webhook
                }
                value["webhooks"] = webhooks.map { .array($0) }
            }
            state["\(object.kind) \(object.key)"] = value
        }
        return state
    }
}
