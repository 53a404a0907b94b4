extension Benchmark {
    /// How fast an informer takes in a large collection, which is what a start and a relist cost.
    static let reflectorObjects = Benchmark(
        name: "reflector-objects", summary: "10,000 pods into an informer: objects/s and CPU seconds"
    ) {
        let count = 10_000
        return try await ReflectorRun.withPods(count) { folder in
            var figures: [Figure] = []
            for retention in MemoryChild.Retention.allCases {
                for delivery in CannedPods.Delivery.allCases {
                    var runs: [ReflectorRun] = []
                    for _ in 0..<6 {
                        runs.append(
                            try await ReflectorRun(
                                CannedPods(folder: folder, delivery: delivery), count: count,
                                retaining: retention.retention))
                    }
                    // The first warms up: its pages come from the disk.
                    runs.removeFirst()
                    let name = "\(retention.rawValue)-\(delivery.rawValue)"
                    figures += [
                        Figure(
                            name: "informer-objects-\(name)",
                            value: Double(count) / Samples(runs.map(\.wallSeconds)).median, unit: "objects/s",
                            better: .higher,
                            peer: .init(name: "client-go typed, reference", value: Double(count) / 5.1)),
                        Figure(
                            name: "informer-cpu-\(name)", value: Samples(runs.map(\.processorSeconds)).median,
                            unit: "s/10,000 pods", better: .lower,
                            peer: .init(name: "client-go typed, reference", value: 5.1)),
                    ]
                }
            }
            return figures
        }
    }
}
