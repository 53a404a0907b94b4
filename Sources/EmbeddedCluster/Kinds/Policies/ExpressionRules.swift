import KubeCore

/// Checks expressions of admission configurations (CEL) for their syntax, names and types.
enum ExpressionRules {
    /// What is wrong with an expression.
    ///
    /// - Parameters:
    ///   - results: the types that it may have; empty for any.
    ///   - missing: what is said of an empty expression.
    static func errors(
        _ value: JSONValue?, _ field: String, _ environment: AdmissionEnvironment, returning results: [CELType],
        missing: String = ""
    ) -> [FieldError] {
        let source = value?.stringValue ?? ""
        guard !source.allSatisfy(\.isWhitespace) else { return [.required(field, missing)] }
        do throws(AdmissionEnvironment.Fault) {
            _ = try environment.compile(source, returning: results)
            return []
        } catch {
            return [.invalid(field, .string(source), error.message)]
        }
    }

    /// What is wrong with the conditions on which an admission is asked at all.
    static func matchConditions(
        _ conditions: [JSONValue], _ path: String, _ environment: AdmissionEnvironment = AdmissionEnvironment()
    ) -> [FieldError] {
        var errors: [FieldError] = []
        var names: Set<String> = []
        if conditions.count > 64 { errors.append(.tooMany(path, count: conditions.count, maximum: 64)) }
        for (index, condition) in conditions.enumerated() {
            let field = "\(path)[\(index)]"
            errors += ExpressionRules.errors(
                condition["expression"], "\(field).expression", environment, returning: [.bool])
            let name = condition.text("name")
            if name.isEmpty {
                errors.append(.required("\(field).name"))
            } else {
                errors += Names.qualifiedNameErrors(name).map { .invalid("\(field).name", .string(name), $0) }
                if !names.insert(name).inserted { errors.append(.duplicate("\(field).name", .string(name))) }
            }
        }
        return errors
    }

    /// What is wrong with a rule that says which requests are meant.
    static func requestRule(_ rule: JSONValue, _ field: String) -> [FieldError] {
        var errors: [FieldError] = []
        for member in ["operations", "apiGroups", "apiVersions", "resources"] {
            let values = rule[member]?.stringArrayValue ?? []
            if values.isEmpty { errors.append(.required("\(field).\(member)")) }
            if values.count > 1, values.contains("*"), member != "resources" {
                errors.append(
                    .invalid(
                        "\(field).\(member)", rule[member],
                        "if '*' is present, must not specify other \(noun(member))"))
            }
            for (index, value) in values.enumerated() {
                let place = "\(field).\(member)[\(index)]"
                if member == "operations" {
                    errors += FieldRules.oneOf(
                        .string(value), ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"], place, required: true)
                } else if value.isEmpty, member != "apiGroups" {
                    errors.append(.required(place))
                }
            }
        }
        return errors + FieldRules.oneOf(rule["scope"], ["*", "Cluster", "Namespaced"], "\(field).scope")
    }

    private static func noun(_ member: String) -> String {
        switch member {
        case "apiGroups": "API groups"
        case "apiVersions": "API versions"
        default: member
        }
    }

    /// Fills in which requests are meant.
    static func applyDefaults(toMatch match: inout JSONValue) {
        match.setDefaultText("matchPolicy", "Equivalent")
        match.setDefault("namespaceSelector", [:])
        match.setDefault("objectSelector", [:])
        for member in ["resourceRules", "excludeResourceRules"] {
            match.editEach(member) { $0.setDefaultText("scope", "*") }
        }
    }

    /// What is wrong with which requests are meant.
    static func matchErrors(_ match: JSONValue, _ path: String, requiresRules: Bool) -> [FieldError] {
        var errors = FieldRules.oneOf(match["matchPolicy"], ["Equivalent", "Exact"], "\(path).matchPolicy")
        errors += FieldRules.selector(match["namespaceSelector"], "\(path).namespaceSelector")
        errors += FieldRules.selector(match["objectSelector"], "\(path).objectSelector")
        for member in ["resourceRules", "excludeResourceRules"] {
            for (index, rule) in match.list(member).enumerated() {
                errors += requestRule(rule, "\(path).\(member)[\(index)]")
            }
        }
        if requiresRules, match.lacks("resourceRules") { errors.append(.required("\(path).resourceRules")) }
        return errors
    }
}
