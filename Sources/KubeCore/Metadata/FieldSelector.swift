/// A selection of objects by a few of their fields, as the `fieldSelector` parameter spells it:
/// `metadata.name=x,status.phase!=Running`.
public struct FieldSelector: Sendable, Hashable, CustomStringConvertible {
    /// What a selector asks of one field.
    public struct Requirement: Sendable, Hashable {
        /// The field, for example `metadata.name`.
        public var field: String
        /// The value it is compared with.
        public var value: String
        /// Whether the field must be equal, or must differ.
        public var isEqual: Bool

        /// A requirement.
        public init(field: String, value: String, isEqual: Bool = true) {
            self.field = field
            self.value = value
            self.isEqual = isEqual
        }
    }

    /// All of these must hold; none selects everything.
    public var requirements: [Requirement]

    /// A selector of these requirements.
    public init(_ requirements: [Requirement]) { self.requirements = requirements }

    /// Selects everything.
    public static let everything = FieldSelector([])

    /// Selects the object of this name.
    public static func name(_ name: String) -> FieldSelector {
        FieldSelector([Requirement(field: "metadata.name", value: name)])
    }

    /// Reads the query form. `\,`, `\=` and `\\` stand for the characters themselves.
    ///
    /// - Throws: ``SelectorError`` with the API server's words.
    public init(parsing text: String) throws(SelectorError) {
        var requirements: [Requirement] = []
        for term in Self.split(text) where !term.isEmpty {
            guard let requirement = Self.requirement(term) else {
                throw SelectorError("invalid selector: '\(text)'; can't understand '\(term)'")
            }
            requirements.append(requirement)
        }
        self.requirements = requirements
    }

    /// Whether an object is selected whose fields this function gives; a missing field is the empty string.
    public func matches(_ field: (String) -> String?) -> Bool {
        requirements.allSatisfy { (field($0.field) ?? "" == $0.value) == $0.isEqual }
    }

    /// The query form.
    public var description: String {
        requirements.map { "\($0.field)\($0.isEqual ? "=" : "!=")\(Self.escape($0.value))" }.joined(separator: ",")
    }

    private static func split(_ text: String) -> [String] {
        var terms: [String] = [""]
        var isEscaped = false
        for character in text.unicodeScalars {
            if character == ",", !isEscaped {
                terms.append("")
            } else {
                terms[terms.count - 1].unicodeScalars.append(character)
            }
            isEscaped = character == "\\" && !isEscaped
        }
        return terms
    }

    private static func requirement(_ term: String) -> Requirement? {
        let scalars = Array(term.unicodeScalars)
        guard let position = scalars.firstIndex(where: { $0 == "=" || $0 == "!" }) else { return nil }
        let rest = scalars[(position + 1)...]
        var value: ArraySlice<Unicode.Scalar>
        let isEqual: Bool
        if scalars[position] == "!" {
            guard rest.first == "=" else { return nil }
            (value, isEqual) = (rest.dropFirst(), false)
        } else {
            (value, isEqual) = (rest.first == "=" ? rest.dropFirst() : rest, true)
        }
        var unescaped = ""
        while let scalar = value.popFirst() {
            if scalar == "\\" {
                guard let escaped = value.popFirst(), "\\,=".unicodeScalars.contains(escaped) else { return nil }
                unescaped.unicodeScalars.append(escaped)
            } else if scalar == "=" {
                return nil
            } else {
                unescaped.unicodeScalars.append(scalar)
            }
        }
        var field = ""
        field.unicodeScalars.append(contentsOf: scalars[..<position])
        return Requirement(field: field, value: unescaped, isEqual: isEqual)
    }

    private static func escape(_ value: String) -> String {
        var escaped = ""
        for scalar in value.unicodeScalars {
            if "\\,=".unicodeScalars.contains(scalar) { escaped.append("\\") }
            escaped.unicodeScalars.append(scalar)
        }
        return escaped
    }
}
