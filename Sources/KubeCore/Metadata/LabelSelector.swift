/// A selection of objects by their labels: the query form (`a=b,c in (d,e),!f`) and `meta/v1` LabelSelector.
public struct LabelSelector: Sendable, Hashable, CustomStringConvertible {
    /// What a selector asks of one label.
    public struct Requirement: Sendable, Hashable {
        /// How a label is compared.
        public enum Operator: Sendable, Hashable {
            /// The label has one of the values.
            case isIn
            /// The label is missing, or has none of the values.
            case notIn
            /// The label is there.
            case exists
            /// The label is missing.
            case doesNotExist
            /// The label is an integer greater than the value.
            case greaterThan
            /// The label is an integer less than the value.
            case lessThan
        }

        /// The label's key.
        public var key: String
        /// How it is compared.
        public var comparison: Operator
        /// What it is compared with.
        public var values: [String]

        /// A requirement.
        public init(key: String, comparison: Operator, values: [String] = []) {
            self.key = key
            self.comparison = comparison
            self.values = values
        }

        /// Whether these labels meet the requirement.
        public func matches(_ labels: [String: String]) -> Bool {
            matches(labels[key])
        }

        /// Whether this value of the label, nil where it is missing, meets the requirement.
        public func matches(_ value: String?) -> Bool {
            switch comparison {
            case .isIn: value.map { values.contains($0) } ?? false
            case .notIn: value.map { !values.contains($0) } ?? true
            case .exists: value != nil
            case .doesNotExist: value == nil
            case .greaterThan: compare(value, >)
            case .lessThan: compare(value, <)
            }
        }

        private func compare(_ value: String?, _ areInOrder: (Int64, Int64) -> Bool) -> Bool {
            guard let value = value.flatMap({ Int64($0) }), let bound = values.first.flatMap({ Int64($0) }) else {
                return false
            }
            return areInOrder(value, bound)
        }
    }

    /// All of these must hold; none selects everything.
    public var requirements: [Requirement]

    /// A selector of these requirements.
    public init(_ requirements: [Requirement]) { self.requirements = requirements }

    /// Selects everything.
    public static let everything = LabelSelector([])

    /// Selects objects that carry all these labels.
    public init(matching labels: [String: String]) {
        requirements = labels.sorted { $0.key < $1.key }.map {
            Requirement(key: $0.key, comparison: .isIn, values: [$0.value])
        }
    }

    /// Whether an object with these labels is selected.
    public func matches(_ labels: [String: String]) -> Bool {
        requirements.allSatisfy { $0.matches(labels) }
    }

    /// The query form.
    public var description: String {
        requirements.map { requirement in
            let values = requirement.values.sorted().joined(separator: ",")
            return switch requirement.comparison {
            case .isIn where requirement.values.count == 1: "\(requirement.key)=\(values)"
            case .isIn: "\(requirement.key) in (\(values))"
            case .notIn where requirement.values.count == 1: "\(requirement.key)!=\(values)"
            case .notIn: "\(requirement.key) notin (\(values))"
            case .exists: requirement.key
            case .doesNotExist: "!\(requirement.key)"
            case .greaterThan: "\(requirement.key)>\(values)"
            case .lessThan: "\(requirement.key)<\(values)"
            }
        }.joined(separator: ",")
    }
}

/// Why a selector cannot be read.
public struct SelectorError: Error, Hashable, CustomStringConvertible {
    /// What is wrong, in the words of the API server.
    public let description: String
    /// An error with this text.
    public init(_ description: String) { self.description = description }
}

extension LabelSelector {
    /// Reads the query form, as `kubectl -l` and the `labelSelector` parameter spell it.
    ///
    /// - Throws: ``SelectorError`` with the API server's words.
    public init(parsing text: String) throws(SelectorError) {
        var parser = LabelSelectorParser(text)
        requirements = try parser.parse()
    }

    /// Reads `meta/v1` LabelSelector (`matchLabels`, `matchExpressions`); nil if an operator is unknown.
    public init?(_ value: JSONValue) {
        var requirements: [Requirement] = []
        for (key, label) in (value["matchLabels"]?.objectValue ?? JSONObject()).sorted {
            guard let label = label.stringValue else { return nil }
            requirements.append(Requirement(key: key, comparison: .isIn, values: [label]))
        }
        for expression in value["matchExpressions"]?.arrayValue ?? [] {
            guard let key = expression["key"]?.stringValue else { return nil }
            let comparison: Requirement.Operator
            switch expression["operator"]?.stringValue {
            case "In": comparison = .isIn
            case "NotIn": comparison = .notIn
            case "Exists": comparison = .exists
            case "DoesNotExist": comparison = .doesNotExist
            default: return nil
            }
            requirements.append(
                Requirement(key: key, comparison: comparison, values: expression["values"]?.stringArrayValue ?? []))
        }
        self.requirements = requirements
    }
}

/// Reads the query form of a label selector, token by token.
private struct LabelSelectorParser {
    private enum Token: Equatable {
        case word(String)
        case symbol(String)
        case end

        /// The token as messages of the API server quote it.
        var text: String {
            switch self {
            case .word(let text), .symbol(let text): text
            case .end: ""
            }
        }
    }

    private var tokens: [Token]
    private var position = 0
    private let source: String

    init(_ source: String) {
        self.source = source
        tokens = Self.tokens(of: source)
    }

    mutating func parse() throws(SelectorError) -> [LabelSelector.Requirement] {
        var requirements: [LabelSelector.Requirement] = []
        while peek != .end {
            requirements.append(try parseRequirement())
            switch peek {
            case .symbol(","):
                position += 1
                if peek == .end {
                    throw failure("found '', expected: identifier after ','")
                }
            case .end: break
            default: throw failure("found '\(peek.text)', expected: ',' or 'end of string'")
            }
        }
        return requirements.sorted { $0.key < $1.key }
    }

    private var peek: Token { position < tokens.count ? tokens[position] : .end }

    private mutating func next() -> Token {
        defer { position += 1 }
        return peek
    }

    private mutating func parseRequirement() throws(SelectorError) -> LabelSelector.Requirement {
        if peek == .symbol("!") {
            position += 1
            return LabelSelector.Requirement(key: try parseKey(), comparison: .doesNotExist)
        }
        let key = try parseKey()
        switch peek {
        case .end, .symbol(","): return LabelSelector.Requirement(key: key, comparison: .exists)
        default: break
        }
        let comparison: LabelSelector.Requirement.Operator
        var takesSet = false
        switch next() {
        case .symbol("="), .symbol("=="): comparison = .isIn
        case .symbol("!="): comparison = .notIn
        case .symbol(">"): comparison = .greaterThan
        case .symbol("<"): comparison = .lessThan
        case .word("in"): (comparison, takesSet) = (.isIn, true)
        case .word("notin"): (comparison, takesSet) = (.notIn, true)
        case let token:
            throw failure("found '\(token.text)', expected: in, notin, =, ==, !=, gt, lt")
        }
        let values = takesSet ? try parseSet() : [try parseExactValue()]
        if comparison == .greaterThan || comparison == .lessThan, let value = values.first, Int64(value) == nil {
            throw failure(
                "values[0]: Invalid value: \"\(value)\": for 'Gt', 'Lt' operators, the value must be an integer")
        }
        return LabelSelector.Requirement(key: key, comparison: comparison, values: values)
    }

    private mutating func parseKey() throws(SelectorError) -> String {
        let token = next()
        guard case .word(let key) = token else {
            throw failure("found '\(token.text)', expected: !, identifier, or 'end of string'")
        }
        return key
    }

    private mutating func parseExactValue() throws(SelectorError) -> String {
        switch peek {
        case .end, .symbol(","): return ""
        case .word(let value):
            position += 1
            return value
        case let token: throw failure("found '\(token.text)', expected: identifier")
        }
    }

    private mutating func parseSet() throws(SelectorError) -> [String] {
        guard next() == .symbol("(") else {
            position -= 1
            throw failure("found '\(peek.text)' expected: '('")
        }
        var values: [String] = []
        while true {
            switch next() {
            case .word(let value):
                values.append(value)
                switch next() {
                case .symbol(","): continue
                case .symbol(")"): return Array(Set(values)).sorted()
                case let token: throw failure("found '\(token.text)', expected: ',' or ')'")
                }
            case .symbol(")"):
                // `in ()` and a trailing comma both stand for the empty string.
                return Array(Set(values + [""])).sorted()
            case .symbol(","): values.append("")
            case let token: throw failure("found '\(token.text)', expected: ',', ')' or identifier")
            }
        }
    }

    private func failure(_ reason: String) -> SelectorError {
        SelectorError("unable to parse requirement: \(reason)")
    }

    private static func tokens(of source: String) -> [Token] {
        var tokens: [Token] = []
        var word = ""
        func isSpecial(_ character: Unicode.Scalar) -> Bool { "()!,=<>".unicodeScalars.contains(character) }
        let scalars = Array(source.unicodeScalars)
        var index = 0
        func flush() {
            if !word.isEmpty { tokens.append(.word(word)) }
            word = ""
        }
        while index < scalars.count {
            let scalar = scalars[index]
            if scalar == " " || scalar == "\t" || scalar == "\n" || scalar == "\r" {
                flush()
            } else if isSpecial(scalar) {
                flush()
                var symbol = String(scalar)
                if index + 1 < scalars.count, scalars[index + 1] == "=", scalar == "=" || scalar == "!" {
                    symbol += "="
                    index += 1
                }
                tokens.append(.symbol(symbol))
            } else {
                word.unicodeScalars.append(scalar)
            }
            index += 1
        }
        flush()
        return tokens
    }
}
