import HTTPTransport
import KubeCore
import Synchronization

/// The charts of a registry's folder: `oci://HOST/PATH`, with one repository for each chart and one tag for each version.
public final class OCIChartRepository: ChartRepository {
    private let folder: RegistryReference
    private let registry: RegistryClient
    private let settings: RepositorySettings
    private let cache: ContentCache?
    private let now: @Sendable () -> Timestamp
    private let freshness: Duration
    private let listings = Mutex<[String: (listing: ChartListing, readAt: Timestamp)]>([:])

    /// A registry's folder.
    ///
    /// - Parameters:
    ///   - reference: the folder, or a chart in it that ``chart(at:version:allowsDevelopmentVersions:)`` is asked for.
    ///   - exchange: what carries the requests.
    ///   - settings: how it is reached.
    ///   - cache: where tags, manifests and archives are kept; nil for nowhere.
    ///   - freshness: how long a list of tags is taken for current without asking again.
    ///   - now: the time.
    ///   - clock: measures the limits of time.
    /// - Throws: ``RepositoryError`` of kind `invalidReference`.
    public init(
        _ reference: RegistryReference, exchange: any HTTPExchange, settings: RepositorySettings = RepositorySettings(),
        cache: ContentCache? = nil, freshness: Duration = .zero, now: @escaping @Sendable () -> Timestamp,
        clock: any Clock<Duration> = ContinuousClock()
    ) throws(RepositoryError) {
        folder = reference
        registry = try RegistryClient(
            registry: reference.registry, exchange: exchange, settings: settings, clock: clock)
        self.settings = settings
        self.cache = cache
        self.freshness = freshness
        self.now = now
    }

    // MARK: What there is

    /// The versions of a chart, from the list of tags.
    public func listing(of chart: String) async throws(RepositoryError) -> ChartListing {
        return try await listing(folder.chart(chart))
    }

    private func listing(_ repository: RegistryReference) async throws(RepositoryError) -> ChartListing {
        let time = now()
        if freshness > .zero, let known = listings.withLock({ $0[repository.repository] }),
            time.duration(since: known.readAt) < freshness
        {
            return known.listing
        }
        let listing = try await readListing(repository)
        listings.withLock { $0[repository.repository] = (listing, time) }
        return listing
    }

    private func readListing(_ repository: RegistryReference) async throws(RepositoryError) -> ChartListing {
        let name = "tags \(repository)"
        do throws(RepositoryError) {
            let tags = try await registry.tags(of: repository.repository)
            if let cache {
                let content = JSONValue.array(tags.map { .string($0) }).serializedBytes()
                cache.store(ContentCache.Reference(digest: cache.store(content), confirmedAt: now()), for: name)
            }
            return ChartListing(entries: Self.entries(tags, repository.name))
        } catch {
            guard settings.usesLastGood, error.kind != .cancelled, let reference = cache?.reference(name),
                let content = cache?.blob(reference.digest), let tags = (try? JSONValue(parsing: content))?.arrayValue
            else {
                guard error.kind == .notFound else { throw error }
                throw RepositoryError(.chartNotFound, "\(repository): there is no such chart in the registry")
            }
            return ChartListing(
                entries: Self.entries(tags.compactMap(\.stringValue), repository.name),
                unavailability: Unavailability(error: error, confirmedAt: reference.confirmedAt))
        }
    }

    /// Tags that are whole semantic versions, as Helm takes them.
    private static func entries(_ tags: [String], _ name: String) -> [ChartEntry] {
        VersionSelection.sorted(
            tags.compactMap { tag in
                let version = RegistryReference.version(forTag: tag)
                guard SemanticVersion(version)?.text == version else { return nil }
                return ChartEntry(name: name, version: version)
            })
    }

    // MARK: Archives

    /// The archive of a version, verified, or from the cache.
    public func archive(of entry: ChartEntry) async throws(RepositoryError) -> ChartDownload {
        return try await archive(folder.chart(entry.name), RegistryReference.tag(forVersion: entry.version))
    }

    /// The chart that a reference names, within a range where it has neither tag nor digest: Helm's rules.
    ///
    /// - Throws: ``RepositoryError``, which says what versions there are where none is in the range.
    public func chart(
        at reference: RegistryReference, version: String = "", allowsDevelopmentVersions: Bool = false
    ) async throws(RepositoryError) -> ResolvedChart {
        var version = VersionSelection.range(version, allowsDevelopmentVersions: allowsDevelopmentVersions)
        if version.isEmpty {
            version = reference.tag ?? ""
        } else if let tag = reference.tag, tag != version {
            throw RepositoryError(.invalidReference, "chart reference and version mismatch: \(version) is not \(tag)")
        }
        if let digest = reference.digest {
            if !version.isEmpty { try await check(reference, version, is: digest) }
            return try ResolvedChart(try await archive(reference, digest), entry: nil)
        }
        var unavailability: Unavailability?
        if SemanticVersion(version) == nil {
            let listing = try await listing(reference)
            unavailability = listing.unavailability
            guard !listing.entries.isEmpty else {
                throw RepositoryError(
                    .versionNotFound, "unable to locate any tags in provided repository: \(reference)")
            }
            guard let entry = try VersionSelection.select(listing.entries, version) else {
                throw RepositoryError(
                    .versionNotFound,
                    "could not locate a version matching provided version string \(version) in \(reference): "
                        + VersionSelection.summary(listing.entries))
            }
            version = entry.version
        }
        do throws(RepositoryError) {
            var chart = try ResolvedChart(
                try await archive(reference, RegistryReference.tag(forVersion: version)), entry: nil)
            chart.unavailability = chart.unavailability ?? unavailability
            return chart
        } catch {
            guard error.kind == .notFound else { throw error }
            // A person who mistyped a version should read which there are.
            let listing = try await listing(reference)
            throw RepositoryError(
                .versionNotFound,
                "\(reference): there is no version \(version): \(VersionSelection.summary(listing.entries))")
        }
    }

    /// A tag beside a digest must not mean another manifest; it need not exist.
    private func check(
        _ reference: RegistryReference, _ version: String, is digest: String
    ) async throws(RepositoryError) {
        do throws(RepositoryError) {
            let found = try await registry.manifest(
                reference.repository, RegistryReference.tag(forVersion: version)
            ).digest
            guard found == digest else {
                throw RepositoryError(.digestMismatch, "chart reference digest mismatch: \(found) is not \(digest)")
            }
        } catch {
            guard error.kind == .notFound else { throw error }
        }
    }

    private func archive(
        _ repository: RegistryReference, _ reference: String
    ) async throws(RepositoryError) -> ChartDownload {
        let (manifest, unavailability) = try await manifest(repository, reference)
        let layer = try await layer(repository, manifest, depth: 0)
        let digest = String(layer.digest.dropFirst("sha256:".count))
        let archive: [UInt8]
        if let known = cache?.blob(digest) {
            archive = known
        } else {
            archive = try await registry.blob(
                repository.repository, layer.digest, size: layer.size, maximumBytes: settings.maximumArchiveBytes)
            cache?.store(archive, as: digest)
        }
        return ChartDownload(
            archive: archive, source: repository.pinned(manifest.digest), digest: digest, unavailability: unavailability
        )
    }

    private struct Manifest {
        var bytes: [UInt8]
        var mediaType: String
        var digest: String
    }

    private func manifest(
        _ repository: RegistryReference, _ reference: String
    ) async throws(RepositoryError) -> (Manifest, Unavailability?) {
        let isDigest = reference.hasPrefix("sha256:")
        if isDigest, let bytes = cache?.blob(String(reference.dropFirst("sha256:".count))) {
            return (Manifest(bytes: bytes, mediaType: "", digest: reference), nil)
        }
        let name = "manifest \(repository.registry)/\(repository.repository):\(reference)"
        do throws(RepositoryError) {
            let found = try await registry.manifest(repository.repository, reference)
            cache?.store(found.bytes)
            if !isDigest {
                cache?.store(
                    ContentCache.Reference(
                        digest: String(found.digest.dropFirst("sha256:".count)), confirmedAt: now()), for: name)
            }
            return (Manifest(bytes: found.bytes, mediaType: found.mediaType, digest: found.digest), nil)
        } catch {
            guard settings.usesLastGood, error.kind != .cancelled,
                let reference = cache?.reference(name), let bytes = cache?.blob(reference.digest)
            else { throw error }
            return (
                Manifest(bytes: bytes, mediaType: "", digest: "sha256:" + reference.digest),
                Unavailability(error: error, confirmedAt: reference.confirmedAt)
            )
        }
    }

    /// The layer that holds the chart; through an index, that of its first manifest that is a chart's.
    private func layer(
        _ repository: RegistryReference, _ manifest: Manifest, depth: Int
    ) async throws(RepositoryError) -> RegistryManifest.Descriptor {
        let source = repository.pinned(manifest.digest)
        switch try RegistryManifest(manifest.bytes, mediaType: manifest.mediaType, source: source) {
        case .chart(let layer): return layer
        case .index(let descriptors):
            guard depth < 2 else { throw RepositoryError(.badManifest, "\(source): indexes are nested too deeply") }
            for descriptor in descriptors.prefix(16) {
                do throws(RepositoryError) {
                    let (inner, _) = try await self.manifest(repository, descriptor.digest)
                    return try await layer(repository, inner, depth: depth + 1)
                } catch {
                    guard error.kind == .notAChart else { throw error }
                }
            }
            throw RepositoryError(.notAChart, "\(source): none of the index's manifests is that of a Helm chart")
        }
    }
}
