import KubeCore

/// Where charts come from.
public struct ChartSettings: SchemaObject {
    /// A Secret in the mesh's namespace.
    public struct SecretReference: SchemaObject {
        /// The Secret's name.
        public var name = ""

        /// A reference to nothing.
        public init() {}

        /// The schema.
        public static let schema = ObjectSchema<SecretReference>(
            "A Secret in the mesh's namespace.",
            fields: [.field("name", \.name, .required, "Name of the Secret.", .length(1...253))])
    }

    /// `embedded`, or the URL of a directory, a repository or a registry's folder.
    public var source = "embedded"
    /// The Secret with what the source asks for; nil for nothing.
    public var pullSecretRef: SecretReference?
    /// Whether the registry is spoken to without TLS.
    public var plainHTTP = false

    /// The embedded charts.
    public init() {}

    /// Whether charts come over the network.
    public var isRemote: Bool { ["https://", "http://", "oci://"].contains { source.hasPrefix($0) } }

    private static let sourceAdvice =
        "write embedded, https://HOST/PATH of a Helm repository, oci://HOST/PATH of a registry, or file:///PATH for a "
        + "directory of charts in the operator's file system; credentials belong into the Secret of pullSecretRef"

    /// The schema.
    public static let schema = ObjectSchema<ChartSettings>(
        "Where the charts come from.",
        fields: [
            .field(
                "source", \.source, .defaulted,
                "embedded: the compact charts inside the operator. https://HOST/PATH: a Helm repository. "
                    + "oci://HOST/PATH: a registry with one repository for each chart below the path. file:///PATH: a "
                    + "directory in the operator's file system with one folder for each chart. The charts are base, "
                    + "istiod, cni, ztunnel, gateway and those of addons.",
                .length(1...2048),
                .pattern(
                    #"^(embedded|file:///\S+|https?://[^\s/@]+(/\S*)?|oci://[^\s/@]+(/[a-z0-9._-]+)+)$"#,
                    saying: sourceAdvice, isSource)),
            .field(
                "pullSecretRef", \.pullSecretRef,
                "Secret in the mesh's namespace with what the source asks for: .dockerconfigjson, or username and "
                    + "password, or token; and ca.crt, or tls.crt and tls.key, for TLS."),
            .field(
                "plainHTTP", \.plainHTTP, .optional,
                "Speak with the registry without TLS. Registries on loopback are always spoken to so."),
        ])

    private static let isSource: @Sendable (String) -> Bool = { text in
        guard !text.contains(where: \.isWhitespace) else { return false }
        if text == "embedded" || (text.hasPrefix("file:///") && text.count > 8) { return true }
        for scheme in ["https://", "http://", "oci://"] where text.hasPrefix(scheme) {
            let rest = text.dropFirst(scheme.count)
            let host = rest.prefix { $0 != "/" }
            guard !host.isEmpty, !host.contains("@") else { return false }
            guard scheme == "oci://" else { return true }
            let path = rest.dropFirst(host.count + 1).split(separator: "/", omittingEmptySubsequences: false)
            return !path.isEmpty
                && path.allSatisfy { part in
                    !part.isEmpty
                        && part.utf8.allSatisfy {
                            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || [0x2D, 0x2E, 0x5F].contains($0)
                        }
                }
        }
        return false
    }
}
