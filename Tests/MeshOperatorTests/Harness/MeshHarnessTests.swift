import Foundation
import KubeRuntimeTesting
import Testing

@Suite("The operator under the harness", .serialized)
struct MeshHarnessTests {
    /// `HARNESS=all` runs every single-fault plan; otherwise some of each class are tried, the same in every run.
    static let isComplete = ProcessInfo.processInfo.environment["HARNESS"] == "all"

    @Test(
        "whatever single fault befalls it, a mesh ends as the undisturbed one, within the write budget",
        arguments: [
            (MeshHarnessScenarios.install, "install"), (MeshHarnessScenarios.change, "change"),
            (MeshHarnessScenarios.removal, "remove"),
        ])
    func singleFaults(scenario: ControllerScenario, step: String) async throws {
        let harness = try await ControllerHarness(scenario)
        var selection = Self.isComplete ? PlanSelection.singleFaults : .sample(Self.sampleSize)
        selection.steps = [step]
        let report = await harness.run(selection)
        #expect(report.failures.isEmpty, "\(report)")
        #expect(report.unspent.isEmpty, "\(report.unspent.map(\.plan))")
    }

    /// Of each scenario; a run takes about half a second of processor time in a debug build.
    private static let sampleSize = 30

    @Test(
        "a status is decided from the newest status, however old the cache is: conditions keep their transition times",
        arguments: [
            (MeshHarnessScenarios.install, "watch-silent=MODIFIED:meshes.boltrope.dev:default#1"),
            (MeshHarnessScenarios.install, "watch-silent=ADDED:meshrevisions.boltrope.dev:default#1"),
            (MeshHarnessScenarios.install, "410-storm=apply:services:edge/public#1"),
            (MeshHarnessScenarios.removal, "timeout-after=delete:services:edge/public#1"),
        ])
    func staleStatus(scenario: ControllerScenario, fault: String) async throws {
        try await survives(scenario, fault)
    }

    @Test(
        "an object whose write succeeded although its answer was lost does not count as failed for ever",
        arguments: [
            "timeout-after=apply:customresourcedefinitions.apiextensions.k8s.io:widgets.istio.io#1",
            "reset-after=apply:services:edge/public#1",
        ])
    func lostAnswer(fault: String) async throws {
        try await survives(MeshHarnessScenarios.install, fault)
    }

    @Test(
        "the answer to a write that comes after the object was seen to go does not bring it back",
        arguments: [
            (MeshHarnessScenarios.removal, "suspend-20s=delete:deployments.apps:edge/public#1"),
            (MeshHarnessScenarios.removal, "suspend-20s=delete:deployments.apps:istio-system/istiod#1"),
            (MeshHarnessScenarios.change, "suspend-20s=delete:deployments.apps:edge/public#1"),
        ])
    func lateAnswer(scenario: ControllerScenario, fault: String) async throws {
        try await survives(scenario, fault)
    }

    private func survives(_ scenario: ControllerScenario, _ fault: String) async throws {
        let harness = try await ControllerHarness(scenario)
        let plan = try FaultPlan(parsing: "plan: scenario=\(scenario.name) seed=0 \(fault)")
        let result = await harness.run(plan)
        #expect(result.violations.isEmpty && result.isSpent, "\(result)")
    }
}
