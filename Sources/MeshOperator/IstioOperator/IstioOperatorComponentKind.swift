import KubeCore

/// What `istioctl` knows of each component: where its chart and values are, and what its workload is called
/// (`operator/pkg/component` of Istio).
struct IstioOperatorComponentKind: Sendable, Hashable {
    /// The name below `spec.components`.
    let name: String
    /// Whether it is installed where nothing is said of it.
    var isOnByDefault = false
    /// Where its chart is below `charts/`.
    let chart: String
    /// Where its values are.
    let values: [String]
    /// Whether its chart wants its own values at the top.
    var isFlat = false
    /// Its workload's kind, name and main container; nil where it has none.
    var workload: ObjectCustomization.Workload?
    /// Where values may turn it on.
    var switchPath: [String]?

    /// Gateways are those of which there may be several.
    var isGateway: Bool { workload?.isGateway ?? false }

    /// The component of this name below `spec.components`.
    static func named(_ name: String) -> IstioOperatorComponentKind? { all.first { $0.name == name } }

    /// In the order in which they are rendered.
    static let all: [IstioOperatorComponentKind] = [
        IstioOperatorComponentKind(name: "base", isOnByDefault: true, chart: "base", values: ["global"]),
        IstioOperatorComponentKind(
            name: "pilot", isOnByDefault: true, chart: "istio-control/istio-discovery", values: ["pilot"],
            workload: .init(kind: "Deployment", name: "istiod", container: "discovery")),
        gateway("ingress", isOnByDefault: true), gateway("egress", isOnByDefault: false),
        IstioOperatorComponentKind(
            name: "cni", chart: "istio-cni", values: ["cni"],
            workload: .init(kind: "DaemonSet", name: "istio-cni-node", container: "install-cni")),
        IstioOperatorComponentKind(
            name: "ztunnel", chart: "ztunnel", values: ["ztunnel"], isFlat: true,
            workload: .init(kind: "DaemonSet", name: "ztunnel", container: "istio-proxy")),
    ]

    private static func gateway(_ direction: String, isOnByDefault: Bool) -> IstioOperatorComponentKind {
        let name = "istio-\(direction)gateway"
        return IstioOperatorComponentKind(
            name: "\(direction)Gateways", isOnByDefault: isOnByDefault, chart: "gateways/istio-\(direction)",
            values: ["gateways", name],
            workload: .init(kind: "Deployment", name: name, container: "istio-proxy", isGateway: true),
            switchPath: ["gateways", name, "enabled"])
    }

    /// What a merged document says of the component: one element for each that is to be rendered.
    func instances(in document: JSONValue) -> [JSONValue] {
        let switchedOn = switchPath.map { document[path: "spec", "values"]?.value(at: $0[...]) == true } ?? false
        guard let said = document[path: "spec", "components", name], !said.isNull else {
            return isOnByDefault || switchedOn ? [[:]] : []
        }
        let candidates = isGateway ? said.arrayValue ?? [] : [said]
        return candidates.filter { $0["enabled"]?.boolValue ?? true || switchedOn }
    }
}
