/// Finds the type of an expression, and what is wrong with it, before it is ever evaluated.
struct CELChecker {
    private var scopes: [[String: CELType]]
    private(set) var faults: [CELFault] = []
    /// The variables that the expression refers to.
    private(set) var references: Set<String> = []
    /// Whether the elements of the next list may be of different types.
    private var areElementsMixed = false
    /// The types of the expression's parts.
    private(set) var types: [ObjectIdentifier: CELType] = [:]

    init(variables: [String: CELType]) { scopes = [variables] }

    mutating func check(_ node: CELNode) -> CELType {
        let type = typeOf(node)
        types[ObjectIdentifier(node)] = type
        return type
    }

    private mutating func typeOf(_ node: CELNode) -> CELType {
        switch node.kind {
        case .literal(let literal): return Self.type(of: literal)
        case .identifier(let name):
            if let type = lookUp(name) {
                references.insert(name)
                return type
            }
            if let type = Self.typeNames[name] { return .type(type) }
            report("undeclared reference to '\(name)' (in container '')", node)
            return .dyn
        case .select(let operand, let field):
            if let name = Self.qualifiedName(node) {
                if let type = lookUp(name) {
                    references.insert(name)
                    return type
                }
                if let type = Self.typeNames[name] { return .type(type) }
            }
            return select(field, from: check(operand), node)
        case .has(let operand, let field):
            if let name = Self.qualifiedName(operand), lookUp("\(name).\(field)") != nil { return .bool }
            _ = select(field, from: check(operand), node)
            return .bool
        case .list(let elements): return .list(common(elements))
        case .map(let entries): return .map(common(entries.map(\.key)), common(entries.map(\.value)))
        case .macro(let macro): return checkMacro(macro, node)
        case .call(let name, let target, let arguments): return checkCall(name, target, arguments, node)
        }
    }

    private static let typeNames: [String: CELType] = [
        "int": .int, "uint": .uint, "double": .double, "string": .string, "bool": .bool, "bytes": .bytes,
        "list": .list(.dyn), "map": .map(.dyn, .dyn), "null_type": .null, "type": .type(.dyn),
        "google.protobuf.Duration": .duration, "google.protobuf.Timestamp": .timestamp,
        "net.IP": .opaque("net.IP"), "net.CIDR": .opaque("net.CIDR"),
    ]

    private static func type(of literal: CELLiteral) -> CELType {
        switch literal {
        case .null: .null
        case .bool: .bool
        case .int: .int
        case .uint: .uint
        case .double: .double
        case .string: .string
        case .bytes: .bytes
        }
    }

    /// `a.b.c`, if the node is nothing but names.
    static func qualifiedName(_ node: CELNode) -> String? {
        switch node.kind {
        case .identifier(let name): name
        case .select(let operand, let field): qualifiedName(operand).map { "\($0).\(field)" }
        default: nil
        }
    }

    private func lookUp(_ name: String) -> CELType? {
        for scope in scopes.reversed() {
            if let type = scope[name] { return type }
        }
        return nil
    }

    private mutating func report(_ message: String, _ node: CELNode) {
        faults.append(CELFault(message: message, position: node.position))
    }

    /// The one type that all elements of a literal list or map have.
    private mutating func common(_ elements: [CELNode]) -> CELType {
        var common: CELType?
        let isMixed = areElementsMixed
        areElementsMixed = false
        if isMixed { return join(elements.map { check($0) }) }
        for element in elements {
            let type = check(element)
            guard let wanted = common else {
                common = type
                continue
            }
            var bindings: [String: CELType] = [:]
            if Self.accepts(wanted, type, &bindings) { continue }
            if wanted == .null, Self.isNullable(type) {
                common = type
            } else if !(type == .null && Self.isNullable(wanted)) {
                report("expected type '\(wanted.description)' but found '\(type.description)'", element)
            }
        }
        return common ?? .dyn
    }

    private func join(_ types: [CELType]) -> CELType {
        guard let first = types.first else { return .dyn }
        return types.allSatisfy { $0 == first } ? first : .dyn
    }

    private mutating func select(_ field: String, from type: CELType, _ node: CELNode) -> CELType {
        switch type {
        case .dyn: return .dyn
        case .map(_, let value): return value
        case .optional(let wrapped): return .optional(select(field, from: wrapped, node))
        case .object(let object):
            if object.schema.carriesObjectMetadata {
                switch field {
                case "apiVersion", "kind": return .string
                case "metadata": return .object(CELObjectType(schema: Self.metadata, name: "\(object.name).metadata"))
                default: break
                }
            }
            if let name = CELNames.property(field, of: object.schema), let property = object.schema.properties[name] {
                return CELType(property, name: "\(object.name).\(field)")
            }
            report("undefined field '\(field)'", node)
            return .dyn
        default:
            report("type '\(type.description)' does not support field selection", node)
            return .dyn
        }
    }

    /// What rules see of an object's metadata.
    static let metadata = Schema(
        openAPIV3Schema: [
            "type": "object", "properties": ["name": ["type": "string"], "generateName": ["type": "string"]],
        ])

    private mutating func checkMacro(_ macro: CELNode.Macro, _ node: CELNode) -> CELType {
        let range = check(macro.range)
        var types: [CELType]
        switch range {
        case .list(let element): types = macro.variables.count == 2 ? [.int, element] : [element]
        case .map(let key, let value): types = macro.variables.count == 2 ? [key, value] : [key]
        case .optional(let wrapped): types = [wrapped]
        case .dyn: types = macro.variables.map { _ in .dyn }
        default:
            report(
                "expression of type '\(range.description)' cannot be range of a comprehension (must be list, map, or "
                    + "dynamic)", macro.range)
            types = macro.variables.map { _ in .dyn }
        }
        var scope: [String: CELType] = [:]
        for (name, type) in zip(macro.variables, types) { scope[name] = type }
        scopes.append(scope)
        defer { scopes.removeLast() }
        let body = check(macro.body)
        switch macro.name {
        case "optMap": return .optional(body)
        case "optFlatMap": return body
        case "map":
            guard let transform = macro.transform else { return .list(body) }
            expectBool(body, macro.body)
            return .list(check(transform))
        case "filter":
            expectBool(body, macro.body)
            return .list(types.first ?? .dyn)
        default:
            expectBool(body, macro.body)
            return .bool
        }
    }

    private mutating func expectBool(_ type: CELType, _ node: CELNode) {
        if type == .bool || type == .dyn { return }
        report("found no matching overload for '_&&_' applied to '(bool, \(type.description))'", node)
    }

    private mutating func checkCall(
        _ name: String, _ target: CELNode?, _ arguments: [CELNode], _ node: CELNode
    ) -> CELType {
        if name == "_?._" {
            guard case .literal(.string(let field)) = arguments[1].kind else { return .dyn }
            let type = select(field, from: check(arguments[0]), node)
            if case .optional = type { return type }
            return .optional(type)
        }
        // `ip.isCanonical(x)` looks like a member of a variable named `ip`.
        if let target, case .identifier(let namespace) = target.kind, lookUp(namespace) == nil,
            CELSignatures.namespaces.contains(namespace)
        {
            return resolve("\(namespace).\(name)", nil, arguments.map { check($0) }, node)
        }
        let targetType = target.map { check($0) }
        // What a text is formatted with may be of any type.
        if name == "format", target != nil { areElementsMixed = true }
        defer { areElementsMixed = false }
        return resolve(name, targetType, arguments.map { check($0) }, node)
    }

    private mutating func resolve(
        _ name: String, _ target: CELType?, _ arguments: [CELType], _ node: CELNode
    ) -> CELType {
        let key = ["_<=_", "_>_", "_>=_"].contains(name) ? "_<_" : name
        guard let overloads = CELSignatures.overloads[key] else {
            report("undeclared reference to '\(name)' (in container '')", node)
            return .dyn
        }
        var results: [CELType] = []
        for overload in overloads where (overload.target == nil) == (target == nil) {
            guard overload.arguments.count == arguments.count else { continue }
            var bindings: [String: CELType] = [:]
            let pairs = (target.map { [(overload.target ?? .dyn, $0)] } ?? []) + zip(overload.arguments, arguments)
            if pairs.allSatisfy({ Self.accepts($0.0, $0.1, &bindings) }) {
                results.append(Self.substitute(overload.result, bindings))
            }
        }
        guard results.isEmpty else { return join(results) }
        let types = "(\(arguments.map(\.description).joined(separator: ", ")))"
        let applied = target.map { "\($0.description).\(types)" } ?? types
        report("found no matching overload for '\(name)' applied to '\(applied)'", node)
        return .dyn
    }

    private static func accepts(_ wanted: CELType, _ given: CELType, _ bindings: inout [String: CELType]) -> Bool {
        switch (wanted, given) {
        case (.variable(let name), _):
            guard let bound = bindings[name], bound != .dyn else {
                bindings[name] = given
                return true
            }
            if isNullable(bound), given == .null { return true }
            if bound == .null, isNullable(given) { return true }
            return accepts(bound, given, &bindings)
        case (.dyn, _), (_, .dyn): return true
        case (.list(let a), .list(let b)), (.optional(let a), .optional(let b)), (.type(let a), .type(let b)):
            if case .type = wanted { return true }
            return accepts(a, b, &bindings)
        case (.map(let ak, let av), .map(let bk, let bv)):
            return accepts(ak, bk, &bindings) && accepts(av, bv, &bindings)
        default: return wanted == given
        }
    }

    /// Whether null may be compared with a value of this type.
    private static func isNullable(_ type: CELType) -> Bool {
        switch type {
        case .object, .opaque, .duration, .timestamp, .dyn, .optional: true
        default: false
        }
    }

    private static func substitute(_ type: CELType, _ bindings: [String: CELType]) -> CELType {
        switch type {
        case .variable(let name): bindings[name] ?? .dyn
        case .list(let element): .list(substitute(element, bindings))
        case .optional(let wrapped): .optional(substitute(wrapped, bindings))
        case .type(let wrapped): .type(substitute(wrapped, bindings))
        case .map(let key, let value): .map(substitute(key, bindings), substitute(value, bindings))
        default: type
        }
    }
}

extension CELChecker {
    /// Why an expression does not compile, in the server's words.
    struct Refusal: Error {
        var message: String
    }

    /// Parses and checks an expression.
    ///
    /// - Returns: it, its type, and the checker, which knows what it refers to and the types of its parts.
    static func compile(
        _ source: String, variables: [String: CELType]
    ) throws(Refusal) -> (node: CELNode, type: CELType, checker: CELChecker) {
        let node: CELNode
        do throws(CELFault) {
            node = try CELParser.parse(source)
        } catch {
            throw Refusal(message: "compilation failed: \(error.text(in: source))")
        }
        var checker = CELChecker(variables: variables)
        let type = checker.check(node)
        guard checker.faults.isEmpty else {
            let faults = checker.faults.sorted { $0.position < $1.position }.map { $0.text(in: source) }
            throw Refusal(message: "compilation failed: \(faults.joined(separator: "\n"))")
        }
        return (node, type, checker)
    }
}
