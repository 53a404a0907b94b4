import Collections
import KubeCore
import Synchronization

/// Where tests reach into a running server: faults, observers, pinned views, and the incarnation that restarts end.
final class ClusterSeams: Sendable {
    let requestHooks: RequestHooks
    let eventHooks: EventHooks
    private let random: @Sendable (Int) -> Int
    private let state = Mutex(State())
    /// Whether the events of watches go through the seams at all: asked for every batch, so kept outside the lock.
    private let tapsEvents = Atomic(false)
    private let hasRules = Atomic(false)
    private let hasViews = Atomic(false)
    private let currentIncarnation = Atomic<UInt64>(0)

    private struct State {
        var rules = FaultRules()
        var views: [String: PinnedView] = [:]  // by the beginning of the user agent
        var observers: [UInt64: AsyncStream<ClusterObservation>.Continuation] = [:]
        var nextObserver: UInt64 = 0
        var nextRequest: UInt64 = 1
        var requests: Deque<RequestRecord> = []
        var downUntil: Timestamp?
    }

    /// How many requests are remembered for ``recentRequests``.
    private static let requestLimit = 10_000

    init(
        requestHooks: RequestHooks = .none, eventHooks: EventHooks = .none, random: @escaping @Sendable (Int) -> Int
    ) {
        self.requestHooks = requestHooks
        self.eventHooks = eventHooks
        self.random = random
        tapsEvents.store(!eventHooks.isNone, ordering: .relaxed)
    }

    // MARK: Faults

    func add(_ rule: FaultRule) {
        state.withLock { state in
            state.rules.add(rule)
            refresh(state)
        }
    }

    func removeRules() {
        state.withLock { state in
            state.rules.removeAll()
            refresh(state)
        }
    }

    private func refresh(_ state: borrowing State) {
        hasRules.store(!state.rules.isEmpty, ordering: .relaxed)
        hasViews.store(!state.views.isEmpty, ordering: .relaxed)
        tapsEvents.store(
            !eventHooks.isNone || state.rules.hasEventRules || !state.observers.isEmpty || !state.views.isEmpty,
            ordering: .relaxed)
    }

    func fault(for request: APIRequest, _ attributes: RequestAttributes) async -> RequestFault? {
        if let fault = await requestHooks.fault(for: request) { return fault }
        guard hasRules.load(ordering: .relaxed) else { return nil }
        return state.withLock { $0.rules.fault(for: attributes, chance: random) }
    }

    func fault(for event: WatchedEvent) async -> EventFault? {
        var fault = await eventHooks.fault(for: event)
        if fault == nil, hasRules.load(ordering: .relaxed) {
            fault = state.withLock { $0.rules.fault(for: event, chance: random) }
        }
        tell(.event(event, fault: fault))
        return fault
    }

    var isTappingEvents: Bool { tapsEvents.load(ordering: .relaxed) }

    // MARK: Observing

    func observations() -> AsyncStream<ClusterObservation> {
        let (stream, continuation) = AsyncStream.makeStream(of: ClusterObservation.self)
        let identifier = state.withLock { state in
            defer { state.nextObserver += 1 }
            state.observers[state.nextObserver] = continuation
            refresh(state)
            return state.nextObserver
        }
        continuation.onTermination = { [weak self] _ in
            guard let self else { return }
            state.withLock { state in
                state.observers[identifier] = nil
                self.refresh(state)
            }
        }
        return stream
    }

    private func tell(_ observation: ClusterObservation) {
        let observers = state.withLock { Array($0.observers.values) }
        for observer in observers { observer.yield(observation) }
    }

    /// Counts a request in.
    func begin(_ request: APIRequest, _ attributes: RequestAttributes, now: Timestamp) -> RequestRecord {
        state.withLock { state in
            let record = RequestRecord(
                sequence: state.nextRequest, attributes: attributes, target: request.target, arrival: now)
            state.nextRequest += 1
            for observer in state.observers.values { observer.yield(.began(record)) }
            return record
        }
    }

    /// Remembers a request with its answer.
    func end(_ record: RequestRecord) {
        state.withLock { state in
            state.requests.append(record)
            if state.requests.count > Self.requestLimit { state.requests.removeFirst() }
            for observer in state.observers.values { observer.yield(.answered(record)) }
        }
    }

    /// The last requests that have been answered, in the order of their answers.
    var recentRequests: [RequestRecord] { state.withLock { Array($0.requests) } }

    // MARK: Pinned views

    func pin(_ userAgent: String, _ view: PinnedView?) {
        state.withLock { state in
            state.views[userAgent] = view
            refresh(state)
        }
    }

    /// The view of a client on a resource; nil if it sees the present. Of several, the one for the longest beginning
    /// of its user agent counts.
    func view(_ userAgent: String, _ resource: String) -> PinnedView? {
        guard hasViews.load(ordering: .relaxed) else { return nil }
        return state.withLock { state in
            state.views.filter { userAgent.hasPrefix($0.key) && $0.value.resources?.contains(resource) != false }
                .max { $0.key.utf8.count < $1.key.utf8.count }?.value
        }
    }

    // MARK: Restarts

    /// Which run of the server this is: requests and watches of earlier ones are over.
    var incarnation: UInt64 { currentIncarnation.load(ordering: .sequentiallyConsistent) }

    func restart(downUntil: Timestamp?) {
        state.withLock { $0.downUntil = downUntil }
        currentIncarnation.add(1, ordering: .sequentiallyConsistent)
    }

    func isDown(at now: Timestamp) -> Bool {
        state.withLock { state in
            guard let until = state.downUntil else { return false }
            if now < until { return true }
            state.downUntil = nil
            return false
        }
    }
}

extension APIRequest {
    /// The path with its query; decoded, for people to read.
    fileprivate var target: String {
        guard !query.isEmpty else { return path }
        return path + "?" + query.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
    }
}
