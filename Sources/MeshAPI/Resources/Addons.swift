import KubeCore

/// A tool beside the mesh: installed from a chart, or brought along.
public struct Addon: SchemaObject {
    /// Whether it is installed; nil means that naming it is enough, unless it is external.
    public var enabled: Bool?
    /// Which version to install; nil takes the chart source's.
    public var version: String?
    /// Values for its chart.
    public var values = JSONObject()
    /// One that is there already.
    public var external: ExternalAddon?

    /// An addon that is installed with its defaults.
    public init() {}

    /// Whether it is to be installed.
    public var isInstalled: Bool { enabled ?? (external == nil) }

    /// The addon's schema.
    public static let schema = ObjectSchema<Addon>(
        "A tool beside the mesh. Its failure never stops the mesh.",
        fields: [
            .field("enabled", \.enabled, "Whether it is installed. An addon that is named without it is."),
            .field(
                "version", \.version,
                "Version to install: exact (3.10.0), a line (3.10) or a range (>=3.8 <4.0). Left out, it is the one of "
                    + "the chart source.",
                .length(1...128), CommonConstraint.version),
            .field("values", \.values, .optional, "Values for the addon's chart."),
            .field("external", \.external, "Use one that runs already instead of installing it."),
        ],
        constraints: [
            .rule(
                "!has(self.external) || !has(self.enabled) || !self.enabled",
                saying: "external means that one runs already: leave enabled out, or leave external out to install one"
            ) { $0.external == nil || $0.enabled != true }
        ])
}

/// An addon that runs already, here or elsewhere.
public struct ExternalAddon: SchemaObject {
    /// Where it answers.
    public var url = ""

    /// An addon without an address.
    public init() {}

    /// The schema.
    public static let schema = ObjectSchema<ExternalAddon>(
        "An addon that runs already.",
        fields: [
            .field(
                "url", \.url, .required, "Where it answers, such as https://prometheus.example.com.", .length(8...2048),
                .pattern(#"^https?://[^\s/]+(/\S*)?$"#, saying: "write an http:// or https:// address") { text in
                    guard let range = ["http://", "https://"].first(where: { text.hasPrefix($0) }) else { return false }
                    let rest = text.dropFirst(range.count)
                    return rest.first.map { $0 != "/" } ?? false && !rest.contains { $0.isWhitespace }
                })
        ])
}

/// The addons of a mesh.
public struct Addons: SchemaObject {
    /// Metrics.
    public var prometheus: Addon?
    /// Dashboards.
    public var grafana: Addon?
    /// The mesh's console.
    public var kiali: Addon?
    /// Traces.
    public var jaeger: Addon?

    /// No addons.
    public init() {}

    /// The schema.
    public static let schema = ObjectSchema<Addons>(
        "Tools beside the mesh, installed into its namespace and wired to each other. One that is not named is not "
            + "installed.",
        fields: [
            .field("prometheus", \.prometheus, "Metrics: Prometheus, which scrapes istiod and every proxy."),
            .field("grafana", \.grafana, "Dashboards: Grafana with Prometheus as its source."),
            .field("kiali", \.kiali, "Console: Kiali over Prometheus, Grafana and Jaeger."),
            .field("jaeger", \.jaeger, "Traces: Jaeger, which receives OpenTelemetry and Zipkin spans."),
        ])
}

extension CommonConstraint {
    static let version = Constraint<String>.pattern(
        #"^(v?[0-9]+\.[0-9]+(\.[0-9]+(-[0-9A-Za-z.-]+)?)?|((>=|<=|!=|>|<|=)v?[0-9]+\.[0-9]+(\.[0-9]+(-[0-9A-Za-z.-]+)?)?[ ,]*)+)$"#,
        saying: "write an exact version (1.30.3), a line (1.30) or a range (>=1.29 <1.31)"
    ) { VersionRequirement($0) != nil }
}
