import Foundation
import KubeRuntimeTesting
import Testing

@Suite("A controller without a mistake")
struct CorrectControllerTests {
    /// `HARNESS=all` runs every plan; otherwise one of each class is tried, the same in every run.
    private static let isComplete = ProcessInfo.processInfo.environment["HARNESS"] == "all"

    @Test(
        "ends where it ends undisturbed, whatever single fault befalls it",
        arguments: [ControllerScenario.sites(), .sites(isLed: true)])
    func singleFaults(scenario: ControllerScenario) async throws {
        let harness = try await ControllerHarness(scenario)
        let report = await harness.run(Self.isComplete ? .singleFaults : .sample(60))
        #expect(report.failures.isEmpty, "\(report)")
        #expect(report.unspent.isEmpty, "\(report.unspent.map(\.plan))")
    }

    @Test("ends where it ends undisturbed, whatever two faults befall it together")
    func pairs() async throws {
        let harness = try await ControllerHarness(.sites())
        var selection = PlanSelection.sample(0)
        selection.pairs = Self.isComplete ? 300 : 30
        let report = await harness.run(selection)
        #expect(report.failures.isEmpty, "\(report)")
    }
}
