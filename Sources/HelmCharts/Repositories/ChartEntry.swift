import KubeCore

/// A version of a chart that a source has.
public struct ChartEntry: Sendable, Hashable {
    /// The chart's name.
    public var name: String
    /// The chart's version, as the source writes it.
    public var version: String
    /// The version of what the chart installs; empty where the source does not say.
    public var appVersion = ""
    /// Whether the chart's authors advise against it.
    public var isDeprecated = false
    /// Where the archive is, relative to the repository or absolute; empty for registries.
    public var urls: [String] = []
    /// SHA-256 of the archive in hexadecimal; nil where the source does not say.
    public var digest: String?

    init(name: String, version: String) {
        self.name = name
        self.version = version
    }

    /// An entry of an index; nil if it is not one that Helm would take.
    init?(_ json: JSONValue) {
        guard case .object = json else { return nil }
        let metadata = ChartMetadata(json)
        guard !metadata.name.isEmpty, !metadata.name.contains("/"), metadata.name != ".", metadata.name != "..",
            SemanticVersion(metadata.version) != nil
        else { return nil }
        name = metadata.name
        version = metadata.version
        appVersion = metadata.appVersion
        isDeprecated = metadata.isDeprecated
        urls = (json["urls"]?.arrayValue ?? []).compactMap(\.stringValue)
        if let text = json["digest"]?.stringValue {
            let plain = text.hasPrefix("sha256:") ? text.dropFirst("sha256:".count) : Substring(text)
            digest = ContentCache.isDigest(plain.lowercased()) ? plain.lowercased() : nil
        }
    }
}

/// Which of the versions that a source has is meant: Helm's rules, for repositories and registries.
package enum VersionSelection {
    /// The range that is asked for: `--version`, or with `--devel` anything at all.
    package static func range(_ version: String, allowsDevelopmentVersions: Bool) -> String {
        version.isEmpty && allowsDevelopmentVersions ? ">0.0.0-0" : version
    }

    /// Versions in descending order, what is no version last.
    package static func sorted(_ entries: [ChartEntry]) -> [ChartEntry] {
        let versions = entries.map { ($0, SemanticVersion($0.version)) }
        return versions.enumerated().sorted { left, right in
            switch (left.element.1, right.element.1) {
            case (let one?, let two?):
                let order = one.compare(two)
                return order == 0 ? left.offset < right.offset : order > 0
            case (.some, nil): return true
            case (nil, .some): return false
            default: return left.offset < right.offset
            }
        }.map(\.element.0)
    }

    /// The entry that a range means, of entries in descending order: the very version where there is one of that text,
    /// else the highest in the range. Pre-releases are in a range only where it names one itself.
    ///
    /// - Returns: nil where no version is in the range.
    /// - Throws: ``RepositoryError`` of kind `invalidReference` for a range that cannot be read.
    package static func select(_ entries: [ChartEntry], _ range: String) throws(RepositoryError) -> ChartEntry? {
        if !range.isEmpty, let exact = entries.first(where: { $0.version == range }) { return exact }
        let constraint: VersionConstraint
        do throws(GoError) {
            constraint = try VersionConstraint(reading: range.isEmpty ? "*" : range)
        } catch {
            throw RepositoryError(.invalidReference, error.text)
        }
        return entries.first { SemanticVersion($0.version).map(constraint.allows) ?? false }
    }

    /// The newest versions, for a person who asked for another.
    static func summary(_ entries: [ChartEntry]) -> String {
        guard !entries.isEmpty else { return "it has no version of it" }
        let newest = entries.prefix(8).map(\.version).joined(separator: ", ")
        let rest = entries.count > 8 ? " and \(entries.count - 8) older ones" : ""
        return "it has \(newest)\(rest)"
    }
}
