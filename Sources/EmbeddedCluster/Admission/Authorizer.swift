import KubeCore

/// Role-based access control: the rules of roles, granted through bindings (`rbac.authorization.k8s.io/v1`).
struct Authorizer: Sendable {
    let store: Store

    static let group = "rbac.authorization.k8s.io"
    /// Who is in it may do anything.
    static let privilegedGroup = "system:masters"

    /// Whether something is allowed, and why.
    struct Decision: Sendable, Hashable {
        var isAllowed: Bool
        var reason = ""
    }

    /// Decides whether a user may do something.
    func decide(_ attributes: AccessAttributes, _ user: APIRequest.User) -> Decision {
        if user.groups.contains(Self.privilegedGroup) { return Decision(isAllowed: true) }
        var allowing: Grant?
        var failures: [String] = []
        visit(user, namespace: attributes.namespace) { grant in
            switch grant.rules {
            case .success(let rules): if rules.contains(where: { $0.allows(attributes) }) { allowing = grant }
            case .failure(let missing): failures.append(missing.message)
            }
            return allowing == nil
        }
        if let allowing { return Decision(isAllowed: true, reason: "RBAC: allowed by \(allowing.description)") }
        guard !failures.isEmpty else { return Decision(isAllowed: false) }
        return Decision(isAllowed: false, reason: "RBAC: \(GoErrors.aggregate(failures))")
    }

    /// The rules that hold for a user in a namespace, and the bindings that point at nothing.
    func rules(
        of user: APIRequest.User, namespace: String
    ) -> (rules: [PolicyRule], failures: [String]) {
        var rules: [PolicyRule] = []
        var failures: [String] = []
        visit(user, namespace: namespace) { grant in
            switch grant.rules {
            case .success(let granted): rules += granted
            case .failure(let missing): failures.append(missing.message)
            }
            return true
        }
        return (rules, failures)
    }

    /// The rules of the role that a binding names.
    ///
    /// - Throws: that there is no such role.
    func rules(ofRole reference: JSONValue?, namespace: String) throws(Status) -> [PolicyRule] {
        let name = reference?["name"]?.stringValue ?? ""
        let isCluster = reference?["kind"]?.stringValue == "ClusterRole"
        let resource = isCluster ? "clusterroles" : "roles"
        let key = StoredObject.key(namespace: isCluster ? nil : namespace, name: name)
        guard let stored = store.get(StorageKey(group: Self.group, resource: resource), key: key) else {
            throw .notFound(
                ResourceType(
                    group: Self.group, version: "v1", plural: resource, kind: isCluster ? "ClusterRole" : "Role",
                    isNamespaced: !isCluster), name)
        }
        return PolicyRule.rules(of: stored.object)
    }

    // MARK: Bindings

    /// What one binding grants to one of its subjects.
    private struct Grant {
        var binding: KubeObject
        var subject: JSONValue
        var rules: Result<[PolicyRule], Status>

        /// The grant as reasons name it.
        var description: String {
            func quoted(_ text: String) -> String { JSONValue.string(text).serialized() }
            let namespace = binding.namespace ?? ""
            let name = namespace.isEmpty ? binding.name : "\(binding.name)/\(namespace)"
            let kind = namespace.isEmpty ? "ClusterRoleBinding" : "RoleBinding"
            let role = binding["roleRef"] ?? [:]
            var subjectName = subject.text("name")
            if subject.text("kind") == "ServiceAccount" {
                subjectName += "/" + (subject.text("namespace").isEmpty ? namespace : subject.text("namespace"))
            }
            return """
                \(kind) \(quoted(name)) of \(role.text("kind")) \(quoted(role.text("name"))) to \
                \(subject.text("kind")) \(quoted(subjectName))
                """
        }
    }

    /// Visits what a user is granted, until the visitor has seen enough.
    private func visit(_ user: APIRequest.User, namespace: String, _ visitor: (Grant) -> Bool) {
        for (resource, scope) in [("clusterrolebindings", ""), ("rolebindings", namespace)] {
            if resource == "rolebindings", namespace.isEmpty { return }
            let bindings = store.list(
                StorageKey(group: Self.group, resource: resource), namespace: scope.isEmpty ? nil : scope)
            for stored in bindings.objects {
                let binding = stored.object
                guard let subject = subject(of: binding, matching: user, scope) else { continue }
                let rules: Result<[PolicyRule], Status>
                do throws(Status) {
                    rules = .success(try self.rules(ofRole: binding["roleRef"], namespace: scope))
                } catch {
                    // The authoriser reads roles from a cache, whose errors name the resource in the singular.
                    var missing = error
                    missing.message = error.message.replacing("roles.", with: "role.", maxReplacements: 1)
                    rules = .failure(missing)
                }
                guard visitor(Grant(binding: binding, subject: subject, rules: rules)) else { return }
            }
        }
    }

    private func subject(of binding: KubeObject, matching user: APIRequest.User, _ namespace: String) -> JSONValue? {
        binding.value.list("subjects").first { subject in
            let name = subject.text("name")
            switch subject.text("kind") {
            case "User": return name == user.name
            case "Group": return user.groups.contains(name)
            case "ServiceAccount":
                let own = subject.text("namespace").isEmpty ? namespace : subject.text("namespace")
                return !own.isEmpty && user.name == "system:serviceaccount:\(own):\(name)"
            default: return false
            }
        }
    }
}
