import Foundation
import KubeClient
import KubeCore
import KubeRuntime
import Logging

/// An informer that reads sample pods until it has them all.
struct ReflectorRun {
    /// From the start until everything was in the store.
    let wallSeconds: Double
    /// Of all threads, the sender's included.
    let processorSeconds: Double

    /// Reads, and lets look at the store before it goes.
    ///
    /// - Parameters:
    ///   - count: how many pods there must be.
    ///   - retaining: what is kept of each.
    @discardableResult
    init(
        _ pods: CannedPods, count: Int, retaining: ObjectRetention = .full,
        _ look: @Sendable (ObjectStore) throws -> Void = { _ in }
    ) async throws {
        let informer = Informer(
            source: ClientObjectSource(client: pods.client, type: .pods), type: .pods, retaining: retaining,
            logger: .silent)
        let start = ContinuousClock.now
        let processor = ProcessFigures.processorSeconds()
        (wallSeconds, processorSeconds) = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await pods.serve() }
            group.addTask { await informer.run() }
            try await informer.waitUntilSynced()
            let times = ((ContinuousClock.now - start).inSeconds, ProcessFigures.processorSeconds() - processor)
            try look(informer.store)
            group.cancelAll()
            return times
        }
        guard informer.store.count == count else {
            throw BenchmarkFailure("the store has \(informer.store.count) objects, not \(count)")
        }
    }

    /// Runs with the files of this many pods in a folder that is gone afterwards.
    static func withPods<Result>(_ count: Int, _ body: (URL) async throws -> Result) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("boltrope-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try CannedPods.write(count, to: folder)
        return try await body(folder)
    }
}

extension Logger {
    /// Says nothing: what is logged is not what is measured.
    static let silent = Logger(label: "benchmarks") { _ in SwiftLogNoOpLogHandler() }
}
