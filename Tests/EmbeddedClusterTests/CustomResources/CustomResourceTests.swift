import KubeCore
import Testing

@testable import EmbeddedCluster

@Suite("Custom resources")
struct CustomResourceTests {
    static func definition(_ spec: JSONValue) -> KubeObject {
        let members: JSONObject = [
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": ["name": "widgets.example.com"],
            "spec": [
                "group": "example.com", "scope": "Namespaced", "names": ["plural": "widgets", "kind": "Widget"],
                "versions": [
                    [
                        "name": "v1", "served": true, "storage": true,
                        "schema": ["openAPIV3Schema": ["type": "object", "properties": ["spec": spec]]],
                    ]
                ],
            ],
        ]
        return KubeObject(members)
    }

    static func faults(_ spec: JSONValue) -> [String] {
        CustomResourceDefinition.validate(CustomResourceDefinition.prepared(definition(spec), old: nil), old: nil)
            .map { "\($0.field): \($0.message)" }
    }

    static func findings(_ spec: JSONValue, _ value: JSONValue, old: JSONValue? = nil) throws -> [String] {
        let definition = CustomResourceDefinition(CustomResourceDefinition.prepared(definition(spec), old: nil))
        let version = try #require(definition.version("v1"))
        func object(_ value: JSONValue) -> KubeObject {
            let members: JSONObject = [
                "apiVersion": "example.com/v1", "kind": "Widget", "metadata": ["name": "a"], "spec": value,
            ]
            return KubeObject(members)
        }
        return CustomResourceValidation.validate(object(value), old: old.map(object), version, kind: "Widget")
            .errors.map { "\($0.field): \($0.message)" }
    }

    @Test("A definition gets its missing names, and conditions once its names are free")
    func lifecycle() throws {
        let prepared = CustomResourceDefinition.prepared(Self.definition(["type": "object"]), old: nil)
        #expect(prepared[path: "spec", "names", "listKind"] == "WidgetList")
        #expect(prepared[path: "status", "storedVersions"] == ["v1"])
        let definition = CustomResourceDefinition(prepared)
        let settled = definition.withConditions(others: [], now: Timestamp(seconds: 0))
        #expect(CustomResourceDefinition(settled).isEstablished)
        let taken = definition.withConditions(others: [definition.names], now: Timestamp(seconds: 0))
        #expect(!CustomResourceDefinition(taken).isEstablished)
    }

    static let badSchemas: [(JSONValue, String)] = [
        (
            ["type": "object", "properties": ["a": ["description": "x"]]],
            ".properties[a].type: Required value: must not be empty for specified object fields"
        ),
        (
            ["type": "object", "properties": ["a": ["type": "array"]]],
            ".properties[a].items: Required value: must be specified"
        ),
        (
            ["type": "object", "properties": ["a": ["type": "string", "pattern": "("]]],
            ".properties[a].pattern: Invalid value: \"(\": must be a valid regular expression, but isn't: error parsing "
                + "regexp: missing closing ): `(`"
        ),
    ]

    @Test("Schemas must be structural", arguments: badSchemas)
    func structural(schema: JSONValue, expected: String) {
        #expect(Self.faults(schema) == ["spec.validation.openAPIV3Schema.properties[spec]\(expected)"])
    }

    static let badValues: [(JSONValue, String)] = [
        (
            ["n": "1"],
            "spec.n: Invalid value: \"string\": spec.n in body must be of type integer: \"string\""
        ),
        (["n": 0], "spec.n: Invalid value: 0: spec.n in body should be greater than or equal to 1"),
        (["n": 2_000_000], "spec.n: Invalid value: 2000000: spec.n in body should be less than or equal to 1e+06"),
        (["s": "xxxxx"], "spec.s: Too long: may not be more than 4 bytes"),
        (["e": "c"], "spec.e: Unsupported value: \"c\": supported values: \"a\", \"b\""),
        (["l": ["a", "a"]], "spec.l[1]: Duplicate value: \"a\""),
    ]

    @Test("Values are checked in the server's words", arguments: badValues)
    func values(value: JSONValue, expected: String) throws {
        let schema: JSONValue = [
            "type": "object",
            "properties": [
                "n": ["type": "integer", "minimum": 1, "maximum": 1_000_000], "s": ["type": "string", "maxLength": 4],
                "e": ["type": "string", "enum": ["a", "b"]],
                "l": ["type": "array", "items": ["type": "string"], "x-kubernetes-list-type": "set"],
            ],
        ]
        #expect(try Self.findings(schema, value) == [expected])
    }

    @Test("What was invalid before may stay while something else changes")
    func ratcheting() throws {
        let schema: JSONValue = [
            "type": "object", "properties": ["s": ["type": "string", "maxLength": 1], "t": ["type": "string"]],
        ]
        #expect(try Self.findings(schema, ["s": "long", "t": "1"], old: ["s": "long"]).isEmpty)
        #expect(try !Self.findings(schema, ["s": "longer"], old: ["s": "long"]).isEmpty)
    }

    @Test("Rules see the old value, and only where there is one")
    func transitions() throws {
        let schema: JSONValue = [
            "type": "object",
            "properties": [
                "n": [
                    "type": "integer",
                    "x-kubernetes-validations": [["rule": "self >= oldSelf", "message": "may not shrink"]],
                ]
            ],
        ]
        #expect(try Self.findings(schema, ["n": 1]).isEmpty)
        #expect(try Self.findings(schema, ["n": 1], old: ["n": 2]) == ["spec.n: Invalid value: 1: may not shrink"])
    }

    @Test("Undeclared fields are pruned, missing ones defaulted, nulls dropped")
    func pruning() {
        let schema = Schema(
            openAPIV3Schema: [
                "type": "object",
                "properties": [
                    "spec": [
                        "type": "object",
                        "properties": [
                            "mode": ["type": "string", "default": "fast"],
                            "free": ["x-kubernetes-preserve-unknown-fields": true],
                            "a": ["type": "string"],
                        ],
                    ]
                ],
            ], isResourceRoot: true)
        let members: JSONObject = [
            "kind": "Widget", "spec": ["a": .null, "bogus": 1, "free": ["x": [1]], "mode": .null],
        ]
        let object = KubeObject(members)
        let result = CustomResourcePruning.applyDefaults(CustomResourcePruning.prune(object, schema), schema)
        #expect(result.value == ["kind": "Widget", "spec": ["free": ["x": [1]], "mode": "fast"]])
    }
}
