import Testing

@testable import HelmCharts

@Suite("Which version a range means")
struct VersionSelectionTests {
    private let versions = ["1.0.0", "1.1.0", "1.2.0-rc.1", "1.2.0", "1.10.0", "2.0.0-beta.2", "v0.9.0", "latest"]

    // Answers of the real Helm over an index of these versions.
    @Test(
        "is decided as Helm decides it",
        arguments: [
            ("", "1.10.0"), ("~1.1", "1.1.0"), ("^1", "1.10.0"), ("1.2", "1.2.0"), (">=1.0.0 <1.10.0", "1.2.0"),
            (">1.0.0-0", "2.0.0-beta.2"), ("1.2.0-rc.1", "1.2.0-rc.1"), ("~1.2.0-0", "1.2.0"), ("*", "1.10.0"),
            ("0.9.0", "v0.9.0"), ("v1.1.0", "1.1.0"), ("<1.0.0 || ~1.1", "1.1.0"), ("9.9.9", nil), (">2", nil),
        ] as [(String, String?)])
    func range(_ range: String, version: String?) throws {
        let entries = VersionSelection.sorted(versions.map { ChartEntry(name: "c", version: $0) })
        #expect(try VersionSelection.select(entries, range)?.version == version)
    }

    @Test("--devel lets pre-releases count, unless a version is asked for")
    func devel() throws {
        let entries = VersionSelection.sorted(versions.map { ChartEntry(name: "c", version: $0) })
        let devel = VersionSelection.range("", allowsDevelopmentVersions: true)
        #expect(try VersionSelection.select(entries, devel)?.version == "2.0.0-beta.2")
        #expect(VersionSelection.range("1.x", allowsDevelopmentVersions: true) == "1.x")
    }

    @Test("what is no range is refused")
    func nonsense() {
        #expect(throws: RepositoryError(.invalidReference, #"improper constraint: "abc def""#)) {
            try VersionSelection.select([], "abc def")
        }
    }
}
