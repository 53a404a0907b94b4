import Foundation
import KubeCore
import Testing

@Suite("Behind a front with TLS, HTTP/2 and client certificates", .enabled(if: Front.isInstalled, "needs nginx"))
struct FrontTests {
    @Test(
        "Reloaded, restarted and made to drop connections mid-stream: nothing is lost, and the leader stays",
        .timeLimit(.minutes(8)))
    func disturbed() async throws {
        let (cluster, front, operators) = try await readyMesh()
        let state = try cluster.endState()
        let identities = try uids(cluster)
        let leader = try cluster.leader()
        let terms = try leaseTransitions(cluster)

        try front.reload()
        try await repairs(cluster, "service/istiod")
        for _ in 0..<4 {
            front.dropConnections()
            try await Task.sleep(for: .milliseconds(700))
        }
        try await repairs(cluster, "service/istiod")
        // Changes that fall into the gap are found afterwards: watches go on where they were.
        front.stop()
        for resource in ["configmap/istio", "deployment/istiod"] {
            #expect(try cluster.kubectlDirectly("delete", resource, "-n", "istio-system", "--wait=false").succeeded)
        }
        try await Task.sleep(for: .seconds(3))
        try front.start()
        try await eventually("what was deleted meanwhile is back", within: 60) {
            try uids(cluster).count == identities.count
        }
        try cluster.meshIsReady()

        #expect(try cluster.leader() == leader, "the lease outlives a few seconds without a server")
        #expect(try leaseTransitions(cluster) == terms)
        let areRunning = operators.allSatisfy { $0.isRunning }
        #expect(areRunning, "no operator has ended")
        try await expectUnchanged(
            cluster, since: state, identities,
            except: ["Service istio-system/istiod", "ConfigMap istio-system/istio", "Deployment istio-system/istiod"])
    }

    @Test(
        "Gone for 30 s: the lease is taken anew, what changed meanwhile is repaired, nothing is lost or twice there",
        .timeLimit(.minutes(8)))
    func longOutage() async throws {
        let (cluster, front, operators) = try await readyMesh()
        let state = try cluster.endState()
        let identities = try uids(cluster)
        let (leader, terms) = (try cluster.leader(), try leaseTransitions(cluster))
        front.stop()
        let gone = ContinuousClock.now
        #expect(try cluster.kubectlDirectly("delete", "service/istiod", "-n", "istio-system").succeeded)
        let patch = #"{"data":{"mesh":"accessLogFile: /tmp/x"}}"#
        #expect(
            try cluster.kubectlDirectly(
                "patch", "configmap", "istio", "-n", "istio-system", "--type=merge", "-p", patch
            ).succeeded)
        let version = try cluster.objectDirectly("configmap", "istio", namespace: "istio-system")?.resourceVersion
        try await Task.sleep(until: gone + .seconds(30))
        // Nobody can have written, least of all one whose lease has lapsed.
        let now = try cluster.objectDirectly("configmap", "istio", namespace: "istio-system")?.resourceVersion
        #expect(now == version)
        try front.start()
        // A leader that lost its lease ends, to be started again by the kubelet, which a test has to play. As in a pod,
        // each start is another candidate.
        let ended = zip(["one", "two"], operators).filter { !$0.1.isRunning }.map(\.0)
        #expect(ended.contains(leader), "\(leader) led on without a lease")
        for name in ended { _ = try cluster.startOperator("\(name)-again") }
        try await eventually("there is a leader of a new term", within: 60) {
            try !cluster.leader().isEmpty && leaseTransitions(cluster) > terms
        }
        try await eventually("what changed meanwhile is repaired", within: 60) {
            let configuration = try cluster.object("configmap", "istio", namespace: "istio-system")
            return try uids(cluster).count == identities.count
                && configuration?[path: "data", "mesh"]?.stringValue != "accessLogFile: /tmp/x"
        }
        try cluster.meshIsReady()
        try await repairs(cluster, "service/istiod")
        try await expectUnchanged(cluster, since: state, identities, except: ["Service istio-system/istiod"])
    }

    @Test("Without a client certificate there is no way in, and the error says so", .timeLimit(.minutes(2)))
    func noCertificate() async throws {
        let cluster = try await Cluster(access: .front)
        let text = try String(contentsOf: cluster.kubeconfig, encoding: .utf8)
        let anonymous = cluster.folder.appendingPathComponent("anonymous-kubeconfig")
        try text.replacingOccurrences(
            of: "user: {client-certificate: client.pem, client-key: client.key}", with: "user: {}"
        )
        .write(to: anonymous, atomically: true, encoding: .utf8)
        let result = try run(Tools.boltrope, ["status", "--kubeconfig", anonymous.path])
        #expect(!result.succeeded)
        #expect(result.standardError.contains("No required SSL certificate was sent"), "\(result)")
    }

    private func readyMesh() async throws -> (Cluster, Front, [ChildProcess]) {
        let cluster = try await Cluster(access: .front)
        let front = try #require(cluster.front)
        try await cluster.prepare()
        let operators = [try cluster.startOperator("one"), try cluster.startOperator("two")]
        try cluster.apply(Cluster.wholeMesh)
        try cluster.meshIsReady()
        return (cluster, front, operators)
    }

    /// A deleted object comes back within seconds: the watches are alive.
    private func repairs(_ cluster: Cluster, _ resource: String) async throws {
        #expect(try cluster.kubectlDirectly("delete", resource, "-n", "istio-system", "--wait=false").succeeded)
        try await eventually("\(resource) is back", within: 30) {
            try cluster.kubectlDirectly("get", resource, "-n", "istio-system").succeeded
        }
    }

    /// The same objects, with the same content, and none of them made anew but those that were deleted.
    private func expectUnchanged(
        _ cluster: Cluster, since state: [String: JSONValue], _ identities: [String: String], except made: Set<String>
    ) async throws {
        try await eventually("the state is what it was", within: 30) { try cluster.endState() == state }
        for (name, uid) in try uids(cluster) where !made.contains(name) {
            #expect(identities[name] == uid, "\(name) is another object than before")
        }
    }

    /// The UIDs of the mesh's objects.
    private func uids(_ cluster: Cluster) throws -> [String: String] {
        Dictionary(
            try cluster.managedObjects().filter { !$0.isBeingDeleted }.map { ("\($0.kind) \($0.key)", $0.uid ?? "") },
            uniquingKeysWith: { first, _ in first })
    }

    private func leaseTransitions(_ cluster: Cluster) throws -> Int {
        try cluster.object("lease", "boltrope", namespace: "boltrope-system")?[path: "spec", "leaseTransitions"]?
            .intValue ?? 0
    }
}
