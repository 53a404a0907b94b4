import Testing

@testable import HelmCharts

@Suite("A repository's index")
struct RepositoryIndexTests {
    private let entry = """
          - apiVersion: v2
            appVersion: "1.30"
            description: |-
              two lines
              of text
            digest: 6257db09ea02d12c2497b5da902b5ba76ec3fd0f65b174280492bede89450f76
            name: demo
            urls: [a/demo-1.0.0.tgz]
            version: 1.0.0
        """

    @Test(
        "is read in any layout",
        arguments: [
            "apiVersion: v1\nentries:\n  demo:\nENTRY\n  other: []\ngenerated: \"2026-01-01T00:00:00Z\"\n",
            "---\napiVersion: v1\nentries:\n  \"demo\":\nENTRY\n  other:\n  - version: bad\nserverInfo: {}\n",
            "# a comment\nserverInfo:\n  contextPath: /\ngenerated: x\nentries:\n\n  demo:\r\nENTRY\n  # more\n  other: []\napiVersion: v1",
            "apiVersion: v1\nentries:\n    demo:\n    - {name: demo, version: 1.0.0, appVersion: '1.30', urls: [a/demo-1.0.0.tgz], digest: 6257db09ea02d12c2497b5da902b5ba76ec3fd0f65b174280492bede89450f76}\n    other: []\n",
            "{apiVersion: v1, entries: {demo: [{name: demo, version: 1.0.0, appVersion: '1.30', urls: [a/demo-1.0.0.tgz], digest: 6257db09ea02d12c2497b5da902b5ba76ec3fd0f65b174280492bede89450f76}], other: []}}",
            #"{"apiVersion":"v1","entries":{"other":[],"demo":[{"name":"demo","version":"1.0.0","appVersion":"1.30","urls":["a/demo-1.0.0.tgz"],"digest":"sha256:6257DB09ea02d12c2497b5da902b5ba76ec3fd0f65b174280492bede89450f76"}]}}"#,
        ])
    func layouts(_ text: String) throws {
        let index = try RepositoryIndex(Array(text.replacing("ENTRY", with: entry).utf8), source: "s")
        #expect(index.names == ["demo", "other"])
        let found = try #require(try index.entries(of: "demo", source: "s"))
        var expected = ChartEntry(name: "demo", version: "1.0.0")
        expected.appVersion = "1.30"
        expected.urls = ["a/demo-1.0.0.tgz"]
        expected.digest = "6257db09ea02d12c2497b5da902b5ba76ec3fd0f65b174280492bede89450f76"
        #expect(found == [expected])
        #expect(try index.entries(of: "other", source: "s") == [])
        #expect(try index.entries(of: "nope", source: "s") == nil)
    }

    @Test("a section that needs another's anchor is read within the whole")
    func anchors() throws {
        let text = """
            apiVersion: v1
            entries:
              a:
              - &one
                name: a
                version: 1.0.0
              b:
              - <<: *one
                name: b
            """
        let index = try RepositoryIndex(Array(text.utf8), source: "s")
        #expect(try index.entries(of: "b", source: "s")?.map(\.version) == ["1.0.0"])
    }

    @Test("versions come in descending order, and what is no chart is left out")
    func order() throws {
        let text = """
            apiVersion: v1
            entries:
              a:
              - {name: a, version: 1.2.0}
              - {name: a, version: 1.10.0}
              - {name: a, version: abc}
              - {version: 3.0.0}
              - null
              - {name: a, version: 1.10.0-rc.1}
            """
        let index = try RepositoryIndex(Array(text.utf8), source: "s")
        #expect(try index.entries(of: "a", source: "s")?.map(\.version) == ["1.10.0", "1.10.0-rc.1", "1.2.0"])
    }

    @Test(
        "what is none is refused with the reason",
        arguments: [
            ("", "s: index.yaml file is empty"), ("entries: {}\n", "s: no API version specified"),
            ("<html>", "s: the index is not an object"), ("apiVersion: v1\nentries: 3\n", "s: the index's entries"),
            ("a: [", "s: the index cannot be read"),
        ])
    func bad(_ text: String, reason: String) {
        #expect {
            try RepositoryIndex(Array(text.utf8), source: "s")
        } throws: { error in
            guard let error = error as? RepositoryError else { return false }
            return error.kind == .badIndex && error.description.hasPrefix(reason)
        }
    }

    @Test("ten thousand entries cost the parsing of one chart's alone")
    func large() throws {
        let chart = (0..<50).map { number in entry.replacing("1.0.0", with: "1.\(number).0") + "\n" }.joined()
        let text = "apiVersion: v1\nentries:\n" + (0..<200).map { "  chart-\($0):\n\(chart)" }.joined()
        let clock = ContinuousClock()
        let time = try clock.measure {
            let index = try RepositoryIndex(Array(text.utf8), source: "s")
            #expect(index.names.count == 200)
            #expect(try index.entries(of: "chart-77", source: "s")?.count == 50)
        }
        // Whole, in a build for debugging, it takes many times as long.
        #expect(time < .seconds(5))
    }
}
