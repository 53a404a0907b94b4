import KubeCore

/// The events of a watch as they arrive; see ``WatchLineStream`` for its ends, back-pressure and cancellation.
public struct WatchStream: AsyncSequence, Sendable {
    /// One event.
    public typealias Element = WatchEvent
    /// What reading throws.
    public typealias Failure = KubeClientError

    let lines: WatchLineStream

    /// Reads the events.
    public struct AsyncIterator: AsyncIteratorProtocol {
        var lines: WatchLineStream.AsyncIterator

        /// The next event; nil when the server has ended the watch.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(KubeClientError) -> WatchEvent? {
            guard let line = try await lines.next(isolation: actor) else { return nil }
            return try WatchEvent(parsing: line)
        }

        /// The next event; nil when the server has ended the watch.
        public mutating func next() async throws(KubeClientError) -> WatchEvent? {
            try await next(isolation: nil)
        }
    }

    /// Starts reading.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(lines: lines.makeAsyncIterator()) }
}
