/// Something that can be measured by name.
struct Benchmark: Sendable {
    /// The name on the command line.
    let name: String
    /// What it measures, for the list of names.
    let summary: String
    /// Measures.
    let run: @Sendable () async throws -> [Figure]
}

/// Why a benchmark has no figure.
struct BenchmarkFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
