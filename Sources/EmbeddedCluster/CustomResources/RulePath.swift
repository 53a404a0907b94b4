/// Paths to declared fields: `.name` and `['name']`, as `fieldPath` of rules and `selectableFields` have them.
enum RulePath {
    /// What is wrong with a path.
    struct Fault: Error {
        var message: String
    }

    /// Where a path leads.
    struct Target {
        /// The members on the way; those of maps are not declared.
        var members: [(name: String, isDeclared: Bool)]
        /// The node at the end.
        var schema: Schema

        /// The path as messages show it: `a.b[key]`.
        var text: String {
            members.reduce("") { path, member in
                member.isDeclared
                    ? path.isEmpty ? member.name : "\(path).\(member.name)" : "\(path)[\(member.name)]"
            }
        }
    }

    /// Follows a path through a schema.
    ///
    /// - Parameter allowsBrackets: whether `['name']` may be used.
    static func resolve(_ path: String, in schema: Schema, allowsBrackets: Bool = true) throws(Fault) -> Target {
        var target = Target(members: [], schema: schema)
        var rest = tokens(path)[...]
        func next() throws(Fault) -> String {
            guard let token = rest.popFirst() else { throw Fault(message: "unexpected end of JSON path") }
            return token
        }
        while let token = rest.popFirst() {
            switch token {
            case ".": try follow(try next(), &target)
            case "[":
                guard allowsBrackets else { throw Fault(message: "array notation is not allowed") }
                let quoted = try next()
                guard quoted.count >= 2, quoted.hasPrefix("'"), quoted.hasSuffix("'") else {
                    throw Fault(message: "expected single quoted string but got \(quoted)")
                }
                try follow(try unescaped(String(quoted.dropFirst().dropLast())), &target)
                let end = try next()
                guard end == "]" else { throw Fault(message: "expected ] but got \(end)") }
            default: throw Fault(message: "expected [ or . but got: \(token)")
            }
        }
        return target
    }

    private static func follow(_ name: String, _ target: inout Target) throws(Fault) {
        if !target.schema.properties.isEmpty {
            guard let property = target.schema.properties[name] else {
                throw Fault(message: "does not refer to a valid field")
            }
            target.members.append((name, true))
            target.schema = property
        } else if let values = target.schema.additionalPropertiesSchema {
            target.members.append((name, false))
            target.schema = values
        } else {
            throw Fault(message: "does not refer to a valid field")
        }
    }

    /// Splits a path at its dots and brackets, which quoted names may contain.
    private static func tokens(_ path: String) -> [String] {
        var tokens: [String] = []
        var token = ""
        for character in path {
            if token.hasPrefix("'") {
                let isEscaped = token.hasSuffix("\\")
                token.append(character)
                if character == "'", !isEscaped {
                    tokens.append(token)
                    token = ""
                }
            } else if ".[]".contains(character) {
                if !token.isEmpty { tokens.append(token) }
                tokens.append(String(character))
                token = ""
            } else {
                token.append(character)
            }
        }
        return token.isEmpty ? tokens : tokens + [token]
    }

    private static let escapes: [Character: Character] = [
        "a": "\u{07}", "b": "\u{08}", "f": "\u{0C}", "n": "\n", "r": "\r", "t": "\t", "v": "\u{0B}", "'": "'",
        "\\": "\\",
    ]

    private static func unescaped(_ text: String) throws(Fault) -> String {
        var result = ""
        var rest = text[...]
        while let character = rest.popFirst() {
            guard character == "\\", let directive = rest.popFirst() else {
                result.append(character)
                continue
            }
            guard let plain = escapes[directive] else {
                throw Fault(message: "invalid string literal: invalid escape char \\\(directive)")
            }
            result.append(plain)
        }
        return result
    }
}
