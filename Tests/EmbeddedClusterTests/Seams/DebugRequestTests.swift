import KubeCore
import Testing

@testable import EmbeddedCluster

/// The seams over HTTP.
struct DebugRequestTests {
    private let cluster = EmbeddedCluster()
    private var client: SeamClient { SeamClient(cluster: cluster) }

    @Test("fault rules are added and taken away")
    func faults() async throws {
        let rules: JSONValue = [
            [
                "match": ["verb": "create", "resource": "configmaps"], "request": "tooManyRequests",
                "retryAfterSeconds": 3, "count": 1,
            ],
            ["event": "duplicate", "match": ["eventType": "ADDED"]],
        ]
        #expect(await client.send("POST", "/debug/faults", rules).status == 200)
        #expect(await client.create("a") == 429)
        #expect(await client.create("a") == 201)
        #expect(try await client.watch().next(2) == ["ADDED a", "ADDED a"])
        #expect(await client.send("DELETE", "/debug/faults").status == 200)
        let requests = try JSONValue(
            parsing: await client.send("GET", "/debug/requests?after=1").collectBody())
        #expect(requests["items"]?.arrayValue?.first?["status"]?.integerValue == 201)
    }

    @Test(
        "a rule that says nothing sensible is refused with what is wrong",
        arguments: [
            ("[1]", "a fault rule is an object"), ("{}", "either \"request\" or \"event\""),
            (#"{"request":"melt"}"#, "\"melt\" is no fault of requests"),
            (#"{"event":"delay"}"#, "\"milliseconds\""), (#"{"event":"drop","verb":"get"}"#, "has no \"verb\""),
            (#"{"event":"drop","match":{"color":"red"}}"#, "cannot match by \"color\""), ("no JSON", "in JSON"),
        ])
    func refused(body: String, problem: String) async throws {
        let answer = await cluster.handle(
            APIRequest(method: "POST", target: "/debug/faults", body: Array(body.utf8)))
        #expect(answer.status == 400)
        #expect(
            String(decoding: await answer.collectBody(), as: UTF8.self).contains(
                JSONValue.string(problem).serialized().dropFirst().dropLast()))
    }

    @Test("views, restarts, compaction and backups work from outside")
    func life() async throws {
        #expect(await client.create("a") == 201)
        #expect(await client.send("PUT", "/debug/backups/first").status == 200)
        #expect(await client.send("PUT", "/debug/views/client").status == 200)
        #expect(await client.create("b") == 201)
        #expect(try await client.names() == ["a"])
        #expect(await client.send("DELETE", "/debug/views/client").status == 200)
        #expect(try await client.names() == ["a", "b"])
        #expect(await client.send("POST", "/debug/compact").status == 200)
        #expect(try await client.watch("&resourceVersion=2").next() == "ERROR Expired")
        let watch = try await client.watch()
        #expect(try await watch.next(2) == ["ADDED a", "ADDED b"])
        #expect(await client.send("POST", "/debug/restart").status == 200)
        #expect(try await watch.next() == "reset")
        #expect(await client.send("POST", "/debug/backups/first/restore").status == 200)
        #expect(try await client.names() == ["a"])
        #expect(await client.send("POST", "/debug/backups/other/restore").status == 404)
    }
}
