/// Exponential back-off with jitter. A value: whoever waits keeps it, and passes in time and chance.
public struct Backoff: Sendable {
    /// The first delay.
    public var base: Duration
    /// By how much each delay is longer than the one before.
    public var factor: Double
    /// The longest delay before jitter.
    public var cap: Duration
    /// How much is added at random, as a share of the delay: 1 spreads it over [delay, 2 × delay).
    public var jitter: Double
    /// After how long without a failure counting begins anew; nil for never.
    public var resetAfter: Duration?

    private var failures = 0
    private var lastFailure: RuntimeClock.Instant?

    /// A back-off.
    public init(base: Duration, factor: Double = 2, cap: Duration, jitter: Double = 0, resetAfter: Duration? = nil) {
        self.base = base
        self.factor = factor
        self.cap = cap
        self.jitter = jitter
        self.resetAfter = resetAfter
    }

    /// What reflectors use, as client-go does: 800 ms to 30 s, doubled, full jitter, anew after two healthy minutes.
    public static let reflector = Backoff(
        base: .milliseconds(800), cap: .seconds(30), jitter: 1, resetAfter: .seconds(120))

    /// Counts a failure and says how long to wait after it.
    ///
    /// - Parameter chance: a random number in [0, 1).
    public mutating func next(now: RuntimeClock.Instant, chance: Double) -> Duration {
        if let resetAfter, let lastFailure, lastFailure.duration(to: now) > resetAfter { failures = 0 }
        lastFailure = now
        defer { failures += 1 }
        return Self.delay(base: base, factor: factor, cap: cap, failures: failures) * (1 + jitter * chance)
    }

    /// Forgets all failures.
    public mutating func reset() {
        failures = 0
        lastFailure = nil
    }

    /// The delay after so many earlier failures, without jitter and without overflow however many they are.
    static func delay(base: Duration, factor: Double, cap: Duration, failures: Int) -> Duration {
        var delay = base
        for _ in 0..<failures {
            guard delay < cap else { return cap }
            delay = delay * factor
        }
        return min(delay, cap)
    }
}
