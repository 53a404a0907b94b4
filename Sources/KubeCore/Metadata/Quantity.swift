/// An amount of a resource: `100m`, `128Mi`, `1.5`, `2e3` (`resource.Quantity` of apimachinery).
///
/// Held exactly, as a decimal mantissa and a power of ten or two; two quantities are equal if their amounts are.
public struct Quantity: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The amount in units of 1e-9, which is as fine as the API keeps it; anything finer is rounded up.
    public let nanos: Int128
    /// The text it was read from.
    private let text: String

    /// Reads a quantity; nil if the text is none or is out of range.
    public init?(_ text: String) {
        guard let nanos = Self.parse(Array(text.utf8)) else { return nil }
        self.nanos = nanos
        self.text = text
    }

    /// Reads a JSON string or number.
    public init?(_ value: JSONValue) {
        switch value {
        case .string(let text): self.init(text)
        case .integer(let integer): self.init(String(integer))
        case .double(let double): self.init(JSONNumberText.go(double))
        default: return nil
        }
    }

    /// The text as it was given.
    public var description: String { text }
    /// The amount, rounded.
    public var doubleValue: Double { Double(nanos) / 1e9 }
    /// The amount rounded up to whole units, as Kubernetes does; nil if it does not fit.
    public var roundedUp: Int64? {
        let (quotient, remainder) = nanos.quotientAndRemainder(dividingBy: 1_000_000_000)
        return Int64(exactly: quotient + (remainder > 0 ? 1 : 0))
    }

    /// Whether the amounts are equal, however they are written.
    public static func == (left: Quantity, right: Quantity) -> Bool { left.nanos == right.nanos }
    /// Orders by amount.
    public static func < (left: Quantity, right: Quantity) -> Bool { left.nanos < right.nanos }
    /// Hashes equal amounts alike.
    public func hash(into hasher: inout Hasher) { hasher.combine(nanos) }

    private static func parse(_ bytes: [UInt8]) -> Int128? {
        var position = 0
        var isNegative = false
        if let sign = bytes.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            position = 1
        }
        var mantissa: Int128 = 0
        var fractionDigits = 0
        var digits = 0
        var pointSeen = false
        var isRounded = false
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "."), !pointSeen {
                pointSeen = true
            } else if (0x30...0x39).contains(byte) {
                digits += 1
                // Beyond 27 digits nothing can matter but that there was something.
                if mantissa < 1_000_000_000_000_000_000_000_000_000 {
                    mantissa = mantissa * 10 + Int128(byte - 0x30)
                    if pointSeen { fractionDigits += 1 }
                } else if pointSeen {
                    isRounded = isRounded || byte != 0x30
                } else {
                    return nil
                }
            } else {
                break
            }
            position += 1
        }
        guard digits > 0, let (base, exponent) = suffix(bytes[position...]) else { return nil }
        var nanos = mantissa
        var rounded = isRounded
        func multiply(_ factor: Int128, _ times: Int) -> Bool {
            for _ in 0..<times {
                let (product, overflow) = nanos.multipliedReportingOverflow(by: factor)
                if overflow { return false }
                nanos = product
            }
            return true
        }
        if base == 2 {
            guard multiply(1024, exponent / 10) else { return nil }
        }
        let decimal = (base == 10 ? exponent : 0) + 9 - fractionDigits
        if decimal >= 0 {
            guard nanos == 0 || multiply(10, decimal) else { return nil }
        } else {
            for _ in 0..<(-decimal) where nanos != 0 {
                let (quotient, remainder) = nanos.quotientAndRemainder(dividingBy: 10)
                rounded = rounded || remainder != 0
                nanos = quotient
            }
        }
        if rounded { nanos += 1 }
        return isNegative ? -nanos : nanos
    }

    /// The base and exponent of a suffix: `Mi` is 2 to the 20, `m` is 10 to the -3, `e3` is 10 to the 3.
    private static func suffix(_ bytes: ArraySlice<UInt8>) -> (base: Int, exponent: Int)? {
        switch String(decoding: bytes, as: UTF8.self) {
        case "": return (10, 0)
        case "n": return (10, -9)
        case "u": return (10, -6)
        case "m": return (10, -3)
        case "k": return (10, 3)
        case "M": return (10, 6)
        case "G": return (10, 9)
        case "T": return (10, 12)
        case "P": return (10, 15)
        case "E": return (10, 18)
        case "Ki": return (2, 10)
        case "Mi": return (2, 20)
        case "Gi": return (2, 30)
        case "Ti": return (2, 40)
        case "Pi": return (2, 50)
        case "Ei": return (2, 60)
        case let other:
            guard let first = other.utf8.first, first | 0x20 == UInt8(ascii: "e"),
                let exponent = Int(other.dropFirst()), (-1000...1000).contains(exponent)
            else { return nil }
            return (10, exponent)
        }
    }
}
