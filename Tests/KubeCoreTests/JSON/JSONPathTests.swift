import KubeCore
import Testing

@Suite("JSONPath")
struct JSONPathTests {
    static let document: JSONValue = [
        "metadata": ["name": "web", "labels": ["app.kubernetes.io/name": "web"]],
        "spec": ["replicas": 3, "containers": [["name": "a", "image": "x:1"], ["name": "b", "image": "y:2"]]],
        "status": [
            "conditions": [["type": "Ready", "status": "True"], ["type": "Stalled", "status": "False"]],
            "counts": [1, 2, 3, 4],
        ],
    ]

    @Test(
        "A path finds its values",
        arguments: [
            (".spec.replicas", ["3"]), ("{.metadata.name}", ["\"web\""]), ("spec.replicas", ["3"]),
            ("$.spec.containers[*].image", ["\"x:1\"", "\"y:2\""]), (".spec.containers[1].name", ["\"b\""]),
            (".spec.containers[-1].name", ["\"b\""]), (".status.counts[1:3]", ["2", "3"]),
            (".status.counts[0,3]", ["1", "4"]), (".status.counts[::2]", ["1", "3"]),
            (#".metadata.labels.app\.kubernetes\.io/name"#, ["\"web\""]),
            (".metadata.labels['app.kubernetes.io/name']", ["\"web\""]),
            (#".status.conditions[?(@.type=="Ready")].status"#, ["\"True\""]),
            (".status.conditions[?(@.type != 'Ready')].status", ["\"False\""]),
            ("..image", ["\"x:1\"", "\"y:2\""]), (".missing.too", []), (".spec.containers[9].name", []),
            (".status.conditions[?(@.missing)].type", []),
        ])
    func values(path: String, expected: [String]) throws {
        #expect(try JSONPath(parsing: path).values(in: Self.document).map { $0.serialized() } == expected)
    }

    @Test("A malformed path is refused", arguments: [".a[", ".a[x]", ".a[?(@.b~=1)]", ".a['b", ".a[::0]"])
    func malformed(path: String) {
        #expect(throws: JSONPath.ParseError.self) { try JSONPath(parsing: path) }
    }
}
