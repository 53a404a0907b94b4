import HTTPTransport
import KubeCore

/// Has a chart's archive from a URL, or from the cache where its digest is known.
struct ArchiveDownload: Sendable {
    let download: Download
    let cache: ContentCache?
    let now: @Sendable () -> Timestamp

    /// The archive behind a URL.
    ///
    /// - Parameters:
    ///   - digest: what its SHA-256 must be; nil if nobody knows.
    ///   - home: the origin that credentials are for.
    func archive(
        _ url: RepositoryURL, digest: String?, home: RepositoryURL.Origin, authorization: String?
    ) async throws(RepositoryError) -> ChartDownload {
        if let digest, let archive = cache?.blob(digest) {
            return ChartDownload(archive: archive, source: url.display, digest: digest)
        }
        let name = "archive \(url.text)"
        // Without a digest only the server knows whether what is here is still the same.
        let last = digest == nil ? cache?.reference(name) : nil
        let kept = last.flatMap { reference in cache?.blob(reference.digest).map { (reference, $0) } }
        do throws(RepositoryError) {
            var headers: HTTPHeaders = ["Accept": "*/*"]
            headers.makeConditional(on: kept?.0)
            let answer = try await download.perform(
                Download.Order(
                    url: url, headers: headers, maximumBytes: download.settings.maximumArchiveBytes, home: home,
                    authorization: authorization))
            if answer.response.status == 304, let (reference, archive) = kept {
                return ChartDownload(archive: archive, source: url.display, digest: reference.digest)
            }
            guard answer.response.status == 200 else {
                throw RepositoryError(status: answer.response.status, answer.url)
            }
            let archive = answer.response.body
            let found = try Self.verified(archive, digest, url)
            cache?.store(archive, as: found)
            if digest == nil {
                cache?.store(
                    ContentCache.Reference(
                        digest: found, entityTag: answer.response.headers["ETag"],
                        lastModified: answer.response.headers["Last-Modified"], confirmedAt: now()), for: name)
            }
            return ChartDownload(archive: archive, source: url.display, digest: found)
        } catch {
            guard download.settings.usesLastGood, error.kind != .cancelled, let (reference, archive) = kept else {
                throw error
            }
            return ChartDownload(
                archive: archive, source: url.display, digest: reference.digest,
                unavailability: Unavailability(error: error, confirmedAt: reference.confirmedAt))
        }
    }

    /// The digest of an archive that is one, and the one it should be: what fails here is never kept.
    private static func verified(
        _ archive: [UInt8], _ digest: String?, _ url: RepositoryURL
    ) throws(RepositoryError) -> String {
        let found = SHA256.hexadecimal(archive)
        if let digest, found != digest {
            throw RepositoryError(
                .digestMismatch,
                "\(url.display): the archive has the digest sha256:\(found), the index says sha256:\(digest)")
        }
        guard archive.starts(with: [0x1F, 0x8B]) else {
            throw RepositoryError(
                .notAChart, "\(url.display): this is no chart archive: \(archive.count) bytes that are not gzip")
        }
        return found
    }
}
