import Collections
import Synchronization

/// The events that wait for one watcher.
///
/// Bounded by events and by bytes: a watcher that falls too far behind is ended, so that it lists again, rather than
/// losing events in silence or holding memory. One task reads; any may push.
package final class WatchQueue: Sendable {
    private let state: Mutex<State>

    /// How far a watcher may fall behind.
    package struct Limits: Sendable {
        /// How many events may wait.
        package var events = 20_000
        /// How many bytes of objects may wait, about.
        package var bytes = 256 << 20

        package init() {}
    }

    fileprivate struct State {
        var events: Deque<StoreEvent> = []
        /// What the waiting events weigh, about.
        var bytes = 0
        var onOverrun: (@Sendable () -> Void)?
        var isFinished = false
        /// Whether the reader is to look again even though nothing has come.
        var isWoken = false
        var waiter: CheckedContinuation<Void, Never>?
        let limits: Limits
    }

    init(limits: Limits) {
        state = Mutex(State(limits: limits))
    }

    /// Adds an event, or ends the watch if there is no room for it; then what waits is dropped too, since a reader who
    /// has not taken it by now would only hold it.
    func push(_ event: StoreEvent) {
        let (waiter, onOverrun) = state.withLock { state in
            guard !state.isFinished else {
                return (CheckedContinuation<Void, Never>?.none, (@Sendable () -> Void)?.none)
            }
            let bytes = state.bytes + event.current.weight
            guard state.events.count < state.limits.events, bytes <= state.limits.bytes || state.events.isEmpty else {
                state.isFinished = true
                (state.events, state.bytes) = ([], 0)
                return (state.takeWaiter(), state.onOverrun)
            }
            state.events.append(event)
            state.bytes = bytes
            return (state.takeWaiter(), nil)
        }
        waiter?.resume()
        onOverrun?()
    }

    /// Acts when the watcher has fallen too far behind. Called with a lock of the store held, so it may only pass on.
    func whenOverrun(_ act: @escaping @Sendable () -> Void) {
        state.withLock { $0.onOverrun = act }
    }

    /// Ends the watch at once: nobody reads any more.
    func abandon() {
        let waiter = state.withLock { state in
            state.isFinished = true
            (state.events, state.bytes) = ([], 0)
            return state.takeWaiter()
        }
        waiter?.resume()
    }

    /// Ends the watch once its waiting events have been read.
    package func finish() {
        let waiter = state.withLock { state in
            state.isFinished = true
            return state.takeWaiter()
        }
        waiter?.resume()
    }

    /// Lets the reader look again: what it may see has changed.
    func wake() {
        let waiter = state.withLock { state in
            state.isWoken = true
            return state.takeWaiter()
        }
        waiter?.resume()
    }

    /// What waits now, up to so many bytes of it but one event at least; nil if the watch has ended and everything has
    /// been read.
    package func take(upTo bytes: Int = .max) -> [StoreEvent]? {
        state.withLock { state in
            guard !state.events.isEmpty else { return state.isFinished ? nil : [] }
            var (count, weight) = (0, 0)
            while count < state.events.count, weight < bytes {
                weight += state.events[count].current.weight
                count += 1
            }
            let taken = Array(state.events.prefix(count))
            state.events.removeFirst(count)
            state.bytes -= weight
            return taken
        }
    }

    /// Returns when something waits, when the reader is to look again, when the watch has ended or when the task is
    /// cancelled. Takes nothing.
    package func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    guard state.events.isEmpty, !state.isFinished, !state.isWoken, !Task.isCancelled else {
                        state.isWoken = false
                        return true
                    }
                    state.waiter = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { $0.takeWaiter() }
            waiter?.resume()
        }
    }
}

extension WatchQueue.State {
    fileprivate mutating func takeWaiter() -> CheckedContinuation<Void, Never>? {
        defer { waiter = nil }
        return waiter
    }
}
