import Foundation
import KubeRuntimeTesting
import Testing

@Suite("Kill table")
struct KillTableTests {
    @Test("every mistake is caught by the plans meant for it", arguments: Mistake.allCases)
    func kills(mistake: Mistake) async throws {
        let scenario = ControllerScenario.sites(mistake, isLed: mistake == .unguardedLeader)
        guard !mistake.killers.isEmpty else {
            let failure = await #expect(throws: ControllerHarness.BaselineFailed.self) {
                _ = try await ControllerHarness(scenario)
            }
            #expect(failure?.violations.first?.oracle == mistake.oracle)
            return
        }
        let harness = try await ControllerHarness(scenario)
        for kind in mistake.killers {
            var selection = PlanSelection.singleFaults
            selection.kinds = [kind]
            let plans = harness.plans(selection)
            let kill = try #require(await firstFailure(plans, harness), "\(kind.rawValue) does not catch it")
            #expect(kill.violations.contains { $0.oracle == mistake.oracle }, "\(kill)")
        }
    }

    @Test("the published table is the one that is run")
    func publication() throws {
        let article = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/KubeRuntimeTesting/Documentation.docc/KillTable.md").standardized
        let text = try String(contentsOf: article, encoding: .utf8)
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("| ") }.map(String.init)
        #expect(rows == Self.table)
    }

    /// The rows of the table.
    private static var table: [String] {
        ["| mistake | caught by | noticed as |", "| --- | --- | --- |"]
            + Mistake.allCases.map { mistake in
                let killers = mistake.killers.map { "`\($0.rawValue)`" }.joined(separator: ", ")
                return "| \(mistake.rawValue) | \(killers.isEmpty ? "the undisturbed run" : killers) "
                    + "| \(mistake.oracle.rawValue) |"
            }
    }

    /// Runs plans until one fails.
    private func firstFailure(_ plans: [FaultPlan], _ harness: ControllerHarness) async -> PlanResult? {
        for plan in plans {
            let result = await harness.run(plan)
            if !result.violations.isEmpty { return result }
        }
        return nil
    }
}
