import KubeCore

/// The spec of `IstioOperator` in `install.istio.io/v1alpha1`, read strictly: what `istioctl` takes, and nothing else.
public struct IstioOperatorSpec: SchemaObject {
    /// The name or path of the profile.
    public var profile: String?
    /// A folder with charts and profiles.
    public var installPackagePath: String?
    /// The image registry.
    public var hub: String?
    /// The image tag; numbers are taken too.
    public var tag: JSONValue?
    /// The control plane's namespace.
    public var namespace: String?
    /// The control plane's revision.
    public var revision: String?
    /// The version whose defaults are wanted.
    public var compatibilityVersion: String?
    /// The mesh's configuration.
    public var meshConfig: JSONObject?
    /// The components.
    public var components: IstioOperatorComponents?
    /// Values of the charts.
    public var values: JSONObject?
    /// Values of the charts that nobody checks.
    public var unvalidatedValues: JSONObject?

    /// A spec that says nothing.
    public init() {}

    /// The schema.
    public static let schema = ObjectSchema<IstioOperatorSpec>(
        "The spec of an IstioOperator document.",
        fields: [
            .field("profile", \.profile, "Name or path of the profile."),
            .field("installPackagePath", \.installPackagePath, "Folder with charts and profiles."),
            .field("hub", \.hub, "Registry and path of Istio's images."),
            .field("tag", \.tag, "Tag of Istio's images."),
            .field("namespace", \.namespace, "Namespace of the control plane."),
            .field(
                "revision", \.revision, "Revision of the control plane.",
                .pattern("^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$", saying: "write a DNS label, such as 1-30-3") {
                    $0.isEmpty || isDNSLabel($0)
                }),
            .field("compatibilityVersion", \.compatibilityVersion, "Version whose defaults are wanted, such as 1.29."),
            .field("meshConfig", \.meshConfig, "The mesh's configuration."),
            .field("components", \.components, "The components."),
            .field("values", \.values, "Values of the charts."),
            .field("unvalidatedValues", \.unvalidatedValues, "Values of the charts that nobody checks."),
        ])
}

/// The components of an IstioOperator document.
public struct IstioOperatorComponents: SchemaObject {
    /// What every revision shares.
    public var base: IstioOperatorComponent?
    /// istiod.
    public var pilot: IstioOperatorComponent?
    /// The CNI plug-in.
    public var cni: IstioOperatorComponent?
    /// The node proxy.
    public var ztunnel: IstioOperatorComponent?
    /// A control plane elsewhere; nothing is made of it any more.
    public var istiodRemote: IstioOperatorComponent?
    /// Gateways into the mesh.
    public var ingressGateways: [IstioOperatorComponent]?
    /// Gateways out of the mesh.
    public var egressGateways: [IstioOperatorComponent]?

    /// Components as the profile has them.
    public init() {}

    /// The schema.
    public static let schema = ObjectSchema<IstioOperatorComponents>(
        "The components of an IstioOperator document.",
        fields: [
            .field("base", \.base, "What every revision shares."), .field("pilot", \.pilot, "istiod."),
            .field("cni", \.cni, "The CNI plug-in."), .field("ztunnel", \.ztunnel, "The node proxy."),
            .field("istiodRemote", \.istiodRemote, "A control plane elsewhere."),
            .field("ingressGateways", \.ingressGateways, "Gateways into the mesh."),
            .field("egressGateways", \.egressGateways, "Gateways out of the mesh."),
        ])
}

/// A component of an IstioOperator document.
public struct IstioOperatorComponent: SchemaObject {
    /// Whether it is installed; nil means that it is, since it is mentioned.
    public var enabled: Bool?
    /// The namespace.
    public var namespace: String?
    /// The image registry.
    public var hub: String?
    /// The image tag; numbers are taken too.
    public var tag: JSONValue?
    /// A gateway's name.
    public var name: String?
    /// Labels of a gateway's pods.
    public var label: JSONObject?
    /// What its objects are to have.
    public var k8s: KubernetesSettings?

    /// A component that says nothing.
    public init() {}

    /// The schema.
    public static let schema = ObjectSchema<IstioOperatorComponent>(
        "A component of an IstioOperator document.",
        fields: [
            .field("enabled", \.enabled, "Whether it is installed."), .field("namespace", \.namespace, "Namespace."),
            .field("hub", \.hub, "Registry and path of its image."), .field("tag", \.tag, "Tag of its image."),
            .field(
                "name", \.name, "Name of a gateway.",
                .pattern("^[a-z0-9.-]{0,254}$", saying: "write lower-case letters, digits, dots and hyphens") {
                    $0.utf8.count <= 254
                        && $0.utf8.allSatisfy {
                            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2E || $0 == 0x2D
                        }
                }), .field("label", \.label, "Labels of a gateway's pods."),
            .field("k8s", \.k8s, "What its objects are to have."),
        ])
}
