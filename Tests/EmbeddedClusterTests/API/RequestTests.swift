import KubeCore
import Testing

@testable import EmbeddedCluster

/// Requests in process: the same as over HTTP, without sockets.
struct RequestTests {
    private let cluster = EmbeddedCluster()

    private func call(
        _ method: String, _ target: String, _ body: JSONValue? = nil, type: String = "application/json"
    ) async throws -> (status: Int, body: JSONValue) {
        let headers = [APIRequest.Header("Content-Type", type), APIRequest.Header("User-Agent", "test/1")]
        let response = await cluster.handle(
            APIRequest(method: method, target: target, headers: headers, body: body?.serializedBytes() ?? []))
        let bytes = await response.collectBody()
        return (response.status, bytes.isEmpty ? .null : try JSONValue(parsing: bytes))
    }

    private let configMaps = "/api/v1/namespaces/default/configmaps"

    @Test("an object is made, read, changed, listed and deleted")
    func lifeCycle() async throws {
        let made = try await call("POST", configMaps, ["metadata": ["name": "x"], "data": ["a": "1"]])
        #expect(made.status == 201)
        #expect(made.body[path: "metadata", "managedFields"]?[0]?["manager"] == "test")
        let read = try await call("GET", configMaps + "/x")
        #expect(read.body == made.body)
        let patched = try await call(
            "PATCH", configMaps + "/x", ["data": ["a": .null, "b": "2"]], type: "application/merge-patch+json")
        #expect(patched.body["data"] == ["b": "2"])
        let listed = try await call("GET", configMaps + "?fieldSelector=metadata.name%3Dx")
        #expect(listed.body["items"]?.arrayValue?.count == 1)
        #expect(try await call("DELETE", configMaps + "/x").body["status"] == "Success")
        #expect(try await call("GET", configMaps + "/x").status == 404)
    }

    @Test("a write without effect is no write")
    func noOperation() async throws {
        let made = try await call("POST", configMaps, ["metadata": ["name": "x"], "data": ["a": "1"]])
        let before = cluster.resourceVersion
        let again = try await call(
            "PATCH", configMaps + "/x", ["data": ["a": "1"]], type: "application/merge-patch+json")
        #expect(again.body == made.body)
        #expect(cluster.resourceVersion == before)
    }

    @Test("a dry run stores nothing")
    func dryRun() async throws {
        let made = try await call("POST", configMaps + "?dryRun=All", ["metadata": ["name": "x"]])
        #expect(made.status == 201)
        #expect(try await call("GET", configMaps + "/x").status == 404)
    }

    @Test("finalizers hold an object until the last is removed")
    func finalizers() async throws {
        _ = try await call(
            "POST", configMaps, ["metadata": ["name": "x", "finalizers": ["example.com/hold"]]])
        let marked = try await call("DELETE", configMaps + "/x")
        #expect(marked.body[path: "metadata", "deletionTimestamp"] != nil)
        #expect(try await call("GET", configMaps + "/x").status == 200)
        _ = try await call(
            "PATCH", configMaps + "/x", ["metadata": ["finalizers": .null]], type: "application/merge-patch+json")
        #expect(try await call("GET", configMaps + "/x").status == 404)
    }

    @Test("the pages of a list are one snapshot")
    func pages() async throws {
        for name in ["a", "b", "c"] { _ = try await call("POST", configMaps, ["metadata": ["name": .string(name)]]) }
        let first = try await call("GET", configMaps + "?limit=2")
        #expect(first.body[path: "metadata", "remainingItemCount"] == 1)
        _ = try await call("DELETE", configMaps + "/c")
        let token = first.body[path: "metadata", "continue"]?.stringValue ?? ""
        let second = try await call("GET", configMaps + "?limit=2&continue=\(token)")
        #expect(second.body["items"]?[0]?[path: "metadata", "name"] == "c")
        cluster.compact()
        #expect(try await call("GET", configMaps + "?limit=2&continue=\(token)").status == 410)
    }

    @Test(
        "malformed requests get the server's Status",
        arguments: [
            ("POST", "/api/v1/namespaces/default/configmaps", 400), ("GET", "/api/v1/gadgets", 404),
            ("PUT", "/api/v1/namespaces/default/configmaps", 405), ("GET", "/api/v1/configmaps?limit=x", 400),
            ("POST", "/api/v1/namespaces/missing/configmaps", 400),
        ])
    func malformed(method: String, target: String, status: Int) async throws {
        let answer = try await call(method, target, nil)
        #expect(answer.status == status)
        #expect(answer.body["kind"] == "Status")
    }

    @Test("hooks fail requests before and after they are carried out")
    func faults() async throws {
        var options = EmbeddedCluster.Options()
        options.hooks = RequestHooks { request in
            guard request.method == "POST" else { return nil }
            return request.path.hasSuffix("secrets") ? .timeOutBeforeCommit : .timeOutAfterCommit
        }
        let cluster = EmbeddedCluster(options: options)
        func post(_ plural: String) async -> Int {
            await cluster.handle(
                APIRequest(
                    method: "POST", target: "/api/v1/namespaces/default/\(plural)",
                    body: Array(#"{"metadata":{"name":"x"}}"#.utf8))
            ).status
        }
        func get(_ plural: String) async -> Int {
            await cluster.handle(
                APIRequest(method: "GET", target: "/api/v1/namespaces/default/\(plural)/x")
            ).status
        }
        #expect(await post("secrets") == 504)
        #expect(await get("secrets") == 404)
        #expect(await post("configmaps") == 504)
        #expect(await get("configmaps") == 200)
    }

    @Test("the history says who wrote what")
    func history() async throws {
        _ = try await call("POST", configMaps, ["metadata": ["name": "x"]])
        let last = try #require(cluster.history.last)
        #expect(last.verb == "create" && last.resource == "configmaps" && last.userAgent == "test/1")
    }
}
