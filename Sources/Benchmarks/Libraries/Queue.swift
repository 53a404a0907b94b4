import KubeCore
import KubeRuntime

extension Benchmark {
    /// Adds a key, takes it and hands it back, from one task: what a controller pays for a change beside its own work.
    static let queue = Benchmark(name: "queue", summary: "add/get/done per second on one thread") {
        let count = 1_000_000
        let queue = WorkQueue<ObjectKey>(name: "benchmark")
        let keys = (0..<1024).map { ObjectKey(namespace: "istio-system", name: "deployment-\($0)") }
        var rates: [Double] = []
        // The first run warms up.
        for run in 0...5 {
            let start = ProcessFigures.processorSeconds()
            for number in 0..<count {
                queue.add(keys[number & 1023])
                if let item = await queue.next() { queue.done(item.key) }
            }
            if run > 0 { rates.append(Double(count) / (ProcessFigures.processorSeconds() - start)) }
        }
        return [
            Figure(
                name: "queue", value: Samples(rates).median, unit: "operations/s", better: .higher,
                peer: .init(name: "client-go, reference", value: 2.0e6))
        ]
    }
}
