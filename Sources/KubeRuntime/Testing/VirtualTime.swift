import Foundation
import KubeCore
import Synchronization

/// A world with its own time, for tests: tasks run one at a time on one thread, and the clock moves on only when all of
/// them wait, straight to the next instant that any of them waits for.
///
/// Hours pass in milliseconds, and a run is the same whenever it is repeated with the same seed; another seed runs ready
/// tasks in another order, which finds orderings that a machine would rarely show. Only what structured concurrency
/// carries along belongs to the world: child tasks and task groups do, `Task {}` and foreign threads do not.
///
/// ```swift
/// try await VirtualTime.run(seed: 7) { time in
///     let elector = LeaderElector(…, clock: time.clock)
///     …
/// }
/// ```
public final class VirtualTime: Sendable {
    private struct Sleeper {
        let id: UInt64
        let deadline: RuntimeClock.Instant
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var now = RuntimeClock.Instant(sinceOrigin: .zero)
        var wallOrigin: Timestamp
        var sleepers: [Sleeper] = []
        var cancelled: Set<UInt64> = []
        var nextID: UInt64 = 0
        var jobs: [UnownedJob] = []
        var random: SeededRandom
        var isShuffled: Bool
        var isStopped = false
    }

    private let state: Mutex<State>
    private let wake = DispatchSemaphore(value: 0)

    private init(seed: UInt64?, wall: Timestamp) {
        state = Mutex(
            State(wallOrigin: wall, random: SeededRandom(seed: seed ?? 0), isShuffled: seed != nil))
    }

    /// Runs an operation and all its child tasks in a new world, until it returns.
    ///
    /// - Parameters:
    ///   - seed: the order in which ready tasks run; nil for first come, first served.
    ///   - wall: what the wall clock shows in the beginning.
    public static func run<Result: Sendable>(
        seed: UInt64? = nil, wall: Timestamp = Timestamp(seconds: 1_800_000_000),
        _ operation: @escaping @Sendable (VirtualTime) async throws -> Result
    ) async rethrows -> Result {
        let time = VirtualTime(seed: seed, wall: wall)
        let executor = Executor(time: time)
        let thread = Thread { executor.loop() }
        thread.stackSize = 4 << 20
        thread.start()
        defer { time.stop() }
        return try await withTaskExecutorPreference(executor) { try await operation(time) }
    }

    /// The time that has passed in this world.
    public var now: RuntimeClock.Instant { state.withLock { $0.now } }

    /// The clock to give to what runs in this world.
    public var clock: RuntimeClock { clock(rate: 1) }

    /// A clock of this world that runs fast (above 1) or slow (below 1).
    public func clock(rate: Double) -> RuntimeClock {
        RuntimeClock(
            now: { .init(sinceOrigin: rate == 1 ? self.now.sinceOrigin : self.now.sinceOrigin * rate) },
            wallNow: { self.state.withLock { $0.wallOrigin.advanced(by: $0.now.sinceOrigin) } },
            sleep: { deadline in
                // A nanosecond more, so that no rounding lets a sleeper wake before its own clock shows the deadline.
                let target = rate == 1 ? deadline.sinceOrigin : deadline.sinceOrigin / rate + .nanoseconds(1)
                try await self.sleep(until: .init(sinceOrigin: target))
            })
    }

    /// Sets the wall clock forwards or backwards, as an administrator or a time server might; the monotonic clock is
    /// not touched.
    public func moveWall(by duration: Duration) {
        state.withLock { $0.wallOrigin = $0.wallOrigin.advanced(by: duration) }
    }

    /// Moves the clock while nothing runs, as when the machine is suspended: whoever waited wakes late.
    public func suspendMachine(for duration: Duration) {
        state.withLock { $0.now = $0.now.advanced(by: duration) }
    }

    private func sleep(until deadline: RuntimeClock.Instant) async throws {
        try Task.checkCancellation()
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let isDone = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let immediate: Bool? = state.withLock { state in
                    if state.cancelled.remove(id) != nil { return false }
                    if deadline <= state.now { return true }
                    state.sleepers.append(Sleeper(id: id, deadline: deadline, continuation: continuation))
                    return nil
                }
                if let immediate { continuation.resume(returning: immediate) }
            }
        } onCancel: {
            let sleeper: Sleeper? = state.withLock { state in
                guard let position = state.sleepers.firstIndex(where: { $0.id == id }) else {
                    state.cancelled.insert(id)
                    return nil
                }
                return state.sleepers.remove(at: position)
            }
            sleeper?.continuation.resume(returning: false)
        }
        state.withLock { _ = $0.cancelled.remove(id) }
        guard isDone else { throw CancellationError() }
    }

    private func stop() {
        state.withLock { $0.isStopped = true }
        wake.signal()
    }

    private enum Step {
        case run(UnownedJob)
        case wake([CheckedContinuation<Bool, Never>])
        case wait
        case stop
    }

    /// What to do next: run a ready job, else move the clock to the next sleepers, else wait for the world outside.
    private func step() -> Step {
        state.withLock { state in
            if !state.jobs.isEmpty {
                let choice = state.isShuffled ? Int.random(in: 0..<state.jobs.count, using: &state.random) : 0
                return .run(state.jobs.remove(at: choice))
            }
            if state.isStopped { return .stop }
            guard let next = state.sleepers.map(\.deadline).min() else { return .wait }
            state.now = max(state.now, next)
            let due = state.sleepers.filter { $0.deadline <= state.now }.sorted {
                ($0.deadline, $0.id) < ($1.deadline, $1.id)
            }
            let now = state.now
            state.sleepers.removeAll { $0.deadline <= now }
            return .wake(due.map(\.continuation))
        }
    }

    /// Runs the jobs of the world's tasks, one at a time, on one thread.
    private final class Executor: TaskExecutor {
        let time: VirtualTime
        init(time: VirtualTime) { self.time = time }

        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            time.state.withLock { $0.jobs.append(job) }
            time.wake.signal()
        }

        func loop() {
            while true {
                switch time.step() {
                case .run(let job): job.runSynchronously(on: asUnownedTaskExecutor())
                case .wake(let sleepers): for sleeper in sleepers { sleeper.resume(returning: true) }
                case .wait: time.wake.wait()
                case .stop: return
                }
            }
        }
    }
}

/// A small generator with a seed (SplitMix64), for tests and for jitter that must be repeatable. Not for secrets.
public struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// A generator; equal seeds give equal sequences.
    public init(seed: UInt64) { state = seed }

    /// The next number.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
