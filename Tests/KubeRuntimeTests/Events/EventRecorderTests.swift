import KubeClient
import KubeCore
import ServiceLifecycle
import Testing

@testable import KubeRuntime

@Suite("Event recorder")
struct EventRecorderTests {
    /// Remembers what is written, after failing as often as planned.
    final class Sink: EventSink {
        let written = Log<String>()
        let failures: Box<[KubeClientError]>
        init(failures: [KubeClientError] = []) { self.failures = Box(failures) }

        private func fail() throws(KubeClientError) {
            var remaining = failures.value
            guard !remaining.isEmpty else { return }
            let next = remaining.removeFirst()
            failures.value = remaining
            throw next
        }
        func create(_ event: KubeObject) async throws(KubeClientError) {
            try fail()
            written.append(
                "create \(event["note"]?.stringValue ?? "") \(event[path: "series", "count"]?.intValue ?? 1)")
        }
        func patch(namespace: String, name: String, _ patch: JSONValue) async throws(KubeClientError) {
            try fail()
            written.append("patch \(patch[path: "series", "count"]?.intValue ?? 0)")
        }
    }

    private let object = ObjectReference(
        groupVersionKind: ResourceType.deployments.groupVersionKind, namespace: "ns", name: "istiod", uid: "u")

    private func run(_ sink: Sink, _ scenario: @escaping @Sendable (EventRecorder, VirtualTime) async -> Void) async {
        await VirtualTime.run { time in
            let recorder = EventRecorder(
                sink: sink, controller: "test", instance: "one", clock: time.clock, random: .seeded(1), logger: .silent)
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await recorder.run() }
                await scenario(recorder, time)
                group.cancelAll()
            }
        }
    }

    @Test("writes in the background, and survives a server that is not ready")
    func retries() async {
        let unavailable = KubeClientError.api(Status(code: 503, reason: .serviceUnavailable, message: "later"))
        let sink = Sink(failures: [unavailable, unavailable])
        let object = object
        await run(sink) { recorder, time in
            recorder.normal(object, reason: "Installed", action: "Installing", "all is there")
            try? await time.clock.sleep(for: .seconds(30))
            #expect(sink.written.entries == ["create all is there 1"])
            recorder.normal(object, reason: "Installed", action: "Installing", "all is there")
            try? await time.clock.sleep(for: .seconds(1))
            #expect(sink.written.entries.last == "patch 2")
        }
    }

    @Test("an event that the server has forgotten is created anew with its count; one that it refuses is dropped")
    func forgotten() async {
        let gone = KubeClientError.api(Status(code: 404, reason: .notFound, message: "gone"))
        let forbidden = KubeClientError.api(Status(code: 403, reason: .forbidden, message: "no"))
        let sink = Sink()
        let object = object
        await run(sink) { recorder, time in
            recorder.warning(object, reason: "Drift", action: "Correcting", "x")
            try? await time.clock.sleep(for: .seconds(1))
            sink.failures.value = [gone]
            recorder.warning(object, reason: "Drift", action: "Correcting", "x")
            try? await time.clock.sleep(for: .seconds(1))
            #expect(sink.written.entries == ["create x 1", "create x 2"])
            sink.failures.value = [forbidden]
            recorder.warning(object, reason: "Other", action: "Correcting", "y")
            try? await time.clock.sleep(for: .seconds(60))
            #expect(sink.written.count == 2)
        }
    }

    @Test("what waits at a shutdown is still written")
    func shutDown() async throws {
        let sink = Sink()
        let object = object
        try await VirtualTime.run { time in
            let recorder = EventRecorder(
                sink: sink, controller: "test", instance: "one", clock: time.clock, random: .seeded(1), logger: .silent)
            for _ in 0..<5 { recorder.normal(object, reason: "A", action: "B", "c") }
            let group = ServiceGroup(services: [recorder], logger: .silent)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                try await time.clock.sleep(for: .seconds(1))
                for _ in 0..<5 { recorder.normal(object, reason: "A", action: "B", "c") }
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
            #expect(sink.written.entries == ["create c 1", "patch 2", "patch 10"])
        }
    }
}
