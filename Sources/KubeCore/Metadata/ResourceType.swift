/// What a client must know of a resource to build its URLs: names, kind and scope.
public struct ResourceType: Sendable, Hashable, CustomStringConvertible {
    /// The API group; empty for the core group.
    public var group: String
    /// The version within the group.
    public var version: String
    /// The plural in lower case, for example `deployments`.
    public var plural: String
    /// The kind of its objects, for example `Deployment`.
    public var kind: String
    /// Whether its objects live in namespaces.
    public var isNamespaced: Bool

    /// A resource type.
    public init(group: String, version: String, plural: String, kind: String, isNamespaced: Bool) {
        self.group = group
        self.version = version
        self.plural = plural
        self.kind = kind
        self.isNamespaced = isNamespaced
    }

    /// The type of its objects.
    public var groupVersionKind: GroupVersionKind { GroupVersionKind(group: group, version: version, kind: kind) }
    /// The group and version.
    public var groupVersion: GroupVersion { GroupVersion(group: group, version: version) }
    /// The resource as a URL names it.
    public var groupVersionResource: GroupVersionResource {
        GroupVersionResource(group: group, version: version, resource: plural)
    }
    /// The value of an `apiVersion` field.
    public var apiVersion: String { groupVersion.apiVersion }
    /// `deployments.apps`, as messages of the API server name it.
    public var qualifiedName: String { group.isEmpty ? plural : "\(plural).\(group)" }
    /// `deployments.apps`, as messages of the API server name it.
    public var description: String { qualifiedName }

    /// The path of the collection, or of one object of it, each segment percent-encoded.
    ///
    /// - Parameters:
    ///   - namespace: the namespace; nil for a cluster-scoped resource, or for all namespaces.
    ///   - name: the object; nil for the collection.
    ///   - subresource: for example `status`; only with a name.
    public func path(namespace: String? = nil, name: String? = nil, subresource: String? = nil) -> String {
        var path = groupVersion.path
        if isNamespaced, let namespace { path += "/namespaces/\(Self.encode(namespace))" }
        path += "/\(plural)"
        if let name {
            path += "/\(Self.encode(name))"
            if let subresource { path += "/\(subresource)" }
        }
        return path
    }

    /// Percent-encodes a path segment, so that no name can reach another path.
    private static func encode(_ segment: String) -> String {
        var encoded = ""
        for byte in segment.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "~"),
                UInt8(ascii: ":"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            case UInt8(ascii: ".") where segment != "." && segment != "..":
                encoded.append(".")
            default:
                encoded += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return encoded
    }
}

extension ResourceType {
    /// A type of the core group, `v1`.
    private static func core(_ plural: String, _ kind: String, namespaced: Bool = true) -> ResourceType {
        ResourceType(group: "", version: "v1", plural: plural, kind: kind, isNamespaced: namespaced)
    }
    private static func type(
        _ group: String, _ plural: String, _ kind: String, version: String = "v1", namespaced: Bool = true
    ) -> ResourceType {
        ResourceType(group: group, version: version, plural: plural, kind: kind, isNamespaced: namespaced)
    }

    /// `v1` Namespace.
    public static let namespaces = core("namespaces", "Namespace", namespaced: false)
    /// `v1` Node.
    public static let nodes = core("nodes", "Node", namespaced: false)
    /// `v1` Pod.
    public static let pods = core("pods", "Pod")
    /// `v1` Service.
    public static let services = core("services", "Service")
    /// `v1` ConfigMap.
    public static let configMaps = core("configmaps", "ConfigMap")
    /// `v1` Secret.
    public static let secrets = core("secrets", "Secret")
    /// `v1` ServiceAccount.
    public static let serviceAccounts = core("serviceaccounts", "ServiceAccount")
    /// `v1` Event, the legacy group.
    public static let coreEvents = core("events", "Event")
    /// `apps/v1` Deployment.
    public static let deployments = type("apps", "deployments", "Deployment")
    /// `apps/v1` ReplicaSet.
    public static let replicaSets = type("apps", "replicasets", "ReplicaSet")
    /// `apps/v1` DaemonSet.
    public static let daemonSets = type("apps", "daemonsets", "DaemonSet")
    /// `apps/v1` StatefulSet.
    public static let statefulSets = type("apps", "statefulsets", "StatefulSet")
    /// `batch/v1` Job.
    public static let jobs = type("batch", "jobs", "Job")
    /// `coordination.k8s.io/v1` Lease.
    public static let leases = type("coordination.k8s.io", "leases", "Lease")
    /// `events.k8s.io/v1` Event.
    public static let events = type("events.k8s.io", "events", "Event")
    /// `discovery.k8s.io/v1` EndpointSlice.
    public static let endpointSlices = type("discovery.k8s.io", "endpointslices", "EndpointSlice")
    /// `apiextensions.k8s.io/v1` CustomResourceDefinition.
    public static let customResourceDefinitions = type(
        "apiextensions.k8s.io", "customresourcedefinitions", "CustomResourceDefinition", namespaced: false)
    /// `admissionregistration.k8s.io/v1` MutatingWebhookConfiguration.
    public static let mutatingWebhookConfigurations = type(
        "admissionregistration.k8s.io", "mutatingwebhookconfigurations", "MutatingWebhookConfiguration",
        namespaced: false)
    /// `admissionregistration.k8s.io/v1` ValidatingWebhookConfiguration.
    public static let validatingWebhookConfigurations = type(
        "admissionregistration.k8s.io", "validatingwebhookconfigurations", "ValidatingWebhookConfiguration",
        namespaced: false)
    /// `autoscaling/v2` HorizontalPodAutoscaler.
    public static let horizontalPodAutoscalers = type(
        "autoscaling", "horizontalpodautoscalers", "HorizontalPodAutoscaler", version: "v2")
    /// `policy/v1` PodDisruptionBudget.
    public static let podDisruptionBudgets = type("policy", "poddisruptionbudgets", "PodDisruptionBudget")
}
