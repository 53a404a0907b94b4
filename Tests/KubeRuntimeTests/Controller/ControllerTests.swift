import KubeCore
import ServiceLifecycle
import Synchronization
import Testing

@testable import KubeRuntime

@Suite("Controller")
struct ControllerTests {
    struct Failure: Error {}

    /// Reconciles as a test says.
    struct Scripted: Reconciler {
        let script: @Sendable (String, ReconcileContext) async throws -> ReconcileOutcome
        func reconcile(_ key: String, _ context: ReconcileContext) async throws -> ReconcileOutcome {
            try await script(key, context)
        }
    }

    struct NeverSynced: CacheSync {
        let name = "meshes.boltrope.dev"
        let hasSynced = false
        func waitUntilSynced() async throws { try await Latch().wait() }
    }

    private func run(
        _ time: VirtualTime, options: ControllerOptions = .init(), metrics: MetricsRegistry? = nil,
        for duration: Duration, keys: [String],
        _ script: @escaping @Sendable (String, ReconcileContext) async throws -> ReconcileOutcome
    ) async throws {
        let controller = Controller(
            name: "test", reconciler: Scripted(script: script), options: options, clock: time.clock,
            random: .seeded(1), metrics: metrics, logger: .silent)
        for key in keys { controller.queue.add(key) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await controller.run() }
            try await time.clock.sleep(for: duration)
            group.cancelAll()
        }
    }

    @Test("each outcome leads where it should")
    func outcomes() async throws {
        try await VirtualTime.run { time in
            let log = Log<String>()
            let registry = MetricsRegistry()
            try await run(
                time, metrics: registry, for: .milliseconds(100),
                keys: ["done", "later", "retry", "throws", "terminal"]
            ) { key, context in
                log.append("\(key) \(context.failures)")
                switch key {
                case "later": return .requeue(after: .milliseconds(60))
                case "retry": return .retry
                case "throws": throw Failure()
                case "terminal": throw TerminalError(Failure())
                default: return .done
                }
            }
            func count(_ key: String) -> Int { log.entries.filter { $0.hasPrefix(key) }.count }
            #expect(count("done") == 1)
            #expect(count("later") == 2)
            // 0, 5, 15, 35, 75 ms.
            #expect(log.entries.filter { $0.hasPrefix("retry") } == (0..<5).map { "retry \($0)" })
            #expect(log.entries.filter { $0.hasPrefix("throws") } == (0..<5).map { "throws \($0)" })
            #expect(count("terminal") == 1)
            let text = registry.render()
            #expect(text.contains(#"controller_runtime_reconcile_total{controller="test",result="success"} 1"#))
            #expect(text.contains(#"controller_runtime_reconcile_total{controller="test",result="error"} 6"#))
            #expect(text.contains(#"controller_runtime_reconcile_total{controller="test",result="requeue_after"} 2"#))
            #expect(text.contains(#"controller_runtime_terminal_reconcile_errors_total{controller="test"} 1"#))
            #expect(text.contains(#"controller_runtime_max_concurrent_reconciles{controller="test"} 1"#))
        }
    }

    @Test("a reconcile that hangs is cut off at its limit, and harms no other key")
    func timeout() async throws {
        try await VirtualTime.run { time in
            var options = ControllerOptions()
            options.reconcileTimeout = .seconds(10)
            options.workers = 2
            let log = Log<String>()
            try await run(time, options: options, for: .seconds(9), keys: ["hangs", "fine"]) { key, context in
                if key == "hangs" { try await context.clock.sleep(for: .seconds(1_000_000)) }
                log.append(key)
                return .done
            }
            #expect(log.entries == ["fine"])
            let registry = MetricsRegistry()
            try await run(time, options: options, metrics: registry, for: .seconds(11), keys: ["hangs"]) { _, context in
                try await context.clock.sleep(for: .seconds(1_000_000))
                return .done
            }
            #expect(registry.render().contains(#"controller_runtime_reconcile_timeouts_total{controller="test"} 1"#))
        }
    }

    @Test("caches that never sync end the controller with their names")
    func cacheSyncTimeout() async {
        await VirtualTime.run { time in
            let controller = Controller(
                name: "mesh", reconciler: Scripted { _, _ in .done }, caches: [NeverSynced()], clock: time.clock,
                logger: .silent)
            do {
                try await controller.run()
                Issue.record("the controller started without its cache")
            } catch let error as CacheSyncTimeout {
                #expect(error.caches == ["meshes.boltrope.dev"])
                #expect(time.now.sinceOrigin == .seconds(120))
            } catch {
                Issue.record("\(error)")
            }
        }
    }

    @Test("changes of an informer become keys: of the old and the new owner, at low priority for the initial list")
    func watching() async throws {
        try await VirtualTime.run { time in
            let collection = FakeCollection(clock: time.clock)
            collection.put("a", labels: ["owner": "x"])
            let informer = Informer(
                source: collection, type: .configMaps, clock: time.clock, random: .seeded(1), logger: .silent)
            let log = Log<String>()
            let controller = Controller(
                name: "test",
                reconciler: Scripted { key, _ in
                    log.append(key)
                    return .done
                }, caches: [informer], clock: time.clock, random: .seeded(1), logger: .silent)
            controller.watch(informer) { $0.label("owner").map { [$0] } ?? [] }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await informer.run() }
                group.addTask { try await controller.run() }
                try await time.clock.sleep(for: .seconds(1))
                #expect(log.entries == ["x"])
                collection.put("a", labels: ["owner": "y"])
                try await time.clock.sleep(for: .seconds(1))
                #expect(Set(log.entries) == ["x", "y"])
                #expect(log.count == 3)
                group.cancelAll()
            }
        }
    }

    @Test("at a graceful shutdown the reconcile under way ends by itself, and nothing else begins")
    func gracefulShutdown() async throws {
        try await VirtualTime.run { time in
            let log = Log<String>()
            let controller = Controller(
                name: "test",
                reconciler: Scripted { key, context in
                    log.append("begin \(key)")
                    try await context.clock.sleep(for: .seconds(10))
                    log.append("end \(key)")
                    return .done
                }, clock: time.clock, random: .seeded(1), logger: .silent)
            controller.queue.add("a")
            controller.queue.add("b")
            let group = ServiceGroup(services: [controller], logger: .silent)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                try await time.clock.sleep(for: .seconds(1))
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
            #expect(log.entries == ["begin a", "end a"])
            #expect(time.now.sinceOrigin == .seconds(10))
        }
    }
}
