import Collections
import Synchronization

/// The events that wait for one watcher.
///
/// Bounded: a watcher that falls too far behind is ended, so that it lists again, rather than losing events or holding
/// memory. One task reads; any may push.
package final class WatchQueue: Sendable {
    private let state: Mutex<State>

    fileprivate struct State {
        var events: Deque<StoreEvent> = []
        var isFinished = false
        /// Whether the reader is to look again even though nothing has come.
        var isWoken = false
        var waiter: CheckedContinuation<Void, Never>?
        let limit: Int
    }

    init(limit: Int) {
        state = Mutex(State(limit: limit))
    }

    /// Adds an event, or ends the watch if there is no room for it.
    func push(_ event: StoreEvent) {
        let waiter = state.withLock { state in
            guard !state.isFinished else { return CheckedContinuation<Void, Never>?.none }
            if state.events.count < state.limit {
                state.events.append(event)
            } else {
                state.isFinished = true
            }
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

    /// What waits now, all at once; nil if the watch has ended and everything has been read.
    package func take() -> [StoreEvent]? {
        state.withLock { state in
            guard !state.events.isEmpty else { return state.isFinished ? nil : [] }
            defer { state.events.removeAll(keepingCapacity: true) }
            return Array(state.events)
        }
    }

    /// Returns when something waits, when the reader is to look again, when the watch has ended or when the task is cancelled. Takes nothing.
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
