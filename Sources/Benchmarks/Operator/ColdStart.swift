import KubeClient
import KubeCore

extension Benchmark {
    /// How long a mesh waits for an operator that has just been started: from the start of the process to the first
    /// write to the mesh, taking the lease and filling the caches included.
    static let coldStart = Benchmark(
        name: "cold-start", summary: "milliseconds from the start of the operator to its first reconcile"
    ) {
        var times: [Double] = []
        for _ in 0..<5 {
            times.append(
                try await TestCluster.with(controllers: "core") { cluster in
                    let mesh = try await cluster.makeMesh()
                    let options = ListOptions(resourceVersion: mesh.resourceVersion, timeoutSeconds: 60)
                    let events = try await cluster.client.watch(TestCluster.meshes, options: options)
                    let start = ContinuousClock.now
                    _ = try cluster.startOperator()
                    for try await event in events {
                        if case .modified = event { return (ContinuousClock.now - start).inMilliseconds }
                    }
                    throw BenchmarkFailure("the operator did not touch the mesh within 60 s")
                })
        }
        return [Figure(name: "cold-start", value: Samples(times).median, unit: "ms", better: .lower)]
    }
}
