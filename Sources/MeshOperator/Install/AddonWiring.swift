import KubeCore
import MeshAPI

/// What the addons are told of each other: where each of them answers, here or elsewhere.
package struct AddonWiring: Sendable {
    private let spec: MeshSpec

    package init(_ spec: MeshSpec) { self.spec = spec }

    /// The values that connect an addon to the others.
    package func values(of name: String) -> JSONValue {
        var values = JSONValue.object([:])
        switch name {
        case "grafana":
            if let url = prometheus { values.set(.string(url), at: "prometheus", "url") }
            if let url = address(spec.addons.jaeger, "tracing", port: 80, path: "/jaeger") {
                values.set(.string(url), at: "tracing", "url")
            }
        case "kiali":
            values["istioNamespace"] = .string(spec.namespace)
            if let url = prometheus { values.set(.string(url), at: "prometheus", "url") }
            values.set(.bool(grafana != nil), at: "grafana", "enabled")
            if let url = grafana { values.set(.string(url), at: "grafana", "url") }
            values.set(.bool(jaeger != nil), at: "tracing", "enabled")
            if let url = jaeger { values.set(.string(url), at: "tracing", "url") }
        default: break
        }
        return values
    }

    private var prometheus: String? { address(spec.addons.prometheus, "prometheus", port: 9090) }
    private var grafana: String? { address(spec.addons.grafana, "grafana", port: 3000) }
    private var jaeger: String? { address(spec.addons.jaeger, "tracing", port: 16685, path: "/jaeger") }

    private func address(_ addon: Addon?, _ service: String, port: Int, path: String = "") -> String? {
        guard let addon else { return nil }
        if let external = addon.external { return external.url }
        return addon.isInstalled ? "http://\(service).\(spec.namespace):\(port)\(path)" : nil
    }
}
