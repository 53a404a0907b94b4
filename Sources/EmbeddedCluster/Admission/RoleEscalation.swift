import KubeCore

/// Nobody may grant rights that they do not hold: roles and bindings are checked as kube-apiserver's registry checks them.
extension APIServer {
    /// Refuses a role or binding by which its writer would pass on rights beyond their own.
    ///
    /// The verbs `escalate` on roles and `bind` on the role that is bound exempt; so does the group `system:masters`.
    func confirmNoEscalation(_ object: KubeObject, old: KubeObject?, _ target: WriteTarget) throws(Status) {
        guard isAuthorizing, target.resource.storage.group == Authorizer.group, let user = target.options.user,
            !user.groups.contains(Authorizer.privilegedGroup)
        else { return }
        if let old, Self.changesOnlyWhatHoldsIt(object, old) { return }
        let namespace = target.namespace ?? ""
        switch target.type.plural {
        case "roles", "clusterroles":
            var escalating = AccessAttributes(
                verb: "escalate", group: Authorizer.group, resource: target.type.plural, name: target.name ?? "")
            escalating.namespace = namespace
            if authorizer.decide(escalating, user).isAllowed { return }
            try confirm(PolicyRule.rules(of: object), user, namespace, object.name, target)
            guard Self.hasAggregation(object) || old.map(Self.hasAggregation) ?? false else { return }
            guard
                PolicyRule.uncovered(PolicyRule.fullAuthority, by: authorizer.rules(of: user, namespace: "").rules)
                    .isEmpty
            else {
                throw .forbidden(
                    target.type, object.name, "must have cluster-admin privileges to use the aggregationRule")
            }
        case "rolebindings", "clusterrolebindings":
            let role = object["roleRef"] ?? [:]
            var binding = AccessAttributes(
                verb: "bind", group: role.text("apiGroup"),
                resource: role.text("kind") == "ClusterRole" ? "clusterroles" : "roles", name: role.text("name"))
            binding.namespace = namespace
            if authorizer.decide(binding, user).isAllowed { return }
            let rules = try authorizer.rules(ofRole: role, namespace: namespace)
            try confirm(rules, user, namespace, object.name, target)
        default: return
        }
    }

    private func confirm(
        _ rules: [PolicyRule], _ user: APIRequest.User, _ namespace: String, _ name: String, _ target: WriteTarget
    ) throws(Status) {
        let owned = authorizer.rules(of: user, namespace: namespace)
        let missing = PolicyRule.uncovered(rules, by: owned.rules)
        guard !missing.isEmpty else { return }
        let shown = Set(PolicyRule.compacted(missing).map(\.description)).sorted { $0.utf8Less(than: $1) }
        let failures =
            owned.failures.isEmpty
            ? ""
            : "; resolution errors: [\(GoErrors.aggregate(owned.failures))]"
        throw .forbidden(
            target.type, name,
            """
            user \(JSONValue.string(user.name).serialized()) (groups=\(PolicyRule.quoted(user.groups))) is attempting \
            to grant RBAC permissions not currently held:
            \(shown.joined(separator: "\n"))\(failures)
            """)
    }

    private static func hasAggregation(_ role: KubeObject) -> Bool {
        !(role[path: "aggregationRule", "clusterRoleSelectors"]?.arrayValue ?? []).isEmpty
    }

    /// Whether a change is of owners and finalizers alone, which the garbage collector must be able to make.
    private static func changesOnlyWhatHoldsIt(_ new: KubeObject, _ old: KubeObject) -> Bool {
        func bare(_ object: KubeObject) -> KubeObject {
            var bare = object
            for member in ["ownerReferences", "finalizers", "managedFields", "resourceVersion"] {
                bare.set(nil, at: "metadata", member)
            }
            return bare
        }
        let (new, old) = (bare(new), bare(old))
        return new == old
    }
}
