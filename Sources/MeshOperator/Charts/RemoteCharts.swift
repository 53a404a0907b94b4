import HelmCharts
import KubeCore
import MeshAPI
import Synchronization

/// The charts of a repository or registry. What it gave last is used where it cannot be reached, and said so.
package final class RemoteCharts: ChartSource {
    private struct Loaded {
        var files: ChartFiles
        var readAt: Timestamp
    }

    private struct State {
        var loaded: [String: Loaded] = [:]
        /// Why what could not be asked, by what: a chart's name, or a chart's name and version.
        var unavailable: [String: Unavailability] = [:]
        /// Whether the last answers of the source were all that was asked for.
        var hasAnswered = true
    }

    private let source: String
    private let repository: any ChartRepository
    private let freshness: Duration
    private let now: @Sendable () -> Timestamp
    private let state = Mutex(State())

    /// How many charts are kept in memory: an istiod has nine, a canary twice as many.
    private static let maximumLoaded = 64

    /// - Parameters:
    ///   - source: the source as the spec names it.
    ///   - freshness: how long a chart of unknown digest is taken for current without asking again.
    ///   - now: the time.
    package init(
        source: String, repository: any ChartRepository, freshness: Duration, now: @escaping @Sendable () -> Timestamp
    ) {
        self.source = source
        self.repository = repository
        self.freshness = freshness
        self.now = now
    }

    package var notice: String? {
        let unavailable = state.withLock { $0.unavailable }
        guard let (_, first) = unavailable.min(by: { $0.key < $1.key }) else { return nil }
        return "\(first.error) The charts of \(first.confirmedAt) are used."
    }

    /// Whether the source gave what it was asked for, so that there is no reason to look for other credentials.
    package var isHealthy: Bool { state.withLock { $0.hasAnswered && $0.unavailable.isEmpty } }

    package func catalogue(of names: Set<String>) async throws(ChartProblem) -> ChartCatalogue {
        let repository = repository
        let answers = await withTaskGroup(of: (String, Result<ChartListing, RepositoryError>).self) { group in
            for name in names {
                group.addTask {
                    do throws(RepositoryError) {
                        return (name, .success(try await repository.listing(of: name)))
                    } catch {
                        return (name, .failure(error))
                    }
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        var charts: [ChartDescription] = []
        var failures: [String: String] = [:]
        for (name, answer) in answers {
            switch answer {
            case .success(let listing):
                note(listing.unavailability, about: name)
                charts += listing.entries.map(Self.description)
            case .failure(let error):
                // Not every source has every addon, and some registries deny what they do not have.
                if error.kind != .chartNotFound { failures[name] = error.description }
            }
        }
        let hasAnswered = failures.isEmpty
        state.withLock { $0.hasAnswered = hasAnswered }
        if charts.isEmpty, let (_, failure) = failures.min(by: { $0.key < $1.key }) {
            throw ChartProblem("spec.charts.source: \(failure)", isTransient: true)
        }
        // Which profiles there are shows only inside the charts; Istio's own have them all.
        return ChartCatalogue(
            source: source, charts: charts, profiles: Set(Profile.allCases.map(\.rawValue)), failures: failures)
    }

    private static func description(_ entry: ChartEntry) -> ChartDescription {
        ChartDescription(
            name: entry.name, version: entry.version,
            appVersion: entry.appVersion.isEmpty ? entry.version : entry.appVersion, digest: "",
            archiveDigest: entry.digest)
    }

    package func files(of chart: ChartDescription) async throws(ChartProblem) -> ChartFiles {
        let key = "\(chart.name) \(chart.version)"
        let time = now()
        if let known = state.withLock({ $0.loaded[key] }), Self.isCurrent(known.files, for: chart),
            chart.archiveDigest != nil || time.duration(since: known.readAt) < freshness
        {
            return known.files
        }
        let files: ChartFiles
        do {
            let listing = try await repository.listing(of: chart.name)
            guard let entry = listing.entries.first(where: { $0.version == chart.version }) else {
                throw RepositoryError(.versionNotFound, "\(source) no longer has chart \(chart.name) \(chart.version)")
            }
            let download = try await repository.archive(of: entry)
            files = try Self.open(download)
            note(download.unavailability, about: key)
        } catch let problem as ChartProblem {
            throw problem
        } catch {
            state.withLock { $0.hasAnswered = false }
            throw ChartProblem("spec.charts.source: \(error)", isTransient: true)
        }
        state.withLock { state in
            if state.loaded.count >= Self.maximumLoaded { state.loaded.removeAll() }
            state.loaded[key] = Loaded(files: files, readAt: time)
        }
        return files
    }

    /// Whether files are those of a description: pinned, by the files' own digest; else by the archive's.
    private static func isCurrent(_ files: ChartFiles, for chart: ChartDescription) -> Bool {
        if !chart.digest.isEmpty { return files.description == chart }
        return chart.archiveDigest == nil || files.description.archiveDigest == chart.archiveDigest
    }

    private static func open(_ download: ChartDownload) throws(ChartProblem) -> ChartFiles {
        do {
            let files = try Chart.files(inArchive: download.archive).map {
                ChartFiles.File(path: $0.path, content: $0.content)
            }
            return try ChartFiles(files, from: download.source).from(download.source, archiveDigest: download.digest)
        } catch let problem as ChartProblem {
            throw problem
        } catch {
            throw ChartProblem(
                "spec.charts.source: \(download.source): this is no chart archive: \(error)", isTransient: true)
        }
    }

    private func note(_ unavailability: Unavailability?, about key: String) {
        state.withLock { $0.unavailable[key] = unavailability }
    }
}
