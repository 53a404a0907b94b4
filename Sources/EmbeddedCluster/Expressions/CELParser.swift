/// Parses expressions of the Common Expression Language, and expands `has` and the loop macros.
struct CELParser {
    private let tokens: [CELToken]
    private var position = 0
    private var depth = 0

    private init(_ tokens: [CELToken]) { self.tokens = tokens }

    /// How deeply an expression may nest.
    private static let maximumDepth = 250

    static func parse(_ source: String) throws(CELFault) -> CELNode {
        var parser = CELParser(try CELLexer.tokens(source))
        let node = try parser.conditional()
        guard parser.current.kind == .end else {
            throw CELFault(
                message: "Syntax error: mismatched input '\(parser.current.text)' expecting <EOF>",
                position: parser.current.position)
        }
        return node
    }

    private var current: CELToken { tokens[position] }

    /// Takes a symbol if it comes next, and says where it was.
    private mutating func take(_ symbols: String...) -> (symbol: String, position: Int)? {
        guard case .symbol(let symbol) = current.kind, symbols.contains(symbol) else { return nil }
        defer { position += 1 }
        return (symbol, current.position)
    }

    private mutating func expect(_ symbol: String) throws(CELFault) {
        guard take(symbol) != nil else {
            throw CELFault(
                message: "Syntax error: mismatched input '\(current.text)' expecting '\(symbol)'",
                position: current.position)
        }
    }

    private func call(_ name: String, _ arguments: CELNode..., at position: Int) -> CELNode {
        CELNode(.call(name, target: nil, arguments), at: position)
    }

    private mutating func conditional() throws(CELFault) -> CELNode {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else {
            throw CELFault(
                message: "expression recursion limit exceeded: \(Self.maximumDepth)", position: current.position)
        }
        let condition = try disjunction()
        guard let mark = take("?") else { return condition }
        let first = try disjunction()
        try expect(":")
        return call("_?_:_", condition, first, try conditional(), at: mark.position)
    }

    private mutating func disjunction() throws(CELFault) -> CELNode {
        var node = try conjunction()
        while let mark = take("||") { node = call("_||_", node, try conjunction(), at: mark.position) }
        return node
    }

    private mutating func conjunction() throws(CELFault) -> CELNode {
        var node = try relation()
        while let mark = take("&&") { node = call("_&&_", node, try relation(), at: mark.position) }
        return node
    }

    private mutating func relation() throws(CELFault) -> CELNode {
        var node = try addition()
        while let mark = take("<", "<=", ">=", ">", "==", "!=", "in") {
            let name = mark.symbol == "in" ? "@in" : "_\(mark.symbol)_"
            node = call(name, node, try addition(), at: mark.position)
        }
        return node
    }

    private mutating func addition() throws(CELFault) -> CELNode {
        var node = try multiplication()
        while let mark = take("+", "-") {
            node = call("_\(mark.symbol)_", node, try multiplication(), at: mark.position)
        }
        return node
    }

    private mutating func multiplication() throws(CELFault) -> CELNode {
        var node = try unary()
        while let mark = take("*", "/", "%") { node = call("_\(mark.symbol)_", node, try unary(), at: mark.position) }
        return node
    }

    private mutating func unary() throws(CELFault) -> CELNode {
        if let mark = take("!") {
            var count = 1
            while take("!") != nil { count += 1 }
            let node = try member()
            return count.isMultiple(of: 2) ? node : call("!_", node, at: mark.position)
        }
        guard let mark = take("-") else { return try member() }
        if case .literal(let literal) = current.kind {
            let negated: CELLiteral?
            switch literal {
            case .int(let value): negated = .int(-value)
            case .double(let value): negated = .double(-value)
            case .uint(let value) where value == UInt64(Int64.max) + 1: negated = .int(.min)
            default: negated = nil
            }
            if let negated {
                position += 1
                return try members(of: CELNode(.literal(negated), at: mark.position))
            }
        }
        var count = 1
        while take("-") != nil { count += 1 }
        let node = try member()
        return count.isMultiple(of: 2) ? node : call("-_", node, at: mark.position)
    }

    private mutating func member() throws(CELFault) -> CELNode { try members(of: try primary()) }

    private mutating func members(of operand: CELNode) throws(CELFault) -> CELNode {
        var node = operand
        while true {
            if let mark = take(".") {
                let isOptional = take("?") != nil
                guard case .identifier(let name) = current.kind else {
                    throw CELFault(
                        message: "Syntax error: no viable alternative at input '.\(current.text)'",
                        position: current.position)
                }
                position += 1
                if isOptional {
                    node = call("_?._", node, CELNode(.literal(.string(name)), at: mark.position), at: mark.position)
                } else if let open = take("(") {
                    let arguments = try self.arguments()
                    node = try expand(name, target: node, arguments, at: open.position)
                } else {
                    node = CELNode(.select(node, name), at: mark.position)
                }
            } else if let mark = take("[") {
                let isOptional = take("?") != nil
                let index = try conditional()
                try expect("]")
                node = call(isOptional ? "_[?_]" : "_[_]", node, index, at: mark.position)
            } else {
                return node
            }
        }
    }

    private mutating func arguments() throws(CELFault) -> [CELNode] {
        var arguments: [CELNode] = []
        if take(")") != nil { return arguments }
        repeat { arguments.append(try conditional()) } while take(",") != nil
        try expect(")")
        return arguments
    }

    private mutating func primary() throws(CELFault) -> CELNode {
        let token = current
        switch token.kind {
        case .literal(let literal):
            position += 1
            if case .uint(let value) = literal, value == UInt64(Int64.max) + 1, !token.text.lowercased().hasSuffix("u")
            {
                throw CELFault(message: "invalid int literal", position: token.position)
            }
            return CELNode(.literal(literal), at: token.position)
        case .identifier(let name):
            position += 1
            if let open = take("(") { return try expand(name, target: nil, try arguments(), at: open.position) }
            return CELNode(.identifier(name), at: token.position)
        case .symbol("."):
            position += 1
            return try primary()
        case .symbol("("):
            position += 1
            let node = try conditional()
            try expect(")")
            return node
        case .symbol("["):
            position += 1
            var elements: [CELNode] = []
            while take("]") == nil {
                elements.append(try conditional())
                if take(",") == nil {
                    try expect("]")
                    break
                }
            }
            return CELNode(.list(elements), at: token.position)
        case .symbol("{"):
            position += 1
            var entries: [(key: CELNode, value: CELNode)] = []
            while take("}") == nil {
                let key = try conditional()
                try expect(":")
                entries.append((key, try conditional()))
                if take(",") == nil {
                    try expect("}")
                    break
                }
            }
            return CELNode(.map(entries), at: token.position)
        default:
            throw CELFault(
                message:
                    "Syntax error: mismatched input '\(token.text)' expecting {'[', '{', '(', '.', '-', '!', 'true', "
                    + "'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}",
                position: token.position)
        }
    }

    /// A call, or the macro of that name.
    private func expand(
        _ name: String, target: CELNode?, _ arguments: [CELNode], at position: Int
    ) throws(CELFault) -> CELNode {
        func variable(_ node: CELNode) throws(CELFault) -> String {
            guard case .identifier(let name) = node.kind else {
                throw CELFault(message: "argument must be a simple name", position: node.position)
            }
            return name
        }
        guard let target else {
            guard name == "has", arguments.count == 1 else {
                return CELNode(.call(name, target: nil, arguments), at: position)
            }
            guard case .select(let operand, let field) = arguments[0].kind else {
                throw CELFault(message: "invalid argument to has() macro", position: arguments[0].position)
            }
            return CELNode(.has(operand, field), at: position)
        }
        let loops = [
            "all": 2...3, "exists": 2...3, "exists_one": 2...3, "existsOne": 2...3, "filter": 2...2, "map": 2...3,
        ]
        if let counts = loops[name], counts.contains(arguments.count) {
            let first = try variable(arguments[0])
            if name == "map", arguments.count == 3 {
                let macro = CELNode.Macro(
                    name: name, range: target, variables: [first], body: arguments[1], transform: arguments[2])
                return CELNode(.macro(macro), at: position)
            }
            let variables = arguments.count == 3 ? [first, try variable(arguments[1])] : [first]
            let macro = CELNode.Macro(
                name: name == "existsOne" ? "exists_one" : name, range: target, variables: variables,
                body: arguments[arguments.count - 1], transform: nil)
            return CELNode(.macro(macro), at: position)
        }
        if name == "optMap" || name == "optFlatMap", arguments.count == 2 {
            let macro = CELNode.Macro(
                name: name, range: target, variables: [try variable(arguments[0])], body: arguments[1], transform: nil)
            return CELNode(.macro(macro), at: position)
        }
        return CELNode(.call(name, target: target, arguments), at: position)
    }
}
