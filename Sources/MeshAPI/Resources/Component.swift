import KubeCore

/// A part of the control plane or of the data plane of which a mesh has one.
public struct Component: SchemaObject {
    /// Whether it is installed; nil leaves it to the profile.
    public var enabled: Bool?
    /// The namespace in which it is installed; nil means the mesh's.
    public var namespace: String?
    /// The image registry; nil means the mesh's.
    public var hub: String?
    /// The image tag; nil means the mesh's.
    public var tag: String?
    /// Values for this component's chart alone.
    public var values = JSONObject()
    /// What its objects are to have beyond what the chart can be told.
    public var k8s: KubernetesSettings?

    /// A component that says nothing of its own.
    public init() {}

    /// The component's schema.
    public static let schema = ObjectSchema<Component>(
        "Settings of one component. A component that is left out is as the profile has it.",
        fields: [
            .field("enabled", \.enabled, "Whether the component is installed. Left out, the profile decides."),
            .field("namespace", \.namespace, CommonText.componentNamespace, CommonConstraint.namespace),
            .field("hub", \.hub, CommonText.componentHub, .length(1...253)),
            .field("tag", \.tag, CommonText.componentTag, .length(1...128)),
            .field("values", \.values, .optional, CommonText.componentValues),
            .field("k8s", \.k8s, CommonText.componentObjects),
        ])
}

/// A gateway: any number of them, each in any namespace, each upgraded on its own.
public struct GatewayComponent: SchemaObject {
    /// The name of its Deployment, Service and service account.
    public var name = ""
    /// Whether it is installed.
    public var enabled = true
    /// The namespace in which it is installed; nil means the mesh's.
    public var namespace: String?
    /// The image registry; nil means the mesh's.
    public var hub: String?
    /// The image tag; nil means the mesh's.
    public var tag: String?
    /// Values for this gateway's chart alone.
    public var values = JSONObject()
    /// Labels of its pods.
    public var label = JSONObject()
    /// What its objects are to have beyond what the chart can be told.
    public var k8s: KubernetesSettings?

    /// A gateway without a name.
    public init() {}

    /// A gateway of this name.
    public init(name: String, namespace: String? = nil) {
        self.name = name
        self.namespace = namespace
    }

    /// The gateway's schema.
    public static let schema = ObjectSchema<GatewayComponent>(
        "A gateway: a Deployment and a Service of its own, whose failure leaves the rest of the mesh alone.",
        fields: [
            .field(
                "name", \.name, .required,
                "Name of the gateway's Deployment, Service and service account. The label istio of its pods is the "
                    + "name without a leading \"istio-\": istio-ingressgateway gives istio: ingressgateway.",
                .length(1...53),
                .dnsLabel(
                    saying: "write a name of lower-case letters, digits and hyphens that begins and ends with a letter "
                        + "or digit, such as istio-ingressgateway")),
            .field(
                "enabled", \.enabled, .defaulted,
                "Whether the gateway is installed. False removes it and keeps its settings."),
            .field("namespace", \.namespace, CommonText.componentNamespace, CommonConstraint.namespace),
            .field("hub", \.hub, CommonText.componentHub, .length(1...253)),
            .field("tag", \.tag, CommonText.componentTag, .length(1...128)),
            .field("values", \.values, .optional, CommonText.componentValues),
            .field(
                "label", \.label, .optional,
                "Labels of the gateway's pods, by which Gateway resources choose it."),
            .field("k8s", \.k8s, CommonText.componentObjects),
        ])
}

/// The components of a mesh.
public struct Components: SchemaObject {
    /// What every revision shares: Istio's CRDs and the default validation webhook.
    public var base = Component()
    /// The control plane, istiod.
    public var pilot = Component()
    /// The CNI plug-in, which redirects traffic without privileged init containers.
    public var cni = Component()
    /// The node proxy of the ambient data plane.
    public var ztunnel = Component()
    /// Gateways for traffic into the mesh; nil leaves them to the profile.
    public var ingressGateways: [GatewayComponent]?
    /// Gateways for traffic out of the mesh; nil leaves them to the profile.
    public var egressGateways: [GatewayComponent]?

    /// The components as the profile has them.
    public init() {}

    /// The components' schema.
    public static let schema = ObjectSchema<Components>(
        "The components of the mesh, with the names and meanings of IstioOperator.",
        fields: [
            .field(
                "base", \.base, .optional,
                "Istio's resource definitions and what every revision shares. The definitions are never deleted."),
            .field("pilot", \.pilot, .optional, "The control plane, istiod. It runs in the mesh's namespace."),
            .field("cni", \.cni, .optional, "The CNI plug-in, which spares pods a privileged init container."),
            .field("ztunnel", \.ztunnel, .optional, "The node proxy of the ambient data plane."),
            .field(
                "ingressGateways", \.ingressGateways,
                "Gateways for traffic into the mesh. Left out, the profile decides; an empty list means none.",
                .count(atMost: 32), .unique(by: "name", \.name)),
            .field(
                "egressGateways", \.egressGateways,
                "Gateways for traffic out of the mesh. Left out, the profile decides; an empty list means none.",
                .count(atMost: 32), .unique(by: "name", \.name)),
        ],
        constraints: [
            .rule(
                "!has(self.ingressGateways) || !has(self.egressGateways) || "
                    + "!self.ingressGateways.exists(i, self.egressGateways.exists(e, e.name == i.name))",
                saying: "an ingress and an egress gateway have the same name: give each its own"
            ) { components in
                let ingress = Set((components.ingressGateways ?? []).map(\.name))
                return (components.egressGateways ?? []).allSatisfy { !ingress.contains($0.name) }
            }
        ])
}

/// Descriptions that several sections share.
enum CommonText {
    static let componentNamespace =
        "Namespace in which the component is installed; made if it is missing. Left out, it is the mesh's namespace."
    static let componentHub = "Image registry and path for this component. Left out, it is spec.hub."
    static let componentTag = "Image tag for this component. Left out, it is spec.tag."
    static let componentObjects =
        "Settings of the component's objects beyond what its chart can be told, and changes of single fields."
    static let componentValues =
        "Values for this component's chart alone, over those of the profile and under spec.values."
}

/// Constraints that several sections share.
enum CommonConstraint {
    static let namespace = Constraint<String>.dnsLabel(
        saying: "write the name of a namespace: lower-case letters, digits and hyphens, at most 63")
}
