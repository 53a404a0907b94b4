import KubeCore
import Testing

@testable import EmbeddedCluster

/// A workload of one container, for any kind with a selector and a template.
func workload(_ name: String, _ spec: JSONObject = JSONObject()) -> JSONValue {
    var merged: JSONObject = [
        "selector": ["matchLabels": ["app": .string(name)]],
        "template": [
            "metadata": ["labels": ["app": .string(name)]],
            "spec": ["containers": [["name": "app", "image": "app:1"]]],
        ],
    ]
    for (key, value) in spec { merged[key] = value }
    return ["metadata": ["name": .string(name)], "spec": .object(merged)]
}

@Suite("DaemonSets")
struct DaemonSetTests {
    @Test("One pod runs on every node, cordoned or not, and none where the node selector forbids it")
    func coversNodes() async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        try await virtual.patch(.nodes, "node-2", ["spec": ["unschedulable": true]])
        try await virtual.create(.daemonSets, workload("agent"))
        try await virtual.settle()
        #expect(Set(virtual.cluster.objects(.pods).compactMap(\.nodeName)) == ["node-1", "node-2", "node-3"])
        var agent = try virtual.get(.daemonSets, "agent")
        #expect(agent.statusCount("numberReady") == 3)
        #expect(agent.statusCount("updatedNumberScheduled") == 3)
        try await virtual.patch(
            .daemonSets, "agent", ["spec": ["template": ["spec": ["nodeSelector": ["disk": "fast"]]]]])
        try await virtual.settle()
        agent = try virtual.get(.daemonSets, "agent")
        #expect(virtual.cluster.objects(.pods).isEmpty)
        #expect(agent.statusCount("desiredNumberScheduled") == 0)
        try await virtual.patch(.nodes, "node-3", ["metadata": ["labels": ["disk": "fast"]]])
        try await virtual.settle()
        #expect(virtual.cluster.objects(.pods).map(\.nodeName) == ["node-3"])
    }

    @Test("A rolling update takes down one node's pod at a time")
    func rolls() async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        try await virtual.create(.daemonSets, workload("agent"))
        try await virtual.settle()
        try await virtual.patch(
            .daemonSets, "agent",
            ["spec": ["template": ["spec": ["containers": [["name": "app", "image": "app:2"]]]]]])
        var fewest = 3
        for _ in 0..<100 {
            try await virtual.settle(for: .milliseconds(50))
            fewest = min(fewest, virtual.cluster.objects(.pods).filter { $0.isReady && !$0.isBeingDeleted }.count)
        }
        #expect(fewest == 2)
        let images = virtual.cluster.objects(.pods).compactMap { $0.spec["containers"]?[0]?["image"]?.stringValue }
        #expect(images == ["app:2", "app:2", "app:2"])
        #expect(
            virtual.cluster.objects(.controllerRevisions).compactMap { $0["revision"]?.intValue }.sorted() == [1, 2])
    }

    @Test("OnDelete replaces a pod only once it is deleted")
    func waitsForDeletion() async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        try await virtual.create(.daemonSets, workload("agent", ["updateStrategy": ["type": "OnDelete"]]))
        try await virtual.settle()
        try await virtual.patch(
            .daemonSets, "agent", ["spec": ["template": ["metadata": ["annotations": ["new": "yes"]]]]])
        try await virtual.settle()
        #expect(try virtual.get(.daemonSets, "agent").statusCount("updatedNumberScheduled") == 0)
        let victim = try #require(virtual.cluster.objects(.pods).first)
        try await virtual.access.delete(.pods, namespace: "default", name: victim.name, DeleteOptions())
        try await virtual.settle()
        #expect(try virtual.get(.daemonSets, "agent").statusCount("updatedNumberScheduled") == 1)
    }
}

@Suite("StatefulSets")
struct StatefulSetTests {
    @Test("Pods are made in order, each after the one before is ready, with their claims")
    func inOrder() async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        try await virtual.create(
            .statefulSets,
            workload(
                "db",
                [
                    "replicas": 3, "serviceName": "db",
                    "volumeClaimTemplates": [
                        ["metadata": ["name": "data"], "spec": ["accessModes": ["ReadWriteOnce"]]]
                    ],
                ]))
        for _ in 0..<60 {
            try await virtual.settle(for: .milliseconds(50))
            let pods = virtual.cluster.objects(.pods)
            #expect(pods.map(\.name) == Array(["db-0", "db-1", "db-2"].prefix(pods.count)))
            #expect(pods.dropLast().allSatisfy { $0.isReady })
        }
        let set = try virtual.get(.statefulSets, "db")
        #expect(set.statusCount("readyReplicas") == 3)
        #expect(set[path: "status", "currentRevision"] == set[path: "status", "updateRevision"])
        #expect(
            virtual.cluster.objects(.persistentVolumeClaims).map(\.name) == ["data-db-0", "data-db-1", "data-db-2"])
        #expect(try virtual.get(.pods, "db-1").spec["subdomain"] == "db")
    }

    @Test("A rolling update goes from the last pod to the partition")
    func partitioned() async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        try await virtual.create(
            .statefulSets,
            workload("db", ["replicas": 3, "updateStrategy": ["rollingUpdate": ["partition": 1]]]))
        try await virtual.settle()
        try await virtual.patch(
            .statefulSets, "db",
            ["spec": ["template": ["spec": ["containers": [["name": "app", "image": "app:2"]]]]]])
        try await virtual.settle()
        let images = { () throws -> [String] in
            virtual.cluster.objects(.pods).compactMap { $0.spec["containers"]?[0]?["image"]?.stringValue }
        }
        #expect(try images() == ["app:1", "app:2", "app:2"])
        // What is below the partition is made of the old template again.
        try await virtual.access.delete(.pods, namespace: "default", name: "db-0", DeleteOptions())
        try await virtual.settle()
        #expect(try images() == ["app:1", "app:2", "app:2"])
        try await virtual.patch(
            .statefulSets, "db", ["spec": ["updateStrategy": ["rollingUpdate": ["partition": 0]]]])
        try await virtual.settle()
        #expect(try images() == ["app:2", "app:2", "app:2"])
        let set = try virtual.get(.statefulSets, "db")
        #expect(set[path: "status", "currentRevision"] == set[path: "status", "updateRevision"])
    }

    @Test("Scaling down removes the highest numbers first")
    func scalesDown() async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        try await virtual.create(.statefulSets, workload("db", ["replicas": 3]))
        try await virtual.settle()
        try await virtual.patch(.statefulSets, "db", ["spec": ["replicas": 1]])
        try await virtual.settle()
        #expect(virtual.cluster.objects(.pods).map(\.name) == ["db-0"])
    }
}

@Suite("Jobs and CronJobs")
struct JobTests {
    private func job(_ name: String, _ spec: JSONObject, annotations: [String: String] = [:]) -> JSONValue {
        var merged: JSONObject = [
            "template": [
                "metadata": ["annotations": JSONValue(annotations)],
                "spec": ["restartPolicy": "Never", "containers": [["name": "app", "image": "app:1"]]],
            ]
        ]
        for (key, value) in spec { merged[key] = value }
        return ["metadata": ["name": .string(name)], "spec": .object(merged)]
    }

    @Test("A Job completes once enough pods have succeeded, never running more than its parallelism")
    func completes() async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        try await virtual.create(.jobs, job("batch", ["completions": 5, "parallelism": 2]))
        var most = 0
        for _ in 0..<100 {
            try await virtual.settle(for: .milliseconds(100))
            most = max(most, virtual.cluster.objects(.pods).filter(\.isActivePod).count)
        }
        let batch = try virtual.get(.jobs, "batch")
        #expect(most == 2)
        #expect(batch.statusCount("succeeded") == 5)
        #expect(batch.condition("Complete")?["status"] == "True")
        #expect(batch[path: "status", "completionTime"] != nil)
        #expect(virtual.cluster.objects(.pods).allSatisfy { $0.phase == "Succeeded" })
    }

    @Test("A Job whose pods fail gives up at its back-off limit")
    func fails() async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        try await virtual.create(
            .jobs, job("batch", ["backoffLimit": 2], annotations: [FailureInjection.crashLoop: "true"]))
        try await virtual.settle()
        let batch = try virtual.get(.jobs, "batch")
        #expect(batch.condition("Failed")?["reason"] == "BackoffLimitExceeded")
        #expect(batch.statusCount("failed") == 3)
    }

    @Test("A finished Job goes when its time to live is over, its pods with it")
    func expires() async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        try await virtual.create(.jobs, job("batch", ["ttlSecondsAfterFinished": 30]))
        try await virtual.settle(for: .seconds(20))
        #expect(virtual.cluster.objects(.jobs).count == 1)
        try await virtual.settle(for: .seconds(30))
        #expect(virtual.cluster.objects(.jobs).isEmpty)
        #expect(virtual.cluster.objects(.pods).isEmpty)
    }

    @Test("A CronJob starts a Job at each time of its schedule and keeps its history short")
    func schedules() async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        let template = job("", [:])["spec"] ?? .null
        try await virtual.create(
            .cronJobs,
            [
                "metadata": ["name": "tick"],
                "spec": [
                    "schedule": "*/5 * * * *", "successfulJobsHistoryLimit": 2, "jobTemplate": ["spec": template],
                ],
            ])
        try await virtual.settle(for: .seconds(1200))
        #expect(virtual.cluster.objects(.jobs).count == 2)
        #expect(try virtual.get(.cronJobs, "tick")[path: "status", "lastSuccessfulTime"] != nil)
        let creations = virtual.cluster.takeWrites().filter { $0.hasPrefix("cronjob-controller create jobs") }
        #expect(creations.count == 4)
    }

    @Test(
        "Cron schedules name their next time",
        arguments: [
            ("* * * * *", "2026-03-01T10:20:30Z", "2026-03-01T10:21:00Z"),
            ("0 3 * * *", "2026-03-01T10:20:30Z", "2026-03-02T03:00:00Z"),
            ("*/15 8-17 * * mon-fri", "2026-02-27T17:50:00Z", "2026-03-02T08:00:00Z"),
            ("0 0 29 2 *", "2026-03-01T00:00:00Z", "2028-02-29T00:00:00Z"),
            ("0 0 13 * 5", "2026-03-01T00:00:00Z", "2026-03-06T00:00:00Z"),
            ("@monthly", "2026-12-05T00:00:00Z", "2027-01-01T00:00:00Z"),
            ("0 12 * * 7", "2026-03-01T12:00:00Z", "2026-03-08T12:00:00Z"),
        ])
    func cronSchedule(text: String, after: String, next: String) throws {
        let schedule = try #require(CronSchedule(text))
        #expect(schedule.next(after: try #require(Timestamp(after)))?.description == next)
    }

    @Test(
        "What is no schedule is refused",
        arguments: ["", "* * * *", "60 * * * *", "a * * * *", "5-1 * * * *", "*/0 * * * *"])
    func noSchedule(text: String) {
        #expect(CronSchedule(text) == nil)
    }
}
