/// A semantic version as Masterminds' `semver` reads it: a leading `v` and missing parts are allowed.
struct SemanticVersion: Sendable, Comparable {
    var major: UInt64
    var minor: UInt64
    var patch: UInt64
    var prerelease: String
    var metadata: String
    var original: String

    /// The version that a text means; nil if it means none.
    init?(_ text: String) {
        guard let version = try? SemanticVersion(reading: text) else { return nil }
        self = version
    }

    /// The version that a text means; throws what Masterminds says where it means none.
    init(reading text: String) throws(GoError) {
        let invalid = GoError("invalid semantic version")
        original = text
        var rest = Substring(text)
        if rest.hasPrefix("v") { rest = rest.dropFirst() }
        metadata = ""
        prerelease = ""
        if let plus = rest.firstIndex(of: "+") {
            metadata = String(rest[rest.index(after: plus)...])
            rest = rest[..<plus]
            guard Self.areIdentifiers(metadata) else { throw invalid }
        }
        if let dash = rest.firstIndex(of: "-") {
            prerelease = String(rest[rest.index(after: dash)...])
            rest = rest[..<dash]
            guard Self.areIdentifiers(prerelease) else { throw invalid }
        }
        let parts = rest.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...3).contains(parts.count),
            parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } })
        else { throw invalid }
        var numbers: [UInt64] = []
        for part in parts {
            guard let number = UInt64(part) else {
                throw GoError(
                    "error parsing version segment: strconv.ParseUint: parsing \(GoQuoting.quote(String(part))): "
                        + "value out of range")
            }
            numbers.append(number)
        }
        major = numbers[0]
        minor = numbers.count > 1 ? numbers[1] : 0
        patch = numbers.count > 2 ? numbers[2] : 0
        for part in prerelease.split(separator: ".")
        where part.utf8.count > 1 && part.hasPrefix("0") && part.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            throw GoError("version segment starts with 0")
        }
    }

    init(major: UInt64, minor: UInt64, patch: UInt64, prerelease: String = "") {
        (self.major, self.minor, self.patch, self.prerelease) = (major, minor, patch, prerelease)
        metadata = ""
        original = "\(major).\(minor).\(patch)" + (prerelease.isEmpty ? "" : "-" + prerelease)
    }

    private static func areIdentifiers(_ text: String) -> Bool {
        text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty
                && part.utf8.allSatisfy { byte in
                    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                        || byte == 0x2D
                }
        }
    }

    /// The canonical text, without a leading `v`.
    var text: String {
        "\(major).\(minor).\(patch)" + (prerelease.isEmpty ? "" : "-" + prerelease)
            + (metadata.isEmpty ? "" : "+" + metadata)
    }

    static func == (left: SemanticVersion, right: SemanticVersion) -> Bool { left.compare(right) == 0 }
    static func < (left: SemanticVersion, right: SemanticVersion) -> Bool { left.compare(right) < 0 }

    func compare(_ other: SemanticVersion) -> Int {
        for (left, right) in [(major, other.major), (minor, other.minor), (patch, other.patch)] where left != right {
            return left < right ? -1 : 1
        }
        if prerelease == other.prerelease { return 0 }
        if prerelease.isEmpty { return 1 }
        if other.prerelease.isEmpty { return -1 }
        let left = prerelease.split(separator: ".")
        let right = other.prerelease.split(separator: ".")
        for (one, two) in zip(left, right) where one != two {
            switch (UInt64(one), UInt64(two)) {
            case (let one?, let two?): return one < two ? -1 : 1
            case (_?, nil): return -1
            case (nil, _?): return 1
            default: return String(one).isLessByBytes(than: String(two)) ? -1 : 1
            }
        }
        return left.count == right.count ? 0 : left.count < right.count ? -1 : 1
    }
}
