import Synchronization

/// A number that only ever grows.
public final class Counter: Sendable {
    private let bits = Atomic<UInt64>(0)
    private let fraction = Mutex<Double>(0)

    /// A counter at zero.
    public init() {}

    /// Adds one, without a lock.
    public func increment() { bits.add(1, ordering: .relaxed) }

    /// Adds an amount; a negative one is ignored, as counters never fall.
    public func increment(by amount: Double) {
        guard amount > 0 else { return }
        if let whole = UInt64(exactly: amount) {
            bits.add(whole, ordering: .relaxed)
        } else {
            fraction.withLock { $0 += amount }
        }
    }

    /// The sum so far.
    public var value: Double { Double(bits.load(ordering: .relaxed)) + fraction.withLock { $0 } }
}

/// A number that goes up and down.
public final class Gauge: Sendable {
    private let current = Mutex<Double>(0)

    /// A gauge at zero.
    public init() {}

    /// Sets the number.
    public func set(_ value: Double) { current.withLock { $0 = value } }
    /// Adds an amount, which may be negative.
    public func add(_ amount: Double) { current.withLock { $0 += amount } }
    /// The number.
    public var value: Double { current.withLock { $0 } }
}
