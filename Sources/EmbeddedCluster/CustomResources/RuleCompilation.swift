import KubeCore

/// One compiled rule of `x-kubernetes-validations`.
struct CompiledRule: Sendable {
    let rule: Schema.ValidationRule
    let expression: CELNode
    let messageExpression: CELNode?
    /// Whether it compares with the old value, and so holds for updates only.
    let usesOldSelf: Bool

    /// Compiles a rule for values of a schema.
    ///
    /// - Returns: the rule, or the fault of its expression or its message's expression in the server's words.
    static func compile(_ rule: Schema.ValidationRule, _ schema: Schema) -> Result<CompiledRule, CompilationError> {
        let own = CELType(schema)
        let oldSelf: CELType = rule.optionalOldSelf == true ? .optional(own) : own
        let variables: [String: CELType] = ["self": own, "oldSelf": oldSelf]
        var references: Set<String> = []
        func expression(_ source: String, of wanted: CELType, _ mismatch: String) throws(CompilationError) -> CELNode {
            let node: CELNode
            do throws(CELFault) {
                node = try CELParser.parse(source)
            } catch {
                throw CompilationError(message: "compilation failed: \(error.text(in: source))")
            }
            var checker = CELChecker(variables: variables)
            let type = checker.check(node)
            guard checker.faults.isEmpty else {
                let faults = checker.faults.sorted { $0.position < $1.position }.map { $0.text(in: source) }
                throw CompilationError(message: "compilation failed: \(faults.joined(separator: "\n"))")
            }
            // An answer of unknown type may still turn out right.
            guard type == wanted || type == .dyn else { throw CompilationError(message: mismatch) }
            references.formUnion(checker.references)
            return node
        }
        do throws(CompilationError) {
            let main = try expression(rule.rule, of: .bool, "cel expression must evaluate to a bool")
            let usesOldSelf = references.contains("oldSelf")
            var message: CELNode?
            if !rule.messageExpression.isEmpty {
                do throws(CompilationError) {
                    message = try expression(
                        rule.messageExpression, of: .string, "messageExpression must evaluate to a string")
                } catch {
                    throw CompilationError(
                        message: error.message.hasPrefix("messageExpression")
                            ? error.message : "messageExpression \(error.message)", isMessage: true)
                }
            }
            return .success(
                CompiledRule(rule: rule, expression: main, messageExpression: message, usesOldSelf: usesOldSelf))
        } catch {
            return .failure(error)
        }
    }
}

/// What is wrong with a rule's expressions.
struct CompilationError: Error, Sendable {
    var message: String
    /// Whether it is the message's expression that is wrong.
    var isMessage = false
}

/// Checks the rules of a definition's schema.
enum RuleCompilation {
    /// What all rules of one evaluation may be estimated to cost.
    private static let limitPerRule = 10_000_000.0
    private static let limitPerSchema = 100_000_000.0
    private static let reasons = [
        "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired",
    ]

    /// The faults of all rules of a schema.
    static func faults(of schema: JSONValue, at path: String) -> [FieldError] {
        var checker = Checker()
        checker.visit(schema, path, isRoot: true, uncorrelated: nil)
        var faults = checker.faults
        if checker.total > limitPerSchema {
            for field in checker.expensive {
                faults.append(
                    .forbidden(
                        field,
                        "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema"))
            }
            faults.append(
                .forbidden(
                    path,
                    "x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by "
                        + "factor of \(factor(checker.total / limitPerSchema)) \(advice)"))
        }
        return faults
    }

    private static let advice =
        "(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are "
        + "declared)"

    private static func factor(_ factor: Double) -> String {
        if factor > 100 { return "more than 100x" }
        let tenths = Int((factor * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)x"
    }

    private struct Checker {
        var faults: [FieldError] = []
        var total = 0.0
        /// The rules that add most to the total.
        var expensive: [String] = []

        /// - Parameter uncorrelated: the list whose elements have no counterparts in the old value, if any is around.
        mutating func visit(_ schema: JSONValue, _ path: String, isRoot: Bool, uncorrelated: String?) {
            if let rules = schema["x-kubernetes-validations"]?.arrayValue, !rules.isEmpty {
                let node = Schema(openAPIV3Schema: schema, isResourceRoot: isRoot)
                for (index, rule) in rules.enumerated() {
                    check(
                        Schema.ValidationRule(rule), node, "\(path).x-kubernetes-validations[\(index)]", uncorrelated)
                }
            }
            for (name, property) in schema["properties"]?.objectValue?.sorted ?? [] {
                visit(property, "\(path).properties[\(name)]", isRoot: false, uncorrelated: uncorrelated)
            }
            if let property = schema["additionalProperties"], case .object = property {
                visit(property, "\(path).additionalProperties", isRoot: false, uncorrelated: uncorrelated)
            }
            if let items = schema["items"], case .object = items {
                let isCorrelated = schema["x-kubernetes-list-type"] == "map"
                visit(
                    items, "\(path).items", isRoot: false,
                    uncorrelated: isCorrelated ? uncorrelated : uncorrelated ?? path)
            }
        }

        private mutating func check(
            _ rule: Schema.ValidationRule, _ schema: Schema, _ path: String, _ uncorrelated: String?
        ) {
            if rule.rule.allSatisfy(\.isWhitespace) {
                return faults.append(.required("\(path).rule", "rule is not specified"))
            }
            if rule.message.contains("\n") || rule.message.contains("\r") {
                faults.append(.invalid("\(path).message", .string(rule.message), "must not contain line breaks"))
            } else if rule.rule.contains("\n"), rule.message.isEmpty {
                faults.append(.required("\(path).message", "message must be specified if rule contains line breaks"))
            }
            if !rule.messageExpression.isEmpty, rule.messageExpression.allSatisfy(\.isWhitespace) {
                faults.append(.required("\(path).messageExpression", "must be non-empty if specified"))
            }
            if let reason = rule.reason, !RuleCompilation.reasons.contains(reason) {
                faults.append(.notSupported("\(path).reason", .string(reason), RuleCompilation.reasons))
            }
            if !rule.fieldPath.isEmpty, RulePath.members(rule.fieldPath, in: schema) == nil {
                faults.append(.invalid("\(path).fieldPath", .string(rule.fieldPath), "must be a valid path"))
            }
            switch CompiledRule.compile(rule, schema) {
            case .failure(let error):
                faults.append(
                    FieldError(
                        reason: "FieldValueInvalid", field: "\(path).\(error.isMessage ? "messageExpression" : "rule")",
                        message: "Invalid value: \(printed(rule)): \(error.message)"))
            case .success(let compiled):
                if compiled.usesOldSelf, let uncorrelated {
                    faults.append(
                        .invalid(
                            "\(path).rule", .string(rule.rule),
                            "oldSelf cannot be used on the uncorrelatable portion of the schema within \(uncorrelated)")
                    )
                }
                let cost = CELCostEstimate.cost(of: compiled.expression, self: schema)
                total += cost
                if cost > RuleCompilation.limitPerRule {
                    expensive.append("\(path).rule")
                    faults.append(
                        .forbidden(
                            "\(path).rule",
                            "estimated rule cost exceeds budget by factor of "
                                + "\(RuleCompilation.factor(cost / RuleCompilation.limitPerRule)) \(RuleCompilation.advice)"
                        ))
                }
            }
        }

        /// The rule as the server's messages print it: with the names that Go gives its fields.
        private func printed(_ rule: Schema.ValidationRule) -> String {
            func text(_ value: String) -> String {
                JSONValue.string(value).serialized(JSONFormat(escapesHTML: true))
            }
            let reason = rule.reason.map(text) ?? "null"
            let optional = rule.optionalOldSelf.map { String($0) } ?? "null"
            return "{\"Rule\":\(text(rule.rule)),\"Message\":\(text(rule.message)),"
                + "\"MessageExpression\":\(text(rule.messageExpression)),\"Reason\":\(reason),"
                + "\"FieldPath\":\(text(rule.fieldPath)),\"OptionalOldSelf\":\(optional)}"
        }
    }
}

/// The `fieldPath` of a rule: members by `.name` or `['name']`.
enum RulePath {
    /// The members of a path; nil if it is malformed or the schema has no such field.
    static func members(_ path: String, in schema: Schema) -> [String]? {
        var members: [String] = []
        var rest = path[...]
        while let first = rest.first {
            if first == "." {
                rest.removeFirst()
                let name = rest.prefix { $0 != "." && $0 != "[" }
                guard !name.isEmpty else { return nil }
                members.append(String(name))
                rest = rest.dropFirst(name.count)
            } else if rest.hasPrefix("['"), let end = rest.firstRange(of: "']") {
                members.append(String(rest[rest.index(rest.startIndex, offsetBy: 2)..<end.lowerBound]))
                rest = rest[end.upperBound...]
            } else {
                return nil
            }
        }
        var node = schema
        for member in members {
            guard let next = node.properties[member] ?? node.additionalPropertiesSchema else { return nil }
            node = next
        }
        return members
    }
}
