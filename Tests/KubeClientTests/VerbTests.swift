import HTTPTransport
import KubeCore
import Testing

@testable import KubeClient

@Suite("Verbs become requests")
struct VerbTests {
    /// A verb and the request that it makes: method, URL after the server's, and what matters of header and body.
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var call: @Sendable (KubeClient) async throws -> Void
        var line: String
        var contentType: String?
        var body: String?
        var testDescription: String { name }
    }

    static let deployment = KubeObject(type: .deployments, namespace: "shop", name: "web")
    static let deploymentText =
        #"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop"}}"#

    static let cases: [Case] = [
        Case(
            name: "get", call: { _ = try await $0.get(.deployments, namespace: "shop", name: "web") },
            line: "GET /apis/apps/v1/namespaces/shop/deployments/web"),
        Case(
            name: "get a scale, from cache",
            call: {
                _ = try await $0.get(
                    .deployments, namespace: "shop", name: "web", subresource: "scale", resourceVersion: "0")
            }, line: "GET /apis/apps/v1/namespaces/shop/deployments/web/scale?resourceVersion=0"),
        Case(
            name: "get of a core, cluster-scoped type", call: { _ = try await $0.get(.namespaces, name: "a") },
            line: "GET /api/v1/namespaces/a"),
        Case(
            name: "create",
            call: {
                _ = try await $0.create(
                    .deployments, deployment,
                    options: WriteOptions(dryRun: true, fieldManager: "me", fieldValidation: .strict))
            },
            line: "POST /apis/apps/v1/namespaces/shop/deployments?dryRun=All&fieldManager=me&fieldValidation=Strict",
            contentType: "application/json", body: deploymentText),
        Case(
            name: "update", call: { _ = try await $0.update(.deployments, deployment) },
            line: "PUT /apis/apps/v1/namespaces/shop/deployments/web", contentType: "application/json",
            body: deploymentText),
        Case(
            name: "update status", call: { _ = try await $0.updateStatus(.deployments, deployment) },
            line: "PUT /apis/apps/v1/namespaces/shop/deployments/web/status", contentType: "application/json",
            body: deploymentText),
        Case(
            name: "JSON patch",
            call: {
                _ = try await $0.patch(
                    .pods, namespace: "a", name: "b", .json([["op": "remove", "path": "/metadata/finalizers/0"]]))
            }, line: "PATCH /api/v1/namespaces/a/pods/b", contentType: "application/json-patch+json",
            body: #"[{"op":"remove","path":"/metadata/finalizers/0"}]"#),
        Case(
            name: "merge patch of a status",
            call: {
                _ = try await $0.patch(
                    .pods, namespace: "a", name: "b", subresource: "status", .merge(["status": .null]))
            }, line: "PATCH /api/v1/namespaces/a/pods/b/status", contentType: "application/merge-patch+json",
            body: #"{"status":null}"#),
        Case(
            name: "strategic patch",
            call: { _ = try await $0.patch(.nodes, name: "b", .strategic([:])) },
            line: "PATCH /api/v1/nodes/b", contentType: "application/strategic-merge-patch+json", body: "{}"),
        Case(
            name: "apply, without what belongs in no intent",
            call: {
                var object = deployment
                object.resourceVersion = "5"
                object.set([], at: "metadata", "managedFields")
                _ = try await $0.apply(.deployments, object, fieldManager: "boltrope")
            }, line: "PATCH /apis/apps/v1/namespaces/shop/deployments/web?fieldManager=boltrope&force=true",
            contentType: "application/apply-patch+yaml", body: deploymentText),
        Case(
            name: "apply of a status, dry, without force",
            call: {
                _ = try await $0.apply(
                    .deployments, deployment, fieldManager: "b c", force: false, dryRun: true, subresource: "status")
            },
            line:
                "PATCH /apis/apps/v1/namespaces/shop/deployments/web/status?dryRun=All&fieldManager=b%20c&force=false",
            contentType: "application/apply-patch+yaml", body: deploymentText),
        Case(
            name: "delete with preconditions",
            call: {
                try await $0.delete(
                    .pods, namespace: "a", name: "b",
                    options: DeleteOptions(
                        propagationPolicy: .foreground, uid: "u", resourceVersion: "7", gracePeriodSeconds: 0))
            }, line: "DELETE /api/v1/namespaces/a/pods/b", contentType: "application/json",
            body:
                #"{"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"Foreground","preconditions":{"uid":"u","resourceVersion":"7"},"gracePeriodSeconds":0}"#
        ),
        Case(
            name: "delete a collection",
            call: {
                try await $0.deleteCollection(
                    .pods, namespace: "a",
                    selecting: ListOptions(labelSelector: LabelSelector(matching: ["app": "x"])))
            }, line: "DELETE /api/v1/namespaces/a/pods?labelSelector=app%3Dx", contentType: "application/json",
            body: #"{"apiVersion":"v1","kind":"DeleteOptions"}"#),
        Case(
            name: "evict", call: { try await $0.evict(namespace: "a", pod: "b") },
            line: "POST /api/v1/namespaces/a/pods/b/eviction", contentType: "application/json",
            body:
                #"{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"b","namespace":"a"},"deleteOptions":{"apiVersion":"v1","kind":"DeleteOptions"}}"#
        ),
        Case(name: "raw", call: { _ = try await $0.raw("/version?x=1") }, line: "GET /version?x=1"),
    ]

    @Test("A verb makes its request", arguments: cases)
    func verb(_ example: Case) async throws {
        let server = ScriptedServer(VerbTests.deployment.value)
        try await example.call(KubeClient(server))
        let request = try #require(server.seen.first)
        #expect(server.seen.count == 1)
        #expect(
            "\(request.method) \(request.url)"
                == example.line.replacing(" /", with: " https://server:6443/prefix/", maxReplacements: 1))
        #expect(request.headers["Content-Type"] == example.contentType)
        #expect(request.body.map { String(decoding: $0, as: UTF8.self) } == example.body)
        #expect(request.headers["User-Agent"]?.hasPrefix("boltrope/") == true)
        #expect(request.timeouts.idle == .seconds(50))
    }

    @Test("List options become parameters, and the representation an Accept field")
    func list() async throws {
        let server = ScriptedServer(["kind": "PodList", "apiVersion": "v1", "metadata": ["resourceVersion": "9"]])
        let options = ListOptions(
            labelSelector: try LabelSelector(parsing: "a in (b,c)"), fieldSelector: .name("x"), resourceVersion: "5",
            resourceVersionMatch: .notOlderThan, limit: 10, continueToken: "t+/=")
        let list = try await KubeClient(server).list(.pods, options: options, representation: .metadata)
        #expect(list.items.isEmpty)
        #expect(list.resourceVersion == "9")
        let request = try #require(server.seen.first)
        #expect(
            request.url.hasSuffix(
                "/api/v1/pods?labelSelector=a%20in%20%28b%2Cc%29&fieldSelector=metadata.name%3Dx&resourceVersion=5"
                    + "&resourceVersionMatch=NotOlderThan&limit=10&continue=t%2B%2F%3D"))
        #expect(request.headers["Accept"]?.hasPrefix("application/json;as=PartialObjectMetadataList;") == true)
    }

    @Test("Items of a list get the type that the server leaves to the list")
    func listItems() async throws {
        let server = ScriptedServer([
            "kind": "DeploymentList", "apiVersion": "apps/v1",
            "metadata": ["resourceVersion": "9", "continue": "c", "remainingItemCount": 3],
            "items": [["metadata": ["name": "a"]]],
        ])
        let list = try await KubeClient(server).list(.deployments)
        #expect(list.items.map(\.kind) == ["Deployment"])
        #expect(list.items.map(\.apiVersion) == ["apps/v1"])
        #expect(list.continueToken == "c")
        #expect(list.remainingItemCount == 3)
    }

    @Test("Pages are joined; a list that expires on the way is read anew, whole")
    func pages() async throws {
        @Sendable func page(_ name: String, _ token: String?) -> ScriptedServer.Answer {
            var value: JSONValue = [
                "kind": "PodList", "metadata": ["resourceVersion": "9"],
                "items": [["metadata": ["name": .string(name)]]],
            ]
            if let token { value.set(.string(token), at: "metadata", "continue") }
            return .json(200, value)
        }
        let paged = ScriptedServer { _, count in page("p\(count)", count < 3 ? "t\(count)" : nil) }
        let all = try await KubeClient(paged).listAll(.pods, options: ListOptions(resourceVersion: "0"), pageSize: 1)
        #expect(all.items.map(\.name) == ["p1", "p2", "p3"])
        #expect(all.continueToken == nil)
        #expect(paged.seen[1].url.hasSuffix("?limit=1&continue=t1"))

        let expiring = ScriptedServer { _, count in
            count == 2
                ? .json(410, Status(code: 410, reason: .expired, message: "too old").value)
                : page("p\(count)", count == 1 ? "t" : nil)
        }
        let whole = try await KubeClient(expiring).listAll(.pods, pageSize: 1)
        #expect(whole.items.map(\.name) == ["p3"])
        #expect(expiring.seen[2].url.hasSuffix("/pods"))
    }

    @Test("A deletion tells whether the object is gone")
    func deletion() async throws {
        let gone = ScriptedServer(["kind": "Status", "status": "Success"])
        guard case .deleted = try await KubeClient(gone).delete(.pods, namespace: "a", name: "b") else {
            Issue.record("the object is gone")
            return
        }
        let held = ScriptedServer(VerbTests.deployment.value)
        guard case .pending(let object) = try await KubeClient(held).delete(.pods, namespace: "a", name: "b") else {
            Issue.record("the object is held")
            return
        }
        #expect(object.name == "web")
    }

    @Test("A client for leader election is urgent, named, bounded and does not retry")
    func leaderElection() async throws {
        let server = ScriptedServer { _, _ in .text(503, "", ["Retry-After": "1"]) }
        let client = KubeClient(server).forLeaderElection(requestTimeout: .seconds(5))
        let error = await failure { _ = try await client.get(.leases, namespace: "a", name: "b") }
        #expect(error?.status?.code == 503)
        #expect(server.seen.count == 1)
        #expect(server.seen.first?.priority == .urgent)
        #expect(server.seen.first?.timeouts.whole == .seconds(5))
        #expect(server.seen.first?.headers["User-Agent"]?.hasSuffix("leader-election") == true)
    }
}
