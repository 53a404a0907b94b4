import KubeCore

/// Checks values against the rules of their schema: `x-kubernetes-validations`.
final class RuleValidator: Sendable {
    /// The rules of one schema node, and the nodes below that have any.
    private struct Node: Sendable {
        var schema: Schema
        var rules: [CompiledRule]
        var properties: [String: RuleValidator]
        var values: RuleValidator?
        var items: RuleValidator?
    }

    /// What all rules of one request may cost.
    private static let budget = 10_000_000

    private let node: Node

    /// The rules of a schema; nil if neither it nor a node below has any. Rules that do not compile were refused with
    /// their definition, and are left out.
    init?(_ schema: Schema) {
        let rules = schema.rules.compactMap { try? CompiledRule.compile($0, schema).get() }
        let properties = schema.properties.compactMapValues { RuleValidator($0) }
        let values = schema.additionalPropertiesSchema.flatMap { RuleValidator($0) }
        let items = schema.items.flatMap { RuleValidator($0) }
        if rules.isEmpty, properties.isEmpty, values == nil, items == nil { return nil }
        node = Node(schema: schema, rules: rules, properties: properties, values: values, items: items)
    }

    /// What the rules find wrong with a whole object. What was wrong before with parts that have not changed is a warning.
    func validate(_ value: JSONValue, old: JSONValue?) -> (errors: [FieldError], warnings: [String]) {
        var run = Run(budget: Self.budget)
        validate(value, old, "", &run)
        return (run.errors, run.warnings)
    }

    private struct Run {
        var budget: Int
        var errors: [FieldError] = []
        var warnings: [String] = []
    }

    private func validate(_ value: JSONValue, _ old: JSONValue?, _ path: String, _ run: inout Run) {
        guard run.budget > 0 else { return }
        if !(value.isNull && node.schema.isNullable) { apply(value, old, path, &run) }
        switch value {
        case .object(let object):
            for (key, member) in object.sorted {
                guard let validator = node.properties[key] ?? (node.schema.properties[key] == nil ? node.values : nil)
                else { continue }
                validator.validate(member, old?[key], path.isEmpty ? key : "\(path).\(key)", &run)
            }
        case .array(let items):
            guard let validator = node.items else { return }
            let correlation = ListCorrelation(node.schema, old)
            for (index, item) in items.enumerated() {
                validator.validate(
                    item, correlation.counterpart(of: item, at: index), "\(path)[\(index)]", &run)
            }
        default: return
        }
    }

    private func apply(_ value: JSONValue, _ old: JSONValue?, _ path: String, _ run: inout Run) {
        guard !node.rules.isEmpty else { return }
        let own = CELValue(value, node.schema)
        let previous = old.map { CELValue($0, node.schema) }
        for compiled in node.rules {
            let isOptional = compiled.rule.optionalOldSelf == true
            if compiled.usesOldSelf, previous == nil, !isOptional { continue }
            var variables = ["self": own]
            if isOptional { variables["oldSelf"] = .optional(previous) } else { variables["oldSelf"] = previous }
            var evaluator = CELEvaluator(variables: variables)
            let error: FieldError?
            do throws(CELEvaluationError) {
                error =
                    try evaluator.evaluate(compiled.expression) == .bool(true)
                    ? nil : fault(compiled, value, path, variables)
            } catch {
                if error.isBudget {
                    run.errors.append(
                        invalid(
                            path, typeName,
                            "call cost exceeds limit for rule: \(compiled.rule.rule) evaluating rule: "
                                + summary(compiled.rule)))
                    run.budget = 0
                    return
                }
                run.errors.append(
                    invalid(path, typeName, "\(error.message) evaluating rule: \(summary(compiled.rule))"))
                run.budget -= evaluator.cost
                continue
            }
            run.budget -= evaluator.cost
            guard let error else { continue }
            if let old, old == value, !compiled.usesOldSelf {
                run.warnings.append("\(error.field): \(error.message)")
            } else {
                run.errors.append(error)
            }
            if run.budget <= 0 {
                run.errors.append(
                    invalid(
                        path, typeName,
                        "validation failed due to running out of cost budget, no further validation rules will be run"))
                return
            }
        }
    }

    private var typeName: JSONValue {
        .string(node.schema.isIntOrString ? "intOrString" : node.schema.type.isEmpty ? "any" : node.schema.type)
    }

    /// What errors of a rule's evaluation call it.
    private func summary(_ rule: Schema.ValidationRule) -> String { rule.message.isEmpty ? rule.rule : rule.message }

    private func invalid(_ path: String, _ value: JSONValue, _ detail: String) -> FieldError {
        .invalid(path.isEmpty ? "<nil>" : path, value, detail)
    }

    private func fault(
        _ compiled: CompiledRule, _ value: JSONValue, _ path: String, _ variables: [String: CELValue]
    ) -> FieldError {
        let rule = compiled.rule
        var field = path
        for member in RulePath.members(rule.fieldPath, in: node.schema) ?? [] {
            field = field.isEmpty ? member : "\(field).\(member)"
        }
        if field.isEmpty { field = "<nil>" }
        let detail = message(compiled, variables)
        let shown: JSONValue?
        switch value {
        case .object, .array: shown = nil
        default: shown = rule.fieldPath.isEmpty ? value : nil
        }
        switch rule.reason {
        case "FieldValueForbidden": return .forbidden(field, detail)
        case "FieldValueRequired": return .required(field, detail)
        case "FieldValueDuplicate":
            guard let shown else {
                return FieldError(reason: "FieldValueDuplicate", field: field, message: "Duplicate value")
            }
            return .duplicate(field, shown)
        default:
            guard let shown else {
                return FieldError(reason: "FieldValueInvalid", field: field, message: "Invalid value: \(detail)")
            }
            return .invalid(field, shown, detail)
        }
    }

    private func message(_ compiled: CompiledRule, _ variables: [String: CELValue]) -> String {
        if let expression = compiled.messageExpression {
            var evaluator = CELEvaluator(variables: variables)
            if case .string(let text)? = try? evaluator.evaluate(expression) {
                let trimmed = text.split { $0.isWhitespace }.isEmpty
                if !trimmed, !text.contains("\n") { return text }
            }
        }
        let message = compiled.rule.message
        if !message.isEmpty { return message }
        return "failed rule: \(compiled.rule.rule)"
    }
}
