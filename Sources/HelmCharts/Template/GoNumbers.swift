/// Go's `strconv` parsing of numbers.
enum GoNumbers {
    /// `ParseInt`; base 0 takes prefixes and underscores between digits. Nil for bad syntax and overflow.
    static func integer(_ text: String, base: Int) -> Int64? {
        var bytes = Substring(text).utf8
        var isNegative = false
        if let sign = bytes.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            bytes = bytes.dropFirst()
        }
        guard let magnitude = magnitude(Array(bytes), base: base) else { return nil }
        if isNegative { return magnitude <= UInt64(1) << 63 ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil }
        return Int64(exactly: magnitude)
    }

    /// `ParseUint`.
    static func unsigned(_ text: String, base: Int) -> UInt64? { magnitude(Array(text.utf8), base: base) }

    private static func magnitude(_ digits: [UInt8], base: Int) -> UInt64? {
        var base = UInt64(base)
        var position = 0
        var allowsUnderscore = false
        if base == 0 {
            base = 10
            allowsUnderscore = true
            if digits.count > 1, digits[0] == UInt8(ascii: "0") {
                switch digits[1] | 0x20 {
                case UInt8(ascii: "x"): (base, position) = (16, 2)
                case UInt8(ascii: "o"): (base, position) = (8, 2)
                case UInt8(ascii: "b"): (base, position) = (2, 2)
                default: (base, position) = (8, 1)
                }
            }
        }
        guard position < digits.count else { return nil }
        var value: UInt64 = 0
        var previousIsDigit = position > 0
        var any = false
        while position < digits.count {
            let byte = digits[position]
            position += 1
            if byte == UInt8(ascii: "_"), allowsUnderscore {
                guard previousIsDigit else { return nil }
                previousIsDigit = false
                continue
            }
            let digit: UInt8
            switch byte {
            case 0x30...0x39: digit = byte - 0x30
            case 0x61...0x7A: digit = byte - 0x61 + 10
            case 0x41...0x5A: digit = byte - 0x41 + 10
            default: return nil
            }
            guard UInt64(digit) < base else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: base)
            let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
            if overflow || carry { return nil }
            value = sum
            previousIsDigit = true
            any = true
        }
        return any && previousIsDigit ? value : nil
    }

    /// `ParseFloat`; nil for bad syntax and overflow.
    static func float(_ literal: String) -> Double? {
        let isHexadecimal = literal.utf8.contains { $0 | 0x20 == UInt8(ascii: "x") }
        // Underscores are for literals with a prefix; hexadecimal ones need their exponent.
        if literal.utf8.contains(UInt8(ascii: "_")) { return nil }
        if isHexadecimal, !literal.utf8.contains(where: { $0 | 0x20 == UInt8(ascii: "p") }) { return nil }
        guard let first = literal.utf8.first else { return nil }
        switch literal.lowercased() {
        case "inf", "+inf", "infinity", "+infinity": return .infinity
        case "-inf", "-infinity": return -.infinity
        case "nan": return .nan
        default: break
        }
        guard
            (0x30...0x39).contains(first) || [UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: ".")].contains(first)
        else { return nil }
        var bytes = Array(literal.utf8)
        if !isHexadecimal, let point = bytes.firstIndex(of: UInt8(ascii: ".")) {
            let isDigit = { (byte: UInt8) in (0x30...0x39).contains(byte) }
            let hasBefore = point > 0 && isDigit(bytes[point - 1])
            let hasAfter = point + 1 < bytes.count && isDigit(bytes[point + 1])
            guard hasBefore || hasAfter else { return nil }
            if !hasAfter { bytes.insert(0x30, at: point + 1) }
            if !hasBefore { bytes.insert(0x30, at: point) }
        }
        guard let value = Double(String(decoding: bytes, as: UTF8.self)), value.isFinite else { return nil }
        return value
    }
}
