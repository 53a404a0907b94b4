import KubeCore
import Testing

@testable import EmbeddedCluster

@Suite("Common Expression Language")
struct CELTests {
    static func evaluate(_ source: String, _ variables: [String: CELValue] = [:]) throws -> CELValue {
        var evaluator = CELEvaluator(variables: variables)
        return try evaluator.evaluate(try CELParser.parse(source))
    }

    @Test(
        "Expressions hold",
        arguments: [
            "1 + 2 * 3 == 7", "-7 / 2 == -3", "7 % 3 == 1", "!(true && false) || false", "2 in [1, 2]",
            "'a' in {'a': 1}",
            "[1, 2, 3].filter(x, x > 1).map(x, x * 2) == [4, 6]", "[1, 2].exists_one(x, x == 2)",
            "'abc'.substring(1) == 'bc'", "'a-b-c'.split('-').size() == 3", "'a,b'.split(',').join('+') == 'a+b'",
            "'Hello'.lowerAscii() == 'hello'", "'x1'.matches('^[a-z][0-9]$')", "duration('1h30m') > duration('89m')",
            "timestamp('2024-01-02T03:04:05Z').getFullYear() == 2024", "isURL('https://a.b/c') && !isURL('a b')",
            "url('https://a.b:8/c').getPort() == '8'", "ip('10.0.0.1').family() == 4", "!isIP('300.0.0.1')",
            "cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16')", "quantity('1Gi').isGreaterThan(quantity('1G'))",
            "quantity('1500m').compareTo(quantity('1.5')) == 0", "type(1) == int", "int('12') + 1 == 13",
            "[1, 2] + [3] == [1, 2, 3]", "{'a': {'b': 1}}.a.b == 1", "size('zażółć') == 6",
            "false && (1 / 0 == 1) == false || true", "optional.of(1).hasValue()", "optional.none().orValue(3) == 3",
            "[3, 1, 2].sort() == [1, 2, 3]", "'%s is %d'.format(['x', 1]) == 'x is 1'", "'abc'.find('[bc]+') == 'bc'",
            "r'\\d' == '\\\\d'", "has({'a': 1}.a) && !has({'a': 1}.b)", "1u + 2u == 3u", "0x10 == 16", "1.5e1 == 15.0",
        ])
    func holds(source: String) throws {
        #expect(try Self.evaluate(source) == .bool(true), "\(source)")
    }

    @Test(
        "Errors say what went wrong",
        arguments: [
            ("1 / 0 == 1", "division by zero"), ("int('x') == 1", "type conversion error from 'string' to 'int'"),
            ("[1][3] == 1", "index out of bounds: 3"), ("{'a': 1}['b'] == 1", "no such key: b"),
        ])
    func evaluationErrors(source: String, expected: String) throws {
        let error = #expect(throws: CELEvaluationError.self) { try Self.evaluate(source) }
        #expect(error?.message == expected)
    }

    @Test("A loop without end in sight is cut off")
    func budget() throws {
        let list = CELValue.list((0..<1_000).map { .int($0) })
        let error = #expect(throws: CELEvaluationError.self) {
            try Self.evaluate("l.all(a, l.all(b, l.all(c, a + b + c >= 0)))", ["l": list])
        }
        #expect(error?.isBudget == true)
    }

    @Test(
        "Faults are found before evaluation, at their place",
        arguments: [
            (
                "self.size() > 1 && other",
                "ERROR: <input>:1:20: undeclared reference to 'other' (in container '')\n | self.size() > 1 && other\n | "
                    + "...................^"
            ),
            (
                "self == 1",
                "ERROR: <input>:1:6: found no matching overload for '_==_' applied to '(string, int)'\n | self == 1\n | "
                    + ".....^"
            ),
        ])
    func faults(source: String, expected: String) throws {
        var checker = CELChecker(variables: ["self": .string])
        _ = checker.check(try CELParser.parse(source))
        #expect(checker.faults.first?.text(in: source) == expected)
    }

    @Test("Nesting is bounded")
    func nesting() {
        let source = String(repeating: "(", count: 10_000) + "1" + String(repeating: ")", count: 10_000)
        #expect(throws: CELFault.self) { try CELParser.parse(source) }
    }
}
