/// A range of semantic versions in Masterminds' syntax: `>=1.29 <1.31 || ~1.33`, `1.2.x`, `^1`, `1.2 - 1.4`.
struct VersionConstraint: Sendable {
    private struct Term: Sendable {
        var operation: String
        var version: SemanticVersion
        var minorIsOpen: Bool
        var patchIsOpen: Bool
        var isOpen: Bool
    }

    private var alternatives: [[Term]] = []

    /// The error text of a constraint that cannot be read.
    static func problem(_ text: String) -> String { "improper constraint: \(text)" }

    init?(_ text: String) {
        for part in text.components(separatedBy: "||") {
            guard let terms = Self.terms(part) else { return nil }
            alternatives.append(terms)
        }
    }

    private static func terms(_ text: String) -> [Term]? {
        let scalars = Array(text.utf8)
        var position = 0
        var terms: [Term] = []
        func skipSpace() {
            while position < scalars.count, [0x20, 0x09, 0x2C, 0x0A, 0x0D].contains(scalars[position]) { position += 1 }
        }
        func operation() -> String {
            let start = position
            while position < scalars.count, "=!<>~^".utf8.contains(scalars[position]) { position += 1 }
            return String(decoding: scalars[start..<position], as: UTF8.self)
        }
        func version() -> String {
            let start = position
            while position < scalars.count, ![0x20, 0x09, 0x2C, 0x0A, 0x0D].contains(scalars[position]) {
                position += 1
            }
            return String(decoding: scalars[start..<position], as: UTF8.self)
        }
        skipSpace()
        if position == scalars.count { return text.isEmpty ? [term("", "*")].compactMap { $0 } : nil }
        while position < scalars.count {
            let symbol = operation()
            while position < scalars.count, scalars[position] == 0x20 || scalars[position] == 0x09 { position += 1 }
            let first = version()
            guard !first.isEmpty else { return nil }
            let afterVersion = position
            while position < scalars.count, scalars[position] == 0x20 { position += 1 }
            if symbol.isEmpty, position + 1 < scalars.count, scalars[position] == UInt8(ascii: "-"),
                scalars[position + 1] == 0x20
            {
                position += 1
                while position < scalars.count, scalars[position] == 0x20 { position += 1 }
                let last = version()
                guard let low = term(">=", first), let high = term("<=", last) else { return nil }
                terms += [low, high]
            } else {
                position = afterVersion
                guard let term = term(symbol, first) else { return nil }
                terms.append(term)
            }
            skipSpace()
        }
        return terms
    }

    private static func term(_ operation: String, _ text: String) -> Term? {
        let known = ["", "=", "!=", ">", "<", ">=", "=>", "<=", "=<", "~", "~>", "^"]
        guard known.contains(operation) else { return nil }
        var rest = Substring(text)
        var suffix = ""
        if let mark = rest.firstIndex(where: { $0 == "-" || $0 == "+" }) {
            suffix = String(rest[mark...])
            rest = rest[..<mark]
        }
        if rest.hasPrefix("v") { rest = rest.dropFirst() }
        var parts = rest.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard (1...3).contains(parts.count) else { return nil }
        let wild: Set<String> = ["*", "x", "X"]
        let isOpen = wild.contains(parts[0])
        let minorIsOpen = parts.count < 2 || wild.contains(parts[1])
        let patchIsOpen = parts.count < 3 || wild.contains(parts[2])
        parts = parts.map { wild.contains($0) ? "0" : $0 }
        while parts.count < 3 { parts.append("0") }
        guard let version = SemanticVersion(parts.joined(separator: ".") + suffix) else { return nil }
        return Term(
            operation: operation, version: version, minorIsOpen: minorIsOpen, patchIsOpen: patchIsOpen, isOpen: isOpen)
    }

    /// Whether a version is in the range. Prereleases are, only where the range itself names one.
    func allows(_ version: SemanticVersion) -> Bool {
        alternatives.contains { terms in terms.allSatisfy { Self.allows(version, $0) } }
    }

    private static func allows(_ version: SemanticVersion, _ term: Term) -> Bool {
        let bound = term.version
        if !version.prerelease.isEmpty, bound.prerelease.isEmpty { return false }
        let isDirty = term.minorIsOpen || term.patchIsOpen || term.isOpen
        switch term.operation {
        case "!=":
            if isDirty {
                if bound.major != version.major { return true }
                if bound.minor != version.minor, !term.minorIsOpen { return true }
                if term.minorIsOpen { return false }
                if bound.patch != version.patch, !term.patchIsOpen { return true }
                if term.patchIsOpen { return false }
            }
            return version != bound
        case ">":
            if !isDirty { return version > bound }
            if term.isOpen { return false }
            if version.major > bound.major { return true }
            if version.major < bound.major { return false }
            if term.minorIsOpen { return false }
            if term.patchIsOpen { return version.minor > bound.minor }
            return version > bound
        case "<": return version < bound
        case ">=", "=>": return version >= bound
        case "<=", "=<":
            if !isDirty { return version <= bound }
            if term.isOpen { return true }
            if version.major > bound.major { return false }
            if version.major == bound.major, version.minor > bound.minor, !term.minorIsOpen { return false }
            return true
        case "~", "~>": return tilde(version, term)
        case "^":
            if version < bound { return false }
            if bound.major > 0 || term.minorIsOpen { return version.major == bound.major || term.isOpen }
            if version.major > bound.major { return false }
            if bound.minor > 0 || term.patchIsOpen { return version.minor == bound.minor }
            if version.minor > 0 { return false }
            return version.patch == bound.patch
        default:
            return isDirty ? tilde(version, term) : version == bound
        }
    }

    private static func tilde(_ version: SemanticVersion, _ term: Term) -> Bool {
        let bound = term.version
        if version < bound { return false }
        if term.isOpen { return true }
        if version.major != bound.major { return false }
        return term.minorIsOpen || version.minor == bound.minor
    }
}

extension String {
    /// The parts between occurrences of a separator, as Go's `strings.Split` gives them.
    func components(separatedBy separator: String) -> [String] {
        Bytes.split(Array(utf8), separator: Array(separator.utf8)).map { String(decoding: $0, as: UTF8.self) }
    }
}
