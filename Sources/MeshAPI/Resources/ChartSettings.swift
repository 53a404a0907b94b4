import KubeCore

/// Where charts come from.
public struct ChartSettings: SchemaObject {
    /// `embedded`, or the URL of a directory.
    public var source = "embedded"

    /// The embedded charts.
    public init() {}

    /// The schema.
    public static let schema = ObjectSchema<ChartSettings>(
        "Where the charts come from.",
        fields: [
            .field(
                "source", \.source, .defaulted,
                "embedded: the compact charts inside the operator. file:///PATH: a directory in the operator's file "
                    + "system with one folder for each chart (base, istiod, cni, ztunnel, gateway and those of addons).",
                .length(1...2048),
                .pattern(
                    #"^(embedded|file:///\S+)$"#,
                    saying: "write embedded, or file:///PATH for a directory of charts in the operator's file system"
                ) { text in
                    text == "embedded"
                        || (text.hasPrefix("file:///") && text.count > 8 && !text.contains { $0.isWhitespace })
                })
        ])
}
