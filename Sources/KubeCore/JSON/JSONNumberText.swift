/// Decimal text of numbers, as the rest of the Kubernetes world prints it.
package enum JSONNumberText {
    /// The shortest decimal digits that a double reproduces, and the power of ten of the first digit:
    /// `1234.5` is digits `12345` with exponent 3.
    package static func shortestDigits(_ value: Double) -> (isNegative: Bool, digits: [UInt8], exponent: Int) {
        var digits: [UInt8] = []
        var exponent = 0
        var isNegative = false
        var pointSeen = false
        var integerDigits = 0
        let text = Array(value.description.utf8)
        var position = 0
        while position < text.count {
            let byte = text[position]
            switch byte {
            case UInt8(ascii: "-"): isNegative = true
            case UInt8(ascii: "."): pointSeen = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                exponent = Int(String(decoding: text[(position + 1)...], as: UTF8.self)) ?? 0
                position = text.count
            default:
                digits.append(byte)
                if !pointSeen { integerDigits += 1 }
            }
            position += 1
        }
        exponent += integerDigits - 1
        while digits.count > 1, digits.first == UInt8(ascii: "0") {
            digits.removeFirst()
            exponent -= 1
        }
        while digits.count > 1, digits.last == UInt8(ascii: "0") { digits.removeLast() }
        if digits == [UInt8(ascii: "0")] { exponent = 0 }
        return (isNegative, digits, exponent)
    }

    /// A double as Go's `encoding/json` writes it: plain, with an exponent only below 1e-6 and from 1e21 on.
    package static func go(_ value: Double) -> String {
        guard value.isFinite else { return "null" }
        let (isNegative, digits, exponent) = shortestDigits(value)
        var text: [UInt8] = isNegative ? [UInt8(ascii: "-")] : []
        let zero = UInt8(ascii: "0")
        let point = UInt8(ascii: ".")
        if value != 0, exponent < -6 || exponent >= 21 {
            text.append(digits[0])
            if digits.count > 1 {
                text.append(point)
                text += digits[1...]
            }
            text += Array(
                "e\(exponent < 0 ? "-" : "+")\(abs(exponent) < 10 && exponent > 0 ? "0" : "")\(abs(exponent))".utf8)
        } else if exponent < 0 {
            text += [zero, point]
            text += Array(repeating: zero, count: -exponent - 1)
            text += digits
        } else if digits.count <= exponent + 1 {
            text += digits
            text += Array(repeating: zero, count: exponent + 1 - digits.count)
        } else {
            text += digits[0...exponent]
            text.append(point)
            text += digits[(exponent + 1)...]
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The value that carries a JSON number's text exactly: `integer` if it can, then `double`, then `decimal`.
    package static func value(of text: String) -> JSONValue? {
        if let integer = Int64(text) { return text == "-0" ? .double(-0.0) : .integer(integer) }
        guard let double = Double(text) else { return nil }
        guard double.isFinite else { return .decimal(text) }
        var significant: [UInt8] = []
        for byte in text.utf8 {
            if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") { break }
            if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { significant.append(byte) }
        }
        let stripped = significant.drop { $0 == UInt8(ascii: "0") }
        let end = stripped.lastIndex { $0 != UInt8(ascii: "0") }.map { $0 + 1 } ?? stripped.startIndex
        let digits = stripped[stripped.startIndex..<max(end, stripped.startIndex)]
        // Fifteen digits always survive the way through a double; of more, only those that print the same again.
        if digits.count <= 15 {
            // Nothing but zeros is zero; a tiny number that underflowed to zero has lost its value.
            if double == 0, !digits.isEmpty { return .decimal(text) }
            return .double(double)
        }
        return shortestDigits(double).digits == Array(digits) ? .double(double) : .decimal(text)
    }
}
