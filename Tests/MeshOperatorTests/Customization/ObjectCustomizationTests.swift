import KubeCore
import MeshAPI
import Testing

@testable import MeshOperator

@Suite("k8s settings and overlays")
struct ObjectCustomizationTests {
    private let workload = ObjectCustomization.Workload(kind: "Deployment", name: "istiod", container: "discovery")

    private var objects: [KubeObject] {
        [
            object(
                "Deployment", "istiod", apiVersion: "apps/v1",
                [
                    "spec": [
                        "template": [
                            "spec": [
                                "tolerations": [["key": "old"]],
                                "containers": [
                                    ["name": "discovery", "env": [["name": "A", "value": "1"]]], ["name": "sidecar"],
                                ],
                            ]
                        ]
                    ]
                ]),
            object("PodDisruptionBudget", "istiod", apiVersion: "policy/v1", ["spec": ["minAvailable": 1]]),
            object("Service", "istiod", ["spec": ["ports": [["port": 15010, "name": "grpc"]]]]),
        ]
    }

    private func apply(_ settings: JSONObject) -> (objects: [KubeObject], findings: [ObjectCustomization.Finding]) {
        ObjectCustomization(workload: workload, settings: settings).apply(to: objects)
    }

    @Test("settings merge into the main container, and replace what is atomic")
    func workloadSettings() throws {
        let (result, findings) = apply([
            "env": [["name": "B", "value": "2"], ["name": "A", "value": "3"]], "replicaCount": 2,
            "tolerations": [["key": "new"]], "podAnnotations": ["x": "y"],
        ])
        #expect(findings.isEmpty)
        let spec = try #require(result[0][path: "spec", "template", "spec"])
        #expect(spec["tolerations"] == [["key": "new"]])
        let environment = spec["containers"]?.arrayValue?.first { $0["name"] == "discovery" }?["env"]
        #expect(Set(environment?.arrayValue ?? []) == [["name": "A", "value": "3"], ["name": "B", "value": "2"]])
        #expect(result[0][path: "spec", "replicas"] == 2)
        #expect(result[0][path: "spec", "template", "metadata", "annotations"] == ["x": "y"])
    }

    @Test("a disruption budget has one of its two bounds")
    func disruptionBudget() {
        let (result, _) = apply(["podDisruptionBudget": ["maxUnavailable": 1]])
        #expect(result[1]["spec"] == ["maxUnavailable": 1])
    }

    @Test("ports of a Service merge by their number")
    func service() {
        let (result, _) = apply(["service": ["type": "NodePort", "ports": [["port": 15010, "nodePort": 30010]]]])
        #expect(
            result[2]["spec"]
                == ["type": "NodePort", "ports": [["port": 15010, "name": "grpc", "nodePort": 30010]]])
    }

    @Test("a setting without an object, and an overlay without a match, are found, each with its path")
    func findings() {
        let (result, findings) = apply([
            "hpaSpec": ["maxReplicas": 3],
            "overlays": [
                ["kind": "Deployment", "name": "istiodd", "patches": []],
                [
                    "kind": "Service", "name": "istiod",
                    "patches": [["path": "spec.ports.[name:absent].port", "value": 1]],
                ],
            ],
        ])
        #expect(result == objects)
        #expect(findings.map(\.path) == ["hpaSpec", "overlays[0]", "overlays[1].patches[0].path"])
        #expect(findings[1].message.contains("it has istiod"))
    }

    @Test("the Mesh's settings reach the objects; what matches nothing is refused with its path in the spec")
    func mesh() throws {
        let spec = try spec([
            "components": [
                "pilot": [
                    "k8s": [
                        "overlays": [["kind": "Deployment", "name": "nobody", "patches": [["path": "a", "value": 1]]]]
                    ]
                ]
            ]
        ])
        let resolved = try Resolution.resolve(spec, charts: catalogue)
        let pilot = try #require(resolved.components.first { $0.identity.kind == .pilot })
        let problem = try #require(throws: ResolutionProblem.self) {
            try ObjectCustomization.customize(objects, of: pilot)
        }
        #expect(problem.reason == "SettingsMatchNothing")
        #expect(problem.description.hasPrefix("spec.components.pilot.k8s.overlays[0]: "))
    }

    @Test("a misspelt setting is refused with its path")
    func misspelt() {
        #expect {
            _ = try spec(["components": ["pilot": ["k8s": ["tolerations": [["thats": "not a field"]]]]]])
        } throws: { error in
            "\(error)".contains("spec.components.pilot.k8s.tolerations[0].thats")
        }
    }
}
