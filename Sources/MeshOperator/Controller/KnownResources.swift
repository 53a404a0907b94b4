import KubeCore

/// The resources that charts of a mesh are made of, known without asking the server.
enum KnownResources {
    /// The resource of a kind; nil where the server must be asked.
    static func type(for kind: GroupVersionKind) -> ResourceType? { byKind[kind] }

    /// The resource of a kind in whatever version; nil where the server must be asked.
    static func type(for kind: GroupKind) -> ResourceType? { byKind.first { $0.key.groupKind == kind }?.value }

    /// The resources that definitions among these objects bring along.
    static func defined(by objects: some Sequence<KubeObject>) -> [ResourceType] {
        objects.filter { $0.kind == "CustomResourceDefinition" }.flatMap { definition -> [ResourceType] in
            guard let spec = definition["spec"], let group = spec["group"]?.stringValue,
                let plural = spec["names"]?["plural"]?.stringValue, let kind = spec["names"]?["kind"]?.stringValue
            else { return [] }
            return (spec["versions"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }.map { version in
                ResourceType(
                    group: group, version: version, plural: plural, kind: kind,
                    isNamespaced: spec["scope"] == "Namespaced")
            }
        }
    }

    /// What a removal looks through although nothing tells that it is there.
    static let all: [ResourceType] = [
        .serviceAccounts, .configMaps, .services, .secrets, .deployments, .daemonSets, .statefulSets, .jobs,
        .customResourceDefinitions, .mutatingWebhookConfigurations, .validatingWebhookConfigurations,
        .horizontalPodAutoscalers, .podDisruptionBudgets,
        core("persistentvolumeclaims", "PersistentVolumeClaim"), core("resourcequotas", "ResourceQuota"),
        type("rbac.authorization.k8s.io", "roles", "Role"),
        type("rbac.authorization.k8s.io", "rolebindings", "RoleBinding"),
        type("rbac.authorization.k8s.io", "clusterroles", "ClusterRole", namespaced: false),
        type("rbac.authorization.k8s.io", "clusterrolebindings", "ClusterRoleBinding", namespaced: false),
        type("networking.k8s.io", "networkpolicies", "NetworkPolicy"),
        type(
            "admissionregistration.k8s.io", "validatingadmissionpolicies", "ValidatingAdmissionPolicy",
            namespaced: false),
        type(
            "admissionregistration.k8s.io", "validatingadmissionpolicybindings", "ValidatingAdmissionPolicyBinding",
            namespaced: false),
    ]

    private static let byKind = Dictionary(
        (all + [.namespaces]).map { ($0.groupVersionKind, $0) }, uniquingKeysWith: { first, _ in first })

    private static func core(_ plural: String, _ kind: String) -> ResourceType {
        ResourceType(group: "", version: "v1", plural: plural, kind: kind, isNamespaced: true)
    }

    private static func type(
        _ group: String, _ plural: String, _ kind: String, namespaced: Bool = true
    ) -> ResourceType {
        ResourceType(group: group, version: "v1", plural: plural, kind: kind, isNamespaced: namespaced)
    }
}
