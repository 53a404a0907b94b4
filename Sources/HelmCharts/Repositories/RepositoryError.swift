import HTTPTransport

/// Why a chart could not be had from where it was said to be. Its text names the source and what to do; it holds
/// neither credentials nor queries of URLs, which may be signatures.
public struct RepositoryError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong, for programs.
    public enum Kind: Sendable, Hashable {
        /// The reference, the repository's URL or the version cannot be read.
        case invalidReference
        /// The host's name has no address.
        case nameResolution
        /// Nobody answers at the address, or the connection broke.
        case connection
        /// The TLS handshake failed.
        case tls
        /// A limit of time ran out.
        case timeout
        /// The source asks for credentials, or does not accept the ones it got (401).
        case unauthorized
        /// The source does not allow it (403).
        case forbidden
        /// The source has nothing there (404).
        case notFound
        /// The source has no chart of that name.
        case chartNotFound
        /// The source has the chart, in no version that was asked for.
        case versionNotFound
        /// The source asks to slow down (429).
        case rateLimited
        /// The source answered with another failure.
        case server(Int)
        /// The source redirected too often, or to where nobody should follow.
        case redirect
        /// What came is larger than allowed.
        case tooLarge
        /// The repository's index cannot be read.
        case badIndex
        /// The registry's answer is not what the distribution specification says.
        case badManifest
        /// What came does not have the digest it should have.
        case digestMismatch
        /// What came is not a chart.
        case notAChart
        /// The calling task was cancelled.
        case cancelled
    }

    /// What went wrong, for programs.
    public let kind: Kind
    /// What went wrong, for people.
    public let description: String

    /// An error.
    public init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }

    /// Whether trying again may help without anybody changing anything at this end.
    public var isTransient: Bool {
        switch kind {
        case .invalidReference, .chartNotFound, .versionNotFound: false
        default: true
        }
    }

    /// What the transport said, with the source's name.
    init(_ error: HTTPTransportError, _ url: RepositoryURL) {
        let (kind, advice): (Kind, String) =
            switch error.kind {
            case .nameResolution: (.nameResolution, "the host's name has no address")
            case .connectionRefused: (.connection, "nobody listens there")
            case .connectionFailed, .connectionLost, .shutDown: (.connection, "no connection, or it broke")
            case .tls: (.tls, "the TLS handshake failed: check the CA, the name and the client certificate")
            case .proxy: (.connection, "the proxy refused or failed")
            case .timeout: (.timeout, "it took too long")
            case .bodyTooLarge: (.tooLarge, "it is larger than allowed")
            case .protocolViolation: (.connection, "the answer is not valid HTTP")
            case .invalidRequest: (.invalidReference, "the URL cannot be used")
            case .cancelled: (.cancelled, "cancelled")
            }
        self.init(kind, "\(url.display): \(advice) (\(error.reason))")
    }

    /// What a status means that is no success.
    init(status: Int, _ url: RepositoryURL, detail: String = "") {
        let (kind, advice): (Kind, String) =
            switch status {
            case 401: (.unauthorized, "it asks for credentials, or does not accept those it got")
            case 403: (.forbidden, "access is forbidden")
            case 404, 410: (.notFound, "there is nothing of that name")
            case 429: (.rateLimited, "it asks to slow down")
            default: (.server(status), status >= 500 ? "the server failed" : "it answered with an unexpected status")
            }
        self.init(kind, "\(url.display): \(status): \(advice)\(detail.isEmpty ? "" : ": \(detail)")")
    }
}
