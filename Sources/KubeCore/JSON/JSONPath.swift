/// JSONPath as Kubernetes uses it (`client-go/util/jsonpath`): printer columns, `kubectl wait`, scale paths.
///
/// `.spec.replicas`, `.status.conditions[?(@.type=="Ready")].status`, `$.items[*].metadata.name`, `..image`,
/// `['metadata']['labels']['a\.b']`, `[1:3]`, `[0,2]`; braces around the whole are optional.
public struct JSONPath: Sendable, Hashable {
    /// Why a path cannot be read.
    public struct ParseError: Error, Hashable, CustomStringConvertible {
        /// What is wrong, and where.
        public let description: String
    }

    private indirect enum Step: Sendable, Hashable {
        case member(String)
        case members([String])
        case wildcard
        case indexes([Int])
        case slice(from: Int?, to: Int?, by: Int)
        case filter(left: [Step], comparison: String?, right: Operand)
        case descendants
    }

    private enum Operand: Sendable, Hashable {
        case literal(JSONValue)
        case path([Step])
        case none
    }

    private let steps: [Step]

    /// Reads a path.
    public init(parsing text: String) throws(ParseError) {
        var source = Substring(text)
        if source.hasPrefix("{"), source.hasSuffix("}") { source = source.dropFirst().dropLast() }
        var parser = Parser(source)
        steps = try parser.parsePath(until: nil)
    }

    /// Every value that the path finds, in the order of the document; none if something on the way is missing.
    public func values(in root: JSONValue) -> [JSONValue] {
        Self.evaluate(steps[...], root, root)
    }

    /// The segments, if the path is made of plain members alone (as scale paths must be).
    public var memberSegments: [String]? {
        var segments: [String] = []
        for step in steps {
            guard case .member(let name) = step else { return nil }
            segments.append(name)
        }
        return segments
    }

    private static func evaluate(_ steps: ArraySlice<Step>, _ value: JSONValue, _ root: JSONValue) -> [JSONValue] {
        guard let step = steps.first else { return [value] }
        let rest = steps.dropFirst()
        return select(step, value, root).flatMap { evaluate(rest, $0, root) }
    }

    private static func select(_ step: Step, _ value: JSONValue, _ root: JSONValue) -> [JSONValue] {
        switch step {
        case .member(let name): return value[name].map { [$0] } ?? []
        case .members(let names): return names.compactMap { value[$0] }
        case .wildcard:
            switch value {
            case .array(let elements): return elements
            case .object(let object): return object.sorted.map(\.value)
            default: return []
            }
        case .indexes(let indexes):
            guard case .array(let elements) = value else { return [] }
            return indexes.compactMap { index in
                let position = index < 0 ? elements.count + index : index
                return elements.indices.contains(position) ? elements[position] : nil
            }
        case .slice(let from, let to, let step):
            guard case .array(let elements) = value else { return [] }
            func clamp(_ index: Int) -> Int { min(max(index < 0 ? elements.count + index : index, 0), elements.count) }
            return stride(from: clamp(from ?? 0), to: clamp(to ?? elements.count), by: step).map { elements[$0] }
        case .filter(let left, let comparison, let right):
            guard case .array(let elements) = value else { return [] }
            return elements.filter { holds(left, comparison, right, $0, root) }
        case .descendants:
            return descendants(of: value)
        }
    }

    private static func descendants(of value: JSONValue) -> [JSONValue] {
        var found = [value]
        switch value {
        case .array(let elements): for element in elements { found += descendants(of: element) }
        case .object(let object): for (_, member) in object.sorted { found += descendants(of: member) }
        default: break
        }
        return found
    }

    private static func holds(
        _ left: [Step], _ comparison: String?, _ right: Operand, _ element: JSONValue, _ root: JSONValue
    ) -> Bool {
        guard let value = evaluate(left[...], element, root).first else { return false }
        guard let comparison else { return true }
        let other: JSONValue
        switch right {
        case .literal(let literal): other = literal
        case .path(let steps):
            guard let found = evaluate(steps[...], element, root).first else { return false }
            other = found
        case .none: return false
        }
        switch comparison {
        case "==": return value == other
        case "!=": return value != other
        default: return isInOrder(value, comparison, other)
        }
    }

    private static func isInOrder(_ left: JSONValue, _ comparison: String, _ right: JSONValue) -> Bool {
        let order: Int
        if let a = left.doubleValue, let b = right.doubleValue {
            order = a < b ? -1 : (a > b ? 1 : 0)
        } else if let a = left.stringValue, let b = right.stringValue {
            order = a == b ? 0 : (a.utf8Less(than: b) ? -1 : 1)
        } else {
            return false
        }
        switch comparison {
        case "<": return order < 0
        case "<=": return order <= 0
        case ">": return order > 0
        case ">=": return order >= 0
        default: return false
        }
    }

    /// Reads steps from characters.
    private struct Parser {
        private let characters: [Character]
        private var position = 0

        init(_ source: Substring) { characters = Array(source) }

        private var peek: Character? { position < characters.count ? characters[position] : nil }

        mutating func parsePath(until terminators: Set<Character>?) throws(ParseError) -> [Step] {
            var steps: [Step] = []
            if peek == "$" || peek == "@" { position += 1 }
            while let character = peek {
                if terminators?.contains(character) == true { break }
                switch character {
                case ".":
                    position += 1
                    if peek == "." {
                        position += 1
                        steps.append(.descendants)
                    }
                    guard let next = peek, next != "[" else {
                        if peek == nil, steps.isEmpty { return steps }
                        continue
                    }
                    steps.append(try parseMember())
                case "[": steps.append(try parseBracket())
                case " ": position += 1
                default:
                    // `spec.replicas` without the leading dot is accepted, as kubectl's relaxed form has it.
                    guard steps.isEmpty else { throw failure("unexpected '\(character)'") }
                    steps.append(try parseMember())
                }
            }
            return steps
        }

        private mutating func parseMember() throws(ParseError) -> Step {
            var name = ""
            while let character = peek {
                if character == "\\", position + 1 < characters.count {
                    position += 1
                    name.append(characters[position])
                } else if ".[] =!<>)(,".contains(character) {
                    break
                } else {
                    name.append(character)
                }
                position += 1
            }
            if name == "*" { return .wildcard }
            guard !name.isEmpty else { throw failure("a name is missing") }
            return .member(name)
        }

        private mutating func parseBracket() throws(ParseError) -> Step {
            position += 1
            skipSpaces()
            switch peek {
            case "?": return try parseFilter()
            case "'", "\"":
                var names = [try parseQuoted()]
                skipSpaces()
                while peek == "," {
                    position += 1
                    skipSpaces()
                    names.append(try parseQuoted())
                    skipSpaces()
                }
                try expect("]")
                return names.count == 1 ? .member(names[0]) : .members(names)
            case "*":
                position += 1
                try expect("]")
                return .wildcard
            default: return try parseIndexes()
            }
        }

        private mutating func parseIndexes() throws(ParseError) -> Step {
            var text = ""
            while let character = peek, character != "]" {
                text.append(character)
                position += 1
            }
            try expect("]")
            let compact = text.filter { $0 != " " }
            if compact.contains(":") {
                let parts = compact.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
                let step = parts.count > 2 ? parts[2] ?? 1 : 1
                guard parts.count <= 3, step > 0 else { throw failure("invalid slice [\(text)]") }
                return .slice(from: parts[0], to: parts[1], by: step)
            }
            var indexes: [Int] = []
            for part in compact.split(separator: ",", omittingEmptySubsequences: false) {
                guard let index = Int(part) else { throw failure("invalid array index \(text)") }
                indexes.append(index)
            }
            return .indexes(indexes)
        }

        private mutating func parseFilter() throws(ParseError) -> Step {
            position += 1
            try expect("(")
            skipSpaces()
            let left = try parsePath(until: ["=", "!", "<", ">", ")"])
            var comparison = ""
            while let character = peek, "=!<>".contains(character) {
                comparison.append(character)
                position += 1
            }
            var right = Operand.none
            if !comparison.isEmpty {
                guard ["==", "!=", "<", "<=", ">", ">="].contains(comparison) else {
                    throw failure("unrecognized filter operator \(comparison)")
                }
                skipSpaces()
                right = try parseOperand()
            }
            skipSpaces()
            try expect(")")
            try expect("]")
            return .filter(left: left, comparison: comparison.isEmpty ? nil : comparison, right: right)
        }

        private mutating func parseOperand() throws(ParseError) -> Operand {
            switch peek {
            case "'", "\"": return .literal(.string(try parseQuoted()))
            case "@", "$", ".": return .path(try parsePath(until: [")"]))
            default:
                var text = ""
                while let character = peek, character != ")", character != " " {
                    text.append(character)
                    position += 1
                }
                guard let value = try? JSONValue(parsing: text) else { throw failure("invalid value \(text)") }
                return .literal(value)
            }
        }

        private mutating func parseQuoted() throws(ParseError) -> String {
            guard let quote = peek, quote == "'" || quote == "\"" else { throw failure("a quoted string is missing") }
            position += 1
            var text = ""
            while let character = peek, character != quote {
                if character == "\\", position + 1 < characters.count { position += 1 }
                text.append(characters[position])
                position += 1
            }
            try expect(quote)
            return text
        }

        private mutating func skipSpaces() {
            while peek == " " { position += 1 }
        }

        private mutating func expect(_ character: Character) throws(ParseError) {
            guard peek == character else { throw failure("'\(character)' is missing") }
            position += 1
        }

        private func failure(_ reason: String) -> ParseError {
            ParseError(description: "\(reason) at character \(position) of \(String(characters))")
        }
    }
}
