import KubeCore

/// Which requests a webhook, policy or binding is about.
struct AdmissionMatching {
    /// What matching may look at besides the request.
    struct Surroundings {
        /// The namespace of a name.
        var namespace: (String) -> KubeObject?
        /// All versions that a resource is served in.
        var versions: (ServedResource) -> [ServedResource]
    }

    /// The rules, selectors and policy of the match: a `matchConstraints`, `matchResources` or webhook.
    var criteria: JSONValue
    /// The member that holds the rules.
    var rulesMember = "resourceRules"
    /// Whether everything is meant if there are no rules.
    var matchesWithoutRules = false

    /// The request in the version that the rules name; nil if it is none of those meant.
    ///
    /// - Throws: that the namespace whose labels are asked for is not there.
    func match(_ request: AdmissionRequest, _ surroundings: Surroundings) throws(Status) -> AdmissionRequest? {
        let namespaceLabels = labels(request, surroundings)
        if let namespaceLabels, !selects("namespaceSelector", namespaceLabels) { return nil }
        guard selectsObject(request) else { return nil }
        if find(criteria.list("excludeResourceRules"), request, surroundings) != nil { return nil }
        let rules = criteria.list(rulesMember)
        guard let matched = rules.isEmpty && matchesWithoutRules ? request : find(rules, request, surroundings) else {
            return nil
        }
        if namespaceLabels == nil, let name = request.selectedNamespace, isSelective("namespaceSelector") {
            throw .notFound(.namespaces, name)
        }
        return matched
    }

    // MARK: Selectors

    /// The labels of the request's namespace; nil if there is none, or none is asked for.
    private func labels(_ request: AdmissionRequest, _ surroundings: Surroundings) -> [String: String]? {
        guard isSelective("namespaceSelector"), let name = request.selectedNamespace else { return nil }
        // A namespace that is written has the labels that it will have.
        if request.isOfNamespaces, request.subresource.isEmpty, let object = request.object { return object.labels }
        return surroundings.namespace(name)?.labels
    }

    private func isSelective(_ member: String) -> Bool {
        criteria[member].map { !$0.lacks("matchLabels") || !$0.lacks("matchExpressions") } ?? false
    }

    private func selects(_ member: String, _ labels: [String: String]) -> Bool {
        criteria[member].flatMap { LabelSelector($0) }?.matches(labels) ?? false
    }

    private func selectsObject(_ request: AdmissionRequest) -> Bool {
        guard isSelective("objectSelector") else { return true }
        return [request.object, request.oldObject].contains { object in
            object.map { selects("objectSelector", $0.labels) } ?? false
        }
    }

    // MARK: Rules

    private func find(
        _ rules: [JSONValue], _ request: AdmissionRequest, _ surroundings: Surroundings
    ) -> AdmissionRequest? {
        if rules.contains(where: { Self.matches($0, request, request.resource.type) }) { return request }
        guard criteria.text("matchPolicy") != "Exact", !rules.isEmpty else { return nil }
        let others = surroundings.versions(request.resource).filter { $0.type != request.resource.type }
        for rule in rules {
            for other in others where Self.matches(rule, request, other.type) { return request.viewed(as: other) }
        }
        return nil
    }

    private static func matches(_ rule: JSONValue, _ request: AdmissionRequest, _ type: ResourceType) -> Bool {
        func has(_ member: String, _ value: String) -> Bool {
            let values = rule[member]?.stringArrayValue ?? []
            return values.contains("*") || values.contains(value)
        }
        switch rule.text("scope") {
        case "Namespaced": if request.isOfNamespaces || request.namespace.isEmpty { return false }
        case "Cluster": if !request.isOfNamespaces, !request.namespace.isEmpty { return false }
        default: break
        }
        guard has("operations", request.operation.rawValue), has("apiGroups", type.group),
            has("apiVersions", type.version)
        else { return false }
        let names = rule["resourceNames"]?.stringArrayValue ?? []
        guard names.isEmpty || names.contains(request.name) else { return false }
        return (rule["resources"]?.stringArrayValue ?? []).contains { pattern in
            let parts = pattern.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let subresource = parts.count > 1 ? parts[1] : ""
            return (parts[0] == "*" || parts[0] == type.plural)
                && (subresource == "*" || subresource == request.subresource)
        }
    }
}
