/// A semantic version (semver.org 2.0): `1.30.3`, `1.31.0-beta.1`; a leading `v` is accepted, build metadata ignored.
public struct Version: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The major version.
    public var major: Int
    /// The minor version.
    public var minor: Int
    /// The patch version.
    public var patch: Int
    /// The dot-separated identifiers after the hyphen; empty for a release.
    public var prerelease: [String]

    /// A version.
    public init(major: Int, minor: Int, patch: Int, prerelease: [String] = []) {
        self.major = major
        self.minor = minor
        self.patch = patch
        self.prerelease = prerelease
    }

    /// Reads a full version; nil if it is none.
    public init?(_ text: some StringProtocol) {
        var text = Substring(text)
        guard text.utf8.count <= 128 else { return nil }
        if text.first == "v" { text = text.dropFirst() }
        if let plus = text.firstIndex(of: "+") { text = text[..<plus] }
        var prerelease: [String] = []
        if let hyphen = text.firstIndex(of: "-") {
            let identifiers = text[text.index(after: hyphen)...].split(separator: ".", omittingEmptySubsequences: false)
            guard identifiers.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(Self.isIdentifierByte) }) else {
                return nil
            }
            prerelease = identifiers.map(String.init)
            text = text[..<hyphen]
        }
        let numbers = text.split(separator: ".", omittingEmptySubsequences: false).map(Self.number)
        guard numbers.count == 3, let major = numbers[0], let minor = numbers[1], let patch = numbers[2] else {
            return nil
        }
        self.init(major: major, minor: minor, patch: patch, prerelease: prerelease)
    }

    /// Whether this is a version before a release.
    public var isPrerelease: Bool { !prerelease.isEmpty }
    /// The minor release that it belongs to: `1.30`.
    public var line: String { "\(major).\(minor)" }
    /// The version without a leading `v`.
    public var description: String {
        "\(major).\(minor).\(patch)" + (prerelease.isEmpty ? "" : "-" + prerelease.joined(separator: "."))
    }

    /// Orders by precedence: a pre-release comes before its release.
    public static func < (left: Version, right: Version) -> Bool {
        let (a, b) = ((left.major, left.minor, left.patch), (right.major, right.minor, right.patch))
        guard a == b else { return a < b }
        if left.prerelease.isEmpty || right.prerelease.isEmpty {
            return !left.prerelease.isEmpty && right.prerelease.isEmpty
        }
        for (one, other) in zip(left.prerelease, right.prerelease) where one != other {
            switch (number(one), number(other)) {
            case (let one?, let other?): return one < other
            case (.some, nil): return true
            case (nil, .some): return false
            case (nil, nil): return one < other
            }
        }
        return left.prerelease.count < right.prerelease.count
    }

    /// A decimal number without a sign; nil if it is none or too long.
    static func number(_ text: some StringProtocol) -> Int? {
        guard !text.isEmpty, text.utf8.count <= 9, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }

    private static func isIdentifierByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
