import Foundation
import KubeCore
import Testing

@testable import EmbeddedCluster

/// Random operations of several managers, watched and listed by several clients, with everything checked after each.
///
/// - `EMBEDDED_CLUSTER_SEQUENCES`: how many sequences are run; the default is 100.
/// - `EMBEDDED_CLUSTER_REPLAY`: a counterexample as printed by a failure, such as `17:0,4,9`, to be run alone.
struct RandomOperationTests {
    private static let environment = ProcessInfo.processInfo.environment
    static let sequences = environment["EMBEDDED_CLUSTER_SEQUENCES"].flatMap { UInt64($0) } ?? 100
    static let length = 40

    /// The operations of a seed.
    static func operations(seed: UInt64, count: Int = length) -> [ModelOperation] {
        var random = SplitMix(seed: seed)
        return (0..<count).map { _ in ModelOperation.random(&random) }
    }

    /// What is wrong with a sequence; nil if nothing is.
    static func violation(_ operations: [ModelOperation], seed: UInt64) async throws -> String? {
        do {
            var run = try await ModelRun(seed: seed)
            try await run.run(operations)
            return nil
        } catch let violation as Violation {
            return violation.description
        }
    }

    @Test("any sequence of operations keeps the promises of the API server")
    func sequences() async throws {
        if let replay = Self.environment["EMBEDDED_CLUSTER_REPLAY"] {
            let parts = replay.split(separator: ":")
            let seed = try #require(UInt64(parts[0]))
            let all = Self.operations(seed: seed)
            let kept = parts.count > 1 ? parts[1].split(separator: ",").compactMap { Int($0) } : Array(all.indices)
            let problem = try await Self.violation(kept.map { all[$0] }, seed: seed)
            #expect(problem == nil)
            return
        }
        for seed in 0..<Self.sequences {
            let operations = Self.operations(seed: seed)
            guard let first = try await Self.violation(operations, seed: seed) else { continue }
            let (kept, problem) = try await Self.shrink(operations, first, seed: seed)
            Issue.record(
                """
                \(problem)
                \(kept.map { "\($0): \(operations[$0])" }.joined(separator: "\n"))
                EMBEDDED_CLUSTER_REPLAY=\(seed):\(kept.map(String.init).joined(separator: ","))
                """)
            return
        }
    }

    /// The fewest operations, found by leaving out ever smaller parts, that still go wrong somehow.
    static func shrink(
        _ operations: [ModelOperation], _ problem: String, seed: UInt64
    ) async throws -> (kept: [Int], problem: String) {
        var (kept, problem) = (Array(operations.indices), problem)
        var size = kept.count / 2
        while size > 0 {
            var position = 0
            while position < kept.count {
                let candidate = Array(kept[..<position] + kept[min(position + size, kept.count)...])
                if let other = try await violation(candidate.map { operations[$0] }, seed: seed) {
                    (kept, problem) = (candidate, other)
                } else {
                    position += size
                }
            }
            size /= 2
        }
        return (kept, problem)
    }
}
