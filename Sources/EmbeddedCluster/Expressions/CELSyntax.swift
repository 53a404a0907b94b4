/// One part of an expression of the Common Expression Language.
final class CELNode: Sendable {
    let kind: Kind
    /// Where an error of this part is shown: the character, from 0.
    let position: Int

    indirect enum Kind: Sendable {
        case literal(CELLiteral)
        case identifier(String)
        case select(CELNode, String)
        /// `has(operand.field)`.
        case has(CELNode, String)
        case call(String, target: CELNode?, [CELNode])
        case list([CELNode])
        case map([(key: CELNode, value: CELNode)])
        case macro(Macro)
    }

    /// A loop over a list or the keys of a map.
    struct Macro: Sendable {
        var name: String
        var range: CELNode
        var variables: [String]
        /// The condition, or what is made of each element.
        var body: CELNode
        /// What is made of the elements that pass the condition: the three-argument `map`.
        var transform: CELNode?
    }

    init(_ kind: Kind, at position: Int) {
        self.kind = kind
        self.position = position
    }
}

/// A literal value.
enum CELLiteral: Sendable, Hashable {
    case null
    case bool(Bool)
    case int(Int64)
    case uint(UInt64)
    case double(Double)
    case string(String)
    case bytes([UInt8])
}

/// What is wrong with an expression, and where.
struct CELFault: Error, Sendable {
    var message: String
    /// The character, from 0.
    var position: Int

    /// The fault as the real server shows it, with the source and a mark below.
    func text(in source: String) -> String {
        var line = 1
        var lineStart = 0
        let scalars = Array(source.unicodeScalars)
        for (index, scalar) in scalars.enumerated() where scalar == "\n" && index < position {
            line += 1
            lineStart = index + 1
        }
        let end = scalars[min(lineStart, scalars.count)...].firstIndex(of: "\n") ?? scalars.count
        var snippet = String.UnicodeScalarView()
        snippet.append(contentsOf: scalars[min(lineStart, end)..<end])
        let column = position - lineStart
        return "ERROR: <input>:\(line):\(column + 1): \(message)\n | \(String(snippet))\n | "
            + String(repeating: ".", count: column) + "^"
    }
}

/// A word of an expression.
struct CELToken: Sendable {
    enum Kind: Sendable, Hashable {
        case identifier(String)
        case literal(CELLiteral)
        case symbol(String)
        case end
    }

    var kind: Kind
    var position: Int
    var text: String
}

/// Splits an expression into words.
struct CELLexer {
    private let text: [Unicode.Scalar]
    private var position = 0

    init(_ source: String) { text = Array(source.unicodeScalars) }

    static func tokens(_ source: String) throws(CELFault) -> [CELToken] {
        var lexer = CELLexer(source)
        var tokens: [CELToken] = []
        while true {
            let token = try lexer.next()
            tokens.append(token)
            if token.kind == .end { return tokens }
        }
    }

    private func scalar(_ offset: Int = 0) -> Unicode.Scalar? {
        position + offset < text.count ? text[position + offset] : nil
    }

    private static func isDigit(_ scalar: Unicode.Scalar?) -> Bool { scalar.map { ("0"..."9").contains($0) } ?? false }
    private static func isLetter(_ scalar: Unicode.Scalar?) -> Bool {
        scalar.map { ("a"..."z").contains($0) || ("A"..."Z").contains($0) || $0 == "_" } ?? false
    }

    private func string(_ range: Range<Int>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: text[range])
        return String(view)
    }

    private mutating func next() throws(CELFault) -> CELToken {
        while let current = scalar() {
            if [" ", "\t", "\n", "\r", "\u{0C}"].contains(current) {
                position += 1
            } else if current == "/", scalar(1) == "/" {
                while let comment = scalar(), comment != "\n" { _ = comment; position += 1 }
            } else {
                break
            }
        }
        let start = position
        guard let current = scalar() else { return CELToken(kind: .end, position: start, text: "<EOF>") }
        if let literal = try string() { return token(.literal(literal), start) }
        if Self.isLetter(current) {
            while Self.isLetter(scalar()) || Self.isDigit(scalar()) { position += 1 }
            let name = string(start..<position)
            switch name {
            case "true": return token(.literal(.bool(true)), start)
            case "false": return token(.literal(.bool(false)), start)
            case "null": return token(.literal(.null), start)
            case "in": return token(.symbol("in"), start)
            default: return token(.identifier(name), start)
            }
        }
        if Self.isDigit(current) || (current == "." && Self.isDigit(scalar(1))) {
            return token(.literal(try number()), start)
        }
        for symbol in ["&&", "||", "==", "!=", "<=", ">="] {
            let scalars = Array(symbol.unicodeScalars)
            if current == scalars[0], scalar(1) == scalars[1] {
                position += 2
                return token(.symbol(symbol), start)
            }
        }
        position += 1
        guard "+-*/%!<>?:.,()[]{}".unicodeScalars.contains(current) else {
            throw CELFault(
                message: "Syntax error: token recognition error at: '\(Character(current))'", position: start)
        }
        return token(.symbol(String(Character(current))), start)
    }

    private func token(_ kind: CELToken.Kind, _ start: Int) -> CELToken {
        CELToken(kind: kind, position: start, text: string(start..<position))
    }

    private mutating func number() throws(CELFault) -> CELLiteral {
        let start = position
        if scalar() == "0", scalar(1) == "x" || scalar(1) == "X" {
            position += 2
            while let digit = scalar(),
                Self.isDigit(digit) || ("a"..."f").contains(digit) || ("A"..."F").contains(digit)
            {
                position += 1
            }
            return try integer(string(start + 2..<position), radix: 16, start)
        }
        while Self.isDigit(scalar()) { position += 1 }
        var isDouble = false
        if scalar() == ".", Self.isDigit(scalar(1)) {
            isDouble = true
            position += 1
            while Self.isDigit(scalar()) { position += 1 }
        }
        if scalar() == "e" || scalar() == "E" {
            let signed = scalar(1) == "+" || scalar(1) == "-"
            if Self.isDigit(scalar(signed ? 2 : 1)) {
                isDouble = true
                position += signed ? 2 : 1
                while Self.isDigit(scalar()) { position += 1 }
            }
        }
        let digits = string(start..<position)
        guard isDouble else { return try integer(digits, radix: 10, start) }
        guard let value = Double(digits.hasPrefix(".") ? "0\(digits)" : digits) else {
            throw CELFault(message: "invalid double literal", position: start)
        }
        return .double(value)
    }

    private mutating func integer(_ digits: String, radix: Int, _ start: Int) throws(CELFault) -> CELLiteral {
        if scalar() == "u" || scalar() == "U" {
            position += 1
            guard let value = UInt64(digits, radix: radix) else {
                throw CELFault(message: "invalid uint literal", position: start)
            }
            return .uint(value)
        }
        if let value = Int64(digits, radix: radix) { return .int(value) }
        // The least integer has no positive counterpart; the parser puts its sign back.
        if UInt64(digits, radix: radix) == UInt64(Int64.max) + 1 { return .uint(UInt64(Int64.max) + 1) }
        throw CELFault(message: "invalid int literal", position: start)
    }

    /// A string or bytes literal; nil if there is none here.
    private mutating func string() throws(CELFault) -> CELLiteral? {
        let start = position
        var ahead = 0
        var isRaw = false
        var isBytes = false
        while let prefix = scalar(ahead), ["r", "R", "b", "B"].contains(prefix), ahead < 2 {
            if prefix == "r" || prefix == "R" { isRaw = true } else { isBytes = true }
            ahead += 1
        }
        guard let quote = scalar(ahead), quote == "'" || quote == "\"" else { return nil }
        position += ahead + 1
        let isTriple = scalar() == quote && scalar(1) == quote
        if isTriple { position += 2 }
        var value = String.UnicodeScalarView()
        while true {
            guard let current = scalar(), isTriple || current != "\n" else {
                throw CELFault(
                    message: "Syntax error: token recognition error at: '\(string(start..<position))'", position: start)
            }
            position += 1
            if current == quote {
                if !isTriple { break }
                if scalar() == quote, scalar(1) == quote {
                    position += 2
                    break
                }
            }
            if current == "\\", !isRaw {
                value.append(try escape(start))
            } else {
                value.append(current)
            }
        }
        return isBytes ? .bytes(Array(String(value).utf8)) : .string(String(value))
    }

    private mutating func escape(_ start: Int) throws(CELFault) -> Unicode.Scalar {
        let escaped = scalar()
        position += 1
        let simple: [Unicode.Scalar: Unicode.Scalar] = [
            "n": "\n", "t": "\t", "r": "\r", "a": "\u{07}", "b": "\u{08}", "f": "\u{0C}", "v": "\u{0B}", "\\": "\\",
            "'": "'", "\"": "\"", "?": "?", "`": "`",
        ]
        if let escaped, let result = simple[escaped] { return result }
        let lengths: [Unicode.Scalar: Int] = ["x": 2, "X": 2, "u": 4, "U": 8]
        if let escaped, let length = lengths[escaped], position + length <= text.count,
            let value = UInt32(string(position..<position + length), radix: 16), let result = Unicode.Scalar(value)
        {
            position += length
            return result
        }
        if Self.isDigit(escaped), position + 2 <= text.count,
            let value = UInt32(string(position - 1..<position + 2), radix: 8), let result = Unicode.Scalar(value)
        {
            position += 2
            return result
        }
        throw CELFault(message: "Syntax error: invalid escape sequence", position: start)
    }
}
