import KubeCore

/// Evaluates a checked expression within a budget.
struct CELEvaluator {
    /// What one evaluation may cost.
    static let limitPerCall = 1_000_000

    private var variables: [(name: String, value: CELValue)]
    /// What has been spent.
    private(set) var cost = 0
    private let limit: Int
    /// Expressions that are members of `variables`, and the results of those asked for so far.
    private var composition: (expressions: [String: CELNode], results: [String: CELValue]) = ([:], [:])

    /// - Parameter composed: the expressions that are members of the variable `variables`.
    init(
        variables: [String: CELValue], composed: [String: CELNode] = [:], limit: Int = CELEvaluator.limitPerCall
    ) {
        self.variables = variables.map { ($0.key, $0.value) }
        self.limit = limit
        composition.expressions = composed
    }

    /// Evaluates an expression with a budget of its own; what composed variables turned out to be is kept.
    mutating func evaluateAnew(_ node: CELNode) throws(CELEvaluationError) -> CELValue {
        cost = 0
        return try evaluate(node)
    }

    /// A member of a variable that has no value as a whole: a composed one, or one with a name of several parts.
    private mutating func qualified(_ root: String, _ field: String) throws(CELEvaluationError) -> CELValue? {
        if root == "variables", let node = composition.expressions[field] {
            if let known = composition.results[field] { return known }
            do throws(CELEvaluationError) {
                let value = try evaluate(node)
                composition.results[field] = value
                return value
            } catch {
                if error.isBudget { throw error }
                throw CELEvaluationError("composited variable \"\(field)\" fails to evaluate: \(error.message)")
            }
        }
        guard root == "authorizer" else { return nil }
        return variables.last { $0.name == "\(root).\(field)" }?.value
    }

    private mutating func spend(_ amount: Int) throws(CELEvaluationError) {
        cost += amount
        if cost > limit {
            throw CELEvaluationError("operation cancelled: actual cost limit exceeded", isBudget: true)
        }
    }

    mutating func evaluate(_ node: CELNode) throws(CELEvaluationError) -> CELValue {
        switch node.kind {
        case .literal(let literal): return Self.value(of: literal)
        case .identifier(let name):
            try spend(1)
            if let found = variables.last(where: { $0.name == name }) { return found.value }
            return .type(name)
        case .select(let operand, let field):
            if case .identifier(let root) = operand.kind, let value = try qualified(root, field) { return value }
            if let name = CELChecker.qualifiedName(node), !isVariable(node), name.contains("."),
                name.hasPrefix("net.") || name.hasPrefix("google.")
            {
                return .type(name)
            }
            try spend(1)
            let value = try evaluate(operand)
            if case .optional(let wrapped) = value {
                guard let wrapped, let member = try Self.member(field, of: wrapped) else { return .optional(nil) }
                return .optional(member)
            }
            guard let member = try Self.member(field, of: value) else {
                throw CELEvaluationError("no such key: \(field)")
            }
            return member
        case .has(let operand, let field):
            try spend(1)
            if case .identifier("variables") = operand.kind, composition.expressions[field] != nil {
                return .bool(true)
            }
            let value = try evaluate(operand)
            if case .optional(let wrapped) = value {
                return .bool(
                    try wrapped.flatMap { value throws(CELEvaluationError) in try Self.member(field, of: value) } != nil
                )
            }
            return .bool(try Self.member(field, of: value) != nil)
        case .list(let elements):
            try spend(10)
            var values: [CELValue] = []
            for element in elements { values.append(try evaluate(element)) }
            return .list(values)
        case .map(let entries):
            try spend(30)
            var map: [CELValue: CELValue] = [:]
            for entry in entries { map[try evaluate(entry.key)] = try evaluate(entry.value) }
            return .map(map)
        case .macro(let macro): return try evaluate(macro)
        case .call(let name, let target, let arguments): return try evaluateCall(name, target, arguments)
        }
    }

    private func isVariable(_ node: CELNode) -> Bool {
        switch node.kind {
        case .identifier(let name): variables.contains { $0.name == name }
        case .select(let operand, _): isVariable(operand)
        default: true
        }
    }

    private static func value(of literal: CELLiteral) -> CELValue {
        switch literal {
        case .null: .null
        case .bool(let value): .bool(value)
        case .int(let value): .int(value)
        case .uint(let value): .uint(value)
        case .double(let value): .double(value)
        case .string(let value): .string(value)
        case .bytes(let value): .bytes(value)
        }
    }

    /// A member of a value; nil if it is not there.
    private static func member(_ field: String, of value: CELValue) throws(CELEvaluationError) -> CELValue? {
        switch value {
        case .map(let entries): return entries[.string(field)]
        case .object(let object, let type):
            let schema = type.schema
            if schema.carriesObjectMetadata, field == "metadata" {
                return object[field].map { CELValue($0, CELChecker.metadata) }
            }
            if schema.carriesObjectMetadata, field == "apiVersion" || field == "kind" {
                return object[field].map { CELValue($0, nil) }
            }
            guard let name = CELNames.property(field, of: schema), let member = object[name] else { return nil }
            return CELValue(member, schema.properties[name])
        default: throw .noOverload
        }
    }

    // MARK: Loops

    private mutating func evaluate(_ macro: CELNode.Macro) throws(CELEvaluationError) -> CELValue {
        let range = try evaluate(macro.range)
        if macro.name == "optMap" || macro.name == "optFlatMap" {
            guard case .optional(let wrapped) = range else { throw .noOverload }
            guard let wrapped else { return .optional(nil) }
            let result = try with([(macro.variables[0], wrapped)], macro.body)
            return macro.name == "optMap" ? .optional(result) : result
        }
        let rounds = try Self.rounds(over: range.ordered, variables: macro.variables)
        var results: [CELValue] = []
        var count = 0
        var pending: CELEvaluationError?
        for round in rounds {
            try spend(1)
            switch macro.name {
            case "all", "exists":
                // An error counts only if no other element settles the answer.
                do throws(CELEvaluationError) {
                    guard case .bool(let holds) = try with(round.bindings, macro.body) else {
                        throw CELEvaluationError.noOverload
                    }
                    if holds == (macro.name == "exists") { return .bool(holds) }
                } catch {
                    if error.isBudget { throw error }
                    pending = pending ?? error
                }
            case "exists_one":
                guard case .bool(let holds) = try with(round.bindings, macro.body) else { throw .noOverload }
                if holds { count += 1 }
            case "filter":
                guard case .bool(let holds) = try with(round.bindings, macro.body) else { throw .noOverload }
                if holds { results.append(round.element) }
            default:
                if let transform = macro.transform {
                    guard case .bool(let holds) = try with(round.bindings, macro.body) else { throw .noOverload }
                    if holds { results.append(try with(round.bindings, transform)) }
                } else {
                    results.append(try with(round.bindings, macro.body))
                }
            }
        }
        switch macro.name {
        case "all", "exists":
            if let pending { throw pending }
            return .bool(macro.name == "all")
        case "exists_one": return .bool(count == 1)
        default: return .list(results)
        }
    }

    private static func rounds(
        over range: CELValue, variables: [String]
    ) throws(CELEvaluationError) -> [(bindings: [(String, CELValue)], element: CELValue)] {
        func bindings(_ key: CELValue, _ value: CELValue?) -> [(String, CELValue)] {
            guard variables.count == 2, let value else { return [(variables[0], key)] }
            return [(variables[0], key), (variables[1], value)]
        }
        switch range {
        case .list(let items):
            return items.enumerated().map { index, item in
                (variables.count == 2 ? bindings(.int(Int64(index)), item) : bindings(item, nil), item)
            }
        case .map(let entries): return entries.map { (bindings($0.key, $0.value), $0.key) }
        case .object(let object, _): return object.keys.map { (bindings(.string($0), .null), .string($0)) }
        default: throw .noOverload
        }
    }

    private mutating func with(
        _ bindings: [(String, CELValue)], _ node: CELNode
    ) throws(CELEvaluationError) -> CELValue {
        variables += bindings.map { (name: $0.0, value: $0.1) }
        defer { variables.removeLast(bindings.count) }
        return try evaluate(node)
    }

    // MARK: Calls

    private mutating func evaluateCall(
        _ name: String, _ target: CELNode?, _ arguments: [CELNode]
    ) throws(CELEvaluationError) -> CELValue {
        switch name {
        case "_&&_", "_||_": return try logic(name == "_||_", arguments[0], arguments[1])
        case "_?_:_":
            guard case .bool(let condition) = try evaluate(arguments[0]) else { throw .noOverload }
            return try evaluate(arguments[condition ? 1 : 2])
        case "_?._":
            guard case .literal(.string(let field)) = arguments[1].kind else { throw .noOverload }
            let value = try evaluate(arguments[0])
            if case .optional(let wrapped) = value {
                return .optional(
                    try wrapped.flatMap { value throws(CELEvaluationError) in try Self.member(field, of: value) })
            }
            return .optional(try Self.member(field, of: value))
        case "or", "orValue":
            guard let target, case .optional(let wrapped) = try evaluate(target) else { throw .noOverload }
            if let wrapped { return name == "or" ? .optional(wrapped) : wrapped }
            return try evaluate(arguments[0])
        default: break
        }
        if let target, case .identifier(let namespace) = target.kind, !isVariable(target),
            CELSignatures.namespaces.contains(namespace)
        {
            return try call("\(namespace).\(name)", nil, arguments)
        }
        return try call(name, target, arguments)
    }

    private mutating func call(
        _ name: String, _ target: CELNode?, _ arguments: [CELNode]
    ) throws(CELEvaluationError) -> CELValue {
        var values: [CELValue] = []
        if let target { values.append(try evaluate(target)) }
        for argument in arguments { values.append(try evaluate(argument)) }
        try spend(1 + values.reduce(0) { $0 + Self.traversal($1) })
        return try CELFunctions.apply(name, isMember: target != nil, values)
    }

    /// What reading a value costs: text is read ten characters at a step.
    private static func traversal(_ value: CELValue) -> Int {
        switch value {
        case .string, .bytes: value.size / 10
        default: 0
        }
    }

    /// Either side may settle the answer, whatever the other does.
    private mutating func logic(
        _ isOr: Bool, _ left: CELNode, _ right: CELNode
    ) throws(CELEvaluationError) -> CELValue {
        var pending: CELEvaluationError?
        for side in [left, right] {
            do throws(CELEvaluationError) {
                guard case .bool(let value) = try evaluate(side) else { throw CELEvaluationError.noOverload }
                if value == isOr { return .bool(isOr) }
            } catch {
                if error.isBudget { throw error }
                pending = pending ?? error
            }
        }
        if let pending { throw pending }
        return .bool(!isOr)
    }
}
