import KubeCore
import KubeRuntime
import Synchronization

/// One thing that happened in a run.
struct TraceEntry: Sendable {
    var point: InjectionPoint
    var isRequest: Bool
    /// In which step, by its position.
    var step: Int
}

/// What the controller has written.
struct WriteCount: Sendable, Equatable {
    /// Requests that the server carried out.
    var writes = 0
    /// Objects made, by resource.
    var created: [String: Int] = [:]
    /// Deletions asked for, by resource.
    var deleted: [String: Int] = [:]
}

/// Keeps the record of a run: every request, and what came of the writes.
final class WriteLedger: Sendable {
    private struct State {
        var trace: [TraceEntry] = []
        var count = WriteCount()
        var lastWrite: RuntimeClock.Instant
        var requests = 0
        var lease: (holder: String, until: RuntimeClock.Instant)?
        var unlicensed: [String] = []
        var lastRequests: [String] = []
    }

    private let state: Mutex<State>
    private let writeLimit: Int
    /// How many requests a run may make for each write that it may make.
    private static let requestsPerWrite = 20
    private static let remembered = 8

    init(now: RuntimeClock.Instant, writeLimit: Int) {
        state = Mutex(State(lastWrite: now))
        self.writeLimit = writeLimit
    }

    /// A request is on its way. False if there have been so many that there will be no end.
    func begin(_ request: ObservedRequest, now: RuntimeClock.Instant) -> Bool {
        state.withLock { state in
            state.requests += request.isLease || request.isReport ? 0 : 1
            if request.isCounted {
                state.lastWrite = now
                state.lastRequests.append(request.happening)
                if state.lastRequests.count > Self.remembered { state.lastRequests.removeFirst() }
            }
            return !isOver(state)
        }
    }

    private func isOver(_ state: State) -> Bool {
        state.count.writes > writeLimit || state.requests > writeLimit * Self.requestsPerWrite
    }

    /// Notes something for plans to be made from.
    func note(_ entry: TraceEntry) { state.withLock { $0.trace.append(entry) } }

    /// A write was answered with this status.
    func wrote(_ request: ObservedRequest, status: Int, now: RuntimeClock.Instant) {
        state.withLock { state in
            guard status < 300 else { return }
            state.count.writes += 1
            state.lastWrite = now
            if status == 201 { state.count.created[request.resource, default: 0] += 1 }
            if request.verb.hasPrefix("delete") { state.count.deleted[request.resource, default: 0] += 1 }
        }
    }

    // MARK: The lease

    /// A lease was written: who holds it now, and until when.
    func leased(to holder: String, until: RuntimeClock.Instant) {
        state.withLock { $0.lease = holder.isEmpty ? nil : (holder, until) }
    }

    /// A write is carried out: whoever makes it must hold the lease.
    func checkLease(_ request: ObservedRequest, by identity: String, now: RuntimeClock.Instant) {
        state.withLock { state in
            guard state.lease?.holder == identity, let until = state.lease?.until, now <= until else {
                let holder = state.lease.map { "\($0.holder) until \($0.until)" } ?? "nobody"
                state.unlicensed.append(
                    "\(identity) made the write \(request.happening) at \(now) while the lease was with \(holder)")
                return
            }
        }
    }

    // MARK: What came of it

    var trace: [TraceEntry] { state.withLock { $0.trace } }
    var count: WriteCount { state.withLock { $0.count } }
    /// When a write was last tried.
    var lastWrite: RuntimeClock.Instant { state.withLock { $0.lastWrite } }
    /// Whether there have been so many requests that there will be no end.
    var isOverflowing: Bool { state.withLock { isOver($0) } }
    /// The last writes that were tried.
    var lastRequests: [String] { state.withLock { $0.lastRequests } }
    /// Writes without the lease.
    var unlicensed: [String] { state.withLock { $0.unlicensed } }

    /// In what the count goes beyond the undisturbed run's.
    static func excess(_ count: WriteCount, over baseline: WriteCount, budget: (factor: Int, extra: Int)) -> [String] {
        var complaints: [String] = []
        let limit = baseline.writes * budget.factor + budget.extra
        if count.writes > limit {
            complaints.append("\(count.writes) writes, undisturbed \(baseline.writes), allowed \(limit)")
        }
        // To ask twice for what is being deleted already does no harm.
        for (what, now, before, factor) in [
            ("made", count.created, baseline.created, 1), ("deleted", count.deleted, baseline.deleted, budget.factor),
        ] {
            for (resource, number) in now.sorted(by: { $0.key < $1.key })
            where number > before[resource, default: 0] * factor {
                complaints.append("\(number) \(resource) were \(what), undisturbed \(before[resource, default: 0])")
            }
        }
        return complaints
    }
}
