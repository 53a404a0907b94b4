import KubeCore
import Testing

@testable import EmbeddedCluster

@Suite("Gateways of the Gateway API")
struct GatewayTests {
    private let type = ResourceType(
        group: "gateway.networking.k8s.io", version: "v1", plural: "gateways", kind: "Gateway", isNamespaced: true)

    private func gateway(_ name: String, ofClass className: String = "istio") -> JSONValue {
        [
            "metadata": ["name": .string(name), "labels": ["team": "a"]],
            "spec": [
                "gatewayClassName": .string(className),
                "listeners": [
                    ["name": "http", "port": 80, "protocol": "HTTP"], ["name": "more", "port": 80, "protocol": "HTTP"],
                    ["name": "https", "port": 443, "protocol": "HTTPS"],
                ],
            ],
        ]
    }

    private func addIstiod(_ virtual: VirtualCluster) async throws {
        var istiod = try #require(KubeObject(workload("istiod")))
        istiod.labels = ["app": "istiod"]
        try await virtual.create(.deployments, istiod.value)
        try await virtual.settle()
    }

    @Test("A Gateway of istio's class gets a Deployment and a Service, once a control plane is ready")
    func deploys() async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        try await virtual.create(type, gateway("front"))
        try await virtual.create(type, gateway("other", ofClass: "nginx"))
        try await virtual.settle()
        #expect(virtual.cluster.objects(.deployments).isEmpty)
        try await addIstiod(virtual)
        let deployment = try virtual.get(.deployments, "front-istio")
        let template = deployment.spec["template"]
        #expect(template?[path: "metadata", "labels", "gateway.networking.k8s.io/gateway-name"] == "front")
        #expect(template?[path: "metadata", "annotations", "inject.istio.io/templates"] == "gateway")
        #expect(deployment.ownerReferences.map(\.name) == ["front"] && deployment.label("team") == "a")
        let service = try virtual.get(.services, "front-istio")
        #expect(service.spec["ports"]?.arrayValue?.compactMap { $0["port"]?.intValue } == [15021, 80, 443])
        #expect(try virtual.get(type, "front").condition("Accepted")?["status"] == "True")
        #expect(virtual.cluster.object(.deployments, "default", "other-istio") == nil)
        _ = virtual.cluster.takeWrites()
        try await virtual.settle()
        #expect(virtual.cluster.takeWrites() == [])
    }

    @Test("The Service follows the listeners, and everything goes with the Gateway")
    func follows() async throws {
        let virtual = VirtualCluster()
        virtual.cluster.state.withLock { $0.types.append(type) }
        try await virtual.start()
        try await addIstiod(virtual)
        try await virtual.create(type, gateway("front"))
        try await virtual.settle()
        try await virtual.patch(
            type, "front", ["spec": ["listeners": [["name": "tcp", "port": 9000, "protocol": "TCP"]]]])
        try await virtual.settle()
        let ports = try virtual.get(.services, "front-istio").spec["ports"]?.arrayValue
        #expect(ports?.compactMap { $0["port"]?.intValue } == [15021, 9000])
        try await virtual.access.delete(type, namespace: "default", name: "front", DeleteOptions())
        try await virtual.settle()
        #expect(virtual.cluster.object(.services, "default", "front-istio") == nil)
        #expect(virtual.cluster.object(.deployments, "default", "front-istio") == nil)
    }
}
