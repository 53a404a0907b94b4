import MeshAPI

/// Which components a profile turns on. The values of a profile are in the charts, which are told its name.
package struct ProfileComponents: Sendable, Hashable {
    /// The single components that are on.
    package var enabled: Set<ComponentIdentity.Kind>
    /// The gateways into the mesh.
    package var ingressGateways: [GatewayComponent]
    /// The gateways out of the mesh.
    package var egressGateways: [GatewayComponent]
    /// The name under which charts know the profile's values; nil where there are none.
    package var chartProfile: String?
    /// The platform that charts are told.
    package var platform: String?

    package init(_ profile: Profile) {
        let ingress = [GatewayComponent(name: "istio-ingressgateway")]
        enabled = [.base, .pilot]
        ingressGateways = ingress
        egressGateways = []
        switch profile {
        case .default: break
        case .demo:
            egressGateways = [GatewayComponent(name: "istio-egressgateway")]
            chartProfile = "demo"
        case .minimal: ingressGateways = []
        case .ambient:
            enabled = [.base, .pilot, .cni, .ztunnel]
            ingressGateways = []
            chartProfile = "ambient"
        case .empty:
            enabled = []
            ingressGateways = []
        case .openshift:
            enabled = [.base, .pilot, .cni]
            platform = "openshift"
        case .preview: chartProfile = "preview"
        case .remote:
            ingressGateways = []
            chartProfile = "remote"
        case .stable: chartProfile = "stable"
        }
    }
}
