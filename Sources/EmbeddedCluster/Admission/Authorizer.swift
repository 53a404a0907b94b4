import KubeCore

/// What somebody wants to do: to a resource, or to a path that is none.
struct AccessAttributes {
    var verb: String
    var group = ""
    var resource = ""
    var subresource = ""
    var namespace = ""
    var name = ""
    /// The path, for what is no resource.
    var path: String?

    init(verb: String, path: String) {
        self.verb = verb
        self.path = path
    }

    /// Reads the attributes in the `spec` of an access review.
    init(resource: JSONValue?, path: JSONValue?) {
        verb = (resource ?? path)?["verb"]?.stringValue ?? ""
        if let path, resource == nil { self.path = path["path"]?.stringValue ?? "" }
        group = resource?["group"]?.stringValue ?? ""
        self.resource = resource?["resource"]?.stringValue ?? ""
        subresource = resource?["subresource"]?.stringValue ?? ""
        namespace = resource?["namespace"]?.stringValue ?? ""
        name = resource?["name"]?.stringValue ?? ""
    }

    /// What a request about a resource wants.
    init(_ target: RequestTarget, method: String, isWatch: Bool) {
        switch method {
        case "GET", "HEAD": verb = isWatch || target.isWatchPath ? "watch" : target.name == nil ? "list" : "get"
        case "POST": verb = "create"
        case "PUT": verb = "update"
        case "PATCH": verb = "patch"
        default: verb = target.name == nil ? "deletecollection" : "delete"
        }
        group = target.groupVersion.group
        resource = target.resource
        subresource = target.subresource ?? ""
        namespace = target.namespace ?? ""
        name = target.name ?? ""
    }
}

/// Role-based access control: the rules of roles, granted through bindings (`rbac.authorization.k8s.io/v1`).
struct Authorizer: Sendable {
    let store: Store

    private static let group = "rbac.authorization.k8s.io"

    /// Why something is allowed; nil if it is not.
    func reasonToAllow(_ attributes: AccessAttributes, _ user: APIRequest.User) -> String? {
        if user.groups.contains("system:masters") { return "" }
        if let path = attributes.path, Self.isPublic(path), attributes.verb == "get" { return "" }
        for binding in objects("clusterrolebindings", nil) where grants(binding, user, bindingNamespace: "") {
            if allows(role(of: binding, namespace: nil), attributes) {
                return """
                    RBAC: allowed by ClusterRoleBinding "\(binding.name)" of \
                    \(roleName(of: binding)) to \(subject(of: binding, user))
                    """
            }
        }
        guard !attributes.namespace.isEmpty else { return nil }
        for binding in objects("rolebindings", attributes.namespace)
        where grants(binding, user, bindingNamespace: attributes.namespace) {
            if allows(role(of: binding, namespace: attributes.namespace), attributes) {
                return """
                    RBAC: allowed by RoleBinding "\(binding.name)/\(attributes.namespace)" of \
                    \(roleName(of: binding)) to \(subject(of: binding, user))
                    """
            }
        }
        return nil
    }

    /// The rules that hold for a user in a namespace, as a SelfSubjectRulesReview states them.
    func rules(of user: APIRequest.User, namespace: String) -> JSONValue {
        if user.groups.contains("system:masters") {
            return [
                "resourceRules": [["verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]]],
                "nonResourceRules": [["verbs": ["*"], "nonResourceURLs": ["*"]]], "incomplete": false,
            ]
        }
        var rules: [JSONValue] = []
        for binding in objects("clusterrolebindings", nil) where grants(binding, user, bindingNamespace: "") {
            rules += role(of: binding, namespace: nil)
        }
        for binding in objects("rolebindings", namespace) where grants(binding, user, bindingNamespace: namespace) {
            rules += role(of: binding, namespace: namespace)
        }
        return [
            "resourceRules": .array(rules.filter { $0["nonResourceURLs"] == nil }),
            "nonResourceRules": .array(rules.filter { $0["nonResourceURLs"] != nil }), "incomplete": false,
        ]
    }

    private static func isPublic(_ path: String) -> Bool {
        ["/healthz", "/livez", "/readyz", "/version", "/api", "/apis", "/openapi"].contains {
            path == $0 || path.hasPrefix($0 + "/")
        }
    }

    private func objects(_ resource: String, _ namespace: String?) -> [KubeObject] {
        store.list(StorageKey(group: Self.group, resource: resource), namespace: namespace).objects.map(\.object)
    }

    private func matchingSubject(_ binding: KubeObject, _ user: APIRequest.User, _ namespace: String) -> JSONValue? {
        (binding["subjects"]?.arrayValue ?? []).first { subject in
            let name = subject["name"]?.stringValue ?? ""
            switch subject["kind"]?.stringValue {
            case "User": return name == user.name
            case "Group": return user.groups.contains(name)
            case "ServiceAccount":
                let own = subject["namespace"]?.stringValue ?? namespace
                return user.name == "system:serviceaccount:\(own):\(name)"
            default: return false
            }
        }
    }

    private func grants(_ binding: KubeObject, _ user: APIRequest.User, bindingNamespace: String) -> Bool {
        matchingSubject(binding, user, bindingNamespace) != nil
    }

    private func subject(of binding: KubeObject, _ user: APIRequest.User) -> String {
        guard let subject = matchingSubject(binding, user, binding.namespace ?? "") else { return "" }
        let name = JSONValue.string(subject["name"]?.stringValue ?? "").serialized()
        return "\(subject["kind"]?.stringValue ?? "") \(name)"
    }

    private func roleName(of binding: KubeObject) -> String {
        let name = JSONValue.string(binding[path: "roleRef", "name"]?.stringValue ?? "").serialized()
        return "\(binding[path: "roleRef", "kind"]?.stringValue ?? "") \(name)"
    }

    private func role(of binding: KubeObject, namespace: String?) -> [JSONValue] {
        let name = binding[path: "roleRef", "name"]?.stringValue ?? ""
        let isCluster = binding[path: "roleRef", "kind"]?.stringValue == "ClusterRole"
        let stored =
            isCluster
            ? store.get(StorageKey(group: Self.group, resource: "clusterroles"), key: name)
            : store.get(
                StorageKey(group: Self.group, resource: "roles"),
                key: StoredObject.key(namespace: namespace, name: name))
        return stored?.object["rules"]?.arrayValue ?? []
    }

    private func allows(_ rules: [JSONValue], _ wanted: AccessAttributes) -> Bool {
        func has(_ rule: JSONValue, _ member: String, _ value: String) -> Bool {
            let values = rule[member]?.stringArrayValue ?? []
            return values.contains("*") || values.contains(value)
        }
        return rules.contains { rule in
            guard has(rule, "verbs", wanted.verb) else { return false }
            if let path = wanted.path {
                return (rule["nonResourceURLs"]?.stringArrayValue ?? []).contains {
                    $0 == path || $0 == "*" || ($0.hasSuffix("*") && path.hasPrefix($0.dropLast()))
                }
            }
            guard has(rule, "apiGroups", wanted.group) else { return false }
            let resources = rule["resources"]?.stringArrayValue ?? []
            let combined = wanted.subresource.isEmpty ? wanted.resource : "\(wanted.resource)/\(wanted.subresource)"
            guard
                resources.contains("*") || resources.contains(combined)
                    || (!wanted.subresource.isEmpty && resources.contains("*/\(wanted.subresource)"))
            else { return false }
            let names = rule["resourceNames"]?.stringArrayValue ?? []
            return names.isEmpty || names.contains(wanted.name)
        }
    }
}
