/// Go's string literals: `strconv.Quote` and its inverse.
enum GoQuoting {
    /// A double-quoted literal, as `%q` prints it.
    static func quote(_ text: String) -> String { String(decoding: quote(Array(text.utf8)), as: UTF8.self) }

    /// A double-quoted literal of bytes that need not be UTF-8.
    static func quote(_ bytes: [UInt8], onlyASCII: Bool = false) -> [UInt8] {
        var result: [UInt8] = [UInt8(ascii: "\"")]
        result.reserveCapacity(bytes.count + 2)
        var position = 0
        while position < bytes.count {
            let byte = bytes[position]
            if byte < 0x80 {
                appendEscaped(UInt32(byte), quote: UInt8(ascii: "\""), onlyASCII: onlyASCII, to: &result)
                position += 1
                continue
            }
            let (scalar, width) = decode(bytes, position)
            if let scalar {
                appendEscaped(scalar, quote: UInt8(ascii: "\""), onlyASCII: onlyASCII, to: &result)
            } else {
                result += hex(UInt32(byte), prefix: "\\x", digits: 2)
            }
            position += width
        }
        result.append(UInt8(ascii: "\""))
        return result
    }

    /// Whether the text can stand between backquotes as it is, on one line.
    static func canBackquote(_ bytes: [UInt8]) -> Bool {
        var position = 0
        while position < bytes.count {
            let (scalar, width) = decode(bytes, position)
            guard let scalar, scalar != 0xFEFF, scalar != 0x7F, scalar != 0x60, scalar >= 0x20 || scalar == 0x09 else {
                return false
            }
            position += width
        }
        return true
    }

    /// A character constant, as `%q` prints an integer.
    static func quoteCharacter(_ scalar: UInt32, onlyASCII: Bool = false) -> [UInt8] {
        var result: [UInt8] = [UInt8(ascii: "'")]
        appendEscaped(
            Unicode.Scalar(scalar) == nil ? 0xFFFD : scalar, quote: UInt8(ascii: "'"), onlyASCII: onlyASCII,
            to: &result)
        result.append(UInt8(ascii: "'"))
        return result
    }

    /// The scalar at a position and its width; nil and 1 for a byte that belongs to none.
    static func decode(_ bytes: [UInt8], _ position: Int) -> (UInt32?, Int) {
        let first = bytes[position]
        let width = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0
        guard width > 0, position + width <= bytes.count else { return (nil, 1) }
        if width == 1 { return (UInt32(first), 1) }
        var value = UInt32(first) & (0x7F >> UInt32(width))
        for offset in 1..<width {
            guard bytes[position + offset] & 0xC0 == 0x80 else { return (nil, 1) }
            value = value << 6 | UInt32(bytes[position + offset] & 0x3F)
        }
        let smallest: [UInt32] = [0, 0, 0x80, 0x800, 0x10000]
        guard value >= smallest[width], Unicode.Scalar(value) != nil else { return (nil, 1) }
        return (value, width)
    }

    /// Whether Go's `unicode.IsPrint` holds.
    static func isPrintable(_ scalar: UInt32) -> Bool {
        if scalar < 0x7F { return scalar >= 0x20 }
        if scalar < 0xA1 { return false }
        guard let unicode = Unicode.Scalar(scalar) else { return false }
        switch unicode.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            return false
        default: return true
        }
    }

    private static func appendEscaped(_ scalar: UInt32, quote: UInt8, onlyASCII: Bool, to result: inout [UInt8]) {
        if scalar == UInt32(quote) || scalar == 0x5C {
            result += [0x5C, UInt8(scalar)]
            return
        }
        if onlyASCII ? scalar < 0x80 && isPrintable(scalar) : isPrintable(scalar) {
            append(scalar, to: &result)
            return
        }
        switch scalar {
        case 0x07: result += [0x5C, UInt8(ascii: "a")]
        case 0x08: result += [0x5C, UInt8(ascii: "b")]
        case 0x0C: result += [0x5C, UInt8(ascii: "f")]
        case 0x0A: result += [0x5C, UInt8(ascii: "n")]
        case 0x0D: result += [0x5C, UInt8(ascii: "r")]
        case 0x09: result += [0x5C, UInt8(ascii: "t")]
        case 0x0B: result += [0x5C, UInt8(ascii: "v")]
        case 0..<0x20, 0x7F: result += hex(scalar, prefix: "\\x", digits: 2)
        case 0..<0x10000: result += hex(scalar, prefix: "\\u", digits: 4)
        default: result += hex(scalar, prefix: "\\U", digits: 8)
        }
    }

    static func append(_ scalar: UInt32, to result: inout [UInt8]) {
        guard let unicode = Unicode.Scalar(scalar) else { return append(0xFFFD, to: &result) }
        result += UTF8.encode(unicode).map { Array($0) } ?? []
    }

    private static func hex(_ value: UInt32, prefix: String, digits: Int) -> [UInt8] {
        let text = String(value, radix: 16)
        return Array((prefix + String(repeating: "0", count: max(0, digits - text.count)) + text).utf8)
    }

    /// The bytes of a quoted or raw literal; nil if it is malformed.
    static func unquote(_ literal: ArraySlice<UInt8>) -> [UInt8]? {
        guard literal.count >= 2, let delimiter = literal.first, literal.last == delimiter else { return nil }
        let body = literal.dropFirst().dropLast()
        if delimiter == UInt8(ascii: "`") { return body.filter { $0 != 0x0D } }
        guard body.contains(0x5C) else { return Array(body) }
        var result: [UInt8] = []
        var position = body.startIndex
        while position < body.endIndex {
            if body[position] != 0x5C {
                result.append(body[position])
                position += 1
                continue
            }
            guard let escape = escape(body, &position, quote: delimiter) else { return nil }
            switch escape {
            case .byte(let byte): result.append(byte)
            case .scalar(let scalar): append(scalar, to: &result)
            }
        }
        return result
    }

    /// The value of a character constant; nil if it is malformed.
    static func unquoteCharacter(_ literal: ArraySlice<UInt8>) -> UInt32? {
        guard literal.count >= 3 else { return nil }
        let body = literal.dropFirst().dropLast()
        if body.first != 0x5C {
            let (scalar, width) = decode(Array(body), 0)
            return width == body.count ? scalar : nil
        }
        var position = body.startIndex
        guard let escape = escape(body, &position, quote: UInt8(ascii: "'")), position == body.endIndex else {
            return nil
        }
        switch escape {
        case .byte(let byte): return UInt32(byte)
        case .scalar(let scalar): return scalar
        }
    }

    private enum Escape {
        case byte(UInt8)
        case scalar(UInt32)
    }

    private static func escape(_ text: ArraySlice<UInt8>, _ position: inout Int, quote: UInt8) -> Escape? {
        guard position + 1 < text.endIndex else { return nil }
        let letter = text[position + 1]
        position += 2
        switch letter {
        case UInt8(ascii: "a"): return .byte(0x07)
        case UInt8(ascii: "b"): return .byte(0x08)
        case UInt8(ascii: "f"): return .byte(0x0C)
        case UInt8(ascii: "n"): return .byte(0x0A)
        case UInt8(ascii: "r"): return .byte(0x0D)
        case UInt8(ascii: "t"): return .byte(0x09)
        case UInt8(ascii: "v"): return .byte(0x0B)
        case UInt8(ascii: "\\"): return .byte(0x5C)
        case UInt8(ascii: "'"), UInt8(ascii: "\""): return letter == quote ? .byte(letter) : nil
        case UInt8(ascii: "x"), UInt8(ascii: "u"), UInt8(ascii: "U"):
            let digits = letter == UInt8(ascii: "x") ? 2 : letter == UInt8(ascii: "u") ? 4 : 8
            guard position + digits <= text.endIndex,
                let value = UInt32(String(decoding: text[position..<(position + digits)], as: UTF8.self), radix: 16)
            else { return nil }
            position += digits
            if digits == 2 { return .byte(UInt8(value)) }
            return Unicode.Scalar(value) == nil ? nil : .scalar(value)
        case UInt8(ascii: "0")...UInt8(ascii: "7"):
            guard position + 2 <= text.endIndex,
                let value = UInt32(String(decoding: text[(position - 1)..<(position + 2)], as: UTF8.self), radix: 8),
                value < 256
            else { return nil }
            position += 2
            return .byte(UInt8(value))
        default: return nil
        }
    }
}
