import Logging
import ServiceLifecycle
import Testing

@testable import KubeRuntime

@Suite("Manager")
struct ManagerTests {
    struct Part: Service {
        let name: String
        let log: Log<String>
        var failure: (any Error)?

        func run() async throws {
            log.append("start \(name)")
            if let failure { throw failure }
            let latch = Latch()
            try? await withTaskCancellationOrGracefulShutdownHandler {
                try await latch.wait()
            } onCancelOrGracefulShutdown: {
                latch.open()
            }
            log.append("stop \(name)")
        }
    }

    @Test("parts start in the order of their phases, and in that of their adding within one")
    func order() {
        let log = Log<String>()
        let manager = Manager([
            ManagedService(.leaderElected, Part(name: "mesh", log: log)),
            ManagedService(.caches, Part(name: "informers", log: log)),
            ManagedService(.others, Part(name: "first", log: log)),
            ManagedService(.http, Part(name: "probes", log: log)),
            ManagedService(.others, Part(name: "second", log: log)),
            ManagedService(.events, Part(name: "events", log: log)),
        ])
        #expect(
            manager.services.compactMap { ($0.service as? Part)?.name }
                == ["probes", "informers", "events", "first", "second", "mesh"])
    }

    @Test("parts stop in the opposite order, each after the one before has ended")
    func stop() async throws {
        let log = Log<String>()
        var options = Manager.Options()
        options.signals = []
        let parts: [(ManagerPhase, String)] = [
            (.http, "probes"), (.caches, "informers"), (.events, "events"), (.leaderElected, "mesh"),
        ]
        let manager = Manager(
            parts.map { ManagedService($0.0, Part(name: $0.1, log: log)) }, options: options, logger: .silent)
        let group = ServiceGroup(services: [manager], logger: .silent)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            while log.count < parts.count { await Task.yield() }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        #expect(log.entries.suffix(4) == ["stop mesh", "stop events", "stop informers", "stop probes"])
    }

    @Test("a lost lease ends all parts, and is what the process reports")
    func lostLease() async {
        let log = Log<String>()
        var options = Manager.Options()
        options.signals = []
        let lost = LeadershipLost("leader election lost: the lease is held by another")
        let manager = Manager(
            [
                ManagedService(.http, Part(name: "probes", log: log)),
                ManagedService(.leaderElected, Part(name: "mesh", log: log, failure: lost)),
            ], options: options, logger: .silent)
        await #expect(throws: LeadershipLost.self) { try await manager.run() }
        #expect(log.entries.contains("stop probes"))
    }

    @Test("health reports name what failed, as Kubernetes components do")
    func health() {
        let health = HealthRegistry()
        #expect(health.report(.liveness).isHealthy)
        health.add("cache-pods", to: .readiness) { throw HealthRegistry.Failure("not read yet") }
        let report = health.report(.readiness)
        #expect(!report.isHealthy)
        #expect(report.text(probe: "readyz") == "[+]ping ok\n[-]cache-pods failed: not read yet\nreadyz check failed\n")
        #expect(health.report(.liveness).text(probe: "healthz") == "[+]ping ok\nhealthz check passed\n")
    }
}
