import Testing

@testable import EmbeddedCluster

@Suite("Regular expressions")
struct RegularExpressionTests {
    @Test(
        "Patterns match as RE2 does",
        arguments: [
            ("^v[0-9]+(\\.[0-9]+)*$", "v1.24.2", true), ("^v[0-9]+(\\.[0-9]+)*$", "1.0", false),
            ("^[a-z]([-a-z0-9]*[a-z0-9])?$", "a-b", true), ("^[a-z]([-a-z0-9]*[a-z0-9])?$", "a-", false),
            ("a{2,3}", "xaay", true), ("^a{2}$", "aaa", false), ("(?i)abc", "xABCx", true), ("^.$", "\n", false),
            ("\\bword\\b", "a word.", true), ("^\\p{Lu}", "Äb", true), ("[^\\s]", " ", false), ("a|b|", "zzz", true),
            ("^[\\w.+-]+@\\w+$", "a.b+c@d", true), ("\\Qa.b\\E", "a.b", true), ("^(a*)*$", "aaab", false),
        ])
    func matching(pattern: String, text: String, expected: Bool) throws {
        #expect(try RegularExpression(pattern).matches(text) == expected)
    }

    @Test(
        "Errors are worded as Go's",
        arguments: [
            ("(", "missing closing ): `(`"), ("[a", "missing closing ]: `[a`"),
            ("*a", "missing argument to repetition operator: `*`"), ("a{2,1}", "invalid repeat count: `{2,1}`"),
            ("\\8", "invalid escape sequence: `\\8`"),
        ])
    func errors(pattern: String, expected: String) {
        #expect(RegularExpression.fault(of: pattern) == expected)
    }

    @Test("A hostile pattern takes linear time")
    func hostile() throws {
        let expression = try RegularExpression("^(a|a|aa)*$")
        #expect(!expression.matches(String(repeating: "a", count: 2_000) + "b"))
    }
}
