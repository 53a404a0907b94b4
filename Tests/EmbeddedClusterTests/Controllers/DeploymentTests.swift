import KubeCore
import Testing

@testable import EmbeddedCluster

@Suite("Deployments, ReplicaSets and Pods")
struct DeploymentTests {
    @Test("A Deployment becomes available, and nothing is written once it is")
    func becomesAvailable() async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        try await virtual.create(.deployments, deployment("web", replicas: 3))
        try await virtual.settle()
        let web = try virtual.get(.deployments, "web")
        #expect(web.statusCount("availableReplicas") == 3)
        #expect(web.statusCount("updatedReplicas") == 3)
        #expect(web.statusCount("observedGeneration") == 1)
        #expect(web.condition("Available")?["status"] == "True")
        #expect(web.condition("Progressing")?["reason"] == "NewReplicaSetAvailable")
        #expect(web.annotation("deployment.kubernetes.io/revision") == "1")
        let pods = virtual.cluster.objects(.pods)
        #expect(pods.count == 3)
        #expect(Set(pods.compactMap(\.nodeName)).count == 3)
        #expect(Set(pods.compactMap { $0[path: "status", "podIP"]?.stringValue }).count == 3)
        _ = virtual.cluster.takeWrites()
        try await virtual.settle(for: .seconds(3600))
        #expect(virtual.cluster.takeWrites() == [])
    }

    @Test("A deleted pod is replaced")
    func replacesPods() async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        try await virtual.create(.deployments, deployment("web", replicas: 2))
        try await virtual.settle()
        let victim = try #require(virtual.cluster.objects(.pods).first)
        try await virtual.access.delete(.pods, namespace: "default", name: victim.name, DeleteOptions())
        try await virtual.settle()
        let pods = virtual.cluster.objects(.pods)
        #expect(pods.count == 2)
        #expect(!pods.contains { $0.uid == victim.uid })
        #expect(try virtual.get(.deployments, "web").statusCount("availableReplicas") == 2)
    }

    @Test("A rolling update keeps within maxSurge and maxUnavailable and ends with one ReplicaSet in use")
    func rollsWithinBounds() async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        try await virtual.create(
            .deployments,
            deployment("web", replicas: 4) {
                $0.set(["rollingUpdate": ["maxSurge": 1, "maxUnavailable": 1]], at: "spec", "strategy")
            })
        try await virtual.settle()
        var next = try virtual.get(.deployments, "web")
        next.set([["name": "app", "image": "app:2"]], at: "spec", "template", "spec", "containers")
        _ = try await virtual.access.update(.deployments, next, subresource: nil)
        for _ in 0..<200 {
            try await virtual.settle(for: .milliseconds(50))
            let pods = virtual.cluster.objects(.pods).filter { !$0.isBeingDeleted }
            #expect(pods.count <= 5)
            #expect(pods.filter(\.isReady).count >= 3)
        }
        let web = try virtual.get(.deployments, "web")
        #expect(web.annotation("deployment.kubernetes.io/revision") == "2")
        #expect(web.statusCount("updatedReplicas") == 4)
        #expect(web.statusCount("availableReplicas") == 4)
        #expect(virtual.cluster.objects(.replicaSets).map(\.specReplicas).sorted() == [0, 4])
    }

    @Test("Going back to an old template uses its ReplicaSet again, under a new revision")
    func rollsBack() async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        try await virtual.create(.deployments, deployment("web", replicas: 2))
        try await virtual.settle()
        let first = try #require(virtual.cluster.objects(.replicaSets).first)
        let old = try virtual.get(.deployments, "web").spec["template"] ?? .null
        var next = old
        next.set([["name": "app", "image": "app:2"]], at: "spec", "containers")
        try await virtual.patch(.deployments, "web", ["spec": ["template": next]])
        try await virtual.settle()
        try await virtual.patch(.deployments, "web", ["spec": ["template": old]])
        try await virtual.settle()
        let web = try virtual.get(.deployments, "web")
        #expect(web.annotation("deployment.kubernetes.io/revision") == "3")
        let replicaSets = virtual.cluster.objects(.replicaSets)
        #expect(replicaSets.count == 2)
        let again = try #require(replicaSets.first { $0.uid == first.uid })
        #expect(again.specReplicas == 2)
        #expect(again.annotation("deployment.kubernetes.io/revision-history") == "1")
    }

    @Test("A rollout that makes no progress exceeds its deadline, and the old pods stay")
    func exceedsDeadline() async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        try await virtual.create(.deployments, deployment("web", replicas: 2))
        try await virtual.settle()
        try await virtual.patch(
            .deployments, "web",
            [
                "spec": [
                    "progressDeadlineSeconds": 30,
                    "template": ["metadata": ["annotations": JSONValue([FailureInjection.neverReady: "true"])]],
                ]
            ])
        try await virtual.settle(for: .seconds(20))
        #expect(try virtual.get(.deployments, "web").condition("Progressing")?["status"] == "True")
        try await virtual.settle(for: .seconds(60))
        let web = try virtual.get(.deployments, "web")
        #expect(web.condition("Progressing")?["reason"] == "ProgressDeadlineExceeded")
        #expect(web.condition("Available")?["status"] == "True")
        #expect(web.statusCount("availableReplicas") == 2)
    }

    @Test("Recreate starts no new pod before the last old one has gone")
    func recreates() async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        try await virtual.create(
            .deployments, deployment("web", replicas: 2) { $0.set(["type": "Recreate"], at: "spec", "strategy") })
        try await virtual.settle()
        try await virtual.patch(
            .deployments, "web",
            ["spec": ["template": ["spec": ["containers": [["name": "app", "image": "app:2"]]]]]])
        for _ in 0..<60 {
            try await virtual.settle(for: .milliseconds(20))
            let hashes = Set(virtual.cluster.objects(.pods).compactMap { $0.label("pod-template-hash") })
            #expect(hashes.count <= 1)
        }
        try await virtual.settle()
        #expect(try virtual.get(.deployments, "web").statusCount("updatedReplicas") == 2)
    }

    @Test("A paused Deployment scales but does not roll; resumed, it rolls")
    func pauses() async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        try await virtual.create(.deployments, deployment("web", replicas: 1))
        try await virtual.settle()
        try await virtual.patch(
            .deployments, "web",
            [
                "spec": [
                    "paused": true, "replicas": 3,
                    "template": ["metadata": ["annotations": ["restarted": "yes"]]],
                ]
            ])
        try await virtual.settle()
        var web = try virtual.get(.deployments, "web")
        #expect(virtual.cluster.objects(.replicaSets).map(\.specReplicas) == [3])
        #expect(web.condition("Progressing")?["reason"] == "DeploymentPaused")
        try await virtual.patch(.deployments, "web", ["spec": ["paused": .null]])
        try await virtual.settle()
        web = try virtual.get(.deployments, "web")
        #expect(web.statusCount("updatedReplicas") == 3)
        #expect(virtual.cluster.objects(.replicaSets).map(\.specReplicas).sorted() == [0, 3])
    }

    @Test("Old ReplicaSets beyond the history limit are deleted")
    func limitsHistory() async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        try await virtual.create(
            .deployments, deployment("web", replicas: 1) { $0.set(1, at: "spec", "revisionHistoryLimit") })
        try await virtual.settle()
        for round in 2...4 {
            try await virtual.patch(
                .deployments, "web",
                ["spec": ["template": ["metadata": ["annotations": ["round": .string(String(round))]]]]])
            try await virtual.settle()
        }
        #expect(virtual.cluster.objects(.replicaSets).count == 2)
        #expect(try virtual.get(.deployments, "web").annotation("deployment.kubernetes.io/revision") == "4")
    }

    @Test("A deleted Deployment takes its ReplicaSets and pods along")
    func isCollected() async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        try await virtual.create(.deployments, deployment("web", replicas: 2))
        try await virtual.settle()
        try await virtual.access.delete(
            .deployments, namespace: "default", name: "web", DeleteOptions(propagationPolicy: .background))
        try await virtual.settle()
        #expect(virtual.cluster.objects(.replicaSets).isEmpty)
        #expect(virtual.cluster.objects(.pods).isEmpty)
    }

    @Test("Orphaned ReplicaSets and pods are adopted by a Deployment made again")
    func adopts() async throws {
        let virtual = VirtualCluster()
        try await virtual.start()
        try await virtual.create(.deployments, deployment("web", replicas: 2))
        try await virtual.settle()
        let pods = Set(virtual.cluster.objects(.pods).compactMap(\.uid))
        try await virtual.access.delete(
            .deployments, namespace: "default", name: "web", DeleteOptions(propagationPolicy: .orphan))
        try await virtual.settle()
        #expect(virtual.cluster.objects(.deployments).isEmpty)
        #expect(Set(virtual.cluster.objects(.pods).compactMap(\.uid)) == pods)
        try await virtual.create(.deployments, deployment("web", replicas: 2))
        try await virtual.settle()
        #expect(Set(virtual.cluster.objects(.pods).compactMap(\.uid)) == pods)
        #expect(try virtual.get(.deployments, "web").statusCount("availableReplicas") == 2)
    }

    @Test("Every write may fail once; the end is the same")
    func survivesFailures() async throws {
        for target in [
            "create replicasets", "create pods", "patch pods/web", "patch pods", "patch replicasets",
            "patch deployments",
        ] {
            let virtual = VirtualCluster()
            try await virtual.start()
            virtual.cluster.failNext(
                target, with: Status(code: 500, reason: .internalError, message: "injected"))
            try await virtual.create(.deployments, deployment("web", replicas: 3))
            try await virtual.settle()
            #expect(try virtual.get(.deployments, "web").statusCount("availableReplicas") == 3, "\(target)")
            #expect(virtual.cluster.objects(.pods).count == 3, "\(target)")
        }
    }
}
