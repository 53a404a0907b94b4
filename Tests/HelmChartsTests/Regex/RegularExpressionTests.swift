import Testing

@testable import HelmCharts

@Suite("Regular expressions")
struct RegularExpressionTests {
    @Test(
        "match as RE2 does: leftmost, first alternative, greedy unless told otherwise",
        arguments: [
            ("a+", "baaa", "aaa"), ("a+?", "baaa", "a"), ("a|ab", "ab", "a"), ("(a|ab)(c|bcd)", "abcd", "abcd"),
            ("^[0-9]{2,3}$", "123", "123"), ("\\bfoo\\b", "a foo b", "foo"), ("(?i)HeLLo", "say hello", "hello"),
            ("[^a-c]+", "abcxyz", "xyz"), ("[[:alpha:]]+", "12ab", "ab"), ("\\d+\\.\\d+", "v1.25", "1.25"),
            ("(?s)a.b", "a\nb", "a\nb"), ("(?m)^b$", "a\nb\nc", "b"), ("x*", "aaa", ""), ("\\pL+", "1éa", "éa"),
            ("\\Qa.b\\E", "a.b", "a.b"), ("é.", "xéy", "éy"), ("(?:ab){2}", "ababab", "abab"),
            ("a{,2}", "a{,2}", "a{,2}"),
        ])
    func matches(pattern: String, text: String, expected: String) throws {
        let bytes = Array(text.utf8)
        let match = try RegularExpression(pattern).firstMatch(in: bytes, from: 0)
        #expect(match.map { String(decoding: bytes[$0.range], as: UTF8.self) } == expected)
    }

    @Test(
        "refuse bad patterns with Go's words",
        arguments: [
            ("(", "error parsing regexp: missing closing ): `(`"),
            ("[a", "error parsing regexp: missing closing ]: `[a`"),
            ("*", "error parsing regexp: missing argument to repetition operator: `*`"),
            ("\\", "error parsing regexp: trailing backslash at end of expression: ``"),
            ("a**", "error parsing regexp: invalid nested repetition operator: `**`"),
            ("(?=a)", "error parsing regexp: invalid or unsupported Perl syntax: `(?=`"),
            ("[z-a]", "error parsing regexp: invalid character class range: `z-a`"),
            ("a{1001}", "error parsing regexp: invalid repeat count: `{1001}`"),
        ])
    func failures(pattern: String, expected: String) {
        let error = #expect(throws: GoError.self) { try RegularExpression(pattern) }
        #expect(error?.text == expected)
    }

    @Test("time grows with the text, not with the ways to match it")
    func linearTime() throws {
        let text = [UInt8](repeating: UInt8(ascii: "a"), count: 2000)
        #expect(try RegularExpression("(a*)*b").firstMatch(in: text, from: 0) == nil)
        #expect(try RegularExpression("^(a?){50}a{50}$").firstMatch(in: Array(text.prefix(50)), from: 0) != nil)
    }
}
