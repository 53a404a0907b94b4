import KubeCore

/// Checks expressions of admission configurations (CEL) for their syntax, names and types.
enum ExpressionRules {
    private static let variables: [String: CELType] = [
        "object": .dyn, "oldObject": .dyn, "request": .dyn, "params": .dyn, "namespaceObject": .dyn,
        "authorizer": .dyn, "variables": .dyn,
    ]

    /// What is wrong with an expression.
    static func errors(_ value: JSONValue?, _ field: String, hasVariables: Bool = false) -> [FieldError] {
        let source = value?.stringValue ?? ""
        guard !source.allSatisfy(\.isWhitespace) else {
            return [.required(field, hasVariables ? "expression is not specified" : "")]
        }
        func failure(_ fault: CELFault) -> FieldError {
            .invalid(field, .string(source), "compilation failed: \(fault.text(in: source))")
        }
        do {
            var checker = CELChecker(variables: variables)
            _ = checker.check(try CELParser.parse(source))
            return checker.faults.first.map { [failure($0)] } ?? []
        } catch {
            return [failure(error)]
        }
    }

    /// What is wrong with the conditions on which an admission is asked at all.
    static func matchConditions(_ conditions: [JSONValue], _ path: String) -> [FieldError] {
        var errors: [FieldError] = []
        var names: Set<String> = []
        if conditions.count > 64 { errors.append(.tooMany(path, count: conditions.count, maximum: 64)) }
        for (index, condition) in conditions.enumerated() {
            let field = "\(path)[\(index)]"
            errors += ExpressionRules.errors(condition["expression"], "\(field).expression")
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
