import Foundation
import HTTPTransport
import KubeCore

/// Finds what a command line means by a chart: a name within `--repo`, a directory or archive, `oci://…`, a URL, or
/// `REPOSITORY/NAME` of a configuration file of repositories; in that order, with Helm's words for what is missing.
public struct ChartLocator: Sendable {
    /// What is asked for.
    public struct Query: Sendable {
        /// The chart, as the command line names it.
        public var chart: String
        /// The URL of the repository that has it (`--repo`); empty for none.
        public var repository = ""
        /// A version or a range of versions; empty for the newest.
        public var version = ""
        /// Whether pre-releases count where no version is asked for (`--devel`).
        public var allowsDevelopmentVersions = false
        /// Whether dependencies that the chart does not carry are fetched (`--dependency-update`); nothing on disk changes.
        public var fetchesDependencies = false

        /// A query for a chart by its path or reference.
        public init(chart: String) { self.chart = chart }
    }

    private let exchange: any HTTPExchange
    private let settings: RepositorySettings
    private let cache: ContentCache?
    private let configuration: RepositoryConfiguration?
    private let now: @Sendable () -> Timestamp

    /// - Parameters:
    ///   - configuration: the repositories that have names; nil for none.
    ///   - now: the time.
    public init(
        exchange: any HTTPExchange, settings: RepositorySettings, cache: ContentCache? = nil,
        configuration: RepositoryConfiguration? = nil, now: @escaping @Sendable () -> Timestamp
    ) {
        self.exchange = exchange
        self.settings = settings
        self.cache = cache
        self.configuration = configuration
        self.now = now
    }

    /// The chart that is meant.
    ///
    /// - Throws: ``ChartError`` for a chart on disk that cannot be read, ``RepositoryError`` for anything else.
    public func chart(_ query: Query) async throws -> ResolvedChart {
        let name = query.chart.trimmingSpace()
        if !query.repository.isEmpty { return try await repository(query, name) }
        var isDirectory: ObjCBool = false
        if FileManager.default.fileExists(atPath: name, isDirectory: &isDirectory) {
            guard isDirectory.boolValue else { return try file(name) }
            let chart = try directory(name)
            guard query.fetchesDependencies, !chart.chart.missingDependencies.isEmpty else { return chart }
            return try await completed(chart, in: name)
        }
        if name.hasPrefix("/") || name.hasPrefix(".") {
            throw RepositoryError(.notFound, "path \(GoQuoting.quote(name)) not found")
        }
        if RegistryReference.isReference(name) { return try await registry(query, name) }
        if let url = RepositoryURL(name) { return try await archive(url) }
        let parts = name.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, !name.contains("://") else {
            throw RepositoryError(
                .invalidReference,
                name.contains("://")
                    ? "could not find protocol handler for: \(name.prefix { $0 != ":" })"
                    : "non-absolute URLs should be in form of repo_name/path_to_chart, got: \(name)")
        }
        return try await configured(parts[0], settings).chart(
            parts[1], query.version, allowsDevelopmentVersions: query.allowsDevelopmentVersions, from: parts[0])
    }

    /// The repository that has a name in the configuration, reached by these settings and its own below them.
    private func configured(
        _ name: String, _ settings: RepositorySettings
    ) throws(RepositoryError) -> HTTPChartRepository {
        guard let named = configuration?.repository(name) else {
            throw RepositoryError(.invalidReference, "repo \(name) not found")
        }
        var own = settings
        named.apply(to: &own)
        return try HTTPChartRepository(url: named.url, exchange: exchange, settings: own, cache: cache, now: now)
    }

    private func directory(_ path: String) throws(ChartError) -> ResolvedChart {
        let chart = try Chart.load(directory: path)
        return ResolvedChart(chart: chart, source: path, digest: chart.digest)
    }

    /// A directory's chart with the dependencies that it lacks, as they would lie in `charts/`.
    private func completed(_ chart: ResolvedChart, in path: String) async throws -> ResolvedChart {
        var files: [String: [UInt8]] = [:]
        for file in try ChartDirectory.files(in: path) { files[file.path] = file.bytes }
        let missing = Set(chart.chart.missingDependencies)
        for dependency in chart.chart.contents.metadata.dependencies ?? [] where missing.contains(dependency.name) {
            if dependency.repository.hasPrefix("file://") {
                let folder = path + "/" + dependency.repository.dropFirst("file://".count)
                for file in try ChartDirectory.files(in: folder) {
                    files["charts/\(dependency.name)/\(file.path)"] = file.bytes
                }
                continue
            }
            let found = try await archive(of: dependency)
            files["charts/\(dependency.name)-\(dependency.version.filter { $0 != "/" }).tgz"] = found.archive
        }
        let complete = try Chart.load(files: files)
        return ResolvedChart(chart: complete, source: path, digest: complete.digest)
    }

    private func archive(of dependency: ChartDependency) async throws -> ChartDownload {
        // The command line's account is that of the chart asked for, not of wherever it points.
        var settings = settings
        settings.credentials = nil
        let repository: any ChartRepository
        if RegistryReference.isReference(dependency.repository) {
            repository = try OCIChartRepository(
                RegistryReference(dependency.repository), exchange: exchange, settings: settings, cache: cache, now: now
            )
        } else if dependency.repository.hasPrefix("@") || dependency.repository.hasPrefix("alias:") {
            repository = try configured(
                String(dependency.repository.trimmingPrefix("alias:").trimmingPrefix("@")), settings)
        } else {
            repository = try HTTPChartRepository(
                url: dependency.repository, exchange: exchange, settings: settings, cache: cache, now: now)
        }
        let listing = try await repository.listing(of: dependency.name)
        guard let entry = try VersionSelection.select(listing.entries, dependency.version) else {
            throw RepositoryError(
                .versionNotFound,
                "can't get a valid version for dependency \(dependency.name) (\(dependency.version)) from "
                    + "\(dependency.repository): \(VersionSelection.summary(listing.entries))")
        }
        return try await repository.archive(of: entry)
    }

    private func file(_ path: String) throws -> ResolvedChart {
        guard let content = FileManager.default.contents(atPath: path) else {
            throw RepositoryError(.notFound, "path \(GoQuoting.quote(path)) cannot be read")
        }
        let archive = [UInt8](content)
        return ResolvedChart(
            chart: try Chart.load(archive: archive), source: path, digest: SHA256.hexadecimal(archive))
    }

    private func repository(_ query: Query, _ name: String) async throws(RepositoryError) -> ResolvedChart {
        let scheme = query.repository.firstRange(of: "://").map { query.repository[..<$0.lowerBound] }
        if let scheme, scheme != "http", scheme != "https" {
            throw RepositoryError(.invalidReference, "could not find protocol handler for: \(scheme)")
        }
        let repository = try HTTPChartRepository(
            url: query.repository, exchange: exchange, settings: settings, cache: cache, now: now)
        return try await repository.chart(
            name, query.version, allowsDevelopmentVersions: query.allowsDevelopmentVersions, from: repository.display)
    }

    private func registry(_ query: Query, _ name: String) async throws(RepositoryError) -> ResolvedChart {
        let reference = try RegistryReference(name)
        let repository = try OCIChartRepository(
            reference, exchange: exchange, settings: settings, cache: cache, now: now)
        return try await repository.chart(
            at: reference, version: query.version, allowsDevelopmentVersions: query.allowsDevelopmentVersions)
    }

    private func archive(_ url: RepositoryURL) async throws(RepositoryError) -> ResolvedChart {
        let download = Download(exchange: exchange, settings: settings, clock: ContinuousClock())
        return try ResolvedChart(
            try await ArchiveDownload(download: download, cache: cache, now: now).archive(
                url, digest: nil, home: url.origin, authorization: settings.authorization(for: url)),
            entry: nil)
    }

    /// A file of values from a URL, at most 16 MiB.
    public func values(from text: String) async throws(RepositoryError) -> [UInt8] {
        guard let url = RepositoryURL(text) else {
            throw RepositoryError(.invalidReference, "\(text): this is no http or https URL")
        }
        let answer = try await Download(exchange: exchange, settings: settings, clock: ContinuousClock()).perform(
            Download.Order(
                url: url, maximumBytes: 16 << 20, home: url.origin,
                authorization: settings.credentials?.authorization, acceptsCompression: true))
        guard answer.response.status == 200 else {
            throw RepositoryError(status: answer.response.status, answer.url)
        }
        return answer.response.body
    }
}
