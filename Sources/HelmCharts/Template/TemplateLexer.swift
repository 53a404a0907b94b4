/// Splits template text into tokens, by the rules of Go's `text/template/parse`.
struct TemplateLexer {
    enum Kind: UInt8 {
        case error, bool, char, characterConstant, assign, declare, endOfFile, field, identifier, leftDelimiter,
            leftParenthesis, number, pipe, rawString, rightDelimiter, rightParenthesis, space, string, text, variable,
            // Keywords, which errors print in angle brackets.
            block, breakKeyword, continueKeyword, dot, define, elseKeyword, end, ifKeyword, null, range, template, with

        var isKeyword: Bool { rawValue >= Kind.block.rawValue }
    }

    struct Token {
        var kind: Kind
        var position: Int
        var text: ArraySlice<UInt8>
        var line: Int
        /// An error's message.
        var message = ""

        var string: String { String(decoding: text, as: UTF8.self) }

        /// The token as parse errors print it.
        var description: String {
            switch kind {
            case .endOfFile: return "EOF"
            case .error: return message
            default: break
            }
            if kind.isKeyword { return "<\(string)>" }
            if text.count > 10 {
                let head = String(decoding: text, as: UTF8.self).unicodeScalars.prefix(10)
                return GoQuoting.quote(String(String.UnicodeScalarView(head))) + "..."
            }
            return GoQuoting.quote(string)
        }
    }

    private let input: [UInt8]
    private var position = 0
    private var start = 0
    private var line = 1
    private var startLine = 1
    private var isInsideAction = false
    private var isFinished = false
    private var parenthesisDepth = 0

    init(_ input: [UInt8]) { self.input = input }

    private static let keywords: [String: Kind] = [
        "block": .block, "break": .breakKeyword, "continue": .continueKeyword, "define": .define,
        "else": .elseKeyword, "end": .end, "if": .ifKeyword, "nil": .null, "range": .range, "template": .template,
        "with": .with,
    ]

    /// The next token; after an error or the end only the end follows.
    mutating func next() -> Token {
        if isFinished { return Token(kind: .endOfFile, position: position, text: [], line: startLine) }
        while true {
            if let token = isInsideAction ? insideAction() : text() { return token }
        }
    }

    private mutating func emit(_ kind: Kind) -> Token {
        let token = Token(kind: kind, position: start, text: input[start..<position], line: startLine)
        if kind == .endOfFile { isFinished = true }
        start = position
        startLine = line
        return token
    }

    private mutating func ignore() {
        countLines(start, position)
        start = position
        startLine = line
    }

    private mutating func countLines(_ from: Int, _ to: Int) {
        var index = from
        while index < to {
            if input[index] == 0x0A { line += 1 }
            index += 1
        }
    }

    private mutating func error(_ message: String) -> Token {
        isFinished = true
        return Token(kind: .error, position: start, text: [], line: startLine, message: message)
    }

    private func byte(_ index: Int) -> UInt8 { index < input.count ? input[index] : 0 }

    private func hasPair(_ index: Int, _ character: UInt8) -> Bool {
        index + 1 < input.count && input[index] == character && input[index + 1] == character
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A }

    // MARK: Text

    private mutating func text() -> Token? {
        var index = position
        while index < input.count, !(input[index] == 0x7B && hasPair(index, 0x7B)) { index += 1 }
        guard index < input.count else {
            position = input.count
            if position > start {
                countLines(start, position)
                return emit(.text)
            }
            return emit(.endOfFile)
        }
        let delimiter = index
        let trims =
            byte(delimiter + 2) == UInt8(ascii: "-") && delimiter + 3 < input.count
            && Self.isSpace(input[delimiter + 3])
        if delimiter > position {
            var end = delimiter
            if trims { while end > start, Self.isSpace(input[end - 1]) { end -= 1 } }
            position = end
            countLines(start, position)
            let token = Token(kind: .text, position: start, text: input[start..<end], line: startLine)
            start = end
            position = delimiter
            ignore()
            if !token.text.isEmpty {
                return token
            }
        }
        return leftDelimiter(trims: trims)
    }

    private mutating func leftDelimiter(trims: Bool) -> Token? {
        position += 2
        let after = trims ? 2 : 0
        if byte(position + after) == UInt8(ascii: "/"), byte(position + after + 1) == UInt8(ascii: "*") {
            position += after
            ignore()
            return comment()
        }
        let token = emit(.leftDelimiter)
        position += after
        ignore()
        parenthesisDepth = 0
        isInsideAction = true
        return token
    }

    private mutating func comment() -> Token? {
        var index = position + 2
        while index + 1 < input.count, !(input[index] == UInt8(ascii: "*") && input[index + 1] == UInt8(ascii: "/")) {
            index += 1
        }
        guard index + 1 < input.count else { return error("unclosed comment") }
        position = index + 2
        let (isClosed, trims) = rightDelimiterAhead()
        guard isClosed else { return error("comment ends before closing delimiter") }
        countLines(start, position)
        start = position
        position += trims ? 4 : 2
        if trims { skipSpace() }
        ignore()
        return nil
    }

    private mutating func skipSpace() {
        while position < input.count, Self.isSpace(input[position]) { position += 1 }
    }

    private func rightDelimiterAhead() -> (isClosed: Bool, trims: Bool) {
        if position + 1 < input.count, Self.isSpace(input[position]), input[position + 1] == UInt8(ascii: "-"),
            hasPair(position + 2, 0x7D)
        {
            return (true, true)
        }
        return (hasPair(position, 0x7D), false)
    }

    private mutating func rightDelimiter() -> Token {
        let (_, trims) = rightDelimiterAhead()
        if trims {
            position += 2
            ignore()
        }
        position += 2
        let token = emit(.rightDelimiter)
        if trims {
            skipSpace()
            ignore()
        }
        isInsideAction = false
        return token
    }

    // MARK: Actions

    private mutating func insideAction() -> Token? {
        if rightDelimiterAhead().isClosed {
            return parenthesisDepth == 0 ? rightDelimiter() : error("unclosed left paren")
        }
        guard position < input.count else { return error("unclosed action") }
        let first = input[position]
        switch first {
        case 0x20, 0x09, 0x0D, 0x0A: return space()
        case UInt8(ascii: "="):
            position += 1
            return emit(.assign)
        case UInt8(ascii: ":"):
            position += 1
            guard byte(position) == UInt8(ascii: "="), position < input.count else { return error("expected :=") }
            position += 1
            return emit(.declare)
        case UInt8(ascii: "|"):
            position += 1
            return emit(.pipe)
        case UInt8(ascii: "\""): return quote()
        case UInt8(ascii: "`"): return rawQuote()
        case UInt8(ascii: "'"): return character()
        case UInt8(ascii: "$"):
            position += 1
            return name(.variable, alone: .variable)
        case UInt8(ascii: "."):
            // At the end of the text even a point alone is lexed as a number, and refused as one.
            if position + 1 < input.count, !(0x30...0x39).contains(input[position + 1]) {
                position += 1
                return name(.field, alone: .dot)
            }
            return number()
        case UInt8(ascii: "+"), UInt8(ascii: "-"), 0x30...0x39: return number()
        case UInt8(ascii: "("):
            position += 1
            parenthesisDepth += 1
            return emit(.leftParenthesis)
        case UInt8(ascii: ")"):
            position += 1
            parenthesisDepth -= 1
            return parenthesisDepth < 0 ? error("unexpected right paren") : emit(.rightParenthesis)
        default: break
        }
        let scalar = scalarAhead()
        if Self.isAlphanumeric(scalar) { return identifier() }
        if first >= 0x21, first < 0x7F {
            position += 1
            return emit(.char)
        }
        return error("unrecognized character in action: \(Self.describe(scalar))")
    }

    private mutating func space() -> Token? {
        var count = 0
        while position < input.count, Self.isSpace(input[position]) {
            position += 1
            count += 1
        }
        if byte(position) == UInt8(ascii: "-"), hasPair(position + 1, 0x7D) {
            position -= 1
            if count == 1 { return rightDelimiter() }
        }
        countLines(start, position)
        return emit(.space)
    }

    private func scalarAhead() -> Unicode.Scalar? {
        guard position < input.count else { return nil }
        if input[position] < 0x80 { return Unicode.Scalar(input[position]) }
        return String(decoding: input[position..<min(position + 4, input.count)], as: UTF8.self).unicodeScalars.first
    }

    private static func isAlphanumeric(_ scalar: Unicode.Scalar?) -> Bool {
        guard let scalar else { return false }
        if scalar.isASCII {
            let value = UInt8(scalar.value)
            return value == UInt8(ascii: "_") || (0x30...0x39).contains(value) || (0x41...0x5A).contains(value)
                || (0x61...0x7A).contains(value)
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber:
            return true
        default: return false
        }
    }

    private static func describe(_ scalar: Unicode.Scalar?) -> String {
        guard let scalar else { return "U+FFFFFFFFFFFFFFFF" }
        let hex = String(scalar.value, radix: 16, uppercase: true)
        let padded = String(repeating: "0", count: max(0, 4 - hex.count)) + hex
        return GoQuoting.isPrintable(scalar.value) ? "U+\(padded) '\(scalar)'" : "U+\(padded)"
    }

    private mutating func skipAlphanumerics() {
        while let scalar = scalarAhead(), Self.isAlphanumeric(scalar) { position += UTF8.width(scalar) }
    }

    private func isAtTerminator() -> Bool {
        guard position < input.count else { return true }
        let next = input[position]
        if Self.isSpace(next) { return true }
        switch next {
        case UInt8(ascii: "."), UInt8(ascii: ","), UInt8(ascii: "|"), UInt8(ascii: ":"), UInt8(ascii: ")"),
            UInt8(ascii: "("):
            return true
        default: return hasPair(position, 0x7D)
        }
    }

    private mutating func identifier() -> Token {
        skipAlphanumerics()
        guard isAtTerminator() else { return error("bad character \(Self.describe(scalarAhead()))") }
        let word = String(decoding: input[start..<position], as: UTF8.self)
        if let keyword = Self.keywords[word] { return emit(keyword) }
        return emit(word == "true" || word == "false" ? .bool : .identifier)
    }

    private mutating func name(_ kind: Kind, alone: Kind) -> Token {
        if isAtTerminator() { return emit(alone) }
        skipAlphanumerics()
        guard isAtTerminator() else { return error("bad character \(Self.describe(scalarAhead()))") }
        return emit(kind)
    }

    private mutating func quote() -> Token {
        position += 1
        while true {
            guard position < input.count else { return error("unterminated quoted string") }
            switch input[position] {
            case UInt8(ascii: "\\"):
                guard position + 1 < input.count, input[position + 1] != 0x0A else {
                    return error("unterminated quoted string")
                }
                position += 2
            case 0x0A: return error("unterminated quoted string")
            case UInt8(ascii: "\""):
                position += 1
                return emit(.string)
            default: position += 1
            }
        }
    }

    private mutating func rawQuote() -> Token {
        position += 1
        while position < input.count, input[position] != UInt8(ascii: "`") { position += 1 }
        guard position < input.count else { return error("unterminated raw quoted string") }
        position += 1
        countLines(start, position)
        return emit(.rawString)
    }

    private mutating func character() -> Token {
        position += 1
        while true {
            guard position < input.count else { return error("unterminated character constant") }
            switch input[position] {
            case UInt8(ascii: "\\"):
                guard position + 1 < input.count, input[position + 1] != 0x0A else {
                    return error("unterminated character constant")
                }
                position += 2
            case 0x0A: return error("unterminated character constant")
            case UInt8(ascii: "'"):
                position += 1
                return emit(.characterConstant)
            default: position += 1
            }
        }
    }

    private mutating func accept(_ characters: StaticString) -> Bool {
        guard position < input.count else { return false }
        let next = input[position]
        let found = characters.withUTF8Buffer { $0.contains(next) }
        if found { position += 1 }
        return found
    }

    private mutating func number() -> Token {
        _ = accept("+-")
        var digits: StaticString = "0123456789_"
        var isDecimal = true
        var isHexadecimal = false
        if accept("0") {
            if accept("xX") {
                (digits, isDecimal, isHexadecimal) = ("0123456789abcdefABCDEF_", false, true)
            } else if accept("oO") {
                (digits, isDecimal) = ("01234567_", false)
            } else if accept("bB") {
                (digits, isDecimal) = ("01_", false)
            }
        }
        while accept(digits) {}
        if accept(".") { while accept(digits) {} }
        if isDecimal, accept("eE") {
            _ = accept("+-")
            while accept("0123456789_") {}
        }
        if isHexadecimal, accept("pP") {
            _ = accept("+-")
            while accept("0123456789_") {}
        }
        if position < input.count, input[position] == UInt8(ascii: "+") || input[position] == UInt8(ascii: "-") {
            // Only a complex number goes on with a sign, and nothing here takes one.
            position += 1
            while let scalar = scalarAhead(), Self.isAlphanumeric(scalar) || scalar == "." {
                position += UTF8.width(scalar)
            }
            return error(
                "bad number syntax: \(GoQuoting.quote(String(decoding: input[start..<position], as: UTF8.self)))")
        }
        let isImaginary = accept("i")
        if isImaginary || Self.isAlphanumeric(scalarAhead()) {
            if let scalar = scalarAhead(), Self.isAlphanumeric(scalar) { position += UTF8.width(scalar) }
            return error(
                "bad number syntax: \(GoQuoting.quote(String(decoding: input[start..<position], as: UTF8.self)))")
        }
        return emit(.number)
    }
}
