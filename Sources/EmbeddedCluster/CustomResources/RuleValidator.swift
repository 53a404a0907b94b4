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
    /// How long a message that an expression makes may be, in bytes.
    private static let longestMessage = 5 * 1024

    private let node: Node

    /// The rules of a schema; nil if neither it nor a node below has any. Rules that do not compile were refused with
    /// their definition, and are left out.
    init?(_ schema: Schema) {
        let rules = schema.rules.compactMap { try? CompiledRule.compile($0, schema) }
        let properties = schema.properties.compactMapValues { RuleValidator($0) }
        let values = schema.additionalPropertiesSchema.flatMap { RuleValidator($0) }
        let items = schema.items.flatMap { RuleValidator($0) }
        if rules.isEmpty, properties.isEmpty, values == nil, items == nil { return nil }
        node = Node(schema: schema, rules: rules, properties: properties, values: values, items: items)
    }

    /// What the rules find wrong with a value.
    ///
    /// - Parameters:
    ///   - value: the value.
    ///   - old: what it was before; nil if it is new.
    ///   - path: the path of the value; the empty path is that of a whole object.
    ///   - ratchets: whether what was wrong before with parts that have not changed is a warning only.
    func validate(
        _ value: JSONValue, old: JSONValue?, at path: String = "", ratchets: Bool = true
    ) -> (errors: [FieldError], warnings: [String]) {
        var run = Run(budget: Self.budget)
        validate(value, old, path, ratchets ? Correlation(value: value, old: old) : Correlation(), &run)
        return (run.errors, run.warnings)
    }

    private struct Run {
        var budget: Int
        var isOver = false
        var errors: [FieldError] = []
        var warnings: [String] = []
    }

    /// How a part relates to the old value: whether it, or the closest part around it that has a counterpart, is as it
    /// was.
    private struct Correlation {
        private var isCorrelated = false
        /// The part, or the closest around it that has a counterpart, and that.
        private var pair: (value: JSONValue, old: JSONValue)?

        /// Of a part that is new.
        init() {}

        /// Of a part with a counterpart.
        init(value: JSONValue, old: JSONValue?) {
            guard let old else { return }
            isCorrelated = true
            pair = (value, old)
        }

        /// Compared only when a rule has failed, since most hold.
        var isUnchanged: Bool { pair.map { $0.value == $0.old } ?? false }

        func part(_ value: JSONValue, _ old: JSONValue?) -> Correlation {
            guard isCorrelated else { return self }
            if let old { return Correlation(value: value, old: old) }
            var result = self
            result.isCorrelated = false
            return result
        }
    }

    private func validate(
        _ value: JSONValue, _ old: JSONValue?, _ path: String, _ correlation: Correlation, _ run: inout Run
    ) {
        guard !run.isOver, !value.isNull else { return }
        apply(value, old, path, correlation, &run)
        switch value {
        case .object(let object):
            for (key, member) in object.sorted {
                let validator: RuleValidator?
                let field: String
                if node.schema.properties[key] != nil || node.values == nil {
                    validator = node.properties[key]
                    field = path.isEmpty ? key : "\(path).\(key)"
                } else {
                    validator = node.values
                    field = "\(path)[\(key)]"
                }
                validator?.validate(member, old?[key], field, correlation.part(member, old?[key]), &run)
            }
        case .array(let items):
            guard let validator = node.items else { return }
            let list = ListCorrelation(node.schema, old)
            for (index, item) in items.enumerated() {
                let counterpart = list.counterpart(of: item, at: index)
                validator.validate(item, counterpart, "\(path)[\(index)]", correlation.part(item, counterpart), &run)
            }
        default: return
        }
    }

    private func apply(
        _ value: JSONValue, _ old: JSONValue?, _ path: String, _ correlation: Correlation, _ run: inout Run
    ) {
        guard !node.rules.isEmpty else { return }
        let own = CELValue(value, node.schema)
        let previous = old.flatMap { $0.isNull ? nil : CELValue($0, node.schema) }
        for compiled in node.rules {
            let isOptional = compiled.rule.optionalOldSelf == true
            if compiled.usesOldSelf, previous == nil, !isOptional { continue }
            var variables = ["self": own]
            if isOptional { variables["oldSelf"] = .optional(previous) } else { variables["oldSelf"] = previous }
            var evaluator = CELEvaluator(variables: variables)
            let holds: Bool
            do throws(CELEvaluationError) {
                holds = try evaluator.evaluate(compiled.expression) == .bool(true)
                guard spend(evaluator.cost, path, &run) else { return }
            } catch {
                guard spend(evaluator.cost, path, &run) else { return }
                run.errors.append(invalid(path, detail(of: error, compiled.rule)))
                if error.isBudget { run.isOver = true }
                if run.isOver { return }
                continue
            }
            if holds { continue }
            let error = fault(compiled, value, path, variables, &run)
            if !compiled.usesOldSelf, correlation.isUnchanged {
                run.warnings.append("\(error.field): \(error.message)")
            } else {
                run.errors.append(error)
            }
            if run.isOver { return }
        }
    }

    /// Pays for an evaluation; false if that was more than is left.
    private func spend(_ cost: Int, _ path: String, _ run: inout Run) -> Bool {
        run.budget -= cost
        if run.budget >= 0 { return true }
        run.isOver = true
        run.errors.append(
            invalid(
                path, "validation failed due to running out of cost budget, no further validation rules will be run"))
        return false
    }

    private func detail(of error: CELEvaluationError, _ rule: Schema.ValidationRule) -> String {
        if error.isBudget {
            return """
                '\(error.message)': no further validation rules will be run due to call cost exceeds limit for rule: \
                \(summary(rule))
                """
        }
        if error.message.hasPrefix("no such overload") {
            return """
                '\(error.message)': call arguments did not match a supported operator, function or macro signature for \
                rule: \(summary(rule))
                """
        }
        return "\(error.message) evaluating rule: \(summary(rule))"
    }

    /// What errors of a rule's evaluation call it.
    private func summary(_ rule: Schema.ValidationRule) -> String {
        rule.message.isEmpty ? rule.rule.trimmed : rule.message.trimmed
    }

    private func invalid(_ path: String, _ detail: String) -> FieldError {
        .invalid(path.isEmpty ? "<nil>" : path, .string(node.schema.type), detail)
    }

    private func fault(
        _ compiled: CompiledRule, _ value: JSONValue, _ path: String, _ variables: [String: CELValue],
        _ run: inout Run
    ) -> FieldError {
        let rule = compiled.rule
        var field = path
        if !compiled.field.isEmpty { field = field.isEmpty ? compiled.field : "\(field).\(compiled.field)" }
        if field.isEmpty { field = "<nil>" }
        let detail: String
        do throws(CELEvaluationError) {
            detail = try message(compiled, variables, &run) ?? message(of: rule)
        } catch {
            run.isOver = true
            return .invalid(field, .string(node.schema.type), error.message)
        }
        let isStructured = node.schema.type == "object" || node.schema.type == "array"
        switch rule.reason {
        case "FieldValueForbidden": return .forbidden(field, detail)
        case "FieldValueRequired": return .required(field, detail)
        case "FieldValueDuplicate":
            guard isStructured else { return .duplicate(field, value) }
            return FieldError(reason: "FieldValueDuplicate", field: field, message: "Duplicate value")
        default:
            guard isStructured else { return .invalid(field, value, detail) }
            return FieldError(reason: "FieldValueInvalid", field: field, message: "Invalid value: \(detail)")
        }
    }

    private func message(of rule: Schema.ValidationRule) -> String {
        rule.message.isEmpty ? "failed rule: \(rule.rule.trimmed)" : rule.message.trimmed
    }

    /// The text of the message's expression; nil if there is none, or if it makes no message.
    ///
    /// - Throws: that it cost too much, which ends everything.
    private func message(
        _ compiled: CompiledRule, _ variables: [String: CELValue], _ run: inout Run
    ) throws(CELEvaluationError) -> String? {
        guard let expression = compiled.messageExpression else { return nil }
        let source = JSONValue.string(compiled.rule.messageExpression).serialized()
        var evaluator = CELEvaluator(variables: variables)
        var result: CELValue?
        do throws(CELEvaluationError) {
            result = try evaluator.evaluate(expression)
        } catch {
            if error.isBudget {
                throw CELEvaluationError(
                    "no further validation rules will be run due to call cost exceeds limit for messageExpression: \(source)",
                    isBudget: true)
            }
        }
        run.budget -= evaluator.cost
        guard run.budget >= 0 else {
            throw CELEvaluationError(
                "messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run",
                isBudget: true)
        }
        guard case .string(let text)? = result else { return nil }
        let trimmed = text.trimmed
        guard !trimmed.isEmpty, !trimmed.unicodeScalars.contains("\n"), trimmed.utf8.count <= Self.longestMessage else {
            return nil
        }
        return trimmed
    }
}
