import HTTPTransport
import KubeCore
import Logging

/// A client of one API server.
///
/// - `Configuration/`  ``ClientConfiguration``: where the server is and who we are, from a ``Kubeconfig`` or from inside
///                     a pod; `CredentialProvider` keeps tokens and certificates fresh.
/// - `Requests/`       the verbs and their options, ``KubeClientError``, ``WriteGate``, ``RetryPolicy``,
///                     ``RateLimit``.
/// - `Watch/`          ``WatchStream`` and ``WatchLineStream``: events as they arrive, framed by `LineFramer`.
/// - `Discovery/`      which resources the server has; ``ResourceMapper`` finds the resource of a kind.
///
/// A value that is cheap to copy: copies share connections, credentials and nothing else. All verbs stop when their
/// task is cancelled. Reads are retried where that is safe, writes only where the server asks for it; see
/// ``RetryPolicy``.
public struct KubeClient: Sendable {
    /// What the client was made from.
    public let configuration: ClientConfiguration
    /// What carries the requests.
    public let exchange: any HTTPExchange
    /// Consulted immediately before every mutating request; nil lets all pass.
    public var writeGate: (any WriteGate)?
    /// Which requests are retried, and when.
    public var retryPolicy = RetryPolicy()
    /// The lane of the client's requests; `urgent` for the renewal of leases.
    public var priority = HTTPRequest.Priority.normal
    /// The most time one attempt of a request (not a watch) may take; nil for no limit besides the idle time-out.
    public var requestTimeout: Duration?
    /// The `User-Agent` of the client's requests.
    public var userAgent: String
    /// Header fields that every request carries besides its own.
    public var additionalHeaders = HTTPHeaders()

    /// Set by ``limited(to:)``.
    private(set) var rateLimiter: RateLimiter?
    let credentials: CredentialProvider
    let warnings = WarningLog()
    let clock: any Clock<Duration>
    let logger: Logger

    /// A client.
    ///
    /// - Parameters:
    ///   - configuration: where the server is and who we are.
    ///   - exchange: what carries the requests: a `LibcurlTransport`, or a server in the same process.
    ///   - clock: measures the delays before retries.
    ///   - writeGate: consulted before every mutating request.
    ///   - logger: hears of retries and of credentials that could not be refreshed.
    public init(
        configuration: ClientConfiguration, exchange: any HTTPExchange, clock: any Clock<Duration> = ContinuousClock(),
        writeGate: (any WriteGate)? = nil, logger: Logger = Logger(label: "boltrope.client")
    ) {
        self.configuration = configuration
        self.exchange = exchange
        self.clock = clock
        self.writeGate = writeGate
        self.logger = logger
        userAgent = configuration.userAgent
        credentials = CredentialProvider(configuration, logger: logger)
    }

    /// A copy whose writes this gate guards.
    public func guarded(by gate: (any WriteGate)?) -> KubeClient {
        var copy = self
        copy.writeGate = gate
        return copy
    }

    /// A copy that sends no more requests than this, all of its own copies together; nil for one without limit.
    public func limited(to limit: RateLimit?) -> KubeClient {
        var copy = self
        copy.rateLimiter = limit.map { RateLimiter($0, clock: clock) }
        return copy
    }

    /// A copy for the renewal of leases: urgent, under its own user agent, with a limit on each attempt and neither a rate
    /// limit nor retries, as the elector has its own.
    public func forLeaderElection(requestTimeout: Duration) -> KubeClient {
        var copy = self
        copy.priority = .urgent
        copy.userAgent = "\(userAgent) leader-election"
        copy.requestTimeout = requestTimeout
        copy.retryPolicy = .never
        copy.rateLimiter = nil
        return copy
    }
}
