import KubeCore

/// A rule over a value: what OpenAPI says of it to the API server, and the same rule in Swift for documents that reach
/// us another way. Its message says what to write instead.
public struct Constraint<Value: Sendable>: Sendable {
    /// The members that it adds to the schema.
    let openAPI: JSONObject
    /// A rule of the Common Expression Language, if it has one.
    let validation: JSONObject?
    /// The message for a value that breaks the rule, or nil for one that keeps it.
    let problem: @Sendable (Value) -> String?

    /// A rule in CEL (`x-kubernetes-validations`) and in Swift.
    ///
    /// - Parameters:
    ///   - expression: the CEL expression over `self`.
    ///   - message: what to write instead.
    ///   - check: the same rule in Swift; leave it out for transition rules (`oldSelf`), which one document cannot show.
    public static func rule(
        _ expression: String, saying message: String, _ check: (@Sendable (Value) -> Bool)? = nil
    ) -> Constraint {
        Constraint(
            openAPI: [:], validation: ["rule": .string(expression), "message": .string(message)],
            problem: { value in check.map { $0(value) } ?? true ? nil : message })
    }

    /// The value can never change once it is set.
    public static func immutable(saying message: String) -> Constraint {
        .rule("self == oldSelf", saying: message)
    }
}

extension Constraint where Value == String {
    /// How many characters the string may have.
    public static func length(_ range: ClosedRange<Int>) -> Constraint {
        var openAPI: JSONObject = ["maxLength": .integer(Int64(range.upperBound))]
        if range.lowerBound > 0 { openAPI["minLength"] = .integer(Int64(range.lowerBound)) }
        return Constraint(openAPI: openAPI, validation: nil) { text in
            let count = text.unicodeScalars.count
            return range.contains(count)
                ? nil : "has \(count) characters: use \(range.lowerBound) to \(range.upperBound)"
        }
    }

    /// The string has a form that `check` knows and `pattern` describes (RE2, anchored).
    public static func pattern(
        _ pattern: String, saying message: String, _ check: @escaping @Sendable (String) -> Bool
    ) -> Constraint {
        let literal = pattern.split(separator: "\\", omittingEmptySubsequences: false).joined(separator: "\\\\")
            .split(separator: "'", omittingEmptySubsequences: false).joined(separator: "\\'")
        return Constraint(
            openAPI: ["pattern": .string(pattern)],
            validation: ["rule": .string("self.matches('\(literal)')"), "message": .string(message)]
        ) { check($0) ? nil : message }
    }

    /// A DNS label (RFC 1123): what names of namespaces, Services and label values have in common. Its length is bounded,
    /// without which the API server estimates that the rule costs more than a definition may.
    public static func dnsLabel(saying message: String) -> Constraint {
        let form = pattern(#"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"#, saying: message) { isDNSLabel($0) }
        var openAPI = form.openAPI
        openAPI["maxLength"] = 63
        return Constraint(openAPI: openAPI, validation: form.validation, problem: form.problem)
    }
}

extension Constraint {
    /// How many elements the list may have.
    public static func count<Element>(atMost maximum: Int) -> Constraint where Value == [Element] {
        Constraint(openAPI: ["maxItems": .integer(Int64(maximum))], validation: nil) { list in
            list.count <= maximum ? nil : "has \(list.count) elements: \(maximum) are allowed"
        }
    }

    /// A list whose elements are told apart by one field, as server-side apply merges them.
    public static func unique<Element>(
        by field: String, _ key: @escaping @Sendable (Element) -> String
    ) -> Constraint where Value == [Element] {
        Constraint(
            openAPI: ["x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": [.string(field)]],
            validation: nil
        ) { list in
            var seen: Set<String> = []
            let twice = list.map(key).first { !seen.insert($0).inserted }
            return twice.map { "two elements have the \(field) \"\($0)\": give each its own" }
        }
    }
}

/// Whether a string is a DNS label of RFC 1123.
func isDNSLabel(_ text: String) -> Bool {
    func isAlphanumeric(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
    guard let first = text.utf8.first, let last = text.utf8.last else { return false }
    return text.utf8.count <= 63 && isAlphanumeric(first) && isAlphanumeric(last)
        && text.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
}
