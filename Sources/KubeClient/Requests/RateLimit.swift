import Synchronization

/// A client's own limit on how fast it sends requests: a token bucket, as client-go's `QPS` and `Burst`.
///
/// No client has one by default: the API server's own fairness (priority and fairness, 429 with `Retry-After`) knows
/// more. It is for servers without that, and for tools that must not be noticed. Watches are exempt, as they are few and
/// long, and so are requests of clients for leader election.
public struct RateLimit: Sendable, Hashable {
    /// How many requests a second are sent in the long run.
    public var requestsPerSecond: Double
    /// How many requests may be sent at once after a pause.
    public var burst: Int

    /// A limit; both are at least the smallest that lets requests through.
    public init(requestsPerSecond: Double, burst: Int) {
        self.requestsPerSecond = max(requestsPerSecond, 0.001)
        self.burst = max(burst, 1)
    }
}

/// The state of a rate limit, as a value: time is what the caller says.
struct TokenBucket {
    private let limit: RateLimit
    /// Below zero, requests wait for what has been promised to those before them.
    private var tokens: Double
    private var updated: Duration = .zero

    init(_ limit: RateLimit) {
        self.limit = limit
        tokens = Double(limit.burst)
    }

    /// Takes a token, if need be a future one; returns how long the request has to wait for it.
    mutating func take(at now: Duration) -> Duration {
        let elapsed = max(now - updated, .zero)
        updated = max(updated, now)
        tokens = min(Double(limit.burst), tokens + elapsed / .seconds(1) * limit.requestsPerSecond) - 1
        return tokens >= 0 ? .zero : .seconds(-tokens / limit.requestsPerSecond)
    }

    /// Gives back what a request took that was not sent.
    mutating func giveBack() { tokens += 1 }
}

/// A bucket that the copies of a client share. Requests wait in the order in which they came.
final class RateLimiter: Sendable {
    private let bucket: Mutex<TokenBucket>
    private let stopwatch: Stopwatch
    private let sleep: @Sendable (Duration) async throws -> Void

    init(_ limit: RateLimit, clock: any Clock<Duration>) {
        bucket = Mutex(TokenBucket(limit))
        stopwatch = Stopwatch(clock)
        sleep = { try await clock.sleep(for: $0) }
    }

    /// Returns when the request may be sent.
    func waitForTurn() async throws(CancellationError) {
        let delay = bucket.withLock { $0.take(at: stopwatch.elapsed()) }
        guard delay > .zero else { return }
        do {
            try await sleep(delay)
        } catch {
            bucket.withLock { $0.giveBack() }
            throw CancellationError()
        }
    }
}
