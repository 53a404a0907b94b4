/// How urgent a key is. Higher goes first.
public struct WorkPriority: Sendable, Hashable, Comparable, ExpressibleByIntegerLiteral {
    /// The rank; 0 is normal.
    public var rank: Int

    /// A priority of this rank.
    public init(rank: Int) { self.rank = rank }
    /// A priority of this rank.
    public init(integerLiteral rank: Int) { self.rank = rank }

    /// What changes in the cluster cause.
    public static let normal = WorkPriority(rank: 0)
    /// What a start or a resync causes: a change that happens meanwhile overtakes it (controller-runtime's -100).
    public static let low = WorkPriority(rank: -100)

    /// Orders by rank.
    public static func < (left: WorkPriority, right: WorkPriority) -> Bool { left.rank < right.rank }
}
