import MeshAPI
import Testing

@Suite("Versions and requirements")
struct VersionTests {
    @Test("precedence is that of semver.org")
    func order() {
        let ordered = [
            "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
            "1.0.0-rc.1", "1.0.0", "1.2.0", "1.10.0",
        ].compactMap { Version($0) }
        #expect(ordered.count == 10)
        #expect(ordered.reversed().sorted() == ordered)
    }

    @Test(
        "what is no version is refused", arguments: ["", "1", "1.30", "1.30.x", "1.30.3-", "a.b.c", "1..2", "-1.2.3"])
    func malformed(text: String) {
        #expect(Version(text) == nil)
    }

    @Test(
        "a requirement picks the newest release that will do",
        arguments: [
            ("1.30.2", "1.30.2"), ("v1.30.2", "1.30.2"), ("1.31.0-beta.1", "1.31.0-beta.1"), ("1.30", "1.30.3"),
            ("1.29", "1.29.6"), ("1.31", nil), ("1.30.9", nil), (">=1.29 <1.31", "1.30.3"), (">=1.29, <1.30", "1.29.6"),
            (">1.29", "1.30.3"), ("<=1.29", "1.29.6"), (">=1.29.0 !=1.30.3", "1.30.2"), ("=1.29", "1.29.6"),
            ("<1.29", nil),
        ] as [(String, String?)])
    func newest(requirement: String, expected: String?) throws {
        let versions = ["1.29.6", "1.30.2", "1.30.3", "1.31.0-beta.1"].compactMap { Version($0) }
        let newest = try #require(VersionRequirement(requirement)).newest(of: versions)
        #expect(newest?.description == expected)
    }

    @Test("what is no requirement is refused", arguments: ["", "latest", "1", ">=", ">=x", "1.30 1.31", "~1.30"])
    func malformedRequirement(text: String) {
        #expect(VersionRequirement(text) == nil)
    }
}
