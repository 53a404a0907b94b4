import KubeCore

/// One rule of a role: `rbac.authorization.k8s.io/v1` PolicyRule.
struct PolicyRule: Sendable, Hashable {
    var verbs: [String]
    var groups: [String] = []
    var resources: [String] = []
    var names: [String] = []
    var paths: [String] = []

    /// What allows everything: who holds it may pass on any right.
    static let fullAuthority = [
        PolicyRule(verbs: ["*"], groups: ["*"], resources: ["*"]), PolicyRule(verbs: ["*"], paths: ["*"]),
    ]

    /// The rules of a role.
    static func rules(of role: KubeObject?) -> [PolicyRule] {
        (role?["rules"]?.arrayValue ?? []).map { PolicyRule($0) }
    }

    init(
        verbs: [String], groups: [String] = [], resources: [String] = [], names: [String] = [], paths: [String] = []
    ) {
        self.verbs = verbs
        self.groups = groups
        self.resources = resources
        self.names = names
        self.paths = paths
    }

    init(_ value: JSONValue) {
        func texts(_ member: String) -> [String] { value[member]?.stringArrayValue ?? [] }
        verbs = texts("verbs")
        groups = texts("apiGroups")
        resources = texts("resources")
        names = texts("resourceNames")
        paths = texts("nonResourceURLs")
    }

    /// The rule as roles and reviews show it.
    var value: JSONValue {
        var object: JSONObject = ["verbs": JSONValue(verbs)]
        for (member, values) in [
            ("apiGroups", groups), ("resources", resources), ("resourceNames", names), ("nonResourceURLs", paths),
        ] where !values.isEmpty {
            object[member] = JSONValue(values)
        }
        return .object(object)
    }

    // MARK: Allowing

    /// Whether it allows something.
    func allows(_ wanted: AccessAttributes) -> Bool {
        guard Self.has(verbs, wanted.verb) else { return false }
        if let path = wanted.path { return paths.contains { Self.path($0, covers: path) } }
        guard Self.has(groups, wanted.group) else { return false }
        let isMeant =
            resources.contains("*") || resources.contains(wanted.combinedResource)
            || (!wanted.subresource.isEmpty && resources.contains("*/\(wanted.subresource)"))
        return isMeant && (names.isEmpty || names.contains(wanted.name))
    }

    private static func has(_ values: [String], _ value: String) -> Bool {
        values.contains("*") || values.contains(value)
    }

    private static func path(_ pattern: String, covers path: String) -> Bool {
        if pattern == path { return true }
        guard pattern.hasSuffix("*") else { return false }
        return path.hasPrefix(pattern.dropLast(pattern.reversed().prefix { $0 == "*" }.count))
    }

    // MARK: Covering

    /// What of some rules other rules do not allow, in rules of one verb and one resource or path each.
    static func uncovered(_ rules: [PolicyRule], by owned: [PolicyRule]) -> [PolicyRule] {
        rules.flatMap(\.parts).filter { part in !owned.contains { $0.covers(part) } }
    }

    /// The same in rules of one verb and one resource or path each.
    private var parts: [PolicyRule] {
        var parts: [PolicyRule] = []
        for group in groups {
            for resource in resources {
                for verb in verbs {
                    let part = PolicyRule(verbs: [verb], groups: [group], resources: [resource])
                    guard !names.isEmpty else {
                        parts.append(part)
                        continue
                    }
                    parts += names.map {
                        var named = part
                        named.names = [$0]
                        return named
                    }
                }
            }
        }
        for path in paths { parts += verbs.map { PolicyRule(verbs: [$0], paths: [path]) } }
        return parts
    }

    /// Whether it allows all that a part of another rule allows.
    private func covers(_ part: PolicyRule) -> Bool {
        func all(_ own: [String], _ wanted: [String]) -> Bool {
            own.contains("*") || wanted.allSatisfy { own.contains($0) }
        }
        guard all(verbs, part.verbs), all(groups, part.groups) else { return false }
        let coversResources =
            resources.contains("*")
            || part.resources.allSatisfy { wanted in
                if resources.contains(wanted) { return true }
                let pieces = wanted.split(separator: "/", maxSplits: 1)
                return pieces.count == 2 && resources.contains("*/\(pieces[1])")
            }
        let coversPaths = part.paths.allSatisfy { wanted in paths.contains { Self.path($0, covers: wanted) } }
        let coversNames =
            names.isEmpty || (!part.names.isEmpty && part.names.allSatisfy { names.contains($0) })
        return coversResources && coversPaths && coversNames
    }

    // MARK: Showing

    /// The same in fewer rules: those of one resource each are joined over their verbs.
    static func compacted(_ rules: [PolicyRule]) -> [PolicyRule] {
        var result: [PolicyRule] = []
        var places: [PolicyRule: Int] = [:]
        for rule in rules {
            guard rule.groups.count == 1, rule.resources.count == 1, rule.names.count <= 1, rule.paths.isEmpty else {
                result.append(rule)
                continue
            }
            var key = rule
            key.verbs = []
            if let place = places[key] {
                result[place].verbs += rule.verbs.filter { !result[place].verbs.contains($0) }
            } else {
                places[key] = result.count
                result.append(rule)
            }
        }
        return result
    }

    /// The rule as refusals show it, for example `{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}`.
    var description: String {
        var parts: [String] = []
        for (name, values) in [
            ("APIGroups", groups), ("Resources", resources), ("NonResourceURLs", paths), ("ResourceNames", names),
            ("Verbs", verbs),
        ] where !values.isEmpty {
            parts.append("\(name):\(Self.quoted(values))")
        }
        return "{\(parts.joined(separator: ", "))}"
    }

    /// A list as Go's `%q` prints it.
    static func quoted(_ values: [String]) -> String {
        "[\(values.map { JSONValue.string($0).serialized() }.joined(separator: " "))]"
    }
}
