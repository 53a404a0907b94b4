import Synchronization

/// Reads a watch and notices when it has gone silent: a half-open connection looks like a quiet server for ever.
final class Watchdog: Sendable {
    private struct State {
        var lastSign: RuntimeClock.Instant
        var limit: Duration
    }

    private enum Sign: Sendable {
        case opened(WatchBatches.AsyncIterator)
        case batch([SourceEvent], WatchBatches.AsyncIterator)
        case end
        case silence
    }

    private let state: Mutex<State>
    private let clock: RuntimeClock

    init(clock: RuntimeClock, limit: Duration) {
        self.clock = clock
        state = Mutex(State(lastSign: clock.now, limit: limit))
    }

    /// Changes how long a silence may be.
    func setLimit(_ limit: Duration) { state.withLock { $0.limit = limit } }

    /// Opens a stream and reads it to its end, unless it falls silent for too long.
    ///
    /// - Parameters:
    ///   - open: makes the stream.
    ///   - consume: takes what arrives; a failure that it returns ends the reading.
    /// - Returns: the failure that ended the stream; nil for a clean end.
    func read(
        open: @escaping @Sendable () async throws -> WatchBatches, consume: ([SourceEvent]) -> SourceFailure?
    ) async throws -> SourceFailure? {
        try await withThrowingTaskGroup(of: Sign.self) { group in
            defer { group.cancelAll() }
            group.addTask { .opened(try await open().makeAsyncIterator()) }
            group.addTask {
                try await self.waitForSilence()
                return .silence
            }
            while let sign = try await group.next() {
                state.withLock { $0.lastSign = clock.now }
                var iterator: WatchBatches.AsyncIterator
                switch sign {
                case .silence: return .interrupted(complaint)
                case .end: return nil
                case .opened(let opened): iterator = opened
                case .batch(let batch, let next):
                    if let failure = consume(batch) { return failure }
                    iterator = next
                }
                let current = iterator
                group.addTask {
                    var iterator = current
                    guard let batch = try await iterator.next() else { return .end }
                    return .batch(batch, iterator)
                }
            }
            return nil
        }
    }

    private var complaint: String {
        "nothing was heard for \(state.withLock { $0.limit }.inSeconds) s, so the connection is taken for dead"
    }

    private func waitForSilence() async throws {
        while true {
            let deadline = state.withLock { $0.lastSign.advanced(by: $0.limit) }
            guard deadline > clock.now else { return }
            try await clock.sleep(until: deadline)
        }
    }
}
