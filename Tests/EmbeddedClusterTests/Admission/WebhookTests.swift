import KubeCore
import Synchronization
import Testing

@testable import EmbeddedCluster

/// Webhooks in process: each URL is answered by a function, and what they were sent is kept.
final class FakeWebhooks: WebhookCaller {
    typealias Answer = @Sendable (_ review: JSONValue) -> Result<JSONValue, WebhookFailure>
    private let answers: [String: Answer]
    private let calls = Mutex<[(url: String, review: JSONValue)]>([])

    /// Answers by the paths of the URLs.
    init(_ answers: [String: Answer]) { self.answers = answers }

    var reviews: [JSONValue] { calls.withLock { $0.map(\.review) } }
    var paths: [String] { calls.withLock { $0.map { Self.path($0.url) } } }
    var urls: [String] { calls.withLock { $0.map(\.url) } }

    func reaches(_ service: WebhookCall.Service) -> Bool { service.name == "reachable" }

    func call(_ call: WebhookCall) async throws(WebhookFailure) -> WebhookAnswer {
        guard let review = try? JSONValue(parsing: call.body) else { throw WebhookFailure("the review is no JSON") }
        calls.withLock { $0.append((call.url, review)) }
        guard let answer = answers[Self.path(call.url)] else {
            throw WebhookFailure("dial tcp 127.0.0.1:1: connect: connection refused")
        }
        return WebhookAnswer(status: 200, body: try answer(review).get().serializedBytes())
    }

    private static func path(_ url: String) -> String {
        let rest = url.drop { $0 != "?" }
        return String(url.dropLast(rest.count).reversed().prefix { $0 != "/" }.reversed())
    }

    /// An answer of these members to a review.
    static func respond(_ members: JSONObject) -> Answer {
        { review in
            var response = members
            response["uid"] = review[path: "request", "uid"] ?? ""
            return .success([
                "kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "response": .object(response),
            ])
        }
    }

    static func patch(_ operations: JSONValue) -> Answer {
        respond([
            "allowed": true, "patchType": "JSONPatch",
            "patch": .string(Base64.encode(operations.serializedBytes())),
        ])
    }
}

@Suite("Webhooks")
struct WebhookTests {
    private static let configurations = "/apis/admissionregistration.k8s.io/v1"
    private static let configMaps = "/api/v1/namespaces/default/configmaps"

    static func client(_ webhooks: FakeWebhooks) -> ClusterClient {
        var options = EmbeddedCluster.Options()
        options.webhookCaller = webhooks
        return ClusterClient(cluster: EmbeddedCluster(options: options))
    }

    /// A webhook on ConfigMaps at a path.
    private static func webhook(_ path: String, _ others: JSONObject = [:]) -> JSONValue {
        var hook: JSONObject = [
            "name": .string("\(path).example.com"), "admissionReviewVersions": ["v1"], "sideEffects": "None",
            "clientConfig": ["url": .string("https://hook.example.com/\(path)")],
            "rules": [
                [
                    "apiGroups": [""], "apiVersions": ["v1"], "resources": ["configmaps"],
                    "operations": ["CREATE", "UPDATE", "DELETE"],
                ]
            ],
        ]
        for (key, value) in others { hook[key] = value }
        return .object(hook)
    }

    private func register(_ client: ClusterClient, _ kind: String, _ webhooks: [JSONValue]) async throws {
        let answer = try await client.make(
            "\(Self.configurations)/\(kind)webhookconfigurations",
            ["metadata": ["name": .string(kind)], "webhooks": .array(webhooks)])
        try #require(answer.status == 201, "\(answer.message)")
    }

    private func configMap(
        _ client: ClusterClient, _ name: String = "x", query: String = ""
    ) async throws -> ClusterClient.Answer {
        try await client.make(Self.configMaps + query, ["metadata": ["name": .string(name)], "data": ["a": "1"]])
    }

    @Test("A webhook is told everything about the request")
    func review() async throws {
        let webhooks = FakeWebhooks(["look": FakeWebhooks.respond(["allowed": true])])
        let client = Self.client(webhooks)
        try await register(client, "validating", [Self.webhook("look", ["timeoutSeconds": 3])])
        #expect(try await configMap(client, query: "?fieldManager=me").status == 201)
        let request = try #require(webhooks.reviews.first?["request"])
        #expect(webhooks.urls == ["https://hook.example.com/look?timeout=3s"])
        #expect(request["uid"]?.stringValue?.count == 36)
        #expect(request["kind"] == ["group": "", "version": "v1", "kind": "ConfigMap"])
        #expect(request["resource"] == ["group": "", "version": "v1", "resource": "configmaps"])
        #expect(request["requestKind"] == request["kind"])
        #expect(request["name"] == "x")
        #expect(request["namespace"] == "default")
        #expect(request["operation"] == "CREATE")
        #expect(request[path: "userInfo", "username"] == "system:admin")
        #expect(request[path: "object", "data"] == ["a": "1"])
        #expect(request[path: "object", "metadata", "uid"] != nil)
        #expect(request["oldObject"] == .null)
        #expect(request["dryRun"] == false)
        #expect(
            request["options"] == [
                "kind": "CreateOptions", "apiVersion": "meta.k8s.io/v1", "fieldManager": "me",
                "fieldValidation": "Warn",
            ])
        try await client.call("DELETE", Self.configMaps + "/x")
        let deletion = try #require(webhooks.reviews.last?["request"])
        #expect(deletion["operation"] == "DELETE")
        #expect(deletion["object"] == .null)
        #expect(deletion[path: "oldObject", "data"] == ["a": "1"])
    }

    static let refusals: [(answer: JSONObject, code: Int, message: String)] = [
        (["allowed": false], 400, #"admission webhook "no.example.com" denied the request without explanation"#),
        (
            ["allowed": false, "status": ["message": "because", "code": 409, "reason": "Conflict"]], 409,
            #"admission webhook "no.example.com" denied the request: because"#
        ),
        (
            ["allowed": false, "status": ["reason": "Forbidden", "code": 200]], 400,
            #"admission webhook "no.example.com" denied the request: Forbidden"#
        ),
        (
            ["allowed": true, "patch": "W10=", "patchType": "JSONPatch"], 500,
            #"Internal error occurred: failed calling webhook "no.example.com": received invalid webhook response: "#
                + "validating webhook may not return response.patch"
        ),
    ]

    @Test("Refusals are the webhook's own", arguments: refusals)
    func refusal(answer: JSONObject, code: Int, message: String) async throws {
        let client = Self.client(FakeWebhooks(["no": FakeWebhooks.respond(answer)]))
        try await register(client, "validating", [Self.webhook("no")])
        let refused = try await configMap(client)
        #expect(refused.status == code)
        #expect(refused.message == message)
        #expect(try await client.call("GET", Self.configMaps + "/x").status == 404)
    }

    @Test("A webhook that cannot be called fails the request, or is passed over", arguments: ["Fail", "Ignore"])
    func unreachable(policy: String) async throws {
        let client = Self.client(FakeWebhooks([:]))
        try await register(client, "mutating", [Self.webhook("gone", ["failurePolicy": .string(policy)])])
        let answer = try await configMap(client)
        #expect(answer.status == (policy == "Fail" ? 500 : 201))
        guard policy == "Fail" else { return }
        #expect(
            answer.message
                == """
                Internal error occurred: failed calling webhook "gone.example.com": failed to call webhook: Post \
                "https://hook.example.com/gone?timeout=10s": dial tcp 127.0.0.1:1: connect: connection refused
                """)
    }

    @Test("Services without an address are unreachable")
    func services() async throws {
        let webhooks = FakeWebhooks(["svc": FakeWebhooks.respond(["allowed": true])])
        let client = Self.client(webhooks)
        func service(_ name: String) -> JSONValue {
            Self.webhook(
                "svc",
                [
                    "name": .string("\(name).example.com"),
                    "clientConfig": ["service": ["namespace": "mesh", "name": .string(name), "path": "/svc"]],
                ])
        }
        try await register(client, "validating", [service("reachable"), service("lost")])
        let refused = try await configMap(client)
        #expect(refused.message.hasSuffix("service \"lost\" not found"))
        #expect(webhooks.urls == ["https://reachable.mesh.svc:443/svc?timeout=10s"])
    }

    @Test("Patches change the object, one after the other, and their effect has no owner")
    func patches() async throws {
        let webhooks = FakeWebhooks([
            "one": FakeWebhooks.patch([["op": "add", "path": "/data/b", "value": "2"]]),
            "two": FakeWebhooks.patch([
                ["op": "test", "path": "/data/b", "value": "2"], ["op": "remove", "path": "/data/a"],
            ]),
        ])
        let client = Self.client(webhooks)
        try await register(client, "mutating", [Self.webhook("one"), Self.webhook("two")])
        let made = try await configMap(client)
        #expect(made.body["data"] == ["b": "2"])
        #expect(
            made.body[path: "metadata", "managedFields"]?[0]?["fieldsV1"] == [
                "f:data": [".": [:], "f:a": [:]]
            ])
    }

    @Test("Who asks for it is called again if others changed the object afterwards")
    func reinvocation() async throws {
        let webhooks = FakeWebhooks([
            "first": FakeWebhooks.respond(["allowed": true]), "never": FakeWebhooks.respond(["allowed": true]),
            "change": FakeWebhooks.patch([["op": "add", "path": "/data/b", "value": "2"]]),
        ])
        let client = Self.client(webhooks)
        try await register(
            client, "mutating",
            [
                Self.webhook("first", ["reinvocationPolicy": "IfNeeded"]), Self.webhook("never"),
                Self.webhook("change"),
            ])
        #expect(try await configMap(client).status == 201)
        #expect(webhooks.paths == ["first", "never", "change", "first"])
    }

    @Test("Rules, selectors and conditions decide who is called")
    func matching() async throws {
        let webhooks = FakeWebhooks(["all": FakeWebhooks.respond(["allowed": true])])
        let client = Self.client(webhooks)
        let hooks: [JSONObject] = [
            ["objectSelector": ["matchLabels": ["a": "b"]]], ["namespaceSelector": ["matchLabels": ["a": "b"]]],
            ["matchConditions": [["name": "x", "expression": "object.metadata.name == 'y'"]]],
            [
                "rules": [
                    ["apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"], "operations": ["*"]]
                ]
            ],
            [
                "rules": [
                    [
                        "apiGroups": ["*"], "apiVersions": ["*"], "resources": ["*"], "operations": ["*"],
                        "scope": "Cluster",
                    ]
                ]
            ], ["matchConditions": [["name": "x", "expression": "request.userInfo.username == 'system:admin'"]]],
        ]
        try await register(
            client, "validating",
            hooks.enumerated().map { index, others in
                var others = others
                others["name"] = .string("n\(index).example.com")
                return Self.webhook("all", others)
            })
        #expect(try await configMap(client).status == 201)
        #expect(webhooks.paths == ["all"])
    }

    @Test("Warnings reach the client, and configurations of admission are never judged")
    func warnings() async throws {
        let client = Self.client(
            FakeWebhooks(["warn": FakeWebhooks.respond(["allowed": true, "warnings": ["mind \"this\""]])]))
        let everything: JSONValue = [
            ["apiGroups": ["*"], "apiVersions": ["*"], "resources": ["*/*"], "operations": ["*"]]
        ]
        try await register(client, "validating", [Self.webhook("warn", ["rules": everything])])
        #expect(try await configMap(client).warnings == [#"299 - "mind \"this\"""#])
        let own = try await client.call("DELETE", "\(Self.configurations)/validatingwebhookconfigurations/validating")
        #expect(own.status == 200)
        #expect(own.warnings.isEmpty)
    }

    @Test("Answers that are none fail the call", arguments: ["uid", "none", "kind"])
    func malformed(fault: String) async throws {
        let webhooks = FakeWebhooks([
            "bad": { review in
                let uid = review[path: "request", "uid"] ?? ""
                switch fault {
                case "uid":
                    return .success([
                        "kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1",
                        "response": ["uid": "x", "allowed": true],
                    ])
                case "none": return .success(["kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1"])
                default:
                    return .success(["kind": "Other", "apiVersion": "v1", "response": ["uid": uid, "allowed": true]])
                }
            }
        ])
        let client = Self.client(webhooks)
        try await register(client, "validating", [Self.webhook("bad")])
        let answer = try await configMap(client)
        #expect(answer.status == 500)
        #expect(answer.message.contains("received invalid webhook response: "))
    }
}
