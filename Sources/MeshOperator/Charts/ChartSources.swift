import HTTPTransport
import HelmCharts
import KubeCore
import MeshAPI
import Synchronization

/// Finds the source that a spec names, and keeps those that remember what they were told.
package final class ChartSources: Sendable {
    /// How charts are had over the network.
    package struct Network: Sendable {
        /// What carries the requests.
        package var exchange: any HTTPExchange
        /// Where indexes and archives are kept across restarts; nil for nowhere.
        package var cache: ContentCache?
        /// How long what a source said is taken for current, and how often a mesh is looked at again: 5 minutes.
        package var freshness = Duration.seconds(300)

        package init(exchange: any HTTPExchange, cache: ContentCache? = nil) {
            self.exchange = exchange
            self.cache = cache
        }
    }

    private struct Key: Hashable {
        var settings: ChartSettings
        var namespace: String
    }

    private struct Known {
        var charts: RemoteCharts
        var secretDigest: String
        var checkedAt: Timestamp
    }

    private let embedded: FixedCharts
    private let network: Network?
    private let known = Mutex<[Key: Known]>([:])

    /// - Parameters:
    ///   - embedded: the charts that `embedded` means.
    ///   - network: how charts are had over the network; nil where they cannot be.
    package init(embedded: [ChartFiles], network: Network? = nil) {
        self.embedded = FixedCharts(source: "embedded", charts: embedded)
        self.network = network
    }

    /// When a mesh with these settings is to be looked at again though nothing happens; nil for never.
    package func refreshes(_ settings: ChartSettings) -> Duration? {
        settings.isRemote ? network?.freshness : nil
    }

    /// The source that settings name.
    ///
    /// - Parameters:
    ///   - namespace: the namespace of the pull secret.
    ///   - now: the time.
    ///   - secret: reads the pull secret.
    package func source(
        _ settings: ChartSettings, namespace: String, now: @escaping @Sendable () -> Timestamp,
        secret: (String) async throws -> KubeObject?
    ) async throws -> any ChartSource {
        if settings.source == "embedded" { return embedded }
        if settings.source.hasPrefix("file://") {
            return ChartDirectory(path: String(settings.source.dropFirst("file://".count)))
        }
        guard settings.isRemote, let network else {
            throw ChartProblem("spec.charts.source: \(settings.source) cannot be reached from here")
        }
        let key = Key(settings: settings, namespace: namespace)
        let time = now()
        let last = known.withLock { $0[key] }
        if let last, time.duration(since: last.checkedAt) < network.freshness, last.charts.isHealthy {
            return last.charts
        }
        let pullSecret = try await PullSecret.read(settings.pullSecretRef?.name, namespace: namespace, secret)
        let charts: RemoteCharts
        if let last, last.secretDigest == pullSecret.digest {
            charts = last.charts
        } else {
            charts = try Self.make(settings, pullSecret, network, now)
        }
        let current = Known(charts: charts, secretDigest: pullSecret.digest, checkedAt: time)
        known.withLock { known in
            // Specs that are edited again and again must not fill the memory.
            if known.count >= 32 { known.removeAll() }
            known[key] = current
        }
        return current.charts
    }

    private static func make(
        _ settings: ChartSettings, _ secret: PullSecret, _ network: Network, _ now: @escaping @Sendable () -> Timestamp
    ) throws(ChartProblem) -> RemoteCharts {
        var options = RepositorySettings()
        options.usesLastGood = true
        options.usesPlainHTTP = settings.plainHTTP
        let repository: any ChartRepository
        do {
            try secret.apply(to: &options, source: settings.source)
            if RegistryReference.isReference(settings.source) {
                repository = try OCIChartRepository(
                    RegistryReference(settings.source), exchange: network.exchange, settings: options,
                    cache: network.cache, freshness: network.freshness, now: now)
            } else {
                repository = try HTTPChartRepository(
                    url: settings.source, exchange: network.exchange, settings: options, cache: network.cache,
                    freshness: network.freshness, now: now)
            }
        } catch {
            throw ChartProblem("spec.charts: \(error)")
        }
        return RemoteCharts(
            source: settings.source, repository: repository, freshness: network.freshness, now: now)
    }
}
