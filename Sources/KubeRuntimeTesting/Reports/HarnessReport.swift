/// What a plan has shown.
public struct PlanResult: Sendable, CustomStringConvertible {
    /// What was run.
    public let plan: FaultPlan
    /// What was not kept; empty if the controller survived.
    public let violations: [Violation]
    /// The simplest plan that was found to fail too; nil where the plan did not fail or was not shrunk.
    public var shrunk: FaultPlan?
    /// Whether all faults of the plan found their points.
    public let isSpent: Bool

    /// The plan, and what was not kept under it.
    public var description: String {
        var lines = ["\(shrunk ?? plan)"]
        if let shrunk, shrunk != plan { lines.append("  shrunk from \(plan)") }
        return (lines + violations.map { "  \($0)" }).joined(separator: "\n")
    }
}

/// What many plans have shown.
public struct HarnessReport: Sendable, CustomStringConvertible {
    /// Every plan that was run.
    public let results: [PlanResult]
    /// How long the runs took together, in CPU time of the process.
    public let processorTime: Duration

    /// The plans that the controller did not survive.
    public var failures: [PlanResult] { results.filter { !$0.violations.isEmpty } }
    /// The plans of which some fault found no point: they have shown less than they say.
    public var unspent: [PlanResult] { results.filter { !$0.isSpent } }

    /// How many plans there were, and every one that failed in one line that replays.
    public var description: String {
        let seconds = (processorTime / .milliseconds(100)).rounded() / 10
        var text = "\(results.count) plans in \(seconds) s of processor time, \(failures.count) failed"
        if !unspent.isEmpty { text += ", \(unspent.count) missed their point" }
        return ([text] + failures.map(\.description)).joined(separator: "\n")
    }
}
