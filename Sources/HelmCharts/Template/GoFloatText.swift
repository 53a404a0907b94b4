import Foundation

/// Go's `%e`, `%f` and `%g` with a precision; the C library rounds decimal text exactly as Go does.
enum GoFloatText {
    /// `%.{precision}f`.
    static func fixed(_ value: Double, precision: Int) -> String {
        special(value) ?? String(format: "%.\(min(precision, 1000))f", value)
    }

    /// `%.{precision}e`, the exponent with at least two digits.
    static func exponent(_ value: Double, precision: Int) -> String {
        special(value) ?? String(format: "%.\(min(precision, 1000))e", value)
    }

    /// `%.{precision}g`.
    static func general(_ value: Double, precision: Int) -> String {
        special(value) ?? String(format: "%.\(min(precision, 1000))g", value)
    }

    private static func special(_ value: Double) -> String? {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return nil
    }
}
