import Synchronization

/// Observations counted in buckets.
public final class Histogram: Sendable {
    /// The counts at one moment.
    public struct Snapshot: Sendable {
        /// Upper bounds, ascending, without infinity.
        public var buckets: [Double]
        /// How many observations fell into each bucket, and above all of them; not cumulative.
        public var counts: [UInt64]
        /// The sum of all observations.
        public var sum: Double
    }

    /// The buckets of Prometheus' client libraries: 5 ms to 10 s.
    public static let defaultBuckets: [Double] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    private let buckets: [Double]
    private let state: Mutex<(counts: [UInt64], sum: Double)>

    /// An empty histogram with these upper bounds, ascending, without infinity.
    public init(buckets: [Double]) {
        self.buckets = buckets
        state = Mutex(([UInt64](repeating: 0, count: buckets.count + 1), 0))
    }

    /// Bounds that grow by a factor.
    public static func exponentialBuckets(from start: Double, factor: Double, count: Int) -> [Double] {
        var bounds: [Double] = []
        var bound = start
        for _ in 0..<count {
            bounds.append(bound)
            bound *= factor
        }
        return bounds
    }

    /// Counts an observation.
    public func observe(_ value: Double) {
        var position = 0
        while position < buckets.count, value > buckets[position] { position += 1 }
        state.withLock { state in
            state.counts[position] += 1
            state.sum += value
        }
    }

    /// The counts now.
    public var snapshot: Snapshot {
        state.withLock { Snapshot(buckets: buckets, counts: $0.counts, sum: $0.sum) }
    }
}
