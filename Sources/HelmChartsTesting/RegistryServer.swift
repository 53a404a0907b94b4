import KubeCore
import Synchronization

/// An OCI registry with one repository for each chart below `charts/`, and token authentication if a test wants it.
public final class RegistryServer: Sendable {
    /// What the server has and does.
    public struct State: Sendable {
        /// What it has.
        public var charts: [PackedChart] = []
        /// The basic credentials that the token service asks for; nil for a registry that asks nobody.
        public var basicCredentials: String?
        /// The refresh token that the token service takes by OAuth 2.
        public var refreshToken: String?
        /// How many tags a page has.
        public var pageSize = 2
        /// Whether tags lead to an index with the chart's manifest in it.
        public var servesIndexes = false
        /// Answers before anything else does; nil to let it.
        public var answer: @Sendable (LoopbackServer.Request) -> LoopbackServer.Response? = { _ in nil }
    }

    /// What listens, and what it was asked.
    public let server = LoopbackServer()
    private let state = Mutex(State())
    private static let token = "a-token-of-the-registry"

    /// A registry of these charts.
    public init(_ charts: [PackedChart] = []) { state.withLock { $0.charts = charts } }

    /// Changes what the server has or does.
    public func update(_ change: @Sendable (inout State) -> Void) { state.withLock { change(&$0) } }

    /// Serves while the body runs; it is given `127.0.0.1:PORT`.
    public func serving<Result: Sendable>(
        _ body: @escaping @Sendable (String) async throws -> Result
    ) async throws -> Result {
        try await server.serving({ self.respond(to: $0) }) { try await body(String($0.dropFirst("http://".count))) }
    }

    /// The manifest of a chart, as `helm push` makes it.
    public static func manifest(of chart: PackedChart) -> [UInt8] {
        let config = configuration(of: chart)
        let manifest: JSONValue = [
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": [
                "mediaType": "application/vnd.cncf.helm.config.v1+json",
                "digest": .string("sha256:" + SHA256.hexadecimal(config)), "size": .integer(Int64(config.count)),
            ],
            "layers": [
                [
                    "mediaType": "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
                    "digest": .string("sha256:" + chart.digest), "size": .integer(Int64(chart.archive.count)),
                ]
            ],
        ]
        return manifest.serializedBytes()
    }

    private static func configuration(of chart: PackedChart) -> [UInt8] {
        (["name": .string(chart.name), "version": .string(chart.version)] as JSONValue).serializedBytes()
    }

    /// An index that lists an image before the chart.
    private static func index(of chart: PackedChart) -> [UInt8] {
        let image = image
        let manifest = manifest(of: chart)
        func descriptor(_ bytes: [UInt8]) -> JSONValue {
            [
                "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "digest": .string("sha256:" + SHA256.hexadecimal(bytes)), "size": .integer(Int64(bytes.count)),
            ]
        }
        return
            ([
                "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
                "manifests": [descriptor(image), descriptor(manifest)],
            ] as JSONValue).serializedBytes()
    }

    private static let image =
        (["schemaVersion": 2, "config": ["mediaType": "application/vnd.oci.image.config.v1+json"], "layers": []]
        as JSONValue).serializedBytes()

    private func respond(to request: LoopbackServer.Request) -> LoopbackServer.Response {
        let state = state.withLock { $0 }
        if let answer = state.answer(request) { return answer }
        let host = request.headers["host"] ?? ""
        if request.path == "/token" { return token(request, state) }
        if state.basicCredentials != nil || state.refreshToken != nil,
            request.headers["authorization"] != "Bearer \(Self.token)"
        {
            let challenge =
                "Bearer realm=\"http://\(host)/token\",service=\"test, registry\",scope=\"repository:x:pull\""
            return LoopbackServer.Response(401, headers: [("WWW-Authenticate", challenge)])
        }
        let parts = request.path.split(separator: "/").map(String.init)
        guard parts.count >= 5, parts[0] == "v2", parts[1] == "charts" else { return Self.unknown("NAME_UNKNOWN") }
        let charts = state.charts.filter { $0.name == parts[2] }
        guard !charts.isEmpty else { return Self.unknown("NAME_UNKNOWN") }
        switch parts[3] {
        case "tags": return tags(charts, request, state.pageSize)
        case "manifests": return manifest(charts, parts[4], state)
        default:
            guard let chart = charts.first(where: { "sha256:" + $0.digest == parts[4] }) else {
                return Self.unknown("BLOB_UNKNOWN")
            }
            return LoopbackServer.Response(200, body: chart.archive)
        }
    }

    private static func unknown(_ code: String) -> LoopbackServer.Response {
        LoopbackServer.Response(
            404, body: Array("{\"errors\":[{\"code\":\"\(code)\",\"message\":\"not known here\"}]}".utf8))
    }

    private func token(_ request: LoopbackServer.Request, _ state: State) -> LoopbackServer.Response {
        let form = String(decoding: request.body, as: UTF8.self)
        let isKnown =
            request.method == "POST"
            ? state.refreshToken.map {
                form.contains("grant_type=refresh_token") && form.contains("refresh_token=\($0)&")
            }
            : state.basicCredentials.map {
                request.headers["authorization"] == $0 && request.query.contains("service=test%2C%20registry")
            }
        guard isKnown == true else { return LoopbackServer.Response(401) }
        return LoopbackServer.Response(200, body: Array("{\"token\":\"\(Self.token)\",\"expires_in\":300}".utf8))
    }

    private func tags(
        _ charts: [PackedChart], _ request: LoopbackServer.Request, _ pageSize: Int
    ) -> LoopbackServer.Response {
        let tags = (charts.map { $0.version.replacing("+", with: "_") } + ["latest"]).sorted()
        let last = request.query.split(separator: "&").first { $0.hasPrefix("last=") }?.dropFirst(5)
        let rest = tags.filter { tag in last.map { tag > String($0) } ?? true }
        let page = rest.prefix(pageSize)
        let body: JSONValue = ["name": .string(charts[0].name), "tags": .array(page.map { .string($0) })]
        var headers: [(String, String)] = []
        if rest.count > page.count, let end = page.last {
            headers.append(("Link", "<\(request.path)?n=\(pageSize)&last=\(end)>; rel=\"next\""))
        }
        return LoopbackServer.Response(200, headers: headers, body: body.serializedBytes())
    }

    private func manifest(_ charts: [PackedChart], _ reference: String, _ state: State) -> LoopbackServer.Response {
        let candidates =
            charts.map { chart in
                (
                    chart.version.replacing("+", with: "_"),
                    state.servesIndexes ? Self.index(of: chart) : Self.manifest(of: chart)
                )
            } + charts.map { ("", Self.manifest(of: $0)) } + [("", Self.image)]
        let found = candidates.first { tag, bytes in
            tag == reference || "sha256:" + SHA256.hexadecimal(bytes) == reference
        }
        guard let (_, bytes) = found else { return Self.unknown("MANIFEST_UNKNOWN") }
        return LoopbackServer.Response(
            200, headers: [("Docker-Content-Digest", "sha256:" + SHA256.hexadecimal(bytes))], body: bytes)
    }
}
