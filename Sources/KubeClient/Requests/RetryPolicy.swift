import HTTPTransport

/// Which failed requests are sent again, and when; a pure decision.
///
/// Sent again are: any request that the server refused with 429 or a 5xx code and a `Retry-After` in whole seconds,
/// since it says by that that it did not act on it; and a GET whose connection was lost. Everything else is the
/// caller's to retry, on what it reads anew.
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
    func delay(status: Int, retryAfter: Int?, attempt: Int) -> Duration? {
        guard attempt < maximumAttempts, status == 429 || status >= 500, let retryAfter else { return nil }
        let delay = Duration.seconds(max(0, retryAfter))
        return delay <= maximumDelay ? delay : nil
    }

    /// How long to wait before sending the request again; nil not to.
    func delay(error: HTTPTransportError, isRead: Bool, attempt: Int) -> Duration? {
        guard attempt < maximumAttempts, isRead, error.kind == .connectionLost else { return nil }
        return min(.milliseconds(100) * (1 << min(attempt - 1, 10)), .seconds(1), maximumDelay)
    }
}
