/// What Go's `encoding/json` says of text that is no JSON.
struct GoJSONSyntax {
    private let text: [UInt8]
    private var position = 0

    /// The first mistake; nil if there is none.
    static func problem(in text: [UInt8]) -> String? {
        var syntax = GoJSONSyntax(text: text)
        do throws(GoError) {
            try syntax.value(depth: 0)
            syntax.skipSpace()
            if syntax.position < text.count { throw syntax.invalid("after top-level value") }
            return nil
        } catch {
            return error.text
        }
    }

    /// How many bytes the one value takes that the text begins with, white space before it included; or what Go's
    /// decoder of streams says.
    static func prefix(of text: [UInt8]) -> Result<Int, GoError> {
        var syntax = GoJSONSyntax(text: text)
        do throws(GoError) {
            try syntax.value(depth: 0)
            return .success(syntax.position)
        } catch {
            return .failure(syntax.position < text.count ? error : GoError("unexpected EOF"))
        }
    }

    private init(text: [UInt8]) { self.text = text }

    private mutating func skipSpace() {
        while position < text.count, [0x20, 0x09, 0x0A, 0x0D].contains(text[position]) { position += 1 }
    }

    private func invalid(_ context: String) -> GoError {
        guard position < text.count else { return GoError("unexpected end of JSON input") }
        let byte = text[position]
        let shown =
            switch byte {
            case UInt8(ascii: "'"): "'\\''"
            case UInt8(ascii: "\""): "'\"'"
            // Go takes the byte for a character of its own.
            default: "'" + GoQuoting.quote(String(Unicode.Scalar(byte))).dropFirst().dropLast() + "'"
            }
        return GoError("invalid character \(shown) \(context)")
    }

    private mutating func expect(_ byte: UInt8, _ context: String) throws(GoError) {
        guard position < text.count, text[position] == byte else { throw invalid(context) }
        position += 1
    }

    private mutating func value(depth: Int) throws(GoError) {
        guard depth < 10_000 else { throw GoError("exceeded max depth") }
        skipSpace()
        guard position < text.count else { throw invalid("") }
        switch text[position] {
        case UInt8(ascii: "{"): try members(depth: depth)
        case UInt8(ascii: "["): try elements(depth: depth)
        case UInt8(ascii: "\""): try string()
        case UInt8(ascii: "-"), 0x30...0x39: try number()
        case UInt8(ascii: "t"): try literal("true")
        case UInt8(ascii: "f"): try literal("false")
        case UInt8(ascii: "n"): try literal("null")
        default: throw invalid("looking for beginning of value")
        }
    }

    private mutating func members(depth: Int) throws(GoError) {
        position += 1
        skipSpace()
        if position < text.count, text[position] == UInt8(ascii: "}") {
            position += 1
            return
        }
        while true {
            skipSpace()
            guard position < text.count, text[position] == UInt8(ascii: "\"") else {
                throw invalid("looking for beginning of object key string")
            }
            try string()
            skipSpace()
            try expect(UInt8(ascii: ":"), "after object key")
            try value(depth: depth + 1)
            skipSpace()
            if position < text.count, text[position] == UInt8(ascii: "}") {
                position += 1
                return
            }
            try expect(UInt8(ascii: ","), "after object key:value pair")
        }
    }

    private mutating func elements(depth: Int) throws(GoError) {
        position += 1
        skipSpace()
        if position < text.count, text[position] == UInt8(ascii: "]") {
            position += 1
            return
        }
        while true {
            try value(depth: depth + 1)
            skipSpace()
            if position < text.count, text[position] == UInt8(ascii: "]") {
                position += 1
                return
            }
            try expect(UInt8(ascii: ","), "after array element")
        }
    }

    private mutating func string() throws(GoError) {
        position += 1
        while position < text.count {
            switch text[position] {
            case UInt8(ascii: "\""):
                position += 1
                return
            case UInt8(ascii: "\\"):
                position += 1
                guard position < text.count, "bfnrt\\/\"u".utf8.contains(text[position]) else {
                    throw invalid("in string escape code")
                }
                let isUnicode = text[position] == UInt8(ascii: "u")
                position += 1
                guard isUnicode else { continue }
                for _ in 0..<4 {
                    guard position < text.count, Unicode.Scalar(text[position]).properties.isASCIIHexDigit else {
                        throw invalid("in \\u hexadecimal character escape")
                    }
                    position += 1
                }
            case 0..<0x20: throw invalid("in string literal")
            default: position += 1
            }
        }
        throw invalid("")
    }

    private mutating func literal(_ word: String) throws(GoError) {
        position += 1
        for byte in word.utf8.dropFirst() {
            try expect(byte, "in literal \(word) (expecting '\(Unicode.Scalar(byte))')")
        }
    }

    private mutating func digits(_ context: String) throws(GoError) {
        guard position < text.count, (0x30...0x39).contains(text[position]) else { throw invalid(context) }
        while position < text.count, (0x30...0x39).contains(text[position]) { position += 1 }
    }

    private mutating func number() throws(GoError) {
        if text[position] == UInt8(ascii: "-") { position += 1 }
        if position < text.count, text[position] == UInt8(ascii: "0") {
            position += 1
        } else {
            try digits("in numeric literal")
        }
        if position < text.count, text[position] == UInt8(ascii: ".") {
            position += 1
            try digits("after decimal point in numeric literal")
        }
        if position < text.count, text[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < text.count, text[position] == UInt8(ascii: "+") || text[position] == UInt8(ascii: "-") {
                position += 1
            }
            try digits("in exponent of numeric literal")
        }
    }
}
