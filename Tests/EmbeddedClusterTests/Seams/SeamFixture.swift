import KubeCore
import Synchronization
import Testing

@testable import EmbeddedCluster

/// A client of a cluster under test, with a user agent of its own.
struct SeamClient: Sendable {
    let cluster: EmbeddedCluster
    var userAgent = "client/1"

    static let configMaps = "/api/v1/namespaces/default/configmaps"

    func send(_ method: String, _ target: String, _ body: JSONValue? = nil) async -> APIResponse {
        await cluster.handle(
            APIRequest(
                method: method, target: target, headers: [APIRequest.Header("User-Agent", userAgent)],
                body: body?.serializedBytes() ?? []))
    }

    func create(_ name: String) async -> Int {
        await send("POST", Self.configMaps, ["metadata": ["name": .string(name)]]).status
    }

    func touch(_ name: String, _ value: String) async -> Int {
        let target = "\(Self.configMaps)/\(name)"
        return await send("PUT", target, ["metadata": ["name": .string(name)], "data": ["a": .string(value)]]).status
    }

    func names(_ query: String = "") async throws -> [String] {
        let body = try JSONValue(parsing: await send("GET", Self.configMaps + query).collectBody())
        return body["items"]?.arrayValue?.compactMap { $0[path: "metadata", "name"]?.stringValue } ?? []
    }

    func data(_ name: String, _ query: String = "") async throws -> String? {
        let body = try JSONValue(parsing: await send("GET", "\(Self.configMaps)/\(name)\(query)").collectBody())
        return body[path: "data", "a"]?.stringValue
    }

    func watch(_ query: String = "") async throws -> SeamWatch {
        let response = await send("GET", "\(Self.configMaps)?watch=1\(query)")
        guard case .stream(let stream) = response.body else {
            Issue.record("the watch was answered with \(response.status)")
            throw Status.unknownResource
        }
        return SeamWatch(stream: stream, ending: response.ending)
    }
}

/// What a watch is sent, line by line.
actor SeamWatch {
    private var iterator: AsyncStream<[UInt8]>.AsyncIterator
    private var lines: [[UInt8]] = []
    let ending: StreamEnding?

    init(stream: AsyncStream<[UInt8]>, ending: StreamEnding?) {
        iterator = stream.makeAsyncIterator()
        self.ending = ending
    }

    /// The type and name of the next event; `reset` or `end` when the stream is over, `partial` for half a line.
    func next() async throws -> String {
        while lines.isEmpty {
            var copy = iterator
            let piece = await copy.next(isolation: self)
            iterator = copy
            guard let piece else { return ending?.isConnectionReset == true ? "reset" : "end" }
            if piece.last != 0x0A { return "partial" }
            lines = piece.split(separator: 0x0A).map(Array.init)
        }
        let event = try JSONValue(parsing: lines.removeFirst())
        let name = event[path: "object", "metadata", "name"] ?? event[path: "object", "reason"]
        return [event["type"]?.stringValue, name?.stringValue].compactMap { $0 }.joined(separator: " ")
    }

    func next(_ count: Int) async throws -> [String] {
        var events: [String] = []
        for _ in 0..<count { events.append(try await next()) }
        return events
    }
}
