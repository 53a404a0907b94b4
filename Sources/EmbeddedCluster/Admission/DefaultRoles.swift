import KubeCore

/// The roles and bindings that every cluster with role-based access control begins with, as far as people and
/// operators meet them. Those of the control plane's own parts are left out: here they need no rights.
enum DefaultRoles {
    private static let read = ["get", "list", "watch"]
    private static let change = ["create", "delete", "deletecollection", "patch", "update"]
    private static let all = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]

    private struct Role {
        var name: String
        var rules: [PolicyRule] = []
        /// Into which roles it is aggregated.
        var aggregatesTo: String?
        /// What it is aggregated from.
        var aggregatedFrom: String?
    }

    private static func rule(_ verbs: [String], _ group: String, _ resources: String) -> PolicyRule {
        PolicyRule(verbs: verbs, groups: [group], resources: resources.split(separator: " ").map(String.init))
    }

    private static func paths(_ paths: String) -> PolicyRule {
        PolicyRule(verbs: ["get"], paths: paths.split(separator: " ").map(String.init))
    }

    private static let roles: [Role] = [
        Role(name: "cluster-admin", rules: PolicyRule.fullAuthority),
        Role(name: "admin", aggregatedFrom: "admin"),
        Role(name: "edit", aggregatesTo: "admin", aggregatedFrom: "edit"),
        Role(name: "view", aggregatesTo: "edit", aggregatedFrom: "view"),
        Role(
            name: "system:aggregate-to-admin",
            rules: [
                rule(["create"], "authorization.k8s.io", "localsubjectaccessreviews"),
                rule(all, Authorizer.group, "rolebindings roles"),
            ], aggregatesTo: "admin"),
        Role(name: "system:aggregate-to-edit", rules: editing, aggregatesTo: "edit"),
        Role(name: "system:aggregate-to-view", rules: viewing, aggregatesTo: "view"),
        Role(
            name: "system:auth-delegator",
            rules: [
                rule(["create"], "authentication.k8s.io", "tokenreviews"),
                rule(["create"], "authorization.k8s.io", "subjectaccessreviews"),
            ]),
        Role(
            name: "system:basic-user",
            rules: [
                rule(["create"], "authorization.k8s.io", "selfsubjectaccessreviews selfsubjectrulesreviews"),
                rule(["create"], "authentication.k8s.io", "selfsubjectreviews"),
            ]),
        Role(
            name: "system:discovery",
            rules: [
                paths("/api /api/* /apis /apis/* /healthz /livez /openapi /openapi/* /readyz /version /version/")
            ]),
        Role(
            name: "system:monitoring",
            rules: [paths("/healthz /healthz/* /livez /livez/* /metrics /metrics/slis /readyz /readyz/*")]),
        Role(name: "system:public-info-viewer", rules: [paths("/healthz /livez /readyz /version /version/")]),
        Role(
            name: "system:service-account-issuer-discovery",
            rules: [
                paths(
                    "/.well-known/openid-configuration /.well-known/openid-configuration/ /openid/v1/jwks "
                        + "/openid/v1/jwks/")
            ]),
    ]

    private static let editing: [PolicyRule] = [
        rule(read, "", "pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy"),
        rule(["impersonate"], "", "serviceaccounts"),
        rule(change, "", "pods pods/attach pods/exec pods/portforward pods/proxy"),
        rule(["create"], "", "pods/eviction"),
        rule(
            change, "",
            "configmaps events persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets "
                + "serviceaccounts services services/proxy"),
        rule(["create"], "", "serviceaccounts/token"),
        rule(
            change, "apps",
            "daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale statefulsets "
                + "statefulsets/scale"),
        rule(change, "autoscaling", "horizontalpodautoscalers"),
        rule(change, "batch", "cronjobs jobs"),
        rule(
            change, "extensions",
            "daemonsets deployments deployments/rollback deployments/scale ingresses networkpolicies replicasets "
                + "replicasets/scale replicationcontrollers/scale"),
        rule(change, "policy", "poddisruptionbudgets"),
        rule(change, "networking.k8s.io", "ingresses networkpolicies"),
        rule(all, "coordination.k8s.io", "leases"),
    ]

    private static let viewing: [PolicyRule] = [
        rule(
            read, "",
            "configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers "
                + "replicationcontrollers/scale serviceaccounts services services/status"),
        rule(
            read, "",
            "bindings events limitranges namespaces/status pods/log pods/status replicationcontrollers/status "
                + "resourcequotas resourcequotas/status"),
        rule(read, "", "namespaces"),
        rule(read, "discovery.k8s.io", "endpointslices"),
        rule(
            read, "apps",
            "controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status "
                + "replicasets replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status"
        ),
        rule(read, "autoscaling", "horizontalpodautoscalers horizontalpodautoscalers/status"),
        rule(read, "batch", "cronjobs cronjobs/status jobs jobs/status"),
        rule(
            read, "extensions",
            "daemonsets daemonsets/status deployments deployments/scale deployments/status ingresses ingresses/status "
                + "networkpolicies replicasets replicasets/scale replicasets/status replicationcontrollers/scale"),
        rule(read, "policy", "poddisruptionbudgets poddisruptionbudgets/status"),
        rule(read, "networking.k8s.io", "ingresses ingresses/status networkpolicies"),
    ]

    /// The groups that each role is bound to.
    private static let bindings: [(role: String, groups: [String])] = [
        ("cluster-admin", [Authorizer.privilegedGroup]), ("system:basic-user", ["system:authenticated"]),
        ("system:discovery", ["system:authenticated"]), ("system:monitoring", ["system:monitoring"]),
        ("system:public-info-viewer", ["system:authenticated", "system:unauthenticated"]),
        ("system:service-account-issuer-discovery", ["system:serviceaccounts"]),
    ]

    /// The ClusterRoles.
    static var clusterRoles: [KubeObject] {
        roles.map { role in
            var object = Self.object("ClusterRole", role.name)
            if let target = role.aggregatesTo { object.labels[label(target)] = "true" }
            object["rules"] = role.rules.isEmpty ? .null : .array(role.rules.map(\.value))
            if let source = role.aggregatedFrom {
                object["aggregationRule"] = ["clusterRoleSelectors": [["matchLabels": [label(source): "true"]]]]
            }
            return object
        }
    }

    /// The ClusterRoleBindings.
    static var clusterRoleBindings: [KubeObject] {
        bindings.map { binding in
            var object = Self.object("ClusterRoleBinding", binding.role)
            object["roleRef"] = [
                "apiGroup": .string(Authorizer.group), "kind": "ClusterRole", "name": .string(binding.role),
            ]
            object["subjects"] = .array(
                binding.groups.map {
                    ["apiGroup": .string(Authorizer.group), "kind": "Group", "name": .string($0)]
                })
            return object
        }
    }

    private static func label(_ role: String) -> String { "\(Authorizer.group)/aggregate-to-\(role)" }

    private static func object(_ kind: String, _ name: String) -> KubeObject {
        let members: JSONObject = ["apiVersion": .string("\(Authorizer.group)/v1"), "kind": .string(kind)]
        var object = KubeObject(members)
        object.name = name
        object.labels = ["kubernetes.io/bootstrapping": "rbac-defaults"]
        object.annotations = ["rbac.authorization.kubernetes.io/autoupdate": "true"]
        return object
    }
}
