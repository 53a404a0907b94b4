import KubeCore
import Synchronization

/// A Helm repository at `/charts`: an index with an entity tag, archives beside it, and whatever a test lets fail.
public final class ChartRepositoryServer: Sendable {
    /// What the server has and does.
    public struct State: Sendable {
        /// What it has.
        public var charts: [PackedChart] = []
        /// `Authorization` that it asks for; nil for none.
        public var authorization: String?
        /// How the index writes the URL of an archive.
        public var url: @Sendable (PackedChart) -> String = { "archives/\($0.fileName)" }
        /// Whether the index says the digests.
        public var writesDigests = true
        /// An index in place of the server's own.
        public var index: [UInt8]?
        /// Answers before anything else does; nil to let it.
        public var answer: @Sendable (LoopbackServer.Request) -> LoopbackServer.Response? = { _ in nil }
    }

    /// What listens, and what it was asked.
    public let server = LoopbackServer()
    private let state = Mutex(State())

    /// A repository of these charts.
    public init(_ charts: [PackedChart] = []) { state.withLock { $0.charts = charts } }

    /// Changes what the server has or does.
    public func update(_ change: @Sendable (inout State) -> Void) { state.withLock { change(&$0) } }

    /// Serves while the body runs; it is given the repository's URL.
    public func serving<Result: Sendable>(
        _ body: @escaping @Sendable (String) async throws -> Result
    ) async throws -> Result {
        try await server.serving({ self.respond(to: $0) }) { try await body($0 + "/charts") }
    }

    /// The index as `helm repo index` writes it.
    public var index: [UInt8] {
        let state = state.withLock { $0 }
        var entries = JSONObject()
        for (name, charts) in Dictionary(grouping: state.charts, by: \.name) {
            entries[name] = .array(
                charts.map { chart in
                    var entry: JSONObject = [
                        "apiVersion": "v2", "name": .string(chart.name), "version": .string(chart.version),
                        "appVersion": .string(chart.appVersion), "urls": [.string(state.url(chart))],
                    ]
                    if state.writesDigests { entry["digest"] = .string(chart.digest) }
                    return .object(entry)
                })
        }
        return Array("apiVersion: v1\nentries:\n".utf8)
            + YAML.text(of: .object(entries)).split(separator: "\n").flatMap { Array("  \($0)\n".utf8) }
            + Array("generated: \"2026-01-01T00:00:00Z\"\n".utf8)
    }

    private func respond(to request: LoopbackServer.Request) -> LoopbackServer.Response {
        let state = state.withLock { $0 }
        if let answer = state.answer(request) { return answer }
        if let expected = state.authorization, request.headers["authorization"] != expected {
            return LoopbackServer.Response(401, headers: [("WWW-Authenticate", "Basic realm=\"charts\"")])
        }
        if request.path == "/charts/index.yaml" {
            let index = state.index ?? index
            let tag = "\"\(SHA256.hexadecimal(index).prefix(12))\""
            if request.headers["if-none-match"] == tag { return LoopbackServer.Response(304, headers: [("ETag", tag)]) }
            return LoopbackServer.Response(200, headers: [("ETag", tag)], body: index)
        }
        let file = request.path.split(separator: "/").last ?? ""
        guard let chart = state.charts.first(where: { $0.fileName == file }) else {
            return LoopbackServer.Response(404)
        }
        return LoopbackServer.Response(200, headers: [("Content-Type", "application/gzip")], body: chart.archive)
    }
}
