import KubeCore
import Testing

@testable import EmbeddedCluster

@Suite("Nodes, scheduling and the life of pods")
struct NodeSideTests {
    private func pod(_ name: String, annotations: [String: String] = [:], _ spec: JSONObject = JSONObject())
        -> JSONValue
    {
        var merged: JSONObject = ["containers": [["name": "app", "image": "app:1"]]]
        for (key, value) in spec { merged[key] = value }
        return ["metadata": ["name": .string(name), "annotations": JSONValue(annotations)], "spec": .object(merged)]
    }

    private func waitingReason(_ pod: KubeObject) -> String? {
        pod[path: "status", "containerStatuses"]?[0]?[path: "state", "waiting", "reason"]?.stringValue
    }

    @Test("A pod goes from Pending by ContainerCreating to Running and Ready")
    func becomesReady() async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        try await virtual.create(.pods, pod("one"))
        try await virtual.settle(for: .milliseconds(100))
        var one = try virtual.get(.pods, "one")
        #expect(one.phase == "Pending")
        #expect(waitingReason(one) == "ContainerCreating")
        #expect(one.condition("PodScheduled")?["status"] == "True")
        try await virtual.settle(for: .milliseconds(250))
        one = try virtual.get(.pods, "one")
        #expect(one.phase == "Running")
        #expect(one.condition("ContainersReady")?["reason"] == "ContainersNotReady")
        try await virtual.settle()
        one = try virtual.get(.pods, "one")
        #expect(one.isReady)
        #expect(one[path: "status", "containerStatuses"]?[0]?["ready"] == true)
        #expect(one[path: "status", "hostIP"]?.stringValue?.hasPrefix("172.18.") == true)
    }

    @Test("Init containers complete, sidecars keep running and count as ready")
    func initContainers() async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        try await virtual.create(
            .pods,
            pod(
                "one",
                [
                    "initContainers": [
                        ["name": "setup", "image": "setup:1"],
                        ["name": "side", "image": "side:1", "restartPolicy": "Always"],
                    ]
                ]))
        try await virtual.settle()
        let statuses = try virtual.get(.pods, "one")[path: "status", "initContainerStatuses"]
        #expect(statuses?[0]?[path: "state", "terminated", "reason"] == "Completed")
        #expect(statuses?[0]?["ready"] == true)
        #expect(statuses?[1]?[path: "state", "running"] != nil)
        #expect(statuses?[1]?["ready"] == true)
    }

    @Test("The placeholder image `auto`, like any that fails, ends in ImagePullBackOff and stays pending")
    func failingImages() async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        try await virtual.create(.pods, pod("gateway", ["containers": [["name": "istio-proxy", "image": "auto"]]]))
        try await virtual.create(.pods, pod("broken", annotations: [FailureInjection.failingImage: "true"]))
        try await virtual.settle()
        for name in ["gateway", "broken"] {
            let failed = try virtual.get(.pods, name)
            #expect(failed.phase == "Pending")
            #expect(waitingReason(failed) == "ImagePullBackOff")
        }
        _ = virtual.cluster.takeWrites()
        try await virtual.settle(for: .seconds(600))
        #expect(virtual.cluster.takeWrites() == [])
    }

    @Test("A crash loop restarts with growing back-off and is never ready")
    func crashLoops() async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        try await virtual.create(.pods, pod("one", annotations: [FailureInjection.crashLoop: "true"]))
        try await virtual.settle(for: .seconds(75))
        let one = try virtual.get(.pods, "one")
        // After 10, 30 and 70 seconds.
        #expect(one[path: "status", "containerStatuses"]?[0]?["restartCount"] == 4)
        #expect(waitingReason(one) == "CrashLoopBackOff")
        #expect(!one.isReady)
        #expect(
            one[path: "status", "containerStatuses"]?[0]?[path: "lastState", "terminated", "exitCode"] == 1)
    }

    @Test("Readiness can be delayed, and denied")
    func readiness() async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        try await virtual.create(.pods, pod("slow", annotations: [FailureInjection.readinessDelay: "7.5"]))
        try await virtual.create(.pods, pod("never", annotations: [FailureInjection.neverReady: "true"]))
        try await virtual.settle(for: .seconds(7))
        #expect(try !virtual.get(.pods, "slow").isReady)
        try await virtual.settle(for: .seconds(1))
        #expect(try virtual.get(.pods, "slow").isReady)
        try await virtual.settle(for: .seconds(600))
        #expect(try !virtual.get(.pods, "never").isReady)
        #expect(try virtual.get(.pods, "never").phase == "Running")
    }

    @Test("A deleted pod terminates before it goes; a finalizer holds it, and is not fought")
    func terminates() async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        try await virtual.create(.pods, pod("one"))
        var held = try #require(KubeObject(pod("held")))
        held.finalizers = ["test/hold"]
        try await virtual.create(.pods, held.value)
        try await virtual.settle()
        for name in ["one", "held"] {
            try await virtual.access.delete(.pods, namespace: "default", name: name, DeleteOptions())
        }
        try await virtual.settle(for: .milliseconds(50))
        #expect(try virtual.get(.pods, "one").isBeingDeleted)
        try await virtual.settle()
        #expect(virtual.cluster.object(.pods, "default", "one") == nil)
        #expect(try virtual.get(.pods, "held")[path: "metadata", "deletionGracePeriodSeconds"] == 0)
        _ = virtual.cluster.takeWrites()
        try await virtual.settle(for: .seconds(600))
        #expect(virtual.cluster.takeWrites() == [])
        try await virtual.patch(.pods, "held", ["metadata": ["finalizers": .null]])
        try await virtual.settle()
        #expect(virtual.cluster.objects(.pods).isEmpty)
    }

    @Test("Cordoned nodes get no pods; pods without a node say why and are placed when one comes back")
    func cordons() async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        for node in ["node-1", "node-2", "node-3"] {
            try await virtual.patch(.nodes, node, ["spec": ["unschedulable": true]])
        }
        try await virtual.create(.pods, pod("one"))
        try await virtual.settle()
        let one = try virtual.get(.pods, "one")
        #expect(one.condition("PodScheduled")?["reason"] == "Unschedulable")
        #expect(
            one.condition("PodScheduled")?["message"]
                == "0/3 nodes are available: 3 node(s) were unschedulable.")
        try await virtual.patch(.nodes, "node-2", ["spec": ["unschedulable": .null]])
        try await virtual.settle()
        #expect(try virtual.get(.pods, "one").nodeName == "node-2")
        #expect(try virtual.get(.pods, "one").isReady)
    }

    @Test("A node that is not ready takes its pods with it, and brings them back")
    func nodeFailure() async throws {
        let virtual = VirtualCluster(
            settings: {
                var settings = SimulationSettings()
                settings.nodes = 1
                return settings
            }())
        try await virtual.start()
        // As admission has it: a pod stays on a node that fails for five minutes.
        let toleration: JSONValue = [
            "key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute",
            "tolerationSeconds": 300,
        ]
        try await virtual.create(.pods, pod("one", ["tolerations": [toleration]]))
        try await virtual.settle()
        try await virtual.patch(
            .nodes, "node-1", ["metadata": ["annotations": JSONValue([FailureInjection.nodeNotReady: "true"])]])
        try await virtual.settle()
        #expect(try !virtual.get(.nodes, "node-1").isReady)
        #expect(try !virtual.get(.pods, "one").isReady)
        try await virtual.patch(
            .nodes, "node-1", ["metadata": ["annotations": .null]])
        try await virtual.settle()
        #expect(try virtual.get(.nodes, "node-1").isReady)
        #expect(try virtual.get(.pods, "one").isReady)
    }

    @Test(
        "Tolerations meet taints",
        arguments: [
            (["operator": "Exists"], true), (["key": "a", "operator": "Exists"], true),
            (["key": "a", "value": "1"], true), (["key": "a", "value": "2"], false), (["key": "b"], false),
            (["key": "a", "operator": "Exists", "effect": "NoExecute"], false),
            (["key": "a", "operator": "Exists", "effect": "NoSchedule"], true),
        ] as [(JSONValue, Bool)])
    func tolerations(toleration: JSONValue, tolerates: Bool) {
        let taint: JSONValue = ["key": "a", "value": "1", "effect": "NoSchedule"]
        #expect(Scheduler.tolerates(toleration, taint) == tolerates)
    }
}
