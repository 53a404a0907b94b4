import HTTPTransport

/// Which failed requests are sent again, and when; a pure decision.
///
/// | what came | sent again |
/// | --- | --- |
/// | 429 or 503 with `Retry-After` in whole seconds | every request: the server says that it did not act on it |
/// | another 5xx with `Retry-After` | what is idempotent: reads, dry runs and server-side apply |
/// | the connection was lost | the same |
/// | anything else | nothing: it is the caller's to retry, on what it reads anew |
///
/// So a creation is never repeated blindly, which could create a second object under another generated name.
public struct RetryPolicy: Sendable, Hashable {
    /// How often one request is sent at the most; 5 by default.
    public var maximumAttempts: Int
    /// The longest `Retry-After` that is waited out; 30 s by default. Longer ones are left to the caller, in
    /// ``KubeClientError/retryAfter``.
    public var maximumDelay: Duration

    /// A policy.
    public init(maximumAttempts: Int = 5, maximumDelay: Duration = .seconds(30)) {
        self.maximumAttempts = maximumAttempts
        self.maximumDelay = maximumDelay
    }

    /// Sends every request once.
    public static let never = RetryPolicy(maximumAttempts: 1)

    /// How long to wait before sending the request again; nil not to.
    ///
    /// - Parameter attempt: how often it has been sent already.
    func delay(status: Int, retryAfter: Int?, isIdempotent: Bool, attempt: Int) -> Duration? {
        guard attempt < maximumAttempts, let retryAfter else { return nil }
        guard status == 429 || status == 503 || (status >= 500 && isIdempotent) else { return nil }
        let delay = Duration.seconds(max(0, retryAfter))
        return delay <= maximumDelay ? delay : nil
    }

    /// How long to wait before sending the request again; nil not to.
    func delay(error: HTTPTransportError, isIdempotent: Bool, attempt: Int) -> Duration? {
        guard attempt < maximumAttempts, isIdempotent, error.kind == .connectionLost else { return nil }
        return min(.milliseconds(100) * (1 << min(attempt - 1, 10)), .seconds(1), maximumDelay)
    }
}
