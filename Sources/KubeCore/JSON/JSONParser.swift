/// Why a text is not JSON, and where.
public struct JSONParseError: Error, Hashable, CustomStringConvertible {
    /// What is wrong, in words.
    public let reason: String
    /// The byte at which parsing stopped, from 0.
    public let offset: Int

    /// The reason with its place.
    public var description: String { "\(reason) at byte \(offset)" }
}

extension JSONValue {
    /// How deeply arrays and objects may nest before a text is refused; the limit of Go's decoder is the same.
    public static let maximumDepth = 10_000

    /// Parses one JSON text (RFC 8259). Of repeated members the last wins.
    ///
    /// - Parameters:
    ///   - bytes: UTF-8, with nothing but white space around the value.
    ///   - maximumDepth: how deeply arrays and objects may nest.
    /// - Throws: ``JSONParseError``.
    public init(parsing bytes: [UInt8], maximumDepth: Int = 1_000) throws(JSONParseError) {
        self = try JSONValue(parsing: bytes.span, maximumDepth: maximumDepth)
    }

    /// Parses one JSON text held in a part of an array.
    public init(parsing bytes: ArraySlice<UInt8>, maximumDepth: Int = 1_000) throws(JSONParseError) {
        self = try JSONValue(parsing: bytes.span, maximumDepth: maximumDepth)
    }

    /// Parses one JSON text held by somebody else, without copying it.
    public init(parsing bytes: Span<UInt8>, maximumDepth: Int = 1_000) throws(JSONParseError) {
        var parser = JSONParser(maximumDepth: maximumDepth)
        self = try parser.parseDocument(bytes)
    }

    /// Parses one JSON text.
    public init(parsing text: String, maximumDepth: Int = 1_000) throws(JSONParseError) {
        self = try JSONValue(parsing: Array(text.utf8), maximumDepth: maximumDepth)
    }
}

/// A recursive-descent parser. The bytes are borrowed by each call, so that nothing is copied and nothing is unsafe.
struct JSONParser {
    private var position = 0
    private var depth = 0
    private let maximumDepth: Int
    /// Members and elements of the arrays and objects that are being read, those of the innermost last: at its end each
    /// is copied out to size, which spares the growing of many small arrays and the slack in them.
    private var openKeys: [String] = []
    private var openValues: [JSONValue] = []
    /// Long keys seen lately, by a hash of their bytes, as the same ones come again and again: one buffer for all.
    private var longKeys: [String] = []
    private static let longKeySlots = 256
    /// The longest string that needs no buffer of its own.
    private static let longestSmallString = 15

    init(maximumDepth: Int) {
        self.maximumDepth = min(maximumDepth, JSONValue.maximumDepth)
    }

    mutating func parseDocument(_ bytes: Span<UInt8>) throws(JSONParseError) -> JSONValue {
        let value = try parseValue(bytes)
        skipWhitespace(bytes)
        if position < bytes.count {
            throw JSONParseError(reason: "unexpected text after the value", offset: position)
        }
        return value
    }

    private mutating func skipWhitespace(_ bytes: Span<UInt8>) {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    private mutating func parseValue(_ bytes: Span<UInt8>) throws(JSONParseError) -> JSONValue {
        skipWhitespace(bytes)
        guard position < bytes.count else { throw failure("unexpected end of JSON input") }
        switch bytes[position] {
        case UInt8(ascii: "{"): return try parseObject(bytes)
        case UInt8(ascii: "["): return try parseArray(bytes)
        case UInt8(ascii: "\""):
            position += 1
            return .string(try parseString(bytes))
        case UInt8(ascii: "t"): return try parseLiteral("true", .bool(true), bytes)
        case UInt8(ascii: "f"): return try parseLiteral("false", .bool(false), bytes)
        case UInt8(ascii: "n"): return try parseLiteral("null", .null, bytes)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseNumber(bytes)
        default: throw failure("unexpected character \(Self.name(bytes[position])) where a value should begin")
        }
    }

    private mutating func parseLiteral(
        _ literal: StaticString, _ value: JSONValue, _ bytes: Span<UInt8>
    ) throws(JSONParseError) -> JSONValue {
        let text = literal.description.utf8
        for byte in text {
            guard position < bytes.count else { throw failure("unexpected end of JSON input") }
            guard bytes[position] == byte else { throw failure("invalid literal, expected \(literal)") }
            position += 1
        }
        return value
    }

    private mutating func parseObject(_ bytes: Span<UInt8>) throws(JSONParseError) -> JSONValue {
        try enter()
        position += 1
        let (firstKey, firstValue) = (openKeys.count, openValues.count)
        skipWhitespace(bytes)
        if position < bytes.count, bytes[position] == UInt8(ascii: "}") {
            position += 1
            depth -= 1
            return .object(JSONObject())
        }
        while true {
            skipWhitespace(bytes)
            guard position < bytes.count else { throw failure("unexpected end of JSON input") }
            guard bytes[position] == UInt8(ascii: "\"") else {
                throw failure("unexpected character \(Self.name(bytes[position])) where an object key should begin")
            }
            position += 1
            openKeys.append(try parseKey(bytes))
            skipWhitespace(bytes)
            guard position < bytes.count else { throw failure("unexpected end of JSON input") }
            guard bytes[position] == UInt8(ascii: ":") else {
                throw failure("unexpected character \(Self.name(bytes[position])) after an object key")
            }
            position += 1
            openValues.append(try parseValue(bytes))
            skipWhitespace(bytes)
            guard position < bytes.count else { throw failure("unexpected end of JSON input") }
            let separator = bytes[position]
            position += 1
            if separator == UInt8(ascii: ",") { continue }
            guard separator == UInt8(ascii: "}") else {
                position -= 1
                throw failure("unexpected character \(Self.name(separator)) after an object member")
            }
            depth -= 1
            let keys = Array(openKeys[firstKey...])
            openKeys.removeSubrange(firstKey...)
            return .object(JSONObject(parsedKeys: keys, values: closeValues(from: firstValue)))
        }
    }

    private mutating func parseArray(_ bytes: Span<UInt8>) throws(JSONParseError) -> JSONValue {
        try enter()
        position += 1
        let firstValue = openValues.count
        skipWhitespace(bytes)
        if position < bytes.count, bytes[position] == UInt8(ascii: "]") {
            position += 1
            depth -= 1
            return .array([])
        }
        while true {
            openValues.append(try parseValue(bytes))
            skipWhitespace(bytes)
            guard position < bytes.count else { throw failure("unexpected end of JSON input") }
            let separator = bytes[position]
            position += 1
            if separator == UInt8(ascii: ",") { continue }
            guard separator == UInt8(ascii: "]") else {
                position -= 1
                throw failure("unexpected character \(Self.name(separator)) after an array element")
            }
            depth -= 1
            return .array(closeValues(from: firstValue))
        }
    }

    private mutating func closeValues(from first: Int) -> [JSONValue] {
        let values = Array(openValues[first...])
        openValues.removeSubrange(first...)
        return values
    }

    private mutating func enter() throws(JSONParseError) {
        depth += 1
        if depth > maximumDepth { throw failure("nested deeper than \(maximumDepth) levels") }
    }

    /// Parses the rest of a key whose opening quote has been read.
    private mutating func parseKey(_ bytes: Span<UInt8>) throws(JSONParseError) -> String {
        let start = position
        var hash = 0
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") { break }
            if byte == UInt8(ascii: "\\") || byte < 0x20 {
                position = start
                return try parseString(bytes)
            }
            hash = hash &* 31 &+ Int(byte)
            position += 1
        }
        guard position < bytes.count else { throw failure("unterminated string") }
        let range = start..<position
        position += 1
        guard range.count > Self.longestSmallString else { return try string(range, bytes) }
        if longKeys.isEmpty { longKeys = Array(repeating: "", count: Self.longKeySlots) }
        let slot = hash & (Self.longKeySlots - 1)
        if Self.isEqual(longKeys[slot], range, bytes) { return longKeys[slot] }
        let key = try string(range, bytes)
        longKeys[slot] = key
        return key
    }

    private static func isEqual(_ key: String, _ range: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
        guard key.utf8.count == range.count else { return false }
        var position = range.lowerBound
        for byte in key.utf8 {
            guard byte == bytes[position] else { return false }
            position += 1
        }
        return true
    }

    /// Parses the rest of a string whose opening quote has been read.
    private mutating func parseString(_ bytes: Span<UInt8>) throws(JSONParseError) -> String {
        let start = position
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                let text = try string(start..<position, bytes)
                position += 1
                return text
            }
            if byte == UInt8(ascii: "\\") { return try parseEscapedString(from: start, bytes) }
            if byte < 0x20 { throw failure("control character in a string") }
            position += 1
        }
        throw failure("unterminated string")
    }

    private func string(_ range: Range<Int>, _ bytes: Span<UInt8>) throws(JSONParseError) -> String {
        do {
            return String(copying: try UTF8Span(validating: bytes.extracting(range)))
        } catch {
            throw JSONParseError(reason: "invalid UTF-8 in a string", offset: range.lowerBound)
        }
    }

    private mutating func parseEscapedString(from start: Int, _ bytes: Span<UInt8>) throws(JSONParseError) -> String {
        var text: [UInt8] = []
        for index in start..<position { text.append(bytes[index]) }
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let result = String(validating: text, as: UTF8.self) else {
                    throw JSONParseError(reason: "invalid UTF-8 in a string", offset: start)
                }
                return result
            case UInt8(ascii: "\\"):
                guard position < bytes.count else { throw failure("unterminated string") }
                let escape = bytes[position]
                position += 1
                switch escape {
                case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(escape)
                case UInt8(ascii: "b"): text.append(0x08)
                case UInt8(ascii: "f"): text.append(0x0C)
                case UInt8(ascii: "n"): text.append(0x0A)
                case UInt8(ascii: "r"): text.append(0x0D)
                case UInt8(ascii: "t"): text.append(0x09)
                case UInt8(ascii: "u"): text += Array(String(Character(try parseUnicodeEscape(bytes))).utf8)
                default:
                    position -= 1
                    throw failure("invalid escape \(Self.name(escape)) in a string")
                }
            default:
                if byte < 0x20 {
                    position -= 1
                    throw failure("control character in a string")
                }
                text.append(byte)
            }
        }
        throw failure("unterminated string")
    }

    /// The scalar of `\uXXXX` whose `\u` has been read, joined with its low surrogate where it is a high one. A lone
    /// surrogate becomes U+FFFD, as in Go.
    private mutating func parseUnicodeEscape(_ bytes: Span<UInt8>) throws(JSONParseError) -> Unicode.Scalar {
        let replacement: Unicode.Scalar = "\u{FFFD}"
        let high = try parseHexadecimal(bytes)
        guard (0xD800..<0xE000).contains(high) else { return Unicode.Scalar(high) ?? replacement }
        guard high < 0xDC00, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        else { return replacement }
        let restart = position
        position += 2
        let low = try parseHexadecimal(bytes)
        guard (0xDC00..<0xE000).contains(low) else {
            position = restart
            return replacement
        }
        return Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00)) ?? replacement
    }

    private mutating func parseHexadecimal(_ bytes: Span<UInt8>) throws(JSONParseError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard position < bytes.count else { throw failure("unterminated string") }
            let digit: UInt8
            switch bytes[position] {
            case let byte where (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte): digit = byte - UInt8(ascii: "0")
            case let byte where (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte):
                digit = byte - UInt8(ascii: "a") + 10
            case let byte where (UInt8(ascii: "A")...UInt8(ascii: "F")).contains(byte):
                digit = byte - UInt8(ascii: "A") + 10
            default: throw failure("invalid \\u escape in a string")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    private mutating func parseNumber(_ bytes: Span<UInt8>) throws(JSONParseError) -> JSONValue {
        let start = position
        let isNegative = bytes[position] == UInt8(ascii: "-")
        if isNegative { position += 1 }
        let firstDigit = position
        var integer: Int64 = 0
        var overflows = false
        while position < bytes.count, Self.isDigit(bytes[position]) {
            if !overflows {
                let (product, first) = integer.multipliedReportingOverflow(by: 10)
                let digit = Int64(bytes[position] - UInt8(ascii: "0"))
                let (sum, second) =
                    isNegative ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
                overflows = first || second
                integer = sum
            }
            position += 1
        }
        guard position > firstDigit else { throw failure("invalid number") }
        if bytes[firstDigit] == UInt8(ascii: "0"), position > firstDigit + 1 {
            position = firstDigit + 1
            throw failure("invalid number: leading zero")
        }
        var isInteger = true
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            try skipDigits(bytes)
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            position += 1
            if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                position += 1
            }
            try skipDigits(bytes)
        }
        if isInteger, !overflows, !(isNegative && integer == 0) { return .integer(integer) }
        let text = try string(start..<position, bytes)
        guard let value = JSONNumberText.value(of: text) else {
            throw JSONParseError(reason: "invalid number", offset: start)
        }
        return value
    }

    private mutating func skipDigits(_ bytes: Span<UInt8>) throws(JSONParseError) {
        let start = position
        while position < bytes.count, Self.isDigit(bytes[position]) { position += 1 }
        if position == start { throw failure("invalid number") }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    private func failure(_ reason: String) -> JSONParseError {
        JSONParseError(reason: reason, offset: position)
    }

    private static func name(_ byte: UInt8) -> String {
        byte > 0x20 && byte < 0x7F ? "'\(Character(Unicode.Scalar(byte)))'" : "0x\(String(byte, radix: 16))"
    }
}
