import KubeClient
import KubeCore
import Logging
import ServiceLifecycle
import Synchronization

/// Where events are written to.
public protocol EventSink: Sendable {
    /// Creates an event.
    func create(_ event: KubeObject) async throws(KubeClientError)
    /// Changes the series of an event by a merge patch.
    func patch(namespace: String, name: String, _ patch: JSONValue) async throws(KubeClientError)
}

/// Events on an API server.
public struct ClientEventSink: EventSink {
    private let client: KubeClient

    /// Events written with this client, behind its write gate.
    public init(client: KubeClient) { self.client = client }

    /// Creates an event.
    public func create(_ event: KubeObject) async throws(KubeClientError) {
        _ = try await client.create(.events, event)
    }

    /// Changes an event.
    public func patch(namespace: String, name: String, _ patch: JSONValue) async throws(KubeClientError) {
        _ = try await client.patch(.events, namespace: namespace, name: name, .merge(patch))
    }
}

/// Records events without ever making a reconcile wait, or fail.
///
/// ``record(_:)`` only queues, and drops when a thousand wait already; ``run()`` writes. Repetitions become a series;
/// what the server refuses is logged and dropped.
public final class EventRecorder: Service {
    private struct State {
        var machine: EventStateMachine
        var pending: [EventStateMachine.Write] = []
        var wake: CheckedContinuation<Void, Never>?
        var isWoken = false
    }

    /// How many writes may wait.
    private static let capacity = 1000
    /// How often the counts of series are looked at.
    private static let flushInterval = Duration.seconds(60)
    /// How often a write is tried that may succeed later.
    private static let attempts = 5

    private let state: Mutex<State>
    private let sink: any EventSink
    private let clock: RuntimeClock
    private let random: RandomSource
    private let logger: Logger

    /// A recorder.
    ///
    /// - Parameters:
    ///   - controller: who reports, for example `boltrope.dev/mesh`.
    ///   - instance: which process of it; the identity of the leader elector, for example.
    public init(
        sink: any EventSink, controller: String, instance: String, clock: RuntimeClock = .continuous,
        random: RandomSource = .system, logger: Logger = Logger(label: "boltrope.events")
    ) {
        self.sink = sink
        self.clock = clock
        self.random = random
        self.logger = logger
        state = Mutex(State(machine: EventStateMachine(controller: controller, instance: instance)))
    }

    /// Records an event, without waiting.
    public func record(_ record: EventRecord) {
        let suffix = random.hexadecimal(digits: 16)
        let wake: CheckedContinuation<Void, Never>? = state.withLock { state in
            guard state.pending.count < Self.capacity,
                let write = state.machine.record(record, now: clock.now, wall: clock.wallNow, suffix: suffix)
            else { return nil }
            state.pending.append(write)
            return Self.wake(&state)
        }
        wake?.resume()
    }

    /// Records that something happened as it should.
    public func normal(_ object: ObjectReference, reason: String, action: String, _ note: String) {
        record(EventRecord(.normal, regarding: object, reason: reason, action: action, note: note))
    }

    /// Records that something went wrong, or may.
    public func warning(_ object: ObjectReference, reason: String, action: String, _ note: String) {
        record(EventRecord(.warning, regarding: object, reason: reason, action: action, note: note))
    }

    /// How many events an object had too many of.
    public var droppedCount: Int { state.withLock { $0.machine.dropped } }

    /// Writes what is recorded, until the process shuts down (then what waits is still written) or the task is cancelled.
    public func run() async {
        await withTaskCancellationOrGracefulShutdownHandler {
            while !Task.isCancelled, !Task.isShuttingDownGracefully {
                await writePending()
                await waitForWork()
                state.withLock { state in
                    state.pending += state.machine.flush(now: clock.now, all: false)
                }
            }
            state.withLock { $0.pending += $0.machine.flush(now: clock.now, all: true) }
            await writePending()
        } onCancelOrGracefulShutdown: {
            self.state.withLock { Self.wake(&$0) }?.resume()
        }
    }

    private func waitForWork() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await self.clock.sleep(for: Self.flushInterval) }
            group.addTask { await self.waitUntilWoken() }
            await group.next()
            group.cancelAll()
        }
    }

    private func waitUntilWoken() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isWoken = state.withLock { state in
                    if state.isWoken || Task.isCancelled {
                        state.isWoken = false
                        return true
                    }
                    state.wake = continuation
                    return false
                }
                if isWoken { continuation.resume() }
            }
        } onCancel: {
            let wake = state.withLock { state in
                defer { state.wake = nil }
                return state.wake
            }
            wake?.resume()
        }
    }

    private static func wake(_ state: inout State) -> CheckedContinuation<Void, Never>? {
        guard let wake = state.wake else {
            state.isWoken = true
            return nil
        }
        state.wake = nil
        return wake
    }

    private func writePending() async {
        while !Task.isCancelled {
            let next = state.withLock { $0.pending.isEmpty ? nil : $0.pending.removeFirst() }
            guard let next else { return }
            await write(next)
        }
    }

    private func write(_ write: EventStateMachine.Write) async {
        var backoff = Backoff(base: .milliseconds(500), cap: .seconds(10), jitter: 1)
        var write = write
        for attempt in 1...Self.attempts {
            do throws(KubeClientError) {
                switch write {
                case .create(_, let event): try await sink.create(event)
                case .patchSeries(_, let name, let namespace, let count, let lastObserved):
                    let series = EventStateMachine.series(count: count, lastObserved: lastObserved)
                    try await sink.patch(namespace: namespace, name: name, ["series": series])
                }
                return
            } catch {
                if error.isNotFound, case .patchSeries(let key, _, _, _, _) = write {
                    // The server forgets events after an hour; a series may live longer.
                    let suffix = random.hexadecimal(digits: 16)
                    let anew = state.withLock { $0.machine.recreate(key, wall: clock.wallNow, suffix: suffix) }
                    guard let anew else { return }
                    write = anew
                    continue
                }
                guard error.isTransient, !error.isCancellation, attempt < Self.attempts else {
                    logger.info("An event was dropped", metadata: ["error": "\(error)"])
                    if case .create(let key, _) = write { state.withLock { $0.machine.forget(key) } }
                    return
                }
                let delay = backoff.next(now: clock.now, chance: random.chance())
                guard (try? await clock.sleep(for: delay)) != nil else { return }
            }
        }
    }
}
