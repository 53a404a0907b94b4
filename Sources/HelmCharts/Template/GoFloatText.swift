import Foundation

/// Go's `%e`, `%f` and `%g` with a precision; the C library rounds decimal text exactly as Go does.
enum GoFloatText {
    /// `%.{precision}f`.
    static func fixed(_ value: Double, precision: Int) -> String {
        special(value) ?? String(format: "%.\(precision)f", value)
    }

    /// `%.{precision}e`, the exponent with at least two digits.
    static func exponent(_ value: Double, precision: Int) -> String {
        special(value) ?? String(format: "%.\(precision)e", value)
    }

    /// `%.{precision}g`.
    static func general(_ value: Double, precision: Int) -> String {
        special(value) ?? String(format: "%.\(precision)g", value)
    }

    /// `%b`: the mantissa as an integer and the power of two.
    static func binary(_ value: Double) -> String {
        if let special = special(value) { return special }
        let (mantissa, exponent) = parts(value)
        let power = exponent - 52
        return (value.sign == .minus ? "-" : "") + "\(mantissa)p" + (power < 0 ? "" : "+") + "\(power)"
    }

    /// `%x`, with as many hexadecimal digits after the point as the value has, or `precision`.
    static func hexadecimal(_ value: Double, precision: Int?) -> String {
        if let special = special(value) { return special }
        var (mantissa, exponent) = parts(value)
        if mantissa == 0 { exponent = 0 }
        // The leading digit is bit 60.
        mantissa <<= 8
        while mantissa != 0, mantissa & (1 << 60) == 0 {
            mantissa <<= 1
            exponent -= 1
        }
        if let precision, precision < 15 {
            let shift = UInt64(precision * 4)
            let extra = (mantissa << shift) & (1 << 60 - 1)
            mantissa >>= 60 - shift
            if extra | (mantissa & 1) > 1 << 59 { mantissa += 1 }
            mantissa <<= 60 - shift
            if mantissa & (1 << 61) != 0 {
                mantissa >>= 1
                exponent += 1
            }
        }
        var text = (value.sign == .minus ? "-" : "") + "0x\((mantissa >> 60) & 1)"
        mantissa <<= 4
        if let precision {
            if precision > 0 { text += "." }
            for _ in 0..<precision {
                text += String((mantissa >> 60) & 15, radix: 16)
                mantissa <<= 4
            }
        } else if mantissa != 0 {
            text += "."
            while mantissa != 0 {
                text += String((mantissa >> 60) & 15, radix: 16)
                mantissa <<= 4
            }
        }
        let magnitude = exponent.magnitude
        return text + (exponent < 0 ? "p-" : "p+") + (magnitude < 10 ? "0" : "") + "\(magnitude)"
    }

    /// The mantissa with its leading bit, and the power of two of that bit.
    private static func parts(_ value: Double) -> (UInt64, Int) {
        let biased = Int(value.exponentBitPattern)
        if biased == 0 { return (value.significandBitPattern, -1022) }
        return (value.significandBitPattern | 1 << 52, biased - 1023)
    }

    private static func special(_ value: Double) -> String? {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return nil
    }
}
