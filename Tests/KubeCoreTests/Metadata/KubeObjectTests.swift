import KubeCore
import Testing

@Suite("Objects, types and references")
struct KubeObjectTests {
    @Test("The shared members are read and written in place")
    func members() throws {
        var object = KubeObject(type: .deployments, namespace: "istio-system", name: "istiod")
        object.labels["app"] = "istiod"
        object.finalizers = ["a/b"]
        object.set(3, at: "spec", "replicas")
        #expect(object.groupVersionKind == GroupVersionKind(group: "apps", version: "v1", kind: "Deployment"))
        #expect(object.key.description == "istio-system/istiod")
        #expect(object[path: "spec", "replicas"] == 3)
        object.labels = [:]
        object.finalizers = []
        object.set(nil, at: "spec", "replicas")
        #expect(object.metadata == ["name": "istiod", "namespace": "istio-system"])
        #expect(object["spec"] == .object([:]))
    }

    @Test(
        "A path names an object and nothing else",
        arguments: [
            ("web", "/apis/apps/v1/namespaces/n/deployments/web"),
            ("../x", "/apis/apps/v1/namespaces/n/deployments/..%2Fx"),
            ("..", "/apis/apps/v1/namespaces/n/deployments/%2E%2E"),
            ("a:b", "/apis/apps/v1/namespaces/n/deployments/a:b"),
        ])
    func paths(name: String, path: String) {
        #expect(ResourceType.deployments.path(namespace: "n", name: name) == path)
    }

    @Test("The core group has its own root")
    func corePaths() {
        #expect(ResourceType.pods.path() == "/api/v1/pods")
        #expect(ResourceType.namespaces.path(namespace: "ignored", name: "a") == "/api/v1/namespaces/a")
        #expect(
            ResourceType.pods.path(namespace: "n", name: "p", subresource: "status")
                == "/api/v1/namespaces/n/pods/p/status")
    }

    @Test("apiVersion is read strictly")
    func apiVersions() {
        #expect(GroupVersion(apiVersion: "v1") == GroupVersion(group: "", version: "v1"))
        #expect(GroupVersion(apiVersion: "apps/v1")?.path == "/apis/apps/v1")
        for text in ["", "a/b/c", "/v1", "apps/"] { #expect(GroupVersion(apiVersion: text) == nil) }
    }

    @Test("Owner references survive a round trip")
    func owners() throws {
        let owner = OwnerReference(
            apiVersion: "v1", kind: "Pod", name: "p", uid: "u", isController: true, blocksOwnerDeletion: false)
        #expect(OwnerReference(owner.value) == owner)
        #expect(OwnerReference(["kind": "Pod"]) == nil)
    }

    @Test("A status survives a round trip")
    func status() {
        let status = Status(
            code: 409, reason: .conflict, message: "no",
            details: Status.Details(
                name: "x", group: "g", kind: "k", causes: [Status.Cause(reason: "r", message: "m", field: ".f")],
                retryAfterSeconds: 1), continueToken: "t")
        #expect(Status(status.value) == status)
        #expect(Status(["kind": "Pod"]) == nil)
    }
}
