import KubeCore
import Synchronization
import Testing

@testable import EmbeddedCluster

/// Whether everything has been written that will be.
private final class RunEnd: Sendable {
    private let state = Mutex(false)
    var isReached: Bool { state.withLock { $0 } }
    func reach() { state.withLock { $0 = true } }
}

/// The same random operations from several tasks at once, while watches run and are ended and taken up again: every watch
/// has to hear exactly what the store says has happened, once and in order.
struct ConcurrentOperationTests {
    /// What a watch heard: versions in the order heard, and the state that comes of it.
    private struct Heard: Sendable {
        var kind: Int
        var last: UInt64
        var versions: [UInt64] = []
        var state: [String: String] = [:]

        /// Takes in one line; false if the version went back.
        mutating func take(_ line: [UInt8]) throws -> Bool {
            let event = try JSONValue(parsing: line)
            let metadata = event["object"]?["metadata"]
            guard let text = metadata?["resourceVersion"]?.stringValue, let version = UInt64(text) else { return false }
            if event["type"] == "BOOKMARK" {
                defer { last = max(last, version) }
                return version >= last
            }
            versions.append(version)
            state[metadata?["name"]?.stringValue ?? ""] = event["type"] == "DELETED" ? nil : text
            defer { last = version }
            return version > last
        }
    }

    @Test("watches hear every write once and in order, however many write", arguments: 0..<UInt64(6))
    func watches(seed: UInt64) async throws {
        let time = StepTime()
        var options = EmbeddedCluster.Options()
        // Every look at the clock takes two seconds, so that bookmarks and time-outs fall due.
        options.now = {
            time.advance(by: .seconds(2))
            return time.now
        }
        let cluster = EmbeddedCluster(options: options)
        let writer = ModelWriter(target: cluster)
        try await writer.define()
        let start = cluster.resourceVersion
        let end = RunEnd()
        try await withThrowingTaskGroup(of: Heard.self) { watches in
            for kind in ModelKind.all.indices {
                for _ in 0..<3 {
                    watches.addTask {
                        var heard = Heard(kind: kind, last: start)
                        while true {
                            let isLast = end.isReached
                            try await Self.follow(&heard, on: cluster, isLast: isLast)
                            if isLast { return heard }
                        }
                    }
                }
            }
            try await withThrowingTaskGroup(of: Void.self) { writers in
                for number in 0..<4 {
                    writers.addTask {
                        var random = SplitMix(seed: seed &* 1000 &+ UInt64(number))
                        for step in 0..<60 {
                            _ = try await writer.write(ModelOperation.random(&random, writesOnly: true))
                            if step % 20 == 7 { cluster.endWatches() }
                        }
                    }
                }
                try await writers.waitForAll()
            }
            end.reach()
            cluster.endWatches()
            for try await heard in watches { check(heard, cluster, after: start) }
        }
    }

    /// One watch from where the last one ended.
    private static func follow(_ heard: inout Heard, on cluster: EmbeddedCluster, isLast: Bool) async throws {
        let target = "\(ModelKind.all[heard.kind].collection)?watch=1&allowWatchBookmarks=true"
        let response = await cluster.handle(
            APIRequest(method: "GET", target: "\(target)&resourceVersion=\(heard.last)"))
        guard case .stream(let stream) = response.body else { throw Violation("no watch: \(response.status)") }
        // What has happened waits for the watch already; nothing more will.
        if isLast { cluster.endWatches() }
        for await piece in stream {
            for line in piece.split(separator: 0x0A) {
                guard try heard.take(Array(line)) else {
                    throw Violation("out of order after \(heard.last): \(String(decoding: line, as: UTF8.self))")
                }
            }
        }
    }

    private func check(_ heard: Heard, _ cluster: EmbeddedCluster, after start: UInt64) {
        let model = ModelKind.all[heard.kind]
        let written = cluster.history.filter {
            $0.resourceVersion > start && $0.resource == model.type.plural && $0.group == model.type.group
        }.map(\.resourceVersion)
        #expect(heard.versions == written, "\(model.type.plural)")
        let storage = StorageKey(group: model.type.group, resource: model.type.plural)
        let stored = cluster.server.store.list(storage, namespace: "default").objects
        #expect(
            heard.state == Dictionary(uniqueKeysWithValues: stored.map { ($0.name, String($0.resourceVersion)) }))
    }
}
