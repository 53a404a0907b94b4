import KubeCore
import KubeRuntime
import Testing

@Suite("Readiness")
struct ReadinessTests {
    private enum Expected { case ready, inProgress, failed, terminating, unknown }

    private func check(_ type: ResourceType, _ text: String, _ expected: Expected, _ comment: Comment) throws {
        var object = KubeObject(type: type, namespace: "ns", name: "a")
        let parts = try JSONValue(parsing: text)
        for (key, value) in parts.objectValue ?? JSONObject() where key != "metadata" { object[key] = value }
        for (key, value) in parts["metadata"]?.objectValue ?? JSONObject() { object.set(value, at: "metadata", key) }
        let actual: Expected =
            switch Readiness.of(object) {
            case .ready: .ready
            case .inProgress: .inProgress
            case .failed: .failed
            case .terminating: .terminating
            case .unknown: .unknown
            }
        #expect(actual == expected, comment)
    }

    @Test("deployments")
    func deployments() throws {
        let full = #""replicas":2,"updatedReplicas":2,"availableReplicas":2"#
        let type = ResourceType.deployments
        try check(type, #"{"metadata":{"generation":1},"spec":{"replicas":2}}"#, .inProgress, "nobody has seen it")
        try check(
            type, #"{"metadata":{"generation":2},"spec":{"replicas":2},"status":{"observedGeneration":2,\#(full)}}"#,
            .ready, "all is there")
        try check(
            type, #"{"metadata":{"generation":3},"spec":{"replicas":2},"status":{"observedGeneration":2,\#(full)}}"#,
            .inProgress, "an old status says nothing of the new specification")
        try check(
            type,
            #"{"spec":{"replicas":2},"status":{"observedGeneration":0,"replicas":3,"updatedReplicas":2,"availableReplicas":3}}"#,
            .inProgress, "an old replica is still there")
        try check(
            type,
            #"{"spec":{},"status":{"observedGeneration":0,"replicas":1,"updatedReplicas":1}}"#, .inProgress,
            "updated is not available, and one replica is the default")
        try check(type, #"{"spec":{"replicas":0},"status":{"observedGeneration":0}}"#, .ready, "nothing is wanted")
        try check(
            type,
            #"{"spec":{},"status":{"observedGeneration":0,"conditions":[{"type":"Progressing","status":"False","reason":"ProgressDeadlineExceeded"}]}}"#,
            .failed, "the deadline passed")
        try check(
            type, #"{"metadata":{"deletionTimestamp":"2026-01-01T00:00:00Z"}}"#, .terminating, "it is going")
    }

    @Test("daemon sets and stateful sets")
    func sets() throws {
        try check(
            .daemonSets,
            #"{"status":{"observedGeneration":0,"desiredNumberScheduled":3,"updatedNumberScheduled":3,"numberAvailable":3}}"#,
            .ready, "on all nodes")
        try check(
            .daemonSets,
            #"{"status":{"observedGeneration":0,"desiredNumberScheduled":3,"updatedNumberScheduled":2,"numberAvailable":3}}"#,
            .inProgress, "one pod is old")
        try check(
            .statefulSets,
            #"{"spec":{"replicas":2},"status":{"observedGeneration":0,"readyReplicas":2,"currentRevision":"a","updateRevision":"b"}}"#,
            .inProgress, "the revisions differ")
        try check(
            .statefulSets,
            #"{"spec":{"replicas":2},"status":{"observedGeneration":0,"readyReplicas":2,"currentRevision":"b","updateRevision":"b"}}"#,
            .ready, "the revisions agree")
    }

    @Test("jobs, pods, services, claims, definitions")
    func others() throws {
        try check(.jobs, #"{"status":{"conditions":[{"type":"Complete","status":"True"}]}}"#, .ready, "complete")
        try check(.jobs, #"{"status":{"conditions":[{"type":"Failed","status":"True"}]}}"#, .failed, "failed")
        try check(.jobs, #"{"status":{"active":1}}"#, .inProgress, "running")
        try check(
            .pods, #"{"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}}"#, .ready, "ready")
        try check(.pods, #"{"status":{"phase":"Running"}}"#, .inProgress, "running is not ready")
        try check(.pods, #"{"status":{"phase":"Failed"}}"#, .failed, "failed")
        try check(.pods, #"{"status":{"phase":"Unknown"}}"#, .unknown, "nobody knows")
        try check(.services, #"{"spec":{"type":"ClusterIP"}}"#, .ready, "nothing to wait for")
        try check(.services, #"{"spec":{"type":"LoadBalancer"}}"#, .inProgress, "no address")
        try check(
            .services, #"{"spec":{"type":"LoadBalancer"},"status":{"loadBalancer":{"ingress":[{"ip":"1.2.3.4"}]}}}"#,
            .ready, "an address")
        try check(.customResourceDefinitions, "{}", .inProgress, "not established")
        try check(
            .customResourceDefinitions, #"{"status":{"conditions":[{"type":"Established","status":"True"}]}}"#, .ready,
            "established")
        try check(
            .customResourceDefinitions, #"{"status":{"conditions":[{"type":"NamesAccepted","status":"False"}]}}"#,
            .failed, "names taken")
    }

    @Test("kinds that nobody knows are read by the conditions of kstatus; unknown is neither ready nor failed")
    func conditions() throws {
        let mesh = ResourceType(
            group: "boltrope.dev", version: "v1", plural: "meshes", kind: "Mesh", isNamespaced: false)
        func status(_ type: String, _ value: String) -> String {
            #"{"status":{"conditions":[{"type":"\#(type)","status":"\#(value)"}]}}"#
        }
        try check(mesh, "{}", .ready, "no conditions")
        try check(mesh, status("Ready", "True"), .ready, "ready")
        try check(mesh, status("Ready", "False"), .inProgress, "not ready")
        try check(mesh, status("Ready", "Unknown"), .unknown, "unknown")
        try check(mesh, status("Stalled", "True"), .failed, "stalled")
        try check(mesh, status("Reconciling", "True"), .inProgress, "reconciling")
        try check(
            mesh,
            #"{"metadata":{"generation":2},"status":{"observedGeneration":1,"conditions":[{"type":"Ready","status":"True"}]}}"#,
            .inProgress, "ready, but for an older generation")
    }
}
