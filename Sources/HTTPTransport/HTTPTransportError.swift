/// Why a request got no complete response.
public struct HTTPTransportError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The failure's class, which decides what a caller can do about it.
    public enum Kind: Sendable, Hashable {
        /// The request itself is wrong; sending it again will not help.
        case invalidRequest
        /// The host's (or proxy's) name has no address.
        case nameResolution
        /// Nobody listens at the address.
        case connectionRefused
        /// There is no way to the address, or no connection could be made for another reason.
        case connectionFailed
        /// The TLS handshake failed: trust, names, dates, versions or client certificate.
        case tls
        /// The proxy refused or failed.
        case proxy
        /// A time-out of the request ran out.
        case timeout(Timeout)
        /// The connection broke, or was reset, after the request had begun: the server may or may not have acted on it.
        case connectionLost
        /// The body is over the request's limit.
        case bodyTooLarge
        /// The server's answer is not valid HTTP.
        case protocolViolation
        /// The calling task was cancelled, or the response's body was dropped.
        case cancelled
        /// The transport was shut down.
        case shutDown
    }

    /// Which time-out ran out.
    public enum Timeout: Sendable, Hashable {
        /// There was no connection in time.
        case connect
        /// The response was not complete in time.
        case whole
        /// The server was silent for too long.
        case idle
    }

    /// The failure's class.
    public let kind: Kind
    /// What happened, in words, as precisely as is known; holds no secrets.
    public let reason: String
    /// The request, as method and URL without query; nil where the failure belongs to none.
    public var request: String?

    /// An error.
    public init(_ kind: Kind, _ reason: String, request: String? = nil) {
        self.kind = kind
        self.reason = reason
        self.request = request
    }

    /// The reason with the request it befell.
    public var description: String {
        guard let request else { return reason }
        return "\(request): \(reason)"
    }

    /// Whether the server cannot have seen the request, so that sending it again is safe whatever its method.
    public var isBeforeRequest: Bool {
        switch kind {
        case .nameResolution, .connectionRefused, .connectionFailed, .tls, .proxy, .timeout(.connect): true
        default: false
        }
    }

    /// Whether the failure came from the caller's own cancellation.
    public var isCancellation: Bool { kind == .cancelled }
}
