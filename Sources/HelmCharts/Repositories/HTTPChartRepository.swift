import HTTPTransport
import KubeCore
import Synchronization

/// A Helm repository over HTTP: an `index.yaml`, and archives wherever it points.
///
/// The index is kept, on disk where there is a cache, and asked for again with its entity tag and date, so that an index
/// of many megabytes that has not changed costs one small answer.
public final class HTTPChartRepository: ChartRepository {
    private struct Known: Sendable {
        var index: RepositoryIndex
        var reference: ContentCache.Reference
        var unavailability: Unavailability?
        var readAt: Timestamp
    }

    private let url: RepositoryURL
    private let download: Download
    private let cache: ContentCache?
    private let now: @Sendable () -> Timestamp
    private let freshness: Duration
    private let known = Mutex<Known?>(nil)
    private let authorization: String?

    /// A repository.
    ///
    /// - Parameters:
    ///   - url: the URL of the folder that holds `index.yaml`. User information in it counts as credentials.
    ///   - exchange: what carries the requests.
    ///   - settings: how it is reached.
    ///   - cache: where indexes and archives are kept; nil for memory alone.
    ///   - freshness: how long an index is taken for current without asking again.
    ///   - now: the time.
    ///   - clock: measures the limits of time.
    /// - Throws: ``RepositoryError`` of kind `invalidReference` for what is no `http` or `https` URL.
    public init(
        url: String, exchange: any HTTPExchange, settings: RepositorySettings = RepositorySettings(),
        cache: ContentCache? = nil, freshness: Duration = .zero, now: @escaping @Sendable () -> Timestamp,
        clock: any Clock<Duration> = ContinuousClock()
    ) throws(RepositoryError) {
        guard let parsed = RepositoryURL(url) else {
            throw RepositoryError(
                .invalidReference, "a repository's URL must begin with http:// or https:// and a host")
        }
        self.url = parsed
        download = Download(exchange: exchange, settings: settings, clock: clock)
        self.cache = cache
        self.freshness = freshness
        self.now = now
        authorization = settings.authorization(for: parsed)
    }

    /// The repository's URL as it may be shown.
    public var display: String { url.display }

    /// The versions of a chart, from the index.
    public func listing(of chart: String) async throws(RepositoryError) -> ChartListing {
        let current = try await index()
        guard let entries = try current.index.entries(of: chart, source: display) else {
            let names = current.index.names
            let some =
                names.prefix(12).joined(separator: ", ") + (names.count > 12 ? " and \(names.count - 12) more" : "")
            throw RepositoryError(
                .chartNotFound,
                "chart \(GoQuoting.quote(chart)) not found in \(display) repository: it has "
                    + (names.isEmpty ? "no charts" : some))
        }
        return ChartListing(entries: entries, unavailability: current.unavailability)
    }

    // MARK: The index

    private func index() async throws(RepositoryError) -> Known {
        let time = now()
        let last = known.withLock { $0 }
        if let last, freshness > .zero, time.duration(since: last.readAt) < freshness { return last }
        let found: Known
        do throws(RepositoryError) {
            found = try await readIndex(last ?? cachedIndex())
        } catch {
            guard download.settings.usesLastGood, error.kind != .cancelled, var last = last ?? cachedIndex() else {
                throw error
            }
            last.unavailability = Unavailability(error: error, confirmedAt: last.reference.confirmedAt)
            last.readAt = time
            found = last
        }
        known.withLock { $0 = found }
        return found
    }

    private var cacheName: String { "index \(url.text)" }

    /// The index of the last process.
    private func cachedIndex() -> Known? {
        guard let reference = cache?.reference(cacheName), let bytes = cache?.blob(reference.digest),
            let index = try? RepositoryIndex(bytes, source: display)
        else { return nil }
        return Known(index: index, reference: reference, readAt: reference.confirmedAt)
    }

    private func readIndex(_ last: Known?) async throws(RepositoryError) -> Known {
        guard let file = url.file("index.yaml") else {
            throw RepositoryError(.invalidReference, "\(display): no URL of an index can be made of this")
        }
        var headers: HTTPHeaders = ["Accept": "application/yaml, application/x-yaml, text/yaml, */*"]
        headers.makeConditional(on: last?.reference)
        let answer = try await download.perform(
            Download.Order(
                url: file, headers: headers, maximumBytes: download.settings.maximumIndexBytes, home: url.origin,
                authorization: authorization, acceptsCompression: true))
        if answer.response.status == 304, var last {
            last.reference.confirmedAt = now()
            last.readAt = last.reference.confirmedAt
            last.unavailability = nil
            cache?.store(last.reference, for: cacheName)
            return last
        }
        guard answer.response.status == 200 else {
            let error = RepositoryError(status: answer.response.status, answer.url)
            throw RepositoryError(
                error.kind,
                "looks like \(GoQuoting.quote(display)) is not a valid chart repository or cannot be reached: "
                    + error.description)
        }
        let bytes = answer.response.body
        let index = try RepositoryIndex(bytes, source: display)
        let digest = cache?.store(bytes) ?? SHA256.hexadecimal(bytes)
        let reference = ContentCache.Reference(
            digest: digest, entityTag: answer.response.headers["ETag"],
            lastModified: answer.response.headers["Last-Modified"], confirmedAt: now())
        cache?.store(reference, for: cacheName)
        return Known(index: index, reference: reference, readAt: reference.confirmedAt)
    }

    // MARK: Archives

    /// The archive of a version, verified, or from the cache.
    public func archive(of entry: ChartEntry) async throws(RepositoryError) -> ChartDownload {
        guard !entry.urls.isEmpty else {
            throw RepositoryError(
                .badIndex, "chart \(GoQuoting.quote(entry.name)) version \(entry.version) has no downloadable URLs")
        }
        var first: RepositoryError?
        // Mirrors stand behind one another; what the first says is what a person should hear.
        for reference in entry.urls.prefix(4) {
            do throws(RepositoryError) {
                guard let file = url.file(reference) else {
                    throw RepositoryError(
                        .badIndex,
                        "\(display): the URL of chart \(entry.name) \(entry.version) is not one of http or https")
                }
                return try await ArchiveDownload(download: download, cache: cache, now: now).archive(
                    file, digest: entry.digest, home: url.origin, authorization: authorization)
            } catch {
                if error.kind == .cancelled { throw error }
                first = first ?? error
            }
        }
        throw first ?? RepositoryError(.notFound, "\(display): chart \(entry.name) \(entry.version) is nowhere")
    }
}
