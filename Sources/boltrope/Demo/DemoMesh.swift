import KubeCore
import MeshAPI

/// The mesh of the demo, before and after its change.
enum DemoMesh {
    static let name = "default"

    /// A control plane, a gateway and all addons.
    static var first: KubeObject {
        mesh(gateways: [["name": "istio-ingressgateway", "namespace": "istio-ingress"]], grafana: true)
    }

    /// A second gateway, and no Grafana.
    static var second: KubeObject {
        mesh(
            gateways: [
                ["name": "istio-ingressgateway", "namespace": "istio-ingress"],
                ["name": "istio-public", "namespace": "istio-public"],
            ], grafana: false)
    }

    private static func mesh(gateways: [JSONValue], grafana: Bool) -> KubeObject {
        var mesh = KubeObject(type: Mesh.type, name: name)
        mesh["spec"] = [
            "profile": "default",
            "meshConfig": ["accessLogFile": "/dev/stdout"],
            "components": ["ingressGateways": .array(gateways)],
            "addons": [
                "prometheus": ["enabled": true], "grafana": ["enabled": .bool(grafana)], "kiali": ["enabled": true],
                "jaeger": ["enabled": true],
            ],
        ]
        return mesh
    }
}
