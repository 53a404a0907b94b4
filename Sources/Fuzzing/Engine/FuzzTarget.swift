/// Something that reads bytes from outside, and how inputs for it are made.
///
/// Reading must neither trap nor go on for ever nor hold memory: the engine notices those by itself. A target throws a
/// ``FuzzFailure`` for whatever else must not be.
protocol FuzzTarget {
    /// A target in its first state.
    init() async throws

    /// How many inputs one target takes before a new one takes its place, for targets that keep state.
    static var inputsEach: Int { get }

    /// An input; the same for the same state of the generator.
    func input(using generator: inout SeededGenerator) -> [UInt8]

    /// Reads an input.
    mutating func run(_ input: [UInt8]) async throws
}

extension FuzzTarget {
    static var inputsEach: Int { 1_000 }
}

/// Something that a target must not do, and did.
struct FuzzFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
