import KubeCore

/// Roles of namespaces and of the cluster.
struct RoleStrategy: KindStrategy {
    /// Whether it holds in the whole cluster.
    var isClusterRole: Bool

    var nameRule: NameRule { .pathSegment }
    var createsOnUpdate: Bool { true }

    func applyDefaults(_ object: inout KubeObject) {
        // Go writes the rules even if there are none.
        if object["rules"] == nil { object["rules"] = .null }
    }

    func validate(
        _ object: KubeObject, old: KubeObject?, subresource: String?, _ context: WriteContext
    ) -> [FieldError] {
        var errors: [FieldError] = []
        for (index, rule) in object.value.list("rules").enumerated() {
            errors += ruleErrors(rule, "rules[\(index)]")
        }
        guard isClusterRole, let aggregation = object["aggregationRule"] else { return errors }
        let selectors = aggregation.list("clusterRoleSelectors")
        let path = "aggregationRule.clusterRoleSelectors"
        if selectors.isEmpty {
            errors.append(
                .required(path, "at least one clusterRoleSelector required if aggregationRule is non-nil"))
        }
        for (index, selector) in selectors.enumerated() {
            errors += FieldRules.selector(selector, "\(path)[\(index)]")
        }
        return errors
    }

    private func ruleErrors(_ rule: JSONValue, _ field: String) -> [FieldError] {
        var errors: [FieldError] = []
        if rule.lacks("verbs") { errors.append(.required("\(field).verbs", "verbs must contain at least one value")) }
        if !rule.lacks("nonResourceURLs") {
            if !isClusterRole {
                errors.append(
                    .invalid(
                        "\(field).nonResourceURLs", rule["nonResourceURLs"],
                        "namespaced rules cannot apply to non-resource URLs"))
            }
            if ["apiGroups", "resources", "resourceNames"].contains(where: { !rule.lacks($0) }) {
                errors.append(
                    .invalid(
                        "\(field).nonResourceURLs", rule["nonResourceURLs"],
                        "rules cannot apply to both regular resources and non-resource URLs"))
            }
            return errors
        }
        if rule.lacks("apiGroups") {
            errors.append(.required("\(field).apiGroups", "resource rules must supply at least one api group"))
        }
        if rule.lacks("resources") {
            errors.append(.required("\(field).resources", "resource rules must supply at least one resource"))
        }
        return errors
    }

    private static let table: [TableColumn] = [.name, .createdAt]
    var columns: [TableColumn] { Self.table }
    func cells(of object: KubeObject, now: Timestamp) -> [JSONValue] { [Cell.name(object), Cell.created(object)] }
}

/// Bindings of roles to users, groups and service accounts.
struct RoleBindingStrategy: KindStrategy {
    /// Whether it holds in the whole cluster.
    var isClusterRoleBinding: Bool

    private static let group = "rbac.authorization.k8s.io"

    var nameRule: NameRule { .pathSegment }
    var createsOnUpdate: Bool { true }

    func applyDefaults(_ object: inout KubeObject) {
        object.edit("roleRef") { $0.setDefaultText("apiGroup", Self.group) }
        object.editEach("subjects") { subject in
            guard ["User", "Group"].contains(subject.text("kind")) else { return }
            subject.setDefaultText("apiGroup", Self.group)
        }
    }

    func validate(
        _ object: KubeObject, old: KubeObject?, subresource: String?, _ context: WriteContext
    ) -> [FieldError] {
        let role = object["roleRef"] ?? [:]
        var errors: [FieldError] = []
        if role.text("apiGroup") != Self.group {
            errors.append(.notSupported("roleRef.apiGroup", .string(role.text("apiGroup")), [Self.group]))
        }
        let kinds = isClusterRoleBinding ? ["ClusterRole"] : ["Role", "ClusterRole"]
        if !kinds.contains(role.text("kind")) {
            errors.append(.notSupported("roleRef.kind", .string(role.text("kind")), kinds))
        }
        errors += FieldRules.name(role["name"], "roleRef.name") { Names.errors($0, .pathSegment, isPrefix: false) }
        for (index, subject) in object.value.list("subjects").enumerated() {
            errors += subjectErrors(subject, "subjects[\(index)]")
        }
        if let old, old["roleRef"] != object["roleRef"] {
            let shown: JSONValue = [
                "APIGroup": .string(role.text("apiGroup")), "Kind": .string(role.text("kind")),
                "Name": .string(role.text("name")),
            ]
            errors.append(.invalid("roleRef", shown, "cannot change roleRef"))
        }
        return errors
    }

    private func subjectErrors(_ subject: JSONValue, _ field: String) -> [FieldError] {
        let name = subject.text("name")
        var errors: [FieldError] = name.isEmpty ? [.required("\(field).name")] : []
        switch subject.text("kind") {
        case "ServiceAccount":
            if !name.isEmpty {
                errors += Names.subdomainErrors(name).map { .invalid("\(field).name", .string(name), $0) }
            }
            if !subject.text("apiGroup").isEmpty {
                errors.append(.notSupported("\(field).apiGroup", subject["apiGroup"], [""]))
            }
            if isClusterRoleBinding, subject.text("namespace").isEmpty {
                errors.append(.required("\(field).namespace"))
            }
        case "User", "Group":
            if subject.text("apiGroup") != Self.group {
                errors.append(.notSupported("\(field).apiGroup", subject["apiGroup"], [Self.group]))
            }
        default:
            errors.append(
                .notSupported("\(field).kind", .string(subject.text("kind")), ["ServiceAccount", "User", "Group"]))
        }
        return errors
    }

    private static func roleDescription(_ kind: String) -> String {
        let scope =
            kind == "RoleBinding"
            ? "reference a Role in the current namespace or a ClusterRole" : "only reference a ClusterRole"
        return """
            RoleRef can \(scope) in the global namespace. If the RoleRef cannot be resolved, the Authorizer must \
            return an error.
            """
    }

    private static func table(_ kind: String) -> [TableColumn] {
        let shown = kind.prefix(1).lowercased() + kind.dropFirst()
        return [
            .name, TableColumn("Role", description: roleDescription(kind)), .age,
            TableColumn("Users", description: "Users in the \(shown)", priority: 1),
            TableColumn("Groups", description: "Groups in the \(shown)", priority: 1),
            TableColumn("ServiceAccounts", description: "ServiceAccounts in the \(shown)", priority: 1),
        ]
    }
    private static let table = table("RoleBinding")
    private static let clusterTable = table("ClusterRoleBinding")

    var columns: [TableColumn] { isClusterRoleBinding ? Self.clusterTable : Self.table }
    func cells(of object: KubeObject, now: Timestamp) -> [JSONValue] {
        let role = object["roleRef"] ?? [:]
        let subjects = object.value.list("subjects")
        func names(_ kind: String) -> JSONValue {
            let names = subjects.filter { $0.text("kind") == kind }.map { subject in
                guard kind == "ServiceAccount" else { return subject.text("name") }
                let namespace = subject.text("namespace").isEmpty ? object.namespace ?? "" : subject.text("namespace")
                return "\(namespace)/\(subject.text("name"))"
            }
            return .string(names.joined(separator: ", "))
        }
        return [
            Cell.name(object), .string("\(role.text("kind"))/\(role.text("name"))"), Cell.age(object, now),
            names("User"), names("Group"), names("ServiceAccount"),
        ]
    }
}
