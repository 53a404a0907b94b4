import KubeCore
import Testing

@testable import EmbeddedCluster

@Suite("Estimated costs of rules")
struct CELCostTests {
    private static func cost(_ rule: String, _ schema: JSONValue) throws -> UInt64 {
        let schema = Schema(openAPIV3Schema: schema)
        return try CompiledRule.compile(Schema.ValidationRule(["rule": .string(rule)]), schema).cost
    }

    private static let text: JSONValue = ["type": "string"]
    private static let shortText: JSONValue = ["type": "string", "maxLength": 10]
    private static let texts: JSONValue = ["type": "array", "maxItems": 5, "items": shortText]

    // A name costs 1, reading text a tenth of a unit a byte, and a character may take four bytes.
    static let estimates: [(String, JSONValue, UInt64)] = [
        ("self.startsWith('abc')", shortText, 2), ("self == 'abcdefghijkl'", shortText, 3),
        ("self.contains('abc')", shortText, 5), ("self.matches('abcd')", shortText, 6),
        ("self.contains('abc')", text, 314_574), ("self.size() > 3", shortText, 3),
        ("self.all(x, x.size() > 0)", texts, 32), ("self.exists(x, x == 'a')", texts, 32),
        ("self.filter(x, x == 'a').size() == 1", texts, 89), ("self.map(x, x).size() == 1", texts, 79),
        ("self.exists_one(x, x == 'a')", texts, 23),
    ]

    @Test("An estimate follows from the limits of the schema", arguments: estimates)
    func costs(rule: String, schema: JSONValue, expected: UInt64) throws {
        #expect(try Self.cost(rule, schema) == expected)
    }

    @Test("Loops over what nothing limits cost too much, with how often they may run")
    func limits() {
        let inner: JSONValue = [
            "type": "array",
            "items": [
                "type": "string", "maxLength": 100, "x-kubernetes-validations": [["rule": "self.contains(self)"]],
            ],
        ]
        let faults = DefinitionValidationTests.faults(inner)
        #expect(
            faults.first?.hasPrefix(".items.x-kubernetes-validations[0].rule: Forbidden: estimated rule cost") == true)
        var limited = inner
        limited.set(100, at: "maxItems")
        #expect(DefinitionValidationTests.faults(limited).isEmpty)
    }

    @Test("Excesses are told by their factor")
    func factors() {
        let excess = { (cost: UInt64) in DefinitionSchemaValidation.excess("x", cost, 1000) }
        #expect(excess(1100).hasPrefix("x exceeds budget by factor of 1.100000x (try"))
        #expect(excess(2540).hasPrefix("x exceeds budget by factor of 2.5x (try"))
        #expect(excess(.max).hasPrefix("x exceeds budget by factor of more than 100x (try"))
    }

    @Test("The order of sets and of lists with keys does not count in comparisons, and sums are unions")
    func unorderedLists() throws {
        let set = Schema(
            openAPIV3Schema: ["type": "array", "x-kubernetes-list-type": "set", "items": ["type": "integer"]])
        let keyed = Schema(
            openAPIV3Schema: [
                "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"],
                "items": [
                    "type": "object", "properties": ["k": ["type": "string"], "v": ["type": "integer"]],
                ],
            ])
        func holds(_ rule: String, _ schema: Schema, _ left: JSONValue, _ right: JSONValue) throws -> CELValue {
            try CELTests.evaluate(rule, ["self": CELValue(left, schema), "oldSelf": CELValue(right, schema)])
        }
        #expect(try holds("self == oldSelf", set, [1, 2], [2, 1]) == .bool(true))
        #expect(try holds("self != oldSelf", set, [1, 2], [2, 3]) == .bool(true))
        #expect(try holds("(self + oldSelf).map(x, x) == [1, 2, 3]", set, [1, 2], [3, 2]) == .bool(true))
        let (one, two): (JSONValue, JSONValue) = (["k": "a", "v": 1], ["k": "b", "v": 2])
        #expect(try holds("self == oldSelf", keyed, [one, two], [two, one]) == .bool(true))
        #expect(
            try holds("(self + oldSelf).map(x, x.v) == [9, 2]", keyed, [one, two], [["k": "a", "v": 9]]) == .bool(true))
    }

    @Test("Literal lists have elements of one type, but not what a text is formatted with")
    func homogeneousLists() throws {
        let fault = #expect(throws: CompilationError.self) { try Self.cost("self in ['a', 1]", Self.shortText) }
        #expect(fault?.message.contains("<input>:1:15: expected type 'string' but found 'int'") == true)
        #expect(throws: Never.self) { try Self.cost("'%s%d'.format([self, 1]) == ''", Self.shortText) }
    }
}
