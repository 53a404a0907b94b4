import KubeCore
import MeshAPI
import Testing

@testable import boltrope

@Suite("What boltrope status says")
struct MeshOverviewTests {
    static func mesh(generation: Int64, observed: Int64, ready: String, _ more: [JSONValue] = []) -> KubeObject {
        var mesh = KubeObject(type: Mesh.type, name: "default")
        mesh.set(.integer(generation), at: "metadata", "generation")
        mesh["spec"] = [:]
        let condition: JSONValue = [
            "type": "Ready", "status": .string(ready), "reason": "Progressing", "message": "istiod starts",
            "lastTransitionTime": "2026-01-01T00:00:00Z",
        ]
        mesh["status"] = [
            "observedGeneration": .integer(observed), "version": "1.30.3", "ready": "1/2",
            "conditions": .array([condition] + more),
            "components": [
                ["name": "pilot", "namespace": "istio-system", "state": "Ready", "version": "1.30.3", "objects": 17],
                ["name": "addon/kiali", "namespace": "istio-system", "state": "Failed", "message": "no image"],
            ],
        ]
        return mesh
    }

    @Test("Ready counts for the spec's current generation only")
    func generations() {
        #expect(MeshOverview(Self.mesh(generation: 2, observed: 2, ready: "True")).isReady)
        #expect(!MeshOverview(Self.mesh(generation: 3, observed: 2, ready: "True")).isReady)
        #expect(!MeshOverview(Self.mesh(generation: 2, observed: 2, ready: "Unknown")).isReady)
    }

    @Test("Each component has a line, with what keeps it from being ready")
    func components() {
        let text = MeshOverview(Self.mesh(generation: 2, observed: 2, ready: "False")).lines(Terminal())
            .joined(separator: "\n")
        #expect(text.contains("mesh/default") && text.contains("1/2") && text.contains("Istio 1.30.3"))
        #expect(text.contains("pilot") && text.contains("addon/kiali") && text.contains("no image"))
        #expect(text.contains("Ready=False: istiod starts"))
    }

    @Test("A spec that nobody has looked at yet is not called anything else")
    func unobserved() {
        let lines = MeshOverview(Self.mesh(generation: 3, observed: 2, ready: "True")).lines(Terminal())
        #expect(lines.first?.contains("not observed yet") == true)
    }

    @Test("A mesh without a status does not trip it")
    func noStatus() {
        var mesh = KubeObject(type: Mesh.type, name: "default")
        mesh["spec"] = [:]
        #expect(MeshOverview(mesh).lines(Terminal()).count == 1)
    }
}
