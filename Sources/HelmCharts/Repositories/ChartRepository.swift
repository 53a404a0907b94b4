import KubeCore

/// A source of charts that lists what it has: an HTTP repository, or a registry's folder.
public protocol ChartRepository: Sendable {
    /// The versions of a chart, the highest first.
    ///
    /// - Throws: ``RepositoryError``; of kind `chartNotFound` where there is no such chart.
    func listing(of chart: String) async throws(RepositoryError) -> ChartListing

    /// The archive of a version that the repository listed, verified.
    func archive(of entry: ChartEntry) async throws(RepositoryError) -> ChartDownload
}

/// The versions of a chart that a source has.
public struct ChartListing: Sendable {
    /// The versions, the highest first.
    public var entries: [ChartEntry]
    /// Why the source could not be asked, where these are the versions that it had last.
    public var unavailability: Unavailability?
}

/// Why a source could not be reached, and since when its last answer is.
public struct Unavailability: Sendable, Hashable {
    /// Why.
    public var error: RepositoryError
    /// The time of the answer that is used in its place.
    public var confirmedAt: Timestamp
}

/// An archive as it was had.
public struct ChartDownload: Sendable {
    /// The bytes of the `.tgz`.
    public var archive: [UInt8]
    /// Where from: the URL of the archive, or `oci://…@sha256:…` by the manifest's digest; no credentials, no query.
    public var source: String
    /// SHA-256 of the archive in hexadecimal.
    public var digest: String
    /// Why the source could not be asked, where this is what it gave last.
    public var unavailability: Unavailability?
}

/// A chart with the provenance of it: what was resolved to what, and where it came from.
public struct ResolvedChart: Sendable {
    /// The chart.
    public var chart: Chart
    /// The chart's name.
    public var name: String { chart.name }
    /// The chart's version.
    public var version: String { chart.version }
    /// The version of what it installs; empty if it does not say.
    public var appVersion: String { chart.appVersion }
    /// Where from, as in ``ChartDownload/source``.
    public var source: String
    /// SHA-256 of the archive in hexadecimal.
    public var digest: String
    /// Why the source could not be asked, where this is what it gave last.
    public var unavailability: Unavailability?

}

extension ResolvedChart {
    /// Opens an archive.
    ///
    /// - Throws: ``RepositoryError`` of kind `notAChart`, or `digestMismatch` where the chart inside is another than
    ///   the source said.
    init(_ download: ChartDownload, entry: ChartEntry?) throws(RepositoryError) {
        do {
            chart = try Chart.load(archive: download.archive)
        } catch {
            throw RepositoryError(.notAChart, "\(download.source): this is no chart archive: \(error.message)")
        }
        source = download.source
        digest = download.digest
        unavailability = download.unavailability
        guard let entry else { return }
        guard chart.name == entry.name,
            chart.version == entry.version || SemanticVersion(chart.version) == SemanticVersion(entry.version)
        else {
            throw RepositoryError(
                .notAChart,
                "\(download.source): the archive holds chart \(chart.name) \(chart.version) instead of \(entry.name) "
                    + entry.version)
        }
    }
}

extension ChartRepository {
    /// The newest chart of a name within a range, as Helm resolves it.
    ///
    /// - Parameters:
    ///   - name: the chart's name.
    ///   - range: a version or a range in Masterminds' syntax; empty for the newest release.
    ///   - allowsDevelopmentVersions: whether an empty range stands for pre-releases too (`--devel`).
    /// - Throws: ``RepositoryError``, which says what versions there are where none is in the range.
    public func chart(
        _ name: String, _ range: String, allowsDevelopmentVersions: Bool = false, from source: String
    ) async throws(RepositoryError) -> ResolvedChart {
        let listing = try await listing(of: name)
        let wanted = VersionSelection.range(range, allowsDevelopmentVersions: allowsDevelopmentVersions)
        guard let entry = try VersionSelection.select(listing.entries, wanted) else {
            let version = wanted.isEmpty ? "" : " version \(GoQuoting.quote(wanted))"
            throw RepositoryError(
                .versionNotFound,
                "chart \(GoQuoting.quote(name))\(version) not found in \(source) repository: "
                    + VersionSelection.summary(listing.entries))
        }
        var chart = try ResolvedChart(try await archive(of: entry), entry: entry)
        chart.unavailability = chart.unavailability ?? listing.unavailability
        return chart
    }
}
