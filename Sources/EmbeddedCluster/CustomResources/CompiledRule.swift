import KubeCore

/// One compiled rule of `x-kubernetes-validations`.
struct CompiledRule: Sendable {
    let rule: Schema.ValidationRule
    let expression: CELNode
    let messageExpression: CELNode?
    /// Whether it compares with the old value, and so holds for updates only.
    let usesOldSelf: Bool
    /// Below the node, the field that it is about; empty for the node itself.
    let field: String
    /// What one evaluation may cost.
    let cost: UInt64
    /// What one evaluation of the message's expression may cost.
    let messageCost: UInt64

    /// Compiles a rule for values of a schema.
    ///
    /// - Throws: the fault of its expression or its message's expression in the server's words.
    static func compile(
        _ rule: Schema.ValidationRule, _ schema: Schema
    ) throws(CompilationError) -> CompiledRule {
        let own = CELType(schema)
        let oldSelf: CELType = rule.optionalOldSelf == true ? .optional(own) : own
        let variables: [String: CELType] = ["self": own, "oldSelf": oldSelf]
        let main = try expression(rule.rule, of: .bool, variables, schema)
        var message: Expression?
        if !rule.messageExpression.isEmpty {
            do throws(CompilationError) {
                message = try expression(rule.messageExpression, of: .string, variables, schema)
            } catch {
                throw CompilationError(message: "messageExpression \(error.message)", isMessage: true)
            }
        }
        return CompiledRule(
            rule: rule, expression: main.node, messageExpression: message?.node,
            usesOldSelf: main.references.contains("oldSelf"),
            field: (try? RulePath.resolve(rule.fieldPath, in: schema).text) ?? "", cost: main.cost,
            messageCost: message?.cost ?? 0)
    }

    private struct Expression {
        var node: CELNode
        var references: Set<String>
        var cost: UInt64
    }

    private static func expression(
        _ source: String, of wanted: CELType, _ variables: [String: CELType], _ schema: Schema
    ) throws(CompilationError) -> Expression {
        let compiled: (node: CELNode, type: CELType, checker: CELChecker)
        do throws(CELChecker.Refusal) {
            compiled = try CELChecker.compile(source, variables: variables)
        } catch {
            throw CompilationError(message: error.message)
        }
        guard compiled.type == wanted else {
            throw CompilationError(
                message: wanted == .bool ? "cel expression must evaluate to a bool" : "must evaluate to a string")
        }
        return Expression(
            node: compiled.node, references: compiled.checker.references,
            cost: CELCostEstimate.cost(of: compiled.node, self: schema, types: compiled.checker.types))
    }
}

/// What is wrong with a rule's expressions.
struct CompilationError: Error, Sendable {
    var message: String
    /// Whether it is the message's expression that is wrong.
    var isMessage = false
}
