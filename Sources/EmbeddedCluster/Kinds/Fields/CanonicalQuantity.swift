import KubeCore

/// Quantities as the API server writes them: `0.5` becomes `500m`, `1024Mi` becomes `1Gi`
/// (the canonical form of `resource.Quantity`).
enum CanonicalQuantity {
    private enum Form { case binary, decimal, exponent }

    /// The canonical text of a quantity; the value itself if it is none.
    static func of(_ value: JSONValue) -> JSONValue {
        guard let quantity = Quantity(value) else { return value }
        return .string(text(of: quantity))
    }

    /// The canonical text of a quantity.
    static func text(of quantity: Quantity) -> String {
        let nanos = quantity.nanos
        guard nanos != 0 else { return "0" }
        let written = quantity.description
        var form = Form.decimal
        if written.hasSuffix("i") {
            form = .binary
        } else if written.dropLast().contains(where: { $0 == "e" || $0 == "E" }) {
            form = .exponent
        }
        let unit: Int128 = 1_000_000_000
        if form == .binary {
            let isSmall = nanos < 1024 * unit && nanos > -1024 * unit
            if isSmall || nanos % unit != 0 { form = .decimal }
        }
        if form == .binary {
            var (amount, power) = (nanos / unit, 0)
            while amount % 1024 == 0, power < 6 { (amount, power) = (amount / 1024, power + 1) }
            return "\(amount)" + ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"][power]
        }
        var (amount, exponent) = (nanos, -9)
        while amount % 1000 == 0, exponent < 18 { (amount, exponent) = (amount / 1000, exponent + 3) }
        if form == .exponent { return exponent == 0 ? "\(amount)" : "\(amount)e\(exponent)" }
        let suffixes = [-9: "n", -6: "u", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T", 15: "P", 18: "E"]
        return "\(amount)" + (suffixes[exponent] ?? "")
    }

    /// Makes every value of a map of quantities canonical.
    static func canonize(_ map: inout JSONValue) {
        guard case .object(let object) = map else { return }
        map = .object(object.mapValues { of($0) })
    }

    /// Makes the quantities in `limits` and `requests` canonical.
    static func canonizeResources(_ resources: inout JSONValue) {
        resources.edit("limits") { canonize(&$0) }
        resources.edit("requests") { canonize(&$0) }
    }
}
