import Synchronization

/// How the body of a streamed answer ended; worth asking once its stream has.
public final class StreamEnding: Sendable {
    private let state = Mutex(false)

    init() {}

    /// Whether the connection was closed in the middle, rather than the body brought to its end.
    public var isConnectionReset: Bool { state.withLock { $0 } }

    func reset() { state.withLock { $0 = true } }
}
