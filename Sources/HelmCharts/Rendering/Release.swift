/// The release a chart is rendered for: `.Release` in templates.
public struct Release: Sendable {
    /// The release's name.
    public var name: String
    /// The namespace it is installed in.
    public var namespace: String
    /// The revision, 1 for a first install.
    public var revision: Int
    /// Whether templates should render for an install.
    public var isInstall: Bool
    /// Whether templates should render for an upgrade.
    public var isUpgrade: Bool

    /// A release; a first install unless said otherwise.
    public init(
        name: String, namespace: String, revision: Int = 1, isInstall: Bool = true, isUpgrade: Bool = false
    ) {
        self.name = name
        self.namespace = namespace
        self.revision = revision
        self.isInstall = isInstall
        self.isUpgrade = isUpgrade
    }

    var templateValue: MapObject {
        MapObject([
            "Name": .string(name), "Namespace": .string(namespace), "Revision": .int(revision),
            "IsInstall": .bool(isInstall), "IsUpgrade": .bool(isUpgrade), "Service": .string("Helm"),
        ])
    }
}
