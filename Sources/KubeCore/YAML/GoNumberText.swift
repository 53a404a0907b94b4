/// Text of floating-point numbers as Go's `strconv.FormatFloat(x, 'g', -1, 64)` and `fmt`'s `%v` give it.
package enum GoNumberText {
    /// The shortest text, with an exponent below 1e-4 and from 1e6 on: `123456`, `1e+06`, `1.5e-07`.
    package static func general(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if value == 0 { return value.sign == .minus ? "-0" : "0" }
        if abs(value) < 1e6, let integer = Int64(exactly: value) { return String(integer) }
        let (isNegative, digits, exponent) = JSONNumberText.shortestDigits(value)
        var text: [UInt8] = isNegative ? [UInt8(ascii: "-")] : []
        if exponent < -4 || exponent >= 6 {
            text.append(digits[0])
            if digits.count > 1 {
                text.append(UInt8(ascii: "."))
                text += digits[1...]
            }
            text += Array("e\(exponent < 0 ? "-" : "+")\(abs(exponent) < 10 ? "0" : "")\(abs(exponent))".utf8)
        } else if exponent < 0 {
            text += [UInt8(ascii: "0"), UInt8(ascii: ".")]
            text += Array(repeating: UInt8(ascii: "0"), count: -exponent - 1)
            text += digits
        } else if digits.count <= exponent + 1 {
            text += digits
            text += Array(repeating: UInt8(ascii: "0"), count: exponent + 1 - digits.count)
        } else {
            text += digits[0...exponent]
            text.append(UInt8(ascii: "."))
            text += digits[(exponent + 1)...]
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The shortest text that a 32-bit float reproduces, as YAML's float keys become JSON keys.
    package static func single(_ value: Double) -> String {
        general(Double(Float(value).description) ?? value)
    }
}
