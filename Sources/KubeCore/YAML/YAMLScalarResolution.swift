/// What a plain scalar means by YAML 1.1, in the reading of Go's `yaml.v2`.
package enum YAMLScalar: Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// An integer above `Int64.max` that 64 unsigned bits still hold.
    case unsigned(UInt64)
    case float(Double)
    case timestamp
    case string

    /// Resolves the text of an untagged plain scalar.
    package init(plain text: [UInt8]) {
        guard let first = text.first else {
            self = .null
            return
        }
        switch first {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"):
            self = Self.number(text)
        case UInt8(ascii: "."):
            self = Self.dotted(text)
        case UInt8(ascii: "~"), UInt8(ascii: "y"), UInt8(ascii: "Y"), UInt8(ascii: "n"), UInt8(ascii: "N"),
            UInt8(ascii: "t"), UInt8(ascii: "T"), UInt8(ascii: "f"), UInt8(ascii: "F"), UInt8(ascii: "o"),
            UInt8(ascii: "O"):
            self = text.count <= 5 ? Self.word(text) : .string
        default:
            self = .string
        }
    }

    private static func word(_ text: [UInt8]) -> YAMLScalar {
        switch String(decoding: text, as: UTF8.self) {
        case "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON": .bool(true)
        case "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF": .bool(false)
        case "~", "null", "Null", "NULL": .null
        default: .string
        }
    }

    private static func dotted(_ text: [UInt8]) -> YAMLScalar {
        switch String(decoding: text, as: UTF8.self) {
        case ".nan", ".NaN", ".NAN": return .float(.nan)
        case ".inf", ".Inf", ".INF": return .float(.infinity)
        default: return float(text) ?? .string
        }
    }

    private static func number(_ text: [UInt8]) -> YAMLScalar {
        if !isDigit(text[0]), text.count == 5, text[1] == UInt8(ascii: ".") {
            switch String(decoding: text[1...], as: UTF8.self) {
            case ".inf", ".Inf", ".INF": return .float(text[0] == UInt8(ascii: "-") ? -.infinity : .infinity)
            default: break
            }
        }
        if isTimestamp(text) { return .timestamp }
        let plain = text.contains(UInt8(ascii: "_")) ? text.filter { $0 != UInt8(ascii: "_") } : text
        return integer(plain) ?? float(plain) ?? .string
    }

    /// An integer with Go's base prefixes: `0x`, `0o`, `0b` and a leading zero for octal.
    private static func integer(_ text: [UInt8]) -> YAMLScalar? {
        var position = 0
        var isNegative = false
        if text[0] == UInt8(ascii: "-") || text[0] == UInt8(ascii: "+") {
            isNegative = text[0] == UInt8(ascii: "-")
            position = 1
        }
        var base: UInt64 = 10
        if text.count - position >= 2, text[position] == UInt8(ascii: "0") {
            switch text[position + 1] {
            case UInt8(ascii: "x"), UInt8(ascii: "X"): (base, position) = (16, position + 2)
            case UInt8(ascii: "o"), UInt8(ascii: "O"): (base, position) = (8, position + 2)
            case UInt8(ascii: "b"), UInt8(ascii: "B"): (base, position) = (2, position + 2)
            default: (base, position) = (8, position + 1)
            }
        }
        guard position < text.count else { return nil }
        var magnitude: UInt64 = 0
        while position < text.count {
            guard let digit = hexDigit(text[position]), UInt64(digit) < base else { return nil }
            let (product, overflow) = magnitude.multipliedReportingOverflow(by: base)
            let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
            if overflow || carry { return nil }
            magnitude = sum
            position += 1
        }
        if isNegative {
            guard magnitude <= UInt64(Int64.max) + 1 else { return nil }
            return .integer(Int64(truncatingIfNeeded: 0 &- magnitude))
        }
        if magnitude <= UInt64(Int64.max) { return .integer(Int64(magnitude)) }
        return text[0] == UInt8(ascii: "+") ? nil : .unsigned(magnitude)
    }

    /// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?` within the range of a double.
    private static func float(_ text: [UInt8]) -> YAMLScalar? {
        var position = 0
        func skipDigits() -> Int {
            let start = position
            while position < text.count, isDigit(text[position]) { position += 1 }
            return position - start
        }
        if text[0] == UInt8(ascii: "-") || text[0] == UInt8(ascii: "+") { position = 1 }
        let whole = skipDigits()
        if position < text.count, text[position] == UInt8(ascii: ".") {
            position += 1
            let fraction = skipDigits()
            if whole == 0, fraction == 0 { return nil }
        } else if whole == 0 {
            return nil
        }
        if position < text.count, text[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < text.count, text[position] == UInt8(ascii: "-") || text[position] == UInt8(ascii: "+") {
                position += 1
            }
            if skipDigits() == 0 { return nil }
        }
        guard position == text.count else { return nil }
        var literal = text
        // Swift's parser wants digits on both sides of the point.
        if let point = literal.firstIndex(of: UInt8(ascii: ".")) {
            if point + 1 == literal.count || !isDigit(literal[point + 1]) {
                literal.insert(UInt8(ascii: "0"), at: point + 1)
            }
            if point == 0 || !isDigit(literal[point - 1]) { literal.insert(UInt8(ascii: "0"), at: point) }
        }
        guard let value = Double(String(decoding: literal, as: UTF8.self)), value.isFinite else { return nil }
        return .float(value)
    }

    static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// `2006-1-2`, alone or followed by a time after a space (no zone) or after `T` or `t` (with a zone).
    private static func isTimestamp(_ text: [UInt8]) -> Bool {
        guard text.count >= 8, text[4] == UInt8(ascii: "-"), text[..<4].allSatisfy(isDigit) else { return false }
        var position = 0
        func number(_ digits: ClosedRange<Int>) -> Int? {
            var value = 0
            var count = 0
            while count < digits.upperBound, position < text.count, isDigit(text[position]) {
                value = value * 10 + Int(text[position] - UInt8(ascii: "0"))
                position += 1
                count += 1
            }
            return digits.contains(count) ? value : nil
        }
        func skip(_ byte: Unicode.Scalar) -> Bool {
            guard position < text.count, text[position] == UInt8(ascii: byte) else { return false }
            position += 1
            return true
        }
        guard let year = number(4...4), skip("-"), let month = number(1...2), (1...12).contains(month), skip("-"),
            let day = number(1...2), (1...daysIn(month, of: year)).contains(day)
        else { return false }
        if position == text.count { return true }
        let separator = text[position]
        guard [UInt8(ascii: "T"), UInt8(ascii: "t"), UInt8(ascii: " ")].contains(separator) else { return false }
        position += 1
        guard let hour = number(1...2), hour < 24, skip(":"), let minute = number(1...2), minute < 60, skip(":"),
            let second = number(1...2), second < 60
        else { return false }
        if position < text.count, text[position] == UInt8(ascii: ".") || text[position] == UInt8(ascii: ",") {
            position += 1
            let start = position
            while position < text.count, isDigit(text[position]) { position += 1 }
            if position == start { return false }
        }
        if separator == UInt8(ascii: " ") { return position == text.count }
        if skip("Z") { return position == text.count }
        guard skip("+") || skip("-"), let offsetHour = number(2...2), offsetHour <= 24, skip(":"),
            let offsetMinute = number(2...2), offsetMinute <= 60
        else { return false }
        return position == text.count
    }

    private static func daysIn(_ month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// `[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?`: read as a string here, as base 60 elsewhere, so it is written quoted.
    package static func isBase60(_ text: [UInt8]) -> Bool {
        guard let first = text.first, text.contains(UInt8(ascii: ":")) else { return false }
        var position = 0
        if first == UInt8(ascii: "-") || first == UInt8(ascii: "+") { position = 1 }
        guard position < text.count, isDigit(text[position]) else { return false }
        while position < text.count, isDigit(text[position]) || text[position] == UInt8(ascii: "_") { position += 1 }
        var groups = 0
        while position < text.count, text[position] == UInt8(ascii: ":") {
            position += 1
            let start = position
            while position < text.count, position - start < 2, isDigit(text[position]) { position += 1 }
            let length = position - start
            if length == 0 || (length == 2 && text[start] > UInt8(ascii: "5")) { return false }
            groups += 1
        }
        guard groups > 0 else { return false }
        if position < text.count, text[position] == UInt8(ascii: ".") {
            position += 1
            while position < text.count, isDigit(text[position]) || text[position] == UInt8(ascii: "_") {
                position += 1
            }
        }
        return position == text.count
    }
}
