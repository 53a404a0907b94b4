import KubeCore
import Testing

@testable import MeshOperator

@Suite("Paths of overlays")
struct OverlayPathTests {
    private static let deployment: JSONValue = [
        "spec": [
            "containers": [
                [
                    "name": "discovery", "args": ["discovery", "--keepalive", "30m"],
                    "ports": [["containerPort": 8080]],
                ],
                ["name": "other"],
            ], "replicas": 1,
        ], "metadata": ["annotations": ["a.b/c": "x"]],
    ]

    struct Case: Sendable, CustomTestStringConvertible {
        var path: String
        var value: JSONValue?
        var at: [String]
        var expected: JSONValue?
        var testDescription: String { path }
    }

    private static func containers(_ first: JSONValue) -> JSONValue { [first, ["name": "other"]] }

    static let cases: [Case] = [
        Case(path: "spec.replicas", value: 3, at: ["spec", "replicas"], expected: 3),
        Case(path: "spec.replicas", value: nil, at: ["spec", "replicas"], expected: nil),
        Case(path: "spec.missing.on.the.way", value: "x", at: ["spec", "missing", "on", "the", "way"], expected: "x"),
        Case(
            path: #"metadata.annotations.a\.b/c"#, value: "y", at: ["metadata", "annotations", "a.b/c"], expected: "y"),
        Case(
            path: "spec.containers.[1].name", value: "new", at: ["spec", "containers"],
            expected: [deployment[path: "spec", "containers"]?[0] ?? .null, ["name": "new"]]),
        Case(
            path: "spec.containers[name:other]", value: nil, at: ["spec", "containers"],
            expected: [deployment[path: "spec", "containers"]?[0] ?? .null]),
        Case(
            path: "spec.containers.[-1]", value: ["name": "last"], at: ["spec", "containers"],
            expected: [
                deployment[path: "spec", "containers"]?[0] ?? .null, ["name": "other"], ["name": "last"],
            ]),
        Case(
            path: "spec.containers.[name:discovery].args.[30m]", value: "60m", at: ["spec", "containers"],
            expected: containers([
                "name": "discovery", "args": ["discovery", "--keepalive", "60m"], "ports": [["containerPort": 8080]],
            ])),
        Case(
            path: "spec.containers.[name:discovery].ports.[containerPort:8080].containerPort", value: 1234,
            at: ["spec", "containers"],
            expected: containers([
                "name": "discovery", "args": ["discovery", "--keepalive", "30m"], "ports": [["containerPort": 1234]],
            ])),
        Case(path: "spec.replicas", value: "a: b", at: ["spec", "replicas"], expected: ["a": "b"]),
        Case(path: "spec.replicas", value: #"{"a": "b"}"#, at: ["spec", "replicas"], expected: #"{"a": "b"}"#),
    ]

    @Test("a path leads where IstioOperator's does", arguments: cases)
    func writing(example: Case) throws {
        let result = try OverlayPath(example.path).write(example.value, into: Self.deployment)
        #expect(result.value(at: example.at[...]) == example.expected)
    }

    @Test(
        "a path that leads nowhere is refused, and says where it stopped",
        arguments: [
            ("spec.containers.[name:absent].image", "[name:absent] not found"),
            ("spec.containers.image", "before image is a list"), ("spec.replicas.x", "before x is a"),
            ("spec.containers.[9]", "no element [9]"), ("", "the path is empty"),
        ])
    func refusals(path: String, message: String) throws {
        let failure = try #require(throws: OverlayPath.Failure.self) {
            try OverlayPath(path).write(nil, into: Self.deployment)
        }
        #expect(failure.description.contains(message))
    }
}
