import ServiceLifecycle

/// Runs an operation that ends when it is cancelled, and cancels it when the process shuts down gracefully.
///
/// As `cancelWhenGracefulShutdown` of swift-service-lifecycle, which however signals through an unstructured task, and
/// so leaves the caller's executor.
package func cancelledByShutdown<Result: Sendable>(
    _ operation: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    let shutdown = Latch()
    return try await withGracefulShutdownHandler {
        try await withThrowingTaskGroup(of: Result?.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await operation() }
            group.addTask {
                // Also ends by being cancelled, when the operation has ended.
                try? await shutdown.wait()
                return nil
            }
            // Whichever ends first ends the other; only the operation has a result.
            var first = try await group.next() ?? nil
            group.cancelAll()
            while let next = try await group.next() { first = first ?? next }
            guard let first else { throw CancellationError() }
            return first
        }
    } onGracefulShutdown: {
        shutdown.open()
    }
}
