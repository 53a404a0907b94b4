import KubeCore

/// What a mesh is to be.
public struct MeshSpec: SchemaObject {
    /// The set of defaults that the rest starts from.
    public var profile = Profile.default
    /// Which version of Istio; nil takes the newest of the chart source.
    public var version: String?
    /// The namespace of the control plane.
    public var namespace = "istio-system"
    /// The name of the control plane's revision; nil or empty for the one without a name.
    public var revision: String?
    /// The image registry; nil takes the chart's.
    public var hub: String?
    /// The image tag; nil takes the chart's.
    public var tag: String?
    /// The mesh's configuration.
    public var meshConfig = JSONObject()
    /// Chart values for every component, which have the last word.
    public var values = JSONObject()
    /// The components.
    public var components = Components()
    /// Where charts come from.
    public var charts = ChartSettings()
    /// Tools beside the mesh.
    public var addons = Addons()
    /// What is done about drift.
    public var drift = DriftSettings()
    /// Whether everything is left as it is.
    public var suspend = false

    /// The default profile in `istio-system`.
    public init() {}

    /// The revision's name; empty for the one without a name.
    public var revisionName: String { revision ?? "" }

    /// Which versions will do.
    public var versionRequirement: VersionRequirement { version.flatMap { VersionRequirement($0) } ?? .any }

    /// The spec's schema.
    public static let schema = ObjectSchema<MeshSpec>(
        "What the mesh is to be. The names, the meaning and the merge order of the fields up to components are those of "
            + "IstioOperator: profile, then hub, tag, revision and meshConfig, then the values of a component, then values.",
        fields: [
            .field(
                "profile", \.profile, .defaulted,
                "Set of defaults that the rest of the spec starts from: which components are on, and their values."),
            .field(
                "version", \.version,
                "Version of Istio: exact (1.30.3), the newest patch of a line (1.30) or a range (>=1.29 <1.31), "
                    + "resolved against the chart source. Left out, it is the newest that the source has.",
                .length(1...128), CommonConstraint.version),
            .field(
                "namespace", \.namespace, .defaulted,
                "Namespace of the control plane; made if it is missing. It cannot be changed.",
                CommonConstraint.namespace,
                .immutable(
                    saying: "a mesh cannot move to another namespace: create a second Mesh with a revision there, move "
                        + "the workloads over, then delete this one")),
            .field(
                "revision", \.revision,
                "Name of the control plane's revision, by which namespaces and pods choose it (istio.io/rev). Left out, "
                    + "the control plane is the one that istio-injection=enabled means.",
                .length(0...56),
                .pattern(
                    "^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$",
                    saying: "write a DNS label, with hyphens for dots: 1-30-3"
                ) { $0.isEmpty || isDNSLabel($0) },
                .rule("self != 'default'", saying: "\"default\" means no revision: leave the field out") {
                    $0 != "default"
                }),
            .field(
                "hub", \.hub, "Registry and path of Istio's images, such as docker.io/istio or a mirror.",
                .length(1...253)),
            .field("tag", \.tag, "Tag of Istio's images. Left out, it is the version's.", .length(1...128)),
            .field(
                "meshConfig", \.meshConfig, .optional,
                "The mesh's configuration (istio.mesh.v1alpha1.MeshConfig), such as accessLogFile or "
                    + "defaultConfig.proxyMetadata."),
            .field(
                "values", \.values, .optional, "Values for every component's chart. They have the last word."),
            .field("components", \.components, .optional, "The components of the mesh."),
            .field("charts", \.charts, .optional, "Where the charts come from."),
            .field("addons", \.addons, .optional, "Tools beside the mesh."),
            .field("drift", \.drift, .optional, "What is done about changes that others make."),
            .field(
                "suspend", \.suspend, .defaulted,
                "Leave everything as it is: nothing is installed, corrected or pruned until it is false again. Deleting "
                    + "the Mesh still removes it."),
        ],
        constraints: [
            .rule(
                "!has(self.components) || !has(self.components.pilot) || "
                    + "!has(self.components.pilot.__namespace__) || "
                    + "self.components.pilot.__namespace__ == self.__namespace__",
                saying: "components.pilot.namespace: the control plane runs in spec.namespace, leave this out"
            ) { spec in (spec.components.pilot.namespace ?? spec.namespace) == spec.namespace }
        ])
}
