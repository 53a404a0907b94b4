import KubeCore
import Testing

@testable import EmbeddedCluster

@Suite("Validating admission policies")
struct ValidatingPolicyTests {
    private let admin = ClusterClient(cluster: EmbeddedCluster())
    private static let policies = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies"
    private static let bindings = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings"
    private static let configMaps = "/api/v1/namespaces/default/configmaps"

    static let onConfigMaps: JSONValue = [
        "resourceRules": [
            [
                "apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE", "DELETE"],
                "resources": ["configmaps"],
            ]
        ]
    ]

    /// Makes a policy on ConfigMaps with a binding.
    private func establish(_ spec: JSONObject, binding: JSONObject = ["validationActions": ["Deny"]]) async throws {
        var (spec, binding) = (spec, binding)
        if spec["matchConstraints"] == nil { spec["matchConstraints"] = Self.onConfigMaps }
        binding["policyName"] = "p"
        let made = try await admin.make(Self.policies, ["metadata": ["name": "p"], "spec": .object(spec)])
        try #require(made.status == 201, "\(made.message)")
        let bound = try await admin.make(Self.bindings, ["metadata": ["name": "b"], "spec": .object(binding)])
        try #require(bound.status == 201, "\(bound.message)")
    }

    private func configMap(_ name: String, _ data: JSONValue = [:], labels: JSONValue = [:]) async throws
        -> ClusterClient.Answer
    {
        try await admin.make(Self.configMaps, ["metadata": ["name": .string(name), "labels": labels], "data": data])
    }

    @Test("A validation that does not hold refuses the request")
    func deny() async throws {
        try await establish([
            "validations": [["expression": "!has(object.data) || !('secret' in object.data)", "reason": "Forbidden"]]
        ])
        #expect(try await configMap("a", ["x": "1"]).status == 201)
        let refused = try await configMap("b", ["secret": "1"])
        #expect(refused.status == 403)
        let text = """
            ValidatingAdmissionPolicy 'p' with binding 'b' denied request: failed expression: !has(object.data) || \
            !('secret' in object.data)
            """
        #expect(refused.message == #"configmaps "b" is forbidden: "# + text)
        #expect(refused.body["reason"] == "Forbidden")
        #expect(refused.body[path: "details", "causes"] == [["message": .string(text)]])
        let changed = try await admin.call(
            "PATCH", Self.configMaps + "/a", ["data": ["secret": "1"]], type: "application/merge-patch+json")
        #expect(changed.status == 403)
    }

    static let messages: [(validation: JSONObject, message: String, code: Int)] = [
        (["expression": "false", "message": "no"], "no", 422),
        (["expression": "false", "messageExpression": "'no ' + object.metadata.name"], "no x", 422),
        (["expression": "false", "messageExpression": "object.nothing + ''", "message": "fixed"], "fixed", 422),
        (["expression": "false", "messageExpression": "'  '"], "failed expression: false", 422),
        (["expression": "false", "reason": "RequestEntityTooLarge"], "failed expression: false", 413),
        (
            ["expression": "object.data.missing == 'x'"],
            "expression 'object.data.missing == 'x'' resulted in error: no such key: missing", 422
        ),
        (["expression": "variables.upper == 'Y'"], "failed expression: variables.upper == 'Y'", 422),
        (["expression": "request.operation == 'UPDATE'"], "failed expression: request.operation == 'UPDATE'", 422),
        (
            ["expression": "namespaceObject.metadata.name == 'other'", "message": "namespace"], "namespace", 422
        ),
        (["expression": "request.userInfo.username != 'system:admin'", "message": "user"], "user", 422),
        (
            ["expression": "!authorizer.group('').resource('pods').check('list').allowed()", "message": "may"], "may",
            422
        ),
        (["expression": "!authorizer.requestResource.check('create').allowed()", "message": "own"], "own", 422),
    ]

    @Test("Refusals say why", arguments: messages)
    func refusalTexts(validation: JSONObject, message: String, code: Int) async throws {
        try await establish([
            "validations": [.object(validation)],
            "variables": [
                ["name": "raw", "expression": "object.data.a"],
                ["name": "upper", "expression": "variables.raw.upperAscii()"],
            ],
        ])
        let refused = try await configMap("x", ["a": "x"])
        #expect(refused.status == code)
        #expect(
            refused.message
                == "configmaps \"x\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: \(message)"
        )
    }

    @Test("A binding may warn instead of refusing, and what cannot be evaluated may be ignored")
    func warnAndIgnore() async throws {
        try await establish(
            ["validations": [["expression": "object.data.a == '1'"]], "failurePolicy": "Ignore"],
            binding: ["validationActions": ["Warn", "Audit"]])
        let warned = try await configMap("a", ["a": "2"])
        #expect(warned.status == 201)
        #expect(
            warned.warnings == [
                "299 - \"Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': failed expression: "
                    + "object.data.a == '1'\""
            ])
        #expect(try await configMap("b").warnings.isEmpty)
    }

    static let selections: [(constraints: JSONObject, binding: JSONObject, isRefused: Bool)] = [
        ([:], [:], true),
        (["objectSelector": ["matchLabels": ["a": "b"]]], [:], true),
        (["objectSelector": ["matchLabels": ["a": "c"]]], [:], false),
        (["namespaceSelector": ["matchLabels": ["kubernetes.io/metadata.name": "default"]]], [:], true),
        (["namespaceSelector": ["matchLabels": ["kubernetes.io/metadata.name": "other"]]], [:], false),
        (
            [
                "excludeResourceRules": [
                    [
                        "apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": ["*"],
                        "resourceNames": ["x"],
                    ]
                ]
            ], [:], false
        ),
        ([:], ["matchResources": ["objectSelector": ["matchLabels": ["a": "c"]]]], false),
        (
            [:],
            [
                "matchResources": [
                    "resourceRules": [
                        [
                            "apiGroups": [""], "apiVersions": ["v1"], "operations": ["DELETE"],
                            "resources": ["configmaps"],
                        ]
                    ]
                ]
            ], false
        ),
    ]

    @Test("Constraints and bindings select requests", arguments: selections)
    func selection(constraints: JSONObject, binding: JSONObject, isRefused: Bool) async throws {
        var match = Self.onConfigMaps
        for (key, value) in constraints { match.set(value, at: key) }
        var binding = binding
        binding["validationActions"] = ["Deny"]
        try await establish(
            ["validations": [["expression": "false"]], "matchConstraints": match], binding: binding)
        #expect((try await configMap("x", labels: ["a": "b"]).status == 422) == isRefused)
    }

    @Test("Match conditions excuse requests")
    func matchConditions() async throws {
        try await establish([
            "validations": [["expression": "false"]],
            "matchConditions": [["name": "named", "expression": "object.metadata.name.startsWith('x')"]],
        ])
        #expect(try await configMap("a").status == 201)
        #expect(try await configMap("x").status == 422)
    }

    @Test("Deletions are judged by the object that is deleted")
    func deletion() async throws {
        #expect(try await configMap("kept", ["keep": "yes"]).status == 201)
        #expect(try await configMap("other").status == 201)
        try await establish([
            "validations": [
                [
                    "expression":
                        "request.operation != 'DELETE' || !has(oldObject.data) || !('keep' in oldObject.data)",
                    "message": "kept",
                ]
            ]
        ])
        #expect(try await admin.call("DELETE", Self.configMaps + "/kept").status == 422)
        #expect(try await admin.call("DELETE", Self.configMaps + "/other").status == 200)
    }

    @Test("Parameters come from the objects that the binding names")
    func parameters() async throws {
        try await establish(
            [
                "paramKind": ["apiVersion": "v1", "kind": "ConfigMap"],
                "validations": [["expression": "size(object.data) <= int(params.data.most)"]],
                "matchConditions": [["name": "not-limits", "expression": "object.metadata.name != 'limits'"]],
            ],
            binding: [
                "validationActions": ["Deny"], "paramRef": ["name": "limits", "parameterNotFoundAction": "Deny"],
            ])
        let refused = try await configMap("a", ["x": "1"])
        #expect(
            refused.message.hasSuffix(
                "failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction"))
        // Nothing can be made while the parameter is missing, not even the parameter: the binding goes meanwhile.
        let binding = try await admin.call("GET", Self.bindings + "/b").body
        try await admin.call("DELETE", Self.bindings + "/b")
        #expect(try await configMap("limits", ["most": "1"]).status == 201)
        try await admin.make(Self.bindings, ["metadata": ["name": "b"], "spec": binding["spec"] ?? [:]])
        #expect(try await configMap("a", ["x": "1"]).status == 201)
        #expect(try await configMap("b", ["x": "1", "y": "2"]).status == 422)
    }

    @Test("Policies match other versions of what they name, unless they are to be exact", arguments: [true, false])
    func equivalentVersions(isEquivalent: Bool) async throws {
        try await establish([
            "matchConstraints": [
                "matchPolicy": isEquivalent ? "Equivalent" : "Exact",
                "resourceRules": [
                    [
                        "apiGroups": ["autoscaling"], "apiVersions": ["v1"], "operations": ["CREATE"],
                        "resources": ["horizontalpodautoscalers"],
                    ]
                ],
            ], "validations": [["expression": "object.apiVersion != 'autoscaling/v1' || request.kind.version != 'v1'"]],
        ])
        let made = try await admin.make(
            "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers",
            [
                "metadata": ["name": "a"],
                "spec": [
                    "maxReplicas": 2, "scaleTargetRef": ["kind": "Deployment", "name": "a", "apiVersion": "apps/v1"],
                ],
            ])
        #expect((made.status == 422) == isEquivalent)
    }

    @Test("Expressions that cost too much fail")
    func budget() async throws {
        let loop = "[1,2,3,4,5,6,7,8,9,10]"
        let nested = (0..<7).reduce("true") { body, depth in "\(loop).all(v\(depth), \(body))" }
        try await establish(["validations": [["expression": .string(nested)]]])
        let refused = try await configMap("a")
        #expect(refused.message.contains("cost"))
        #expect(refused.status == 422)
    }

    static let faults: [(spec: JSONObject, fault: String)] = [
        (
            ["validations": [["expression": "1 + 1"]]],
            #"spec.validations[0].expression: Invalid value: "1 + 1": must evaluate to bool but got int"#
        ),
        (
            ["validations": [["expression": "params.x == 1"]]],
            "undeclared reference to 'params' (in container '')\n | params.x == 1\n | ^"
        ),
        (
            ["validations": [["expression": "request.foo == 'x'"]]], "undefined field 'foo'"
        ),
        (
            ["validations": [["expression": "variables.x"]], "variables": [["name": "y", "expression": "1"]]],
            "undefined field 'x'"
        ),
        (
            ["validations": [["expression": "true", "messageExpression": "1"]]],
            #"spec.validations[0].messageExpression: Invalid value: "1": must evaluate to string but got int"#
        ),
        (
            [
                "validations": [
                    ["expression": "true", "messageExpression": "authorizer.path('/').check('get').reason()"]
                ]
            ],
            "undeclared reference to 'authorizer'"
        ),
        (
            ["validations": [["expression": "true"]], "auditAnnotations": [["key": "k", "valueExpression": "1"]]],
            "must evaluate to one of [string null_type] but got int"
        ),
        (
            ["validations": [["expression": "true"]], "variables": [["name": "a-b", "expression": "1"]]],
            #"spec.variables[0].name: Invalid value: "a-b": name is not a valid CEL identifier"#
        ),
    ]

    @Test("Policies are checked when they are made", arguments: faults)
    func creation(spec: JSONObject, fault: String) async throws {
        var spec = spec
        spec["matchConstraints"] = Self.onConfigMaps
        let answer = try await admin.make(Self.policies, ["metadata": ["name": "p"], "spec": .object(spec)])
        #expect(answer.status == 422)
        #expect(answer.message.contains(fault), "\(answer.message)")
    }
}
