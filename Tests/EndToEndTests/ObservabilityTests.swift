import Foundation
import KubeCore
import Testing

@Suite("Probes and metrics", .serialized)
struct ObservabilityTests {
    @Test("A leader that has read its caches is alive and ready, and counts what it does", .timeLimit(.minutes(3)))
    func served() async throws {
        let cluster = try await Cluster()
        try await cluster.prepare()
        let child = try cluster.startOperator("one", ["--log-format", "json"])
        try cluster.apply(Cluster.smallMesh)
        try cluster.meshIsReady()

        let probes = try port("probes", in: child)
        let metrics = try port("metrics", in: child)
        #expect(try get(probes, "/healthz") == (200, "[+]ping ok\n[+]leader-election ok\nhealthz check passed\n"))
        let ready = try get(probes, "/readyz")
        #expect(ready.status == 200 && ready.body.contains("readyz check passed"))
        #expect(try get(probes, "/elsewhere").status == 404)
        #expect(try get(probes, "/healthz", method: "POST").status == 405)

        let text = try get(metrics, "/metrics").body
        #expect(text.contains(#"leader_election_master_status{name="boltrope"} 1"#))
        for name in [
            "workqueue_depth", "workqueue_adds_total", "workqueue_queue_duration_seconds_bucket",
            "controller_runtime_reconcile_total", "controller_runtime_reconcile_time_seconds_count",
            "rest_client_requests_total", "boltrope_mesh_ready",
        ] { #expect(text.contains("\n\(name){") || text.contains("\n\(name) "), "no \(name)") }
        // A counter that stands still while work is done counts nothing.
        let before = try reconciles(text)
        #expect(try cluster.kubectl("delete", "service/istiod", "-n", "istio-system", "--wait=false").succeeded)
        try await eventually("the repair is counted") { try reconciles(get(metrics, "/metrics").body) > before }
    }

    private func reconciles(_ text: String) throws -> Double {
        let line = try #require(
            text.split(separator: "\n").first {
                $0.hasPrefix("controller_runtime_reconcile_total") && $0.contains(#"result="success""#)
            })
        return try #require(line.split(separator: " ").last.flatMap { Double($0) })
    }

    /// The port that a server of the operator's says it listens on.
    private func port(_ server: String, in child: ChildProcess) throws -> Int {
        for line in child.output.split(separator: "\n") {
            guard let entry = try? JSONValue(parsing: String(line)), entry["message"] == "listening",
                entry["server"]?.stringValue == server
            else { continue }
            return try #require(entry["port"]?.stringValue.flatMap { Int($0) })
        }
        throw Failure("the operator does not say where it serves \(server):\n\(child.output)")
    }

    private func get(_ port: Int, _ path: String, method: String = "GET") throws -> (status: Int, body: String) {
        let result = try run(
            URL(fileURLWithPath: "/usr/bin/curl"),
            ["--silent", "--request", method, "--write-out", "\n%{http_code}", "http://127.0.0.1:\(port)\(path)"])
        var lines = result.standardOutput.split(separator: "\n", omittingEmptySubsequences: false)
        let status = try #require(lines.popLast().flatMap { Int($0) }, "\(result)")
        return (status, lines.joined(separator: "\n"))
    }
}
