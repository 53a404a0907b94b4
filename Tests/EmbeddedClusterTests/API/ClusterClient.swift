import KubeCore

@testable import EmbeddedCluster

/// Requests to a cluster in process, as one user or another.
struct ClusterClient {
    let cluster: EmbeddedCluster
    /// Who asks; nil for the administrator.
    var user: APIRequest.User?

    /// What a cluster answered.
    struct Answer {
        var status: Int
        var body: JSONValue
        var warnings: [String]
        var message: String { body["message"]?.stringValue ?? "" }
    }

    @discardableResult
    func call(
        _ method: String, _ target: String, _ body: JSONValue? = nil, type: String = "application/json",
        headers: [APIRequest.Header] = []
    ) async throws -> Answer {
        let fields = [APIRequest.Header("Content-Type", type), APIRequest.Header("User-Agent", "test/1")] + headers
        let response = await cluster.handle(
            APIRequest(method: method, target: target, headers: fields, body: body?.serializedBytes() ?? [], user: user)
        )
        let bytes = await response.collectBody()
        let warnings = response.headers.filter { $0.name == "Warning" }.map(\.value)
        // Not every refusal is JSON: unknown paths are answered in plain text.
        let value = (try? JSONValue(parsing: bytes)) ?? .string(String(decoding: bytes, as: UTF8.self))
        return Answer(status: response.status, body: value, warnings: warnings)
    }

    /// The same cluster as a user of no other groups than every authenticated user is in.
    func acting(as name: String, groups: [String] = []) -> ClusterClient {
        ClusterClient(
            cluster: cluster, user: APIRequest.User(name: name, groups: groups + ["system:authenticated"]))
    }

    /// Makes an object of a resource path.
    @discardableResult
    func make(_ path: String, _ object: JSONValue) async throws -> Answer { try await call("POST", path, object) }
}
