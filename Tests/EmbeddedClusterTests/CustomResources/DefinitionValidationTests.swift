import KubeCore
import Testing

@testable import EmbeddedCluster

@Suite("Validation of definitions")
struct DefinitionValidationTests {
    /// The faults of a schema for `spec`, without the path that they share.
    static func faults(_ spec: JSONValue) -> [String] {
        let prefix = "spec.validation.openAPIV3Schema.properties[spec]"
        return CustomResourceTests.faults(spec).map { $0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count)) : $0 }
    }

    private static let keyed: JSONValue = [
        "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["a", "z", "a"],
        "items": ["type": "object", "required": ["a"], "properties": ["a": ["type": "string"]]],
    ]

    static let wrongSchemas: [(JSONValue, [String])] = [
        (
            keyed,
            [
                ".x-kubernetes-list-map-keys: Invalid value: [\"a\",\"z\",\"a\"]: entries must all be names of item "
                    + "properties",
                ".x-kubernetes-list-map-keys: Invalid value: [\"a\",\"z\",\"a\"]: must not contain duplicate entries",
            ]
        ),
        (
            ["type": "array", "x-kubernetes-list-type": "set", "items": ["type": "string", "nullable": true]],
            [".items.nullable: Forbidden: cannot be nullable when x-kubernetes-list-type is set"]
        ),
        (
            ["type": "object", "id": "x", "properties": ["a": [:]]],
            // A schema that cannot be read as a structural one is not checked for its structure.
            [".id: Forbidden: id is not supported"]
        ),
        (
            ["type": "string", "anyOf": [["nullable": true, "default": "x", "additionalProperties": true]]],
            [
                ".anyOf[0].nullable: Forbidden: must be false to be structural",
                ".anyOf[0].default: Forbidden: must be undefined to be structural",
                ".anyOf[0].additionalProperties: Forbidden: must be undefined to be structural",
            ]
        ),
        (
            ["type": "object", "additionalProperties": ["description": "x"]],
            [".additionalProperties.type: Required value: must not be empty for specified object fields"]
        ),
        (
            ["type": "object", "default": ["x": 1], "properties": ["a": ["type": "string"]]],
            [".default: Invalid value: {\"x\":1}: must not have unknown fields"]
        ),
        (
            [
                "type": "integer", "default": -1,
                "x-kubernetes-validations": [["rule": "self > 0", "message": "positive"]],
            ], [".default: Invalid value: -1: positive"]
        ),
    ]

    @Test("Schemas may use only the words of definitions, in their places", arguments: wrongSchemas)
    func words(schema: JSONValue, expected: [String]) {
        #expect(Self.faults(schema) == expected)
    }

    private static func rule(_ rule: JSONValue, _ schema: JSONValue = ["type": "integer"]) -> JSONValue {
        var schema = schema
        schema.set([rule], at: "x-kubernetes-validations")
        return schema
    }

    static let wrongRules: [(JSONValue, String)] = [
        (
            rule(["rule": "self > 0", "optionalOldSelf": true]),
            "[0].optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule"
        ),
        (
            rule(["rule": "self > 0", "message": "  "]),
            "[0].message: Invalid value: \"  \": must be non-empty if specified"
        ),
        (
            rule(["rule": "self > 0", "messageExpression": " "]),
            "[0].messageExpression: Required value: messageExpression must be non-empty if specified"
        ),
    ]

    @Test("Rules are checked before they are compiled", arguments: wrongRules)
    func rules(schema: JSONValue, expected: String) {
        #expect(Self.faults(schema) == [".x-kubernetes-validations\(expected)"])
    }

    @Test("Where anything else is wrong, rules are not compiled")
    func rulesOfWrongSchemas() {
        let schema: JSONValue = [
            "type": "object", "properties": ["a": ["type": "array"]],
            "x-kubernetes-validations": [["rule": "self.nope == 1"]],
        ]
        #expect(Self.faults(schema) == [".properties[a].items: Required value: must be specified"])
    }

    @Test("What begins with a status subresource restricts the root of its schema")
    func rootWords() {
        let faults = DefinitionSchemaValidation.faults(
            of: ["type": "object", "oneOf": [["required": ["a"]]], "properties": ["a": ["type": "string"]]], at: "s",
            hasStatus: true)
        #expect(faults.count == 1)
        #expect(faults[0].message.hasPrefix("Invalid value: {\"ID\":\"\",\"Schema\":\"\",\"Ref\":null,"))
        #expect(faults[0].message.contains("only [Description Type Format "))
    }

    static let wrongPaths: [(String, String)] = [
        ("spec.a", "expected [ or . but got: spec"), (".spec.", "unexpected end of JSON path"),
        (".spec.nope", "does not refer to a valid field"), (".spec[", "unexpected end of JSON path"),
        (".spec[a]", "expected single quoted string but got a"),
        ("['spec']['\\x']", "invalid string literal: invalid escape char \\x"),
    ]

    @Test("Paths lead to declared fields", arguments: wrongPaths)
    func paths(path: String, expected: String) throws {
        let schema = Schema(
            openAPIV3Schema: [
                "type": "object",
                "properties": [
                    "spec": ["type": "object", "properties": ["a": ["type": "string"]]],
                    "m": ["type": "object", "additionalProperties": ["type": "string"]],
                ],
            ])
        let fault = #expect(throws: RulePath.Fault.self) { try RulePath.resolve(path, in: schema) }
        #expect(fault?.message == expected)
        #expect(try RulePath.resolve(".spec['a']", in: schema).text == "spec.a")
        #expect(try RulePath.resolve(".m['x.y']", in: schema).text == "m[x.y]")
    }

    @Test("Changes of what a rule tolerates are warned of, also in lists without keys")
    func ratchetingInLists() throws {
        let schema: JSONValue = [
            "type": "object",
            "properties": [
                "l": [
                    "type": "array",
                    "items": ["type": "integer", "x-kubernetes-validations": [["rule": "self < 5"]]],
                ], "t": ["type": "string"],
            ],
        ]
        #expect(
            try CustomResourceTests.findings(schema, ["l": [9], "t": "new"], old: ["l": [9], "t": "old"]).isEmpty)
        #expect(
            try CustomResourceTests.findings(schema, ["l": [9, 1]], old: ["l": [9]])
                == ["spec.l[0]: Invalid value: 9: failed rule: self < 5"])
    }
}
