import Synchronization

/// How the body of a streamed answer ends, told by either side: the server resets or gives up on a reader, or the reader
/// goes away.
public final class StreamEnding: Sendable {
    private struct State {
        var isConnectionReset = false
        var isOverrun = false
        var isAbandoned = false
        var onOverrun: (@Sendable () -> Void)?
        var onAbandon: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    init() {}

    /// Whether the connection was closed in the middle, rather than the body brought to its end.
    public var isConnectionReset: Bool { state.withLock { $0.isConnectionReset } }

    func reset() { state.withLock { $0.isConnectionReset = true } }

    /// The reader was too slow, and the stream has ended with what it has been given.
    func overrun() {
        let act = state.withLock { state in
            state.isOverrun = true
            return state.onOverrun
        }
        act?()
    }

    /// Acts once the reader is too slow; at once if it is already.
    func whenOverrun(_ act: @escaping @Sendable () -> Void) {
        let isNow = state.withLock { state in
            state.onOverrun = act
            return state.isOverrun
        }
        if isNow { act() }
    }

    /// The reader has gone: whoever feeds the stream stops at once, and not only when there would be something to say.
    public func abandon() {
        let act = state.withLock { state in
            state.isAbandoned = true
            return state.onAbandon
        }
        act?()
    }

    /// Acts once the reader has gone; at once if it has already.
    func whenAbandoned(_ act: @escaping @Sendable () -> Void) {
        let isNow = state.withLock { state in
            state.onAbandon = act
            return state.isAbandoned
        }
        if isNow { act() }
    }
}
