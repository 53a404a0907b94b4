/// Which plans of all possible ones are run.
public struct PlanSelection: Sendable {
    /// Which kinds of faults; all by default.
    public var kinds = Set(Fault.Kind.allCases)
    /// In which steps, by their names; nil, the default, for all.
    public var steps: Set<String>?
    /// How many points of one class (the same fault, verb and resource, in the same step) are tried; nil, the default, for
    /// all. The first and the last come first, then those in between.
    public var pointsPerClass: Int?
    /// How many plans at most, taken evenly over all of them; nil, the default, for all.
    public var limit: Int?
    /// How many plans of two faults, drawn at random, come in addition; none by default.
    public var pairs = 0
    /// What the order of tasks and the choice of pairs are drawn from.
    public var seed: UInt64 = 0

    /// All plans with a single fault.
    public static let singleFaults = PlanSelection()

    /// One plan for each class of points, at most so many.
    public static func sample(_ limit: Int) -> PlanSelection {
        var selection = PlanSelection()
        selection.pointsPerClass = 1
        selection.limit = limit
        return selection
    }
}
