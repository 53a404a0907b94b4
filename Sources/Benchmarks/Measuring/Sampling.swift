import Foundation

/// Times of several runs.
struct Samples: Sendable {
    private var sorted: [Double] = []

    init(_ values: [Double]) { sorted = values.sorted() }

    /// The middle one; of an even count the lower.
    var median: Double { quantile(0.5) }
    /// The least.
    var least: Double { sorted.first ?? .nan }

    /// The value that this part of the samples does not exceed (nearest rank).
    func quantile(_ part: Double) -> Double {
        guard !sorted.isEmpty else { return .nan }
        let rank = Int((part * Double(sorted.count)).rounded(.up))
        return sorted[min(max(rank, 1), sorted.count) - 1]
    }
}

/// Seconds of processor time that a piece of work on one thread takes, which other work on the machine changes less
/// than the time on the clock: a run to warm up, then the given count.
func seconds(runs: Int, warmUp: Bool = true, _ work: () throws -> Void) rethrows -> Samples {
    if warmUp { try work() }
    var times: [Double] = []
    for _ in 0..<runs {
        let start = ProcessFigures.processorSeconds()
        try work()
        times.append(ProcessFigures.processorSeconds() - start)
    }
    return Samples(times)
}

/// Keeps the compiler from leaving out work whose result nobody uses.
@inline(never)
func keep<Value>(_ value: Value) {}

extension Duration {
    var inSeconds: Double { self / .seconds(1) }
    var inMilliseconds: Double { self / .milliseconds(1) }
}
