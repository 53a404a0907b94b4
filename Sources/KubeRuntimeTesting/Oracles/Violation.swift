/// What a run was held to and did not keep.
public struct Violation: Sendable, Hashable, CustomStringConvertible {
    /// The promises that runs are held to.
    public enum Oracle: String, Sendable, Hashable, CaseIterable {
        /// After each step the cluster ends as after the undisturbed step, but for what is volatile.
        case endState = "end-state"
        /// Nothing is written any more once the cluster is as it should be.
        case quiet
        /// No more writes than the budget, no object made or deleted more often than in the undisturbed run.
        case writeBudget = "write-budget"
        /// Generations and observed generations never fall; a condition's transition time changes with its status only.
        case monotone
        /// What the scenario says must hold after every write.
        case invariant
        /// No object is left whose owners are gone.
        case orphan
        /// Nothing is written without holding the lease.
        case lease
        /// The process does not end again and again by itself.
        case crashLoop = "crash-loop"
        /// The scenario itself went through.
        case scenario
    }

    /// What was not kept.
    public let oracle: Oracle
    /// In which step.
    public let step: String
    /// How, in words.
    public let message: String

    /// `oracle, in step "…": message`.
    public var description: String { "\(oracle.rawValue), in step \"\(step)\": \(message)" }
}
