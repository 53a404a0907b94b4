import KubeCore
import Testing

@testable import EmbeddedCluster

/// Watches: what was there, what follows, and where the selection begins and ends.
struct WatchTests {
    private let cluster = EmbeddedCluster()
    private let configMaps = "/api/v1/namespaces/default/configmaps"

    private func write(_ method: String, _ name: String, labels: JSONValue = [:]) async {
        let body: JSONValue = ["metadata": ["name": .string(name), "labels": labels]]
        let target = method == "POST" ? configMaps : "\(configMaps)/\(name)"
        _ = await cluster.handle(
            APIRequest(method: method, target: target, body: method == "DELETE" ? [] : body.serializedBytes()))
    }

    /// The types and names of the first events of a watch.
    private func events(_ query: String, count: Int, during action: () async -> Void) async throws -> [String] {
        let response = await cluster.handle(APIRequest(method: "GET", target: "\(configMaps)?watch=1&\(query)"))
        guard case .stream(let stream) = response.body else { return [] }
        await action()
        var lines: [String] = []
        for await piece in stream {
            for line in piece.split(separator: 0x0A) {
                let event = try JSONValue(parsing: Array(line))
                let name = event[path: "object", "metadata", "name"]?.stringValue ?? ""
                lines.append("\(event["type"]?.stringValue ?? "") \(name)")
            }
            if lines.count >= count { break }
        }
        return lines
    }

    @Test("a streaming list ends with a bookmark, and events follow")
    func streamingList() async throws {
        await write("POST", "a")
        let seen = try await events(
            "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true", count: 3
        ) { await write("POST", "b") }
        #expect(seen == ["ADDED a", "BOOKMARK ", "ADDED b"])
    }

    @Test("an object that leaves the selection is deleted for the watcher")
    func selection() async throws {
        let seen = try await events("labelSelector=on", count: 2) {
            await write("POST", "a")
            await write("PUT", "a", labels: ["on": "1"])
            await write("PUT", "a")
            await write("DELETE", "a")
        }
        #expect(seen == ["ADDED a", "DELETED a"])
    }

    @Test("a watch from a compacted version is told so")
    func expired() async throws {
        await write("POST", "a")
        await write("POST", "b")
        cluster.compact()
        let seen = try await events("resourceVersion=2", count: 1) {}
        #expect(seen == ["ERROR "])
    }

    @Test("ending the watches of a cluster ends their streams")
    func ended() async throws {
        let seen = try await events("resourceVersion=\(cluster.resourceVersion)", count: 2) {
            await write("POST", "a")
            cluster.endWatches()
        }
        #expect(seen == ["ADDED a"])
    }

    @Test("watchers in another form than plain objects share its lines, and each gets its own columns first")
    func sharedLines() async throws {
        let target = "\(configMaps)?watch=1&resourceVersion=0"
        let accept = APIRequest.Header("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io")
        var streams: [AsyncStream<[UInt8]>] = []
        for _ in 0..<3 {
            let answer = await cluster.handle(APIRequest(method: "GET", target: target, headers: [accept]))
            guard case .stream(let stream) = answer.body else { continue }
            streams.append(stream)
        }
        for name in ["a", "b"] { await write("POST", name) }
        var seen: [[JSONValue]] = []
        for stream in streams {
            var events: [JSONValue] = []
            for await piece in stream {
                events += try piece.split(separator: 0x0A).map { try JSONValue(parsing: Array($0)) }
                if events.count >= 2 { break }
            }
            seen.append(events)
        }
        #expect(seen.count == 3 && Set(seen).count == 1)
        #expect(seen[0].map { $0[path: "object", "columnDefinitions"]?.isNull } == [false, true])
    }

    @Test("a watcher that goes away is forgotten at once, without an event")
    func abandoned() async throws {
        let answer = await cluster.handle(APIRequest(method: "GET", target: "\(configMaps)?watch=1&resourceVersion=1"))
        guard case .stream(let stream) = answer.body else { return }
        async let pieces = stream.reduce(into: 0) { count, _ in count += 1 }
        answer.ending?.abandon()
        #expect(await pieces == 0)
    }
}
