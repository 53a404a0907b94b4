/// What the cluster can do: `.Capabilities` in templates.
public struct Capabilities: Sendable {
    /// The version of Kubernetes, `v1.32.0`.
    public var kubernetesVersion: String
    /// API versions and kinds besides those every cluster of this version has: `x.io/v1`, `x.io/v1/Kind`.
    public var apiVersions: [String]
    /// Whether the built-in groups that Helm assumes without a cluster are added; off when `apiVersions` is a
    /// cluster's full discovery.
    public var includesBuiltInVersions: Bool

    /// The capabilities of a cluster; the default is what Helm 4.2 assumes without one.
    public init(kubernetesVersion: String = "v1.36.0", apiVersions: [String] = [], includesBuiltInVersions: Bool = true)
    {
        self.kubernetesVersion = kubernetesVersion
        self.apiVersions = apiVersions
        self.includesBuiltInVersions = includesBuiltInVersions
    }

    /// Whether a text is a version that `--kube-version` takes.
    public static func isKubernetesVersion(_ text: String) -> Bool { SemanticVersion(text) != nil }

    /// The group versions of client-go's scheme.
    static let builtInVersions = [
        "v1", "admissionregistration.k8s.io/v1", "admissionregistration.k8s.io/v1alpha1",
        "admissionregistration.k8s.io/v1beta1", "internal.apiserver.k8s.io/v1alpha1", "apps/v1", "apps/v1beta1",
        "apps/v1beta2", "authentication.k8s.io/v1", "authentication.k8s.io/v1alpha1", "authentication.k8s.io/v1beta1",
        "authorization.k8s.io/v1", "authorization.k8s.io/v1beta1", "autoscaling/v1", "autoscaling/v2", "batch/v1",
        "batch/v1beta1", "certificates.k8s.io/v1", "certificates.k8s.io/v1beta1", "certificates.k8s.io/v1alpha1",
        "coordination.k8s.io/v1alpha2", "coordination.k8s.io/v1beta1", "coordination.k8s.io/v1", "discovery.k8s.io/v1",
        "discovery.k8s.io/v1beta1", "events.k8s.io/v1", "events.k8s.io/v1beta1", "extensions/v1beta1",
        "flowcontrol.apiserver.k8s.io/v1", "flowcontrol.apiserver.k8s.io/v1beta1",
        "flowcontrol.apiserver.k8s.io/v1beta2", "flowcontrol.apiserver.k8s.io/v1beta3", "networking.k8s.io/v1",
        "networking.k8s.io/v1beta1", "node.k8s.io/v1", "node.k8s.io/v1alpha1", "node.k8s.io/v1beta1", "policy/v1",
        "policy/v1beta1", "rbac.authorization.k8s.io/v1", "rbac.authorization.k8s.io/v1beta1",
        "rbac.authorization.k8s.io/v1alpha1", "resource.k8s.io/v1", "resource.k8s.io/v1beta2",
        "resource.k8s.io/v1beta1", "resource.k8s.io/v1alpha3",
        "scheduling.k8s.io/v1alpha2", "scheduling.k8s.io/v1beta1", "scheduling.k8s.io/v1", "storage.k8s.io/v1beta1",
        "storage.k8s.io/v1", "storage.k8s.io/v1alpha1", "storagemigration.k8s.io/v1beta1",
        "apiextensions.k8s.io/v1", "apiextensions.k8s.io/v1beta1",
    ]

    /// The version without a vendor's suffix, as constraints and `.KubeVersion` see it.
    var normalizedVersion: String {
        guard let version = SemanticVersion(kubernetesVersion) else { return kubernetesVersion }
        if version.prerelease.isEmpty && version.metadata.isEmpty { return kubernetesVersion }
        return "v\(version.major).\(version.minor).\(version.patch)"
    }

    var templateValue: Value { .object(CapabilitiesObject(self)) }
}

/// `.Capabilities`.
final class CapabilitiesObject: TemplateObject {
    private let fields: [String: Value]

    init(_ capabilities: Capabilities) {
        fields = [
            "KubeVersion": .object(KubernetesVersionObject(capabilities)),
            "APIVersions": .object(
                VersionSetObject(
                    (capabilities.includesBuiltInVersions ? Capabilities.builtInVersions : [])
                        + capabilities.apiVersions)),
            "HelmVersion": .object(HelmVersionObject()),
        ]
    }

    override var typeName: String { "*common.Capabilities" }
    override var kindName: String { "ptr" }
    override var encoded: Value { .map(MapObject(fields)) }
    override var encodedFields: [(key: String, value: Value)]? {
        ["KubeVersion", "APIVersions", "HelmVersion"].map { ($0, fields[$0] ?? .null) }
    }
    override func field(_ name: String) -> Value? { fields[name] }
}

/// `.Capabilities.KubeVersion`.
final class KubernetesVersionObject: TemplateObject {
    private let version: String
    private let normalized: String
    private let major: String
    private let minor: String

    init(_ capabilities: Capabilities) {
        version = capabilities.kubernetesVersion
        normalized = capabilities.normalizedVersion
        let parsed = SemanticVersion(version)
        major = parsed.map { String($0.major) } ?? ""
        minor = parsed.map { String($0.minor) } ?? ""
    }

    override var typeName: String { "common.KubeVersion" }
    override var text: String { normalized }
    override var argumentText: String { "{\(version) \(normalized) \(major) \(minor)}" }
    override var encodedFields: [(key: String, value: Value)]? {
        [("Version", .string(version)), ("Major", .string(major)), ("Minor", .string(minor))]
    }
    override var encoded: Value {
        .map(MapObject(["Version": .string(version), "Major": .string(major), "Minor": .string(minor)]))
    }

    override func field(_ name: String) -> Value? {
        switch name {
        case "Version": .string(version)
        case "Major": .string(major)
        case "Minor": .string(minor)
        default: nil
        }
    }

    override func parameters(ofMethod name: String) -> [ParameterType]? {
        name == "GitVersion" || name == "String" ? [] : nil
    }

    override func call(_ method: String, _ arguments: Arguments) throws(GoError) -> Value {
        .string(method == "GitVersion" ? version : normalized)
    }
}

/// `.Capabilities.APIVersions`.
final class VersionSetObject: TemplateObject {
    private let versions: [String]
    private let set: Set<String>

    init(_ versions: [String]) {
        self.versions = versions
        set = Set(versions)
    }

    override var typeName: String { "common.VersionSet" }
    override var kindName: String { "slice" }
    override var text: String { "[" + versions.joined(separator: " ") + "]" }
    override var encoded: Value { .strings(versions) }
    override var isTrue: Bool { !versions.isEmpty }
    override var elements: [(key: String, value: Value)]? { versions.map { ("", .string($0)) } }

    override func parameters(ofMethod name: String) -> [ParameterType]? { name == "Has" ? [.string] : nil }

    override func call(_ method: String, _ arguments: Arguments) throws(GoError) -> Value {
        .bool(set.contains(arguments.string(0)))
    }
}

/// `.Capabilities.HelmVersion`: the version of Helm that templates are promised.
final class HelmVersionObject: TemplateObject {
    private static let fields = [
        "Version": "v4.2", "GitCommit": "", "GitTreeState": "", "GoVersion": "go1.25", "KubeClientVersion": "v1.36",
    ]

    override var typeName: String { "version.BuildInfo" }
    override var text: String { "{v4.2   go1.25 v1.36}" }
    override var encoded: Value { .map(MapObject(["version": .string("v4.2"), "go_version": .string("go1.25")])) }
    override func field(_ name: String) -> Value? { Self.fields[name].map { .string($0) } }
}
