import KubeClient
import KubeCore

extension Benchmark {
    /// What the operator weighs beside a ready mesh, and whether the size of the cluster matters to it.
    static let operatorMemory = Benchmark(
        name: "operator-rss", summary: "MB of the operator, idle and with 10,000 pods in the cluster"
    ) {
        try await TestCluster.with { cluster in
            let child = try cluster.startOperator()
            try await cluster.makeMesh()
            try await cluster.waitUntilReady()
            try await Task.sleep(for: .seconds(5))
            let idle = try ProcessFigures(of: child.processIdentifier)
            try await fill(cluster, pods: 10_000)
            try await Task.sleep(for: .seconds(5))
            let full = try ProcessFigures(of: child.processIdentifier)
            guard child.isRunning else { throw BenchmarkFailure("the operator ended: \(child.lastWords)") }
            let peer = Figure.Peer(name: "the same, without pods", value: idle.resident / 1e6)
            return [
                Figure(name: "operator-rss-idle", value: idle.resident / 1e6, unit: "MB", better: .lower),
                Figure(name: "operator-rss-peak-install", value: idle.peak / 1e6, unit: "MB", better: .lower),
                Figure(
                    name: "operator-rss-10k-pods", value: full.resident / 1e6, unit: "MB", better: .lower, peer: peer),
            ]
        }
    }

    /// Creates sample pods, as far as a creation may say what they are.
    private static func fill(_ cluster: TestCluster, pods: Int) async throws {
        for number in 0..<40 { try await cluster.makeNamespace("team-\(number)") }
        let client = cluster.client
        let writers = 8
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<writers {
                group.addTask {
                    for number in stride(from: writer, to: pods, by: writers) {
                        guard var pod = KubeObject(SamplePods.pod(number)) else { continue }
                        (pod.apiVersion, pod.kind, pod.resourceVersion) = ("v1", "Pod", nil)
                        for field in ["uid", "ownerReferences", "managedFields", "creationTimestamp"] {
                            pod.set(nil, at: "metadata", field)
                        }
                        for field in ["serviceAccountName", "serviceAccount"] { pod.set(nil, at: "spec", field) }
                        _ = try await client.create(.pods, pod)
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
