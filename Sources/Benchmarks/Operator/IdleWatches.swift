import KubeCore
import KubeRuntime

extension Benchmark {
    /// What watches cost on which nothing happens.
    static let idleWatches = Benchmark(
        name: "idle-watches", summary: "milliseconds of CPU a second for 100 watches without events"
    ) {
        try await TestCluster.with(controllers: "none") { cluster in
            let informers = (0..<100).map { number in
                Informer(
                    source: ClientObjectSource(
                        client: cluster.client, type: .configMaps, namespace: "idle-\(number)"), type: .configMaps,
                    logger: .silent)
            }
            return try await withThrowingTaskGroup(of: Void.self) { group in
                for informer in informers { group.addTask { await informer.run() } }
                for informer in informers { try await informer.waitUntilSynced() }
                // What the start has left to do is no idle cost.
                try await Task.sleep(for: .seconds(1))
                let processor = ProcessFigures.processorSeconds()
                let seconds = 10
                try await Task.sleep(for: .seconds(seconds))
                let spent = ProcessFigures.processorSeconds() - processor
                group.cancelAll()
                return [
                    Figure(
                        name: "idle-watches-100", value: spent * 1000 / Double(seconds), unit: "ms CPU/s",
                        better: .lower)
                ]
            }
        }
    }
}
