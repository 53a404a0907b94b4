/// A range of semantic versions in Masterminds' syntax: `>=1.29 <1.31 || ~1.33`, `1.2.x`, `^1`, `1.2 - 1.4`.
///
/// The syntax is what that library's regular expressions accept, oddities included, so they are used as they are.
struct VersionConstraint: Sendable {
    private struct Term: Sendable {
        var operation: String
        var version: SemanticVersion
        /// Parts that were left out or are wild.
        var isDirty: Bool
        var minorIsOpen: Bool
        var patchIsOpen: Bool
    }

    private struct Alternative: Sendable {
        var terms: [Term]
        /// Prereleases are in the range only where one of its terms names one.
        var allowsPrereleases: Bool
    }

    private var alternatives: [Alternative] = []

    private static let version =
        #"v?([0-9|x|X|\*]+)(\.[0-9|x|X|\*]+)?(\.[0-9|x|X|\*]+)?"#
        + #"(-([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?"# + #"(\+([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?"#
    private static let operations = #"=||!=|>|<|>=|=>|<=|=<|~|~>|\^"#
    private static let whole = expression(#"^\s*(\#(operations))\s*(\#(version))\s*$"#)
    private static let range = expression(#"\s*(\#(version))\s+-\s+(\#(version))\s*"#)
    private static let part = expression(#"(\#(operations))\s*(\#(version))"#)
    private static let valid = expression(
        #"^(\s*(\#(operations))\s*(\#(version))\s*)((?:\s+|,\s*)(\#(operations))\s*(\#(version))\s*)*$"#)

    private static func expression(_ pattern: String) -> RegularExpression {
        do {
            return try RegularExpression(pattern)
        } catch {
            preconditionFailure("the constraint's own expression is malformed: \(error.text)")
        }
    }

    /// The range that a text means; nil if it means none.
    init?(_ text: String) {
        guard let constraint = try? VersionConstraint(reading: text) else { return nil }
        self = constraint
    }

    /// The range that a text means; throws what Masterminds says where it means none.
    init(reading text: String) throws(GoError) {
        for alternative in Self.withoutRanges(text).components(separatedBy: "||") {
            let bytes = Array(alternative.utf8)
            guard Self.valid.firstMatch(in: bytes, from: 0) != nil else {
                throw GoError("improper constraint: \(GoQuoting.quote(alternative))")
            }
            var terms: [Term] = []
            for match in Self.part.matches(in: bytes, limit: -1) { terms.append(try Self.term(bytes[match.range])) }
            alternatives.append(
                Alternative(terms: terms, allowsPrereleases: terms.contains { !$0.version.prerelease.isEmpty }))
        }
    }

    /// `1.2 - 1.4` as `>= 1.2 <= 1.4`.
    private static func withoutRanges(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var position = 0
        for match in range.matches(in: bytes, limit: -1) {
            guard let low = match.group(1), let high = match.group(11) else { continue }
            result += bytes[position..<match.range.lowerBound]
            result += Array(">= ".utf8) + bytes[low] + ", <= ".utf8 + bytes[high] + [0x20]
            position = match.range.upperBound
        }
        return String(decoding: result + bytes[position...], as: UTF8.self)
    }

    private static func term(_ text: ArraySlice<UInt8>) throws(GoError) -> Term {
        let bytes = Array(text)
        guard let match = whole.firstMatch(in: bytes, from: 0) else {
            throw GoError("improper constraint: \(GoQuoting.quote(String(decoding: bytes, as: UTF8.self)))")
        }
        func group(_ index: Int) -> String {
            match.group(index).map { String(decoding: bytes[$0], as: UTF8.self) } ?? ""
        }
        func isOpen(_ part: String) -> Bool {
            ["", "*", "x", "X"].contains(part.hasPrefix(".") ? String(part.dropFirst()) : part)
        }
        let (major, minor, patch, prerelease) = (group(3), group(4), group(5), group(6))
        var term = Term(
            operation: group(1), version: SemanticVersion(major: 0, minor: 0, patch: 0), isDirty: true,
            minorIsOpen: false, patchIsOpen: false)
        var version = group(2)
        if isOpen(major) {
            version = "0.0.0" + prerelease
        } else if isOpen(minor) {
            term.minorIsOpen = true
            version = major + ".0.0" + prerelease
        } else if isOpen(patch) {
            term.patchIsOpen = true
            version = major + minor + ".0" + prerelease
        } else {
            term.isDirty = false
        }
        guard let parsed = SemanticVersion(version) else { throw GoError("constraint parser error") }
        term.version = parsed
        return term
    }

    /// Whether a version is in the range.
    func allows(_ version: SemanticVersion) -> Bool {
        alternatives.contains { alternative in
            (version.prerelease.isEmpty || alternative.allowsPrereleases)
                && alternative.terms.allSatisfy { Self.allows(version, $0) }
        }
    }

    private static func allows(_ version: SemanticVersion, _ term: Term) -> Bool {
        let bound = term.version
        switch term.operation {
        case "!=":
            if term.isDirty {
                if bound.major != version.major { return true }
                if bound.minor != version.minor, !term.minorIsOpen { return true }
                if term.minorIsOpen { return false }
                if bound.patch != version.patch, !term.patchIsOpen { return true }
                if term.patchIsOpen { return version.prerelease != bound.prerelease }
            }
            return version != bound
        case ">":
            if !term.isDirty { return version > bound }
            if version.major != bound.major { return version.major > bound.major }
            if term.minorIsOpen { return false }
            if term.patchIsOpen { return version.minor > bound.minor }
            return version > bound
        case "<": return version < bound
        case ">=", "=>": return version >= bound
        case "<=", "=<":
            if !term.isDirty { return version <= bound }
            if version.major > bound.major { return false }
            return !(version.major == bound.major && version.minor > bound.minor && !term.minorIsOpen)
        case "~", "~>": return tilde(version, term)
        case "^":
            if version < bound { return false }
            if bound.major > 0 || term.minorIsOpen { return version.major == bound.major }
            if version.major > bound.major { return false }
            if bound.minor > 0 || term.patchIsOpen { return version.minor == bound.minor }
            if version.minor > 0 { return false }
            return version.patch == bound.patch
        default: return term.isDirty ? tilde(version, term) : version == bound
        }
    }

    private static func tilde(_ version: SemanticVersion, _ term: Term) -> Bool {
        let bound = term.version
        if version < bound { return false }
        if bound.major == 0, bound.minor == 0, bound.patch == 0, !term.minorIsOpen, !term.patchIsOpen { return true }
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
