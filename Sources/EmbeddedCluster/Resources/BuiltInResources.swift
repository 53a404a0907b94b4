import KubeCore

/// The resources that a Kubernetes API server has of itself, of the groups that operators meet.
package enum BuiltInResources {
    /// All of them, in the order of discovery.
    package static let all: [ServedResource] = table.split(separator: "\n").compactMap { resource(String($0)) }

    /// apiVersion | plural | kind | scope | short names | categories | subresources
    private static let table = """
        v1 | bindings | Binding | Namespaced
        v1 | componentstatuses | ComponentStatus | Cluster | cs
        v1 | configmaps | ConfigMap | Namespaced | cm
        v1 | endpoints | Endpoints | Namespaced | ep
        v1 | events | Event | Namespaced | ev
        v1 | limitranges | LimitRange | Namespaced | limits
        v1 | namespaces | Namespace | Cluster | ns |  | finalize status
        v1 | nodes | Node | Cluster | no |  | proxy status
        v1 | persistentvolumeclaims | PersistentVolumeClaim | Namespaced | pvc |  | status
        v1 | persistentvolumes | PersistentVolume | Cluster | pv |  | status
        v1 | pods | Pod | Namespaced | po | all | attach binding ephemeralcontainers eviction exec log portforward proxy resize status
        v1 | podtemplates | PodTemplate | Namespaced
        v1 | replicationcontrollers | ReplicationController | Namespaced | rc | all | scale status
        v1 | resourcequotas | ResourceQuota | Namespaced | quota |  | status
        v1 | secrets | Secret | Namespaced
        v1 | serviceaccounts | ServiceAccount | Namespaced | sa |  | token
        v1 | services | Service | Namespaced | svc | all | proxy status
        apps/v1 | controllerrevisions | ControllerRevision | Namespaced
        apps/v1 | daemonsets | DaemonSet | Namespaced | ds | all | status
        apps/v1 | deployments | Deployment | Namespaced | deploy | all | scale status
        apps/v1 | replicasets | ReplicaSet | Namespaced | rs | all | scale status
        apps/v1 | statefulsets | StatefulSet | Namespaced | sts | all | scale status
        events.k8s.io/v1 | events | Event | Namespaced | ev
        authentication.k8s.io/v1 | selfsubjectreviews | SelfSubjectReview | Cluster
        authentication.k8s.io/v1 | tokenreviews | TokenReview | Cluster
        authorization.k8s.io/v1 | localsubjectaccessreviews | LocalSubjectAccessReview | Namespaced
        authorization.k8s.io/v1 | selfsubjectaccessreviews | SelfSubjectAccessReview | Cluster
        authorization.k8s.io/v1 | selfsubjectrulesreviews | SelfSubjectRulesReview | Cluster
        authorization.k8s.io/v1 | subjectaccessreviews | SubjectAccessReview | Cluster
        autoscaling/v2 | horizontalpodautoscalers | HorizontalPodAutoscaler | Namespaced | hpa | all | status
        autoscaling/v1 | horizontalpodautoscalers | HorizontalPodAutoscaler | Namespaced | hpa | all | status
        batch/v1 | cronjobs | CronJob | Namespaced | cj | all | status
        batch/v1 | jobs | Job | Namespaced |  | all | status
        networking.k8s.io/v1 | ingressclasses | IngressClass | Cluster
        networking.k8s.io/v1 | ingresses | Ingress | Namespaced | ing |  | status
        networking.k8s.io/v1 | ipaddresses | IPAddress | Cluster | ip
        networking.k8s.io/v1 | networkpolicies | NetworkPolicy | Namespaced | netpol
        networking.k8s.io/v1 | servicecidrs | ServiceCIDR | Cluster |  |  | status
        policy/v1 | poddisruptionbudgets | PodDisruptionBudget | Namespaced | pdb |  | status
        rbac.authorization.k8s.io/v1 | clusterrolebindings | ClusterRoleBinding | Cluster
        rbac.authorization.k8s.io/v1 | clusterroles | ClusterRole | Cluster
        rbac.authorization.k8s.io/v1 | rolebindings | RoleBinding | Namespaced
        rbac.authorization.k8s.io/v1 | roles | Role | Namespaced
        admissionregistration.k8s.io/v1 | mutatingadmissionpolicies | MutatingAdmissionPolicy | Cluster |  | api-extensions
        admissionregistration.k8s.io/v1 | mutatingadmissionpolicybindings | MutatingAdmissionPolicyBinding | Cluster |  | api-extensions
        admissionregistration.k8s.io/v1 | mutatingwebhookconfigurations | MutatingWebhookConfiguration | Cluster |  | api-extensions
        admissionregistration.k8s.io/v1 | validatingadmissionpolicies | ValidatingAdmissionPolicy | Cluster |  | api-extensions | status
        admissionregistration.k8s.io/v1 | validatingadmissionpolicybindings | ValidatingAdmissionPolicyBinding | Cluster |  | api-extensions
        admissionregistration.k8s.io/v1 | validatingwebhookconfigurations | ValidatingWebhookConfiguration | Cluster |  | api-extensions
        apiextensions.k8s.io/v1 | customresourcedefinitions | CustomResourceDefinition | Cluster | crd crds | api-extensions | status
        coordination.k8s.io/v1 | leases | Lease | Namespaced
        discovery.k8s.io/v1 | endpointslices | EndpointSlice | Namespaced
        """

    private static func resource(_ line: String) -> ServedResource? {
        let columns = line.split(separator: "|", omittingEmptySubsequences: false).map {
            $0.split(separator: " ").map(String.init)
        }
        func list(_ column: Int) -> [String] { column < columns.count ? columns[column] : [] }
        guard columns.count > 3, let apiVersion = columns[0].first, let plural = columns[1].first,
            let kind = columns[2].first, let scope = columns[3].first,
            let version = GroupVersion(apiVersion: apiVersion)
        else { return nil }
        let type = ResourceType(
            group: version.group, version: version.version, plural: plural, kind: kind,
            isNamespaced: scope == "Namespaced")
        let (storage, storageVersion) = storage(of: type)
        let subresources = list(6)
        return ServedResource(
            type: type, singular: kind.lowercased(), listKind: kind + "List", shortNames: list(4),
            categories: list(5), verbs: verbs(of: type),
            subresources: subresources.map { subresource($0, of: type) }, storage: storage,
            storageVersion: storageVersion,
            strategy: KindStrategies.strategy(
                for: GroupKind(group: storage.group, kind: kind), hasStatus: subresources.contains("status")))
    }

    /// Events of both groups are one storage, as are the versions of autoscalers.
    private static func storage(of type: ResourceType) -> (StorageKey, GroupVersion) {
        switch (type.group, type.plural) {
        case ("events.k8s.io", "events"):
            (StorageKey(group: "", resource: "events"), GroupVersion(group: "", version: "v1"))
        case ("autoscaling", _):
            (StorageKey(group: type.group, resource: type.plural), GroupVersion(group: type.group, version: "v2"))
        default: (StorageKey(group: type.group, resource: type.plural), type.groupVersion)
        }
    }

    private static func verbs(of type: ResourceType) -> [String] {
        if type.kind.hasSuffix("Review") || type.kind == "Binding" { return ["create"] }
        if type.kind == "ComponentStatus" { return ["get", "list"] }
        if type.kind == "Namespace" { return ServedResource.standardVerbs.filter { $0 != "deletecollection" } }
        return ServedResource.standardVerbs
    }

    private static func subresource(_ name: String, of type: ResourceType) -> ServedResource.Subresource {
        let kind: GroupVersionKind
        var verbs = ["get", "patch", "update"]
        func core(_ kind: String) -> GroupVersionKind { GroupVersionKind(group: "", version: "v1", kind: kind) }
        switch name {
        case "scale": kind = GroupVersionKind(group: "autoscaling", version: "v1", kind: "Scale")
        case "finalize": (kind, verbs) = (type.groupVersionKind, ["update"])
        case "binding": (kind, verbs) = (core("Binding"), ["create"])
        case "eviction":
            (kind, verbs) = (GroupVersionKind(group: "policy", version: "v1", kind: "Eviction"), ["create"])
        case "token":
            kind = GroupVersionKind(group: "authentication.k8s.io", version: "v1", kind: "TokenRequest")
            verbs = ["create"]
        case "log": (kind, verbs) = (type.groupVersionKind, ["get"])
        case "attach", "exec": (kind, verbs) = (core("Pod\(name.capitalizedFirst)Options"), ["create", "get"])
        case "portforward": (kind, verbs) = (core("PodPortForwardOptions"), ["create", "get"])
        case "proxy":
            (kind, verbs) = (core("\(type.kind)ProxyOptions"), ["create", "delete", "get", "patch", "update"])
        default: kind = type.groupVersionKind
        }
        return ServedResource.Subresource(name: name, kind: kind, verbs: verbs)
    }
}

extension String {
    /// The string with its first letter in upper case.
    package var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
