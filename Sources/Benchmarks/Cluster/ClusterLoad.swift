import Foundation
import HTTPTransport
import KubeCore
import Synchronization

extension Benchmark {
    /// What the embedded API server bears: a large collection, and many watchers of it.
    static let clusterLoad = Benchmark(
        name: "cluster-load", summary: "the API server: 10,000 pods of 10 KB created, listed, watched by 100"
    ) {
        let load = try await ClusterLoad(pods: 10_000, watchers: 100)
        return try await load.creations() + load.lists() + load.storm() + load.latencies()
    }
}

/// Ten thousand pods on a server in a process of its own, over HTTP.
struct ClusterLoad: Sendable {
    /// A pod, and where it is created.
    struct Pod: Sendable {
        let path: String
        let name: String
        let body: [UInt8]
    }

    private let server: ServerChild
    private let pods: Int
    private let watchers: Int
    private let bodies: [Pod]
    private static let writers = 8
    private static let namespaces = 40

    init(pods: Int, watchers: Int) async throws {
        (self.pods, self.watchers) = (pods, watchers)
        server = try await ServerChild()
        bodies = (0..<pods).compactMap { number in
            guard var pod = KubeObject(SamplePods.pod(number)) else { return nil }
            (pod.apiVersion, pod.kind, pod.resourceVersion) = ("v1", "Pod", nil)
            // Recorded managers are kept; the rest is the server's to say, or names what is not there.
            for field in ["uid", "ownerReferences", "creationTimestamp"] { pod.set(nil, at: "metadata", field) }
            for field in ["serviceAccountName", "serviceAccount"] { pod.set(nil, at: "spec", field) }
            let path = "/api/v1/namespaces/\(pod.namespace ?? "")/pods"
            return Pod(path: path, name: pod.name, body: pod.value.serializedBytes())
        }
        for number in 0..<Self.namespaces {
            let namespace: JSONValue = ["metadata": ["name": .string("team-\(number)")]]
            try await server.send("POST", "/api/v1/namespaces", namespace.serializedBytes())
        }
    }

    /// Requests a second of creations, and what an object weighs afterwards.
    func creations() async throws -> [Figure] {
        let (before, used, start) = (try server.figures().resident, try server.processorSeconds(), ContinuousClock.now)
        try await write { pod in try await server.send("POST", pod.path, pod.body) }
        let wall = (ContinuousClock.now - start).inSeconds
        let processor = try server.processorSeconds() - used
        let grown = try server.figures().resident - before
        return [
            Figure(name: "cluster-create", value: Double(pods) / wall, unit: "requests/s", better: .higher),
            Figure(
                name: "cluster-create-cpu", value: processor / Double(pods) * 1e6, unit: "µs/request", better: .lower),
            Figure(name: "cluster-memory", value: grown / Double(pods), unit: "bytes/object", better: .lower),
        ]
    }

    /// How long a list of everything takes, to its last byte.
    func lists() async throws -> [Figure] {
        var (seconds, processor, size) = ([Double](), [Double](), 0)
        for _ in 0..<8 {
            let (start, used) = (ContinuousClock.now, try server.processorSeconds())
            let request = HTTPRequest(url: server.address + "/api/v1/pods")
            size = 0
            for try await piece in try await server.transport.stream(request).body { size += piece.count }
            seconds.append((ContinuousClock.now - start).inSeconds)
            processor.append(try server.processorSeconds() - used)
        }
        // The first turns trees into text.
        let first = seconds.removeFirst()
        let median = Samples(seconds).median
        return [
            Figure(name: "cluster-list-first", value: first, unit: "s", better: .lower),
            Figure(name: "cluster-list", value: median, unit: "s", better: .lower),
            Figure(name: "cluster-list-rate", value: Double(size) / 1e6 / median, unit: "MB/s", better: .higher),
            Figure(name: "cluster-list-cpu", value: Samples(processor).median, unit: "s", better: .lower),
            Figure(name: "cluster-peak", value: try server.figures().peak / 1e6, unit: "MB", better: .lower),
        ]
    }

    /// Every pod changed once, as fast as they can be, before all the watchers: none may miss one.
    func storm() async throws -> [Figure] {
        let (start, used) = (ContinuousClock.now, try server.processorSeconds())
        try await watched(pods) {
            try await write { pod in try await patch(pod, "storm") }
        }
        let wall = (ContinuousClock.now - start).inSeconds
        let events = Double(pods * watchers)
        return [
            Figure(name: "cluster-watch", value: events / wall, unit: "events/s", better: .higher),
            Figure(
                name: "cluster-watch-cpu", value: (try server.processorSeconds() - used) / events * 1e6,
                unit: "µs/event", better: .lower),
            Figure(name: "cluster-watch-peak", value: try server.figures().peak / 1e6, unit: "MB", better: .lower),
        ]
    }

    /// From before a write is sent until each of the watchers has its event, at a calm pace.
    func latencies() async throws -> [Figure] {
        let writes = 300
        let sent = Mutex([UInt64: ContinuousClock.Instant]())
        let arrived = Mutex([(UInt64, ContinuousClock.Instant)]())
        try await watched(writes, onEvent: { version, at in arrived.withLock { $0.append((version, at)) } }) {
            for pod in bodies.prefix(writes) {
                let start = ContinuousClock.now
                let answer = try await patch(pod, "calm")
                let version = try JSONValue(parsing: answer)["metadata"]?["resourceVersion"]?.stringValue
                guard let version = version.flatMap({ UInt64($0) }) else { throw BenchmarkFailure("no version") }
                sent.withLock { $0[version] = start }
                try await Task.sleep(for: .milliseconds(20))
            }
        }
        let starts = sent.withLock { $0 }
        let samples = Samples(
            arrived.withLock { $0 }.compactMap { version, at in starts[version].map { (at - $0).inMilliseconds } })
        return [
            Figure(name: "cluster-event-p50", value: samples.median, unit: "ms", better: .lower),
            Figure(name: "cluster-event-p99", value: samples.quantile(0.99), unit: "ms", better: .lower),
        ]
    }

    @discardableResult
    private func patch(_ pod: Pod, _ label: String) async throws -> [UInt8] {
        let patch = Array(#"{"metadata":{"labels":{"\#(label)":"yes"}}}"#.utf8)
        return try await server.send("PATCH", "\(pod.path)/\(pod.name)", patch, type: "application/merge-patch+json")
    }

    /// Writes every pod, by several writers at once.
    private func write(_ one: @escaping @Sendable (Pod) async throws -> Void)
        async throws
    {
        let bodies = bodies
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<Self.writers {
                group.addTask {
                    for index in stride(from: writer, to: bodies.count, by: Self.writers) {
                        try await one(bodies[index])
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Runs writes under the eyes of all watchers, and returns when each has seen so many events.
    private func watched(
        _ events: Int, onEvent: @escaping WatchProbe.Arrivals = { _, _ in }, _ writes: () async throws -> Void
    ) async throws {
        let list = try JSONValue(parsing: try await server.send("GET", "/api/v1/pods?limit=1"))
        guard let version = list["metadata"]?["resourceVersion"]?.stringValue else { throw BenchmarkFailure("no list") }
        let url = server.address + "/api/v1/pods?watch=1&resourceVersion=\(version)"
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<watchers {
                let body = try await server.transport.stream(HTTPRequest(url: url)).body
                group.addTask { try await WatchProbe.read(events, of: body, onEvent: onEvent) }
            }
            try await writes()
            try await group.waitForAll()
        }
    }
}
