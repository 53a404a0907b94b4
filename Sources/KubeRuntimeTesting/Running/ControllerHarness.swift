import Foundation
import KubeRuntime

/// Runs a controller undisturbed, and then again and again with something going wrong each time.
///
/// ```swift
/// let harness = try await ControllerHarness(scenario)
/// let report = try await harness.run(.singleFaults)
/// #expect(report.failures.isEmpty, "\(report)")
/// ```
public struct ControllerHarness: Sendable {
    /// What is run.
    public let scenario: ControllerScenario
    private let baseline: BaselineRecord

    /// The undisturbed run already failed; no plan can show more.
    public struct BaselineFailed: Error, CustomStringConvertible {
        /// What was not kept.
        public let violations: [Violation]

        /// What was not kept.
        public var description: String {
            "the undisturbed run failed:\n" + violations.map { "  \($0)" }.joined(separator: "\n")
        }
    }

    /// Runs a scenario undisturbed, twice, in different orders: what differs between the two is chance, and is not
    /// compared in other runs.
    ///
    /// - Throws: ``BaselineFailed``.
    public init(_ scenario: ControllerScenario) async throws {
        self.scenario = scenario
        let first = await ScenarioRun.perform(scenario, FaultPlan(scenario: scenario.name))
        guard first.violations.isEmpty else { throw BaselineFailed(violations: first.violations) }
        let second = await ScenarioRun.perform(scenario, FaultPlan(scenario: scenario.name, seed: 1))
        guard second.violations.isEmpty else { throw BaselineFailed(violations: second.violations) }
        var masks: [EndStateMask] = []
        for (step, states) in zip(scenario.steps, zip(first.states, second.states)) {
            guard let mask = EndStateMask(states.0, states.1) else {
                let lines = states.1.differences(from: states.0).joined(separator: "; ")
                // After a step that does not settle, anything may be on its way.
                guard step.settles else {
                    masks.append(EndStateMask())
                    continue
                }
                throw BaselineFailed(violations: [
                    Violation(oracle: .endState, step: step.name, message: "two undisturbed runs differ: \(lines)")
                ])
            }
            masks.append(mask)
        }
        baseline = BaselineRecord(states: first.states, masks: masks, trace: first.trace, count: first.count)
    }

    /// The plans of a selection, in an order that is always the same.
    public func plans(_ selection: PlanSelection = .singleFaults) -> [FaultPlan] {
        PlanEnumeration(scenario: scenario, trace: baseline.trace).plans(selection)
    }

    /// How many writes the undisturbed run makes.
    public var baselineWrites: Int { baseline.count.writes }

    /// Runs one plan.
    public func run(_ plan: FaultPlan) async -> PlanResult {
        let outcome = await ScenarioRun.perform(scenario, plan, against: baseline)
        return PlanResult(plan: plan, violations: outcome.violations, isSpent: outcome.isSpent)
    }

    /// Runs the plans of a selection, as many at once as there are processors, and shrinks those that fail.
    ///
    /// - Parameter shrinksAtMost: how many failing plans are shrunk; each costs up to forty runs more.
    public func run(_ selection: PlanSelection, shrinksAtMost: Int = 3) async -> HarnessReport {
        await run(plans(selection), shrinksAtMost: shrinksAtMost)
    }

    /// Runs plans, as many at once as there are processors, and shrinks those that fail.
    public func run(_ plans: [FaultPlan], shrinksAtMost: Int = 3) async -> HarnessReport {
        let start = Self.processorTime
        var results: [PlanResult?] = Array(repeating: nil, count: plans.count)
        await withTaskGroup(of: (Int, PlanResult).self) { group in
            var next = 0
            func add() {
                guard next < plans.count else { return }
                let position = next
                next += 1
                group.addTask { (position, await run(plans[position])) }
            }
            for _ in 0..<ProcessInfo.processInfo.activeProcessorCount { add() }
            for await (position, result) in group {
                results[position] = result
                add()
            }
        }
        var finished = results.compactMap { $0 }
        for position in finished.indices.filter({ !finished[$0].violations.isEmpty }).prefix(shrinksAtMost) {
            finished[position].shrunk = await PlanShrinking.shrink(finished[position].plan) {
                await !run($0).violations.isEmpty
            }
        }
        return HarnessReport(results: finished, processorTime: Self.processorTime - start)
    }

    /// What the process has used of the processors so far.
    private static var processorTime: Duration {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
