import KubeCore
import Testing

@testable import EmbeddedCluster

/// What workloads do beyond the common case: overlapping daemons, parallel stateful sets, indexed jobs, late schedules.
@Suite("Workloads in detail")
struct WorkloadDetailTests {
    private func images(_ virtual: VirtualCluster) -> [String] {
        virtual.cluster.objects(.pods).compactMap { $0.spec["containers"]?[0]?["image"]?.stringValue }
    }

    private let newImage: JSONValue = [
        "spec": ["template": ["spec": ["containers": [["name": "app", "image": "app:2"]]]]]
    ]

    @Test("A DaemonSet that may surge has the new pod ready on a node before the old one goes")
    func surges() async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        let strategy: JSONValue = ["type": "RollingUpdate", "rollingUpdate": ["maxSurge": 1, "maxUnavailable": 0]]
        try await virtual.create(.daemonSets, workload("agent", ["updateStrategy": strategy]))
        try await virtual.settle()
        try await virtual.patch(.daemonSets, "agent", newImage)
        var (fewest, most) = (3, 3)
        for _ in 0..<200 {
            try await virtual.settle(for: .milliseconds(50))
            let live = virtual.cluster.objects(.pods).filter { !$0.isBeingDeleted }
            fewest = min(fewest, Set(live.filter(\.isReady).compactMap(\.nodeName)).count)
            most = max(most, live.count)
        }
        #expect(fewest == 3)
        #expect(most == 4)
        #expect(images(virtual) == ["app:2", "app:2", "app:2"])
    }

    @Test("A parallel StatefulSet makes all its pods at once")
    func parallel() async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        try await virtual.create(.statefulSets, workload("db", ["replicas": 3, "podManagementPolicy": "Parallel"]))
        try await virtual.settle(for: .milliseconds(50))
        #expect(virtual.cluster.objects(.pods).map(\.name) == ["db-0", "db-1", "db-2"])
        #expect(virtual.cluster.objects(.pods).allSatisfy { !$0.isReady })
    }

    @Test("A StatefulSet on OnDelete replaces only what is deleted")
    func onDelete() async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        try await virtual.create(
            .statefulSets, workload("db", ["replicas": 2, "updateStrategy": ["type": "OnDelete"]]))
        try await virtual.settle()
        try await virtual.patch(.statefulSets, "db", newImage)
        try await virtual.settle()
        #expect(images(virtual) == ["app:1", "app:1"])
        try await virtual.access.delete(.pods, namespace: "default", name: "db-0", DeleteOptions())
        try await virtual.settle()
        #expect(images(virtual) == ["app:2", "app:1"])
    }

    private func job(_ spec: JSONObject) -> JSONValue {
        var merged: JSONObject = [
            "template": ["spec": ["restartPolicy": "Never", "containers": [["name": "app", "image": "app:1"]]]]
        ]
        for (key, value) in spec { merged[key] = value }
        return .object(merged)
    }

    @Test("An indexed Job runs one pod for every index")
    func indexed() async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        try await virtual.create(
            .jobs,
            [
                "metadata": ["name": "batch"],
                "spec": job(["completions": 3, "parallelism": 2, "completionMode": "Indexed"]),
            ])
        try await virtual.settle()
        let indices = virtual.cluster.objects(.pods).compactMap {
            $0.annotation("batch.kubernetes.io/job-completion-index")
        }
        #expect(indices.sorted() == ["0", "1", "2"])
        #expect(try virtual.get(.jobs, "batch").condition("Complete")?["status"] == "True")
    }

    @Test("A suspended Job has no pods, and goes on when it is resumed")
    func suspended() async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        try await virtual.create(.jobs, ["metadata": ["name": "batch"], "spec": job(["suspend": true])])
        try await virtual.settle()
        #expect(virtual.cluster.objects(.pods).isEmpty)
        try await virtual.patch(.jobs, "batch", ["spec": ["suspend": false]])
        try await virtual.settle()
        #expect(try virtual.get(.jobs, "batch").condition("Complete")?["status"] == "True")
    }

    @Test(
        "While a Job of a CronJob runs, the next is started, left out, or takes its place, as the policy says",
        arguments: [("Allow", 3), ("Forbid", 1), ("Replace", 1)])
    func concurrency(policy: String, running: Int) async throws {
        var settings = SimulationSettings()
        settings.completionDelay = .seconds(100_000)
        let virtual = VirtualCluster(settings: settings)
        try await virtual.start()
        try await virtual.create(
            .cronJobs,
            [
                "metadata": ["name": "tick"],
                "spec": [
                    "schedule": "*/5 * * * *", "concurrencyPolicy": .string(policy),
                    "jobTemplate": ["spec": job([:])],
                ],
            ])
        try await virtual.settle(for: .seconds(900))
        #expect(virtual.cluster.objects(.jobs).count == running)
        let created = virtual.cluster.takeWrites().filter { $0.hasPrefix("cronjob-controller create jobs") }
        #expect(created.count == (policy == "Forbid" ? 1 : 3))
    }
}
