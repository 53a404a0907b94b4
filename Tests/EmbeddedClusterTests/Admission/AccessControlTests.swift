import KubeCore
import Testing

@testable import EmbeddedCluster

@Suite("Access control")
struct AccessControlTests {
    private let admin: ClusterClient
    private static let roles = "/apis/rbac.authorization.k8s.io/v1"

    init() {
        var options = EmbeddedCluster.Options()
        options.authorizes = true
        admin = ClusterClient(cluster: EmbeddedCluster(options: options))
    }

    /// Grants a user rules in a namespace, or everywhere.
    private func grant(_ user: String, _ rules: JSONValue, in namespace: String? = nil) async throws {
        let scope = namespace.map { "\(Self.roles)/namespaces/\($0)" } ?? Self.roles
        let (role, binding) =
            namespace == nil ? ("clusterroles", "clusterrolebindings") : ("roles", "rolebindings")
        try await admin.make("\(scope)/\(role)", ["metadata": ["name": .string(user)], "rules": rules])
        let kind: JSONValue = namespace == nil ? "ClusterRole" : "Role"
        try await admin.make(
            "\(scope)/\(binding)",
            [
                "metadata": ["name": .string(user)], "subjects": [["kind": "User", "name": .string(user)]],
                "roleRef": ["kind": kind, "name": .string(user), "apiGroup": "rbac.authorization.k8s.io"],
            ])
    }

    @Test("A user may do what a role grants, and nothing else")
    func grants() async throws {
        try await grant("jane", [["apiGroups": [""], "resources": ["pods"], "verbs": ["list"]]], in: "default")
        let jane = admin.acting(as: "jane")
        #expect(try await jane.call("GET", "/api/v1/namespaces/default/pods").status == 200)
        let refused = try await jane.call("GET", "/api/v1/namespaces/default/secrets")
        #expect(refused.status == 403)
        #expect(
            refused.message
                == """
                secrets is forbidden: User "jane" cannot list resource "secrets" in API group "" in the namespace \
                "default"
                """)
        let all = try await jane.call("GET", "/api/v1/pods")
        #expect(
            all.message
                == #"pods is forbidden: User "jane" cannot list resource "pods" in API group "" at the cluster scope"#)
        #expect(try await jane.call("GET", "/api/v1/namespaces/default/pods/x").status == 403)
        #expect(try await jane.call("GET", "/metrics").message == #"forbidden: User "jane" cannot get path "/metrics""#)
        #expect(try await jane.call("GET", "/apis").status == 200)
        #expect(try await jane.call("GET", "/version").status == 200)
    }

    static let matches: [(rule: JSONValue, method: String, target: String, isAllowed: Bool)] = [
        (["apiGroups": [""], "resources": ["pods/log"], "verbs": ["get"]], "GET", "pods/x/log", true),
        (["apiGroups": [""], "resources": ["pods"], "verbs": ["get"]], "GET", "pods/x/log", false),
        (["apiGroups": [""], "resources": ["*/log"], "verbs": ["*"]], "GET", "pods/x/log", true),
        (["apiGroups": ["*"], "resources": ["*"], "verbs": ["get"]], "GET", "pods/x/log", true),
        (["apiGroups": [""], "resources": ["pods"], "resourceNames": ["x"], "verbs": ["get"]], "GET", "pods/x", true),
        (["apiGroups": [""], "resources": ["pods"], "resourceNames": ["x"], "verbs": ["get"]], "GET", "pods/y", false),
        (["apiGroups": [""], "resources": ["pods"], "resourceNames": ["x"], "verbs": ["list"]], "GET", "pods", false),
        (
            ["apiGroups": [""], "resources": ["pods"], "resourceNames": ["x"], "verbs": ["list"]], "GET",
            "pods?fieldSelector=metadata.name%3Dx", true
        ),
        (["apiGroups": [""], "resources": ["pods"], "verbs": ["delete"]], "DELETE", "pods", false),
        (["apiGroups": [""], "resources": ["pods"], "verbs": ["deletecollection"]], "DELETE", "pods", true),
        (["apiGroups": [""], "resources": ["pods"], "verbs": ["list"]], "GET", "pods?watch=true", false),
        (["apiGroups": [""], "resources": ["namespaces"], "verbs": ["get"]], "GET", "", true),
    ]

    @Test("Rules name verbs, groups, subresources and names", arguments: matches)
    func ruleMatching(rule: JSONValue, method: String, target: String, isAllowed: Bool) async throws {
        try await grant("jane", [rule], in: "default")
        let path = "/api/v1/namespaces/default" + (target.isEmpty ? "" : "/\(target)")
        let answer = try await admin.acting(as: "jane").call(method, path)
        #expect((answer.status != 403) == isAllowed)
    }

    @Test("Nobody grants rights that they do not hold")
    func escalation() async throws {
        let granting: JSONValue = [
            "apiGroups": ["rbac.authorization.k8s.io"], "resources": ["roles", "rolebindings"], "verbs": ["*"],
            "resourceNames": [],
        ]
        let pods: JSONValue = ["apiGroups": [""], "resources": ["pods"], "verbs": ["get"]]
        try await grant("jane", [granting, pods], in: "default")
        let jane = admin.acting(as: "jane", groups: ["devs"])
        let path = "\(Self.roles)/namespaces/default/roles"
        #expect(try await jane.make(path, ["metadata": ["name": "ok"], "rules": [pods]]).status == 201)
        // Deleted things grant nothing; `*` covers `escalate` and `bind` too, so it is taken away first.
        try await admin.call(
            "PATCH", "\(path)/jane",
            [
                "rules": [
                    [
                        "apiGroups": ["rbac.authorization.k8s.io"], "resources": ["roles", "rolebindings"],
                        "verbs": ["create", "update", "patch"],
                    ], pods,
                ]
            ], type: "application/merge-patch+json")
        let more: JSONValue = [
            [
                "apiGroups": ["", "apps"], "resources": ["pods", "pods/log"], "verbs": ["get", "list"],
            ]
        ]
        let refused = try await jane.make(path, ["metadata": ["name": "more"], "rules": more])
        #expect(refused.status == 403)
        #expect(
            refused.message
                == """
                roles.rbac.authorization.k8s.io "more" is forbidden: user "jane" (groups=["devs" "system:authenticated"]) \
                is attempting to grant RBAC permissions not currently held:
                {APIGroups:[""], Resources:["pods"], Verbs:["list"]}
                {APIGroups:[""], Resources:["pods/log"], Verbs:["get" "list"]}
                {APIGroups:["apps"], Resources:["pods"], Verbs:["get" "list"]}
                {APIGroups:["apps"], Resources:["pods/log"], Verbs:["get" "list"]}
                """)
        let changed = try await jane.call(
            "PATCH", "\(path)/ok", ["rules": more], type: "application/merge-patch+json")
        #expect(changed.status == 403)
        let labelled = try await jane.call(
            "PATCH", "\(path)/ok", ["metadata": ["finalizers": ["example.com/x"]]],
            type: "application/merge-patch+json")
        #expect(labelled.status == 200)
    }

    @Test("A role is bound by who holds its rights, or may `bind` it")
    func binding() async throws {
        try await grant(
            "jane",
            [
                [
                    "apiGroups": ["rbac.authorization.k8s.io"], "resources": ["rolebindings"],
                    "verbs": ["create"],
                ],
                [
                    "apiGroups": ["rbac.authorization.k8s.io"], "resources": ["clusterroles"],
                    "resourceNames": ["system:auth-delegator"], "verbs": ["bind"],
                ],
            ])
        let jane = admin.acting(as: "jane")
        func bind(_ role: String) async throws -> ClusterClient.Answer {
            try await jane.make(
                "\(Self.roles)/namespaces/default/rolebindings",
                [
                    "metadata": ["name": .string(role)],
                    "roleRef": [
                        "kind": "ClusterRole", "name": .string(role), "apiGroup": "rbac.authorization.k8s.io",
                    ], "subjects": [["kind": "User", "name": "joe"]],
                ])
        }
        #expect(try await bind("system:auth-delegator").status == 201)
        let refused = try await bind("cluster-admin")
        #expect(refused.status == 403)
        #expect(refused.message.contains("{APIGroups:[\"*\"], Resources:[\"*\"], Verbs:[\"*\"]}\n{NonResourceURLs:"))
        #expect(
            try await bind("nothing").message == #"clusterroles.rbac.authorization.k8s.io "nothing" not found"#)
    }

    @Test("Aggregation takes all rights, since it may gather any")
    func aggregation() async throws {
        try await grant(
            "jane",
            [["apiGroups": ["rbac.authorization.k8s.io"], "resources": ["clusterroles"], "verbs": ["create"]]])
        let refused = try await admin.acting(as: "jane").make(
            "\(Self.roles)/clusterroles",
            [
                "metadata": ["name": "all"],
                "aggregationRule": ["clusterRoleSelectors": [["matchLabels": ["a": "b"]]]],
            ])
        #expect(refused.message.hasSuffix("must have cluster-admin privileges to use the aggregationRule"))
    }

    @Test("A token stands for its service account, for as long as that is there")
    func tokens() async throws {
        let accounts = "/api/v1/namespaces/default/serviceaccounts"
        try await admin.make(accounts, ["metadata": ["name": "bot"]])
        let token = try await admin.make("\(accounts)/bot/token", ["spec": [:]]).body[path: "status", "token"]
        let bearer = [APIRequest.Header("Authorization", "Bearer \(token?.stringValue ?? "")")]
        let me = try await admin.call(
            "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", [:], headers: bearer)
        let info = me.body[path: "status", "userInfo"]
        #expect(info?["username"] == "system:serviceaccount:default:bot")
        #expect(
            info?["groups"] == [
                "system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated",
            ])
        let refused = try await admin.call("GET", "/api/v1/nodes", headers: bearer)
        #expect(refused.status == 403)
        try await admin.call("DELETE", "\(accounts)/bot")
        #expect(try await admin.call("GET", "/api/v1/nodes", headers: bearer).status == 401)
    }

    @Test("Who may impersonate acts with the rights of whom they impersonate")
    func impersonation() async throws {
        try await grant("joe", [["apiGroups": [""], "resources": ["pods"], "verbs": ["list"]]], in: "default")
        try await grant(
            "support",
            [
                ["apiGroups": [""], "resources": ["users"], "resourceNames": ["joe"], "verbs": ["impersonate"]],
                [
                    "apiGroups": ["authentication.k8s.io"], "resources": ["userextras/scopes"],
                    "verbs": ["impersonate"],
                ],
            ])
        let support = admin.acting(as: "support")
        let pods = "/api/v1/namespaces/default/pods"
        func call(_ headers: [(String, String)], _ path: String = pods) async throws -> ClusterClient.Answer {
            try await support.call("GET", path, headers: headers.map { APIRequest.Header($0.0, $0.1) })
        }
        #expect(try await call([]).status == 403)
        #expect(try await call([("Impersonate-User", "joe")]).status == 200)
        #expect(
            try await call([("Impersonate-User", "joe")], "/api/v1/secrets").message.contains("User \"joe\" cannot"))
        #expect(
            try await call([("Impersonate-User", "ann")]).message
                == """
                users "ann" is forbidden: User "support" cannot impersonate resource "users" in API group "" at the \
                cluster scope
                """)
        #expect(
            try await call([("Impersonate-User", "joe"), ("Impersonate-Group", "system:masters")]).message.contains(
                "cannot impersonate resource \"groups\""))
        #expect(try await call([("Impersonate-User", "joe"), ("Impersonate-Extra-Scopes", "a")]).status == 200)
        #expect(try await call([("Impersonate-User", "joe"), ("Impersonate-Extra-Other", "a")]).status == 403)
        #expect(try await call([("Impersonate-Group", "devs")]).status == 400)
        #expect(
            try await call([("Impersonate-User", "system:serviceaccount:default:bot")]).message.contains(
                "cannot impersonate resource \"serviceaccounts\" in API group \"\" in the namespace \"default\""))
    }

    @Test("A binding to a role that is not there grants nothing, and the refusal says so")
    func danglingBinding() async throws {
        try await admin.make(
            "\(Self.roles)/clusterrolebindings",
            [
                "metadata": ["name": "x"], "subjects": [["kind": "User", "name": "jane"]],
                "roleRef": ["kind": "ClusterRole", "name": "gone", "apiGroup": "rbac.authorization.k8s.io"],
            ])
        let refused = try await admin.acting(as: "jane").call("GET", "/api/v1/nodes")
        #expect(refused.message.hasSuffix(#": RBAC: clusterrole.rbac.authorization.k8s.io "gone" not found"#))
    }

    static let reviews: [(kind: String, spec: JSONValue, fault: String)] = [
        (
            "subjectaccessreviews", ["resourceAttributes": ["verb": "get"]],
            #"spec.user: Invalid value: "": at least one of user or group must be specified"#
        ),
        (
            "namespaces/default/localsubjectaccessreviews",
            ["user": "x", "resourceAttributes": ["verb": "get", "namespace": "other"]],
            #"spec.resourceAttributes.namespace: Invalid value: "other": must match metadata.namespace"#
        ),
        (
            "namespaces/default/localsubjectaccessreviews", ["user": "x", "nonResourceAttributes": ["verb": "get"]],
            #"spec.nonResourceAttributes: Invalid value: {"Path":"","Verb":"get"}: disallowed on this kind of request"#
        ),
        ("selfsubjectrulesreviews", [:], "no namespace on request"),
    ]

    @Test("Questions about access are validated", arguments: reviews)
    func reviewValidation(kind: String, spec: JSONValue, fault: String) async throws {
        let answer = try await admin.make("/apis/authorization.k8s.io/v1/\(kind)", ["spec": spec])
        #expect(answer.message.hasSuffix(fault))
    }

    @Test("A review of one's own rules lists them by what they are about")
    func rulesReview() async throws {
        try await grant("jane", [["apiGroups": [""], "resources": ["pods"], "verbs": ["list"]]], in: "default")
        let answer = try await admin.acting(as: "jane").make(
            "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", ["spec": ["namespace": "default"]])
        let status = answer.body["status"]
        #expect(
            status?["resourceRules"]?.arrayValue?.contains([
                "verbs": ["list"], "apiGroups": [""], "resources": ["pods"],
            ]) == true)
        #expect(status?["nonResourceRules"]?.arrayValue?.isEmpty == false)
    }
}
