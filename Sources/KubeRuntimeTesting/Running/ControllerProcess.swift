import KubeCore
import KubeRuntime
import Synchronization

/// One life of the controller under test, as far as the world outside of it knows.
final class ControllerProcess: Sendable {
    private struct State {
        var isDead = false
        var isReplaced = false
        var wallOffset = Duration.zero
        var frozenUntil: RuntimeClock.Instant?
        var leaseLostUntil: RuntimeClock.Instant?
        /// Resources whose next watch is held back until then, and answered with 410.
        var forgotten: [String: RuntimeClock.Instant] = [:]
    }

    /// By how much timers are late after a suspension.
    private static let timerDelay = Duration.milliseconds(50)

    /// The name of the process.
    let identity: String
    /// Opens when the process is to die.
    let crash = Latch()
    /// What carries the events of its watches, to be run beside it.
    let pumps: AsyncStream<WatchPump>
    private let pumpContinuation: AsyncStream<WatchPump>.Continuation
    private let state = Mutex(State())

    init(number: Int) {
        identity = "process-\(number)"
        (pumps, pumpContinuation) = AsyncStream.makeStream(of: WatchPump.self)
    }

    /// Ends the process between two instructions: nothing of it reaches the cluster any more.
    func die() {
        state.withLock { $0.isDead = true }
        pumpContinuation.finish()
        crash.open()
    }

    var isDead: Bool { state.withLock { $0.isDead } }

    func start(_ pump: WatchPump) { pumpContinuation.yield(pump) }

    /// Whether another process has been started in its place already.
    var isReplaced: Bool {
        get { state.withLock { $0.isReplaced } }
        set { state.withLock { $0.isReplaced = newValue } }
    }

    // MARK: Its time

    /// The world's clock, with the wall clock as this process has it.
    func clock(_ world: RuntimeClock) -> RuntimeClock {
        RuntimeClock(
            now: { world.now },
            wallNow: { world.wallNow.advanced(by: self.state.withLock { $0.wallOffset }) },
            sleep: {
                try await world.sleep(until: $0)
                // After a suspension what has arrived is read first, and timers fire late: nobody may rely on theirs.
                if try await self.thaw(world) { try await world.sleep(for: Self.timerDelay) }
            })
    }

    /// Stops everything in the process, timers and messages, until then.
    func freeze(until: RuntimeClock.Instant) { state.withLock { $0.frozenUntil = until } }

    /// Waits while the process is stopped; false if it is not.
    @discardableResult
    func thaw(_ world: RuntimeClock) async throws -> Bool {
        var wasFrozen = false
        while let moment = state.withLock({ $0.frozenUntil }), moment > world.now {
            wasFrozen = true
            try await world.sleep(until: moment)
        }
        return wasFrozen
    }

    func moveWall(by duration: Duration) { state.withLock { $0.wallOffset += duration } }

    // MARK: Its network

    func loseLease(until: RuntimeClock.Instant) { state.withLock { $0.leaseLostUntil = until } }

    func canReachLease(at now: RuntimeClock.Instant) -> Bool {
        state.withLock { $0.leaseLostUntil.map { now >= $0 } ?? true }
    }

    /// Lets the next watch of a resource wait until then, and be answered with 410.
    func forget(_ resource: String, until: RuntimeClock.Instant) { state.withLock { $0.forgotten[resource] = until } }

    /// Until when the next watch of a resource is to wait for its 410; nil if it is not.
    func takeForgotten(_ resource: String) -> RuntimeClock.Instant? {
        state.withLock { $0.forgotten.removeValue(forKey: resource) }
    }
}
