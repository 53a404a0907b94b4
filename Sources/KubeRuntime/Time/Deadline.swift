/// Thrown when something took longer than it was given.
public struct DeadlineExceeded: Error, CustomStringConvertible, Equatable {
    /// What was waited for.
    public let what: String
    /// How long it was given.
    public let limit: Duration

    /// What took too long, and the limit.
    public var description: String { "\(what) did not finish within \(limit.inSeconds) s" }
}

/// Runs an operation, and cancels it when it is not done in time.
///
/// The operation is awaited in any case: nothing of it runs on after this returns.
///
/// - Throws: what the operation throws, or ``DeadlineExceeded`` where the limit cut it off.
package func withDeadline<Result: Sendable>(
    _ limit: Duration, on clock: RuntimeClock, _ what: @autoclosure () -> String,
    _ operation: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    let outcome = await withTaskGroup(of: Swift.Result<Result, any Error>?.self) { group in
        group.addTask {
            do { return .success(try await operation()) } catch { return .failure(error) }
        }
        group.addTask {
            do {
                try await clock.sleep(for: limit)
                return nil
            } catch {
                return .failure(error)
            }
        }
        let first = await group.next() ?? nil
        group.cancelAll()
        if case .some = first { return first }
        // The limit passed first; an operation that succeeded all the same has not failed.
        if let late = await group.next(), case .success(let value)? = late { return .success(value) }
        return nil
    }
    switch outcome {
    case .success(let value)?: return value
    case .failure(let error)?: throw error
    case nil: throw DeadlineExceeded(what: what(), limit: limit)
    }
}
