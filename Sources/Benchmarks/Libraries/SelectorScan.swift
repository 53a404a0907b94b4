import KubeCore
import KubeRuntime
import Synchronization

extension Benchmark {
    /// Finds the few objects of a label among many without an index.
    static let selectorScan = Benchmark(
        name: "selector-scan", summary: "milliseconds to select by label among 10,000 pods"
    ) {
        let count = 10_000
        return try await ReflectorRun.withPods(count) { folder in
            let median = Mutex(Double.nan)
            try await ReflectorRun(CannedPods(folder: folder, delivery: .list), count: count) { store in
                let selector = LabelSelector(matching: ["app": "service-7"])
                let samples = try seconds(runs: 20) {
                    let found = store.snapshot().list(matching: selector).count
                    guard found == count / 400 else { throw BenchmarkFailure("\(found) pods were selected") }
                }
                median.withLock { $0 = samples.median }
            }
            return [
                Figure(
                    name: "selector-scan", value: median.withLock { $0 } * 1000, unit: "ms/10,000 pods",
                    better: .lower, peer: .init(name: "client-go lister, reference", value: 0.338))
            ]
        }
    }
}
