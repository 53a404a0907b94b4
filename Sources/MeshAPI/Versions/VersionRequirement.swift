/// Which versions will do: one exactly (`1.30.3`), the newest patch of a line (`1.30`), or a range (`>=1.29 <1.31`).
public struct VersionRequirement: Sendable, Hashable, CustomStringConvertible {
    private enum Comparison: String, Sendable, CaseIterable {
        // Longest first: the first that a text begins with is meant.
        case atLeast = ">="
        case atMost = "<="
        case different = "!="
        case above = ">"
        case below = "<"
        case equal = "="
    }

    private struct Bound: Sendable, Hashable {
        var comparison: Comparison
        var version: Version
        /// Whether only the line was named: `<1.31` and `=1.30` speak of lines, not of a patch.
        var isLine: Bool
    }

    private enum Form: Sendable, Hashable {
        case any
        case exact(Version)
        case line(major: Int, minor: Int)
        case range([Bound])
    }

    private let form: Form
    /// The requirement as it was written.
    public let description: String

    /// Any release: the newest is taken.
    public static let any = VersionRequirement(form: .any, description: "any")

    private init(form: Form, description: String) {
        self.form = form
        self.description = description
    }

    /// Reads a requirement; nil if it is none. Bounds of a range are separated by blanks or commas; all must hold.
    public init?(_ text: String) {
        guard text.utf8.count <= 128 else { return nil }
        let words = text.split { $0 == " " || $0 == "," }
        guard let first = words.first else { return nil }
        if words.count == 1, let version = Version(first) {
            self.init(form: .exact(version), description: text)
        } else if words.count == 1, let (major, minor) = Self.line(first) {
            self.init(form: .line(major: major, minor: minor), description: text)
        } else {
            let bounds = words.compactMap(Self.bound)
            guard bounds.count == words.count else { return nil }
            self.init(form: .range(bounds), description: text)
        }
    }

    /// Whether a version will do. A pre-release only does where it is named exactly.
    public func allows(_ version: Version) -> Bool {
        switch form {
        case .any: return !version.isPrerelease
        case .exact(let exact): return version == exact
        case .line(let major, let minor):
            return version.major == major && version.minor == minor && !version.isPrerelease
        case .range(let bounds): return !version.isPrerelease && bounds.allSatisfy { Self.holds($0, version) }
        }
    }

    /// The newest of these that will do.
    public func newest(of versions: some Sequence<Version>) -> Version? { versions.filter(allows).max() }

    private static func holds(_ bound: Bound, _ version: Version) -> Bool {
        guard bound.isLine else {
            switch bound.comparison {
            case .atLeast: return version >= bound.version
            case .atMost: return version <= bound.version
            case .different: return version != bound.version
            case .above: return version > bound.version
            case .below: return version < bound.version
            case .equal: return version == bound.version
            }
        }
        let (line, other) = ((version.major, version.minor), (bound.version.major, bound.version.minor))
        switch bound.comparison {
        case .atLeast: return line >= other
        case .atMost: return line <= other
        case .different: return line != other
        case .above: return line > other
        case .below: return line < other
        case .equal: return line == other
        }
    }

    private static func bound(_ word: Substring) -> Bound? {
        guard let comparison = Comparison.allCases.first(where: { word.hasPrefix($0.rawValue) }) else { return nil }
        let rest = word.dropFirst(comparison.rawValue.count)
        if let version = Version(rest) { return Bound(comparison: comparison, version: version, isLine: false) }
        guard let (major, minor) = line(rest) else { return nil }
        return Bound(comparison: comparison, version: Version(major: major, minor: minor, patch: 0), isLine: true)
    }

    private static func line(_ text: Substring) -> (Int, Int)? {
        let numbers = (text.first == "v" ? text.dropFirst() : text)
            .split(separator: ".", omittingEmptySubsequences: false).map { Version.number($0) }
        guard numbers.count == 2, let major = numbers[0], let minor = numbers[1] else { return nil }
        return (major, minor)
    }
}
