import Foundation
import KubeCore
import Testing

@Suite("Specs that cannot be", .serialized)
struct InvalidSpecTests {
    /// A patch of the spec and what the refusal must name.
    struct Refusal: Sendable, CustomTestStringConvertible {
        var patch: String
        var path: String
        var testDescription: String { patch }
    }

    static let refusals = [
        Refusal(patch: #"{"spec":{"profile":"fast"}}"#, path: "spec.profile"),
        Refusal(patch: #"{"spec":{"namespace":"elsewhere"}}"#, path: "spec.namespace"),
        Refusal(patch: #"{"spec":{"revision":"1.30"}}"#, path: "spec.revision"),
        Refusal(patch: #"{"spec":{"version":"newest"}}"#, path: "spec.version"),
        Refusal(patch: #"{"spec":{"suspend":"yes"}}"#, path: "spec.suspend"),
        Refusal(
            patch: #"{"spec":{"components":{"ingressGateways":[{"name":"a"},{"name":"a"}]}}}"#,
            path: "spec.components.ingressGateways"),
        Refusal(
            patch: #"{"spec":{"components":{"ingressGateways":[{"namespace":"x"}]}}}"#,
            path: "spec.components.ingressGateways[0].name"),
    ]

    @Test(
        "are refused by the API server with the field's path, or stall with a reason, and touch nothing",
        .timeLimit(.minutes(4)))
    func refused() async throws {
        let cluster = try await Cluster()
        try await cluster.prepare()
        _ = try cluster.startOperator("one")
        try cluster.apply(Cluster.smallMesh)
        try cluster.meshIsReady()
        let before = try cluster.endState()

        for refusal in Self.refusals {
            let result = try cluster.kubectl("patch", "mesh", "default", "--type=merge", "-p", refusal.patch)
            #expect(!result.succeeded, "accepted: \(refusal.patch)")
            #expect(result.standardError.contains(refusal.path), "\(result)")
        }
        let unknown = try cluster.kubectl(
            "apply", "-f", "-", input: Cluster.smallMesh + "\n  meshConfg: {}\n")
        #expect(!unknown.succeeded && unknown.standardError.contains("meshConfg"), "\(unknown)")

        // What only the operator can know: there is no such version.
        let wanted = try cluster.kubectl(
            "patch", "mesh", "default", "--type=merge", "-p", #"{"spec":{"version":"1.2.3"}}"#)
        #expect(wanted.succeeded, "\(wanted)")
        try await eventually("the mesh says that it is stalled") {
            try cluster.condition("Stalled", of: "mesh", "default") == "True"
        }
        let mesh = try #require(try cluster.object("mesh", "default"))
        let stalled = mesh[path: "status", "conditions"]?.arrayValue?.first { $0["type"] == "Stalled" }
        let message = stalled?["message"]?.stringValue ?? ""
        #expect(message.contains("1.2.3") && message.contains("1.30"), "\(message)")
        #expect(mesh[path: "status", "observedGeneration"]?.integerValue == mesh.generation)
        #expect(try cluster.endState() == before, "the running mesh was touched")

        #expect(
            try cluster.kubectl(
                "patch", "mesh", "default", "--type=json", "-p", #"[{"op":"remove","path":"/spec/version"}]"#
            )
            .succeeded)
        try await eventually("the mesh is ready again") {
            try cluster.condition("Stalled", of: "mesh", "default") != "True"
                && cluster.condition("Ready", of: "mesh", "default") == "True"
        }
    }
}
