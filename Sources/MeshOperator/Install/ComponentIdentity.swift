/// The order in which a mesh is built, and (backwards) taken down.
package enum Stage: Int, Sendable, Hashable, Comparable, CaseIterable {
    /// CustomResourceDefinitions: every other stage may need them.
    case definitions
    /// What every revision shares.
    case base
    /// istiod: CNI and ztunnel need its webhooks and its certificates.
    case pilot
    /// The CNI plug-in.
    case cni
    /// ztunnel, whose traffic the CNI plug-in redirects.
    case ztunnel
    /// Gateways, whose pods istiod injects.
    case gateways
    /// Tools beside the mesh.
    case addons

    /// Orders by installation.
    package static func < (left: Stage, right: Stage) -> Bool { left.rawValue < right.rawValue }

    /// Whether the stages after it wait until it is ready. A gateway or an addon that fails stops nothing.
    package var holdsBackOthers: Bool { self < .gateways }
}

/// Which part of a mesh something belongs to; the value of the label `boltrope.dev/component`.
package struct ComponentIdentity: Sendable, Hashable, CustomStringConvertible {
    /// The kinds of parts.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// The CustomResourceDefinitions of the base chart.
        case definitions
        /// What every revision shares.
        case base
        /// istiod.
        case pilot
        /// The CNI plug-in.
        case cni
        /// The node proxy.
        case ztunnel
        /// A gateway into the mesh.
        case ingressGateway = "ingress"
        /// A gateway out of the mesh.
        case egressGateway = "egress"
        /// A tool.
        case addon
    }

    /// What kind of part.
    package var kind: Kind
    /// Which one, where there may be several; empty otherwise.
    package var name: String

    package init(_ kind: Kind, _ name: String = "") {
        self.kind = kind
        self.name = name
    }

    /// Reads a label's value; nil if it is none.
    package init?(label: String) {
        let parts = label.split(separator: ".", maxSplits: 1).map(String.init)
        guard let first = parts.first, let kind = Kind(rawValue: first) else { return nil }
        self.init(kind, parts.count > 1 ? parts[1] : "")
    }

    /// The label's value: `pilot`, `ingress.istio-ingressgateway`, `addon.kiali`.
    package var label: String { name.isEmpty ? kind.rawValue : "\(kind.rawValue).\(name)" }

    /// How status and messages name it: `pilot`, `gateway/istio-ingressgateway`, `addon/kiali`.
    package var description: String {
        switch kind {
        case .ingressGateway, .egressGateway: "gateway/\(name)"
        case .addon: "addon/\(name)"
        default: kind.rawValue
        }
    }

    /// When it is installed.
    package var stage: Stage {
        switch kind {
        case .definitions: .definitions
        case .base: .base
        case .pilot: .pilot
        case .cni: .cni
        case .ztunnel: .ztunnel
        case .ingressGateway, .egressGateway: .gateways
        case .addon: .addons
        }
    }
}
