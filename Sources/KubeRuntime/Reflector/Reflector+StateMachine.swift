/// The reflector as a value: which request is next, and what is to be done with what comes back.
///
/// The rules are client-go's (`tools/cache/reflector.go`) with one change: the first list asks for the newest state
/// (`""`) instead of any cached one (`"0"`), so that a restarted process never acts on a state older than what it saw in
/// its previous life.
///
///     initial ─▶ streaming ──bookmark──▶ watching ──end──▶ watching …
///        └─▶ listing ──last page──▶ watching ──expired, very short, failed──▶ (back off) ─▶ streaming or listing
struct ReflectorStateMachine: Sendable {
    /// Which request is in flight, or about to be.
    enum State: Equatable {
        /// None; the collection must be read in full.
        case unsynced
        /// A watch with initial events. What arrives is staged until a bookmark says that it is complete.
        case streaming
        /// A list. Pages are staged until the last.
        case listing(ListRequest, page: Int)
        /// None; the store is current up to the last version, and a watch continues from there.
        case synced
        /// A watch from the last version.
        case watching
    }

    /// What the shell does next.
    enum Action: Equatable {
        case wait(Duration)
        case list(ListRequest)
        case watch(WatchRequest)
    }

    /// What the shell does with what arrived.
    enum Effect: Equatable {
        /// Keep the object aside until the collection is complete.
        case stage
        /// Put the object into the store, or take it out.
        case apply
        /// Swap the store's content for what was staged, as of this version.
        case replace(resourceVersion: String)
        /// The store is current up to this version.
        case advance(resourceVersion: String)
        /// Nothing.
        case ignore
    }

    /// What the machine needs to know of an event.
    enum Event: Equatable {
        case change(resourceVersion: String)
        case bookmark(resourceVersion: String, endsInitialEvents: Bool)
    }

    /// Fixed numbers.
    struct Configuration: Sendable {
        var pageSize = 500
        /// The server ends a watch after this long, and up to twice as long at random, so that watches spread out.
        var watchTimeout = Duration.seconds(300)
        /// A watch that ends sooner without an event means that something is wrong.
        var veryShortWatch = Duration.seconds(1)
        /// A version that expires sooner after a sync means that a relist at once would not last either.
        var quickExpiry = Duration.seconds(30)
        var prefersStreaming = true
        var backoff = Backoff.reflector
    }

    private(set) var state = State.unsynced
    /// The version up to which the store is current; empty before the first sync.
    private(set) var lastResourceVersion = ""
    /// Whether the last version cannot be had from the server any more, so that the newest state must be asked for.
    private(set) var isLastResourceVersionUnavailable = false
    /// False once the server has said that it does not know initial events.
    private(set) var canStream: Bool
    /// Whether this one time the collection is to be listed although it could be streamed.
    private var listsOnce = false
    /// Whether a token expired in the middle of a list, so that the list is to be read in one piece.
    private var listsUnpaged = false
    private var pendingDelay: Duration?
    private var watchStartedAt = RuntimeClock.Instant(sinceOrigin: .zero)
    private var syncedAt = RuntimeClock.Instant(sinceOrigin: .zero)
    private var eventCount = 0
    private var backoff: Backoff
    private let configuration: Configuration

    init(configuration: Configuration = Configuration()) {
        self.configuration = configuration
        canStream = configuration.prefersStreaming
        backoff = configuration.backoff
    }

    /// The next thing to do.
    ///
    /// - Parameter chance: a random number in [0, 1).
    mutating func next(now: RuntimeClock.Instant, chance: Double) -> Action {
        if let delay = pendingDelay {
            pendingDelay = nil
            return .wait(delay)
        }
        switch state {
        case .listing(let request, _): return .list(request)
        case .unsynced where canStream && !listsOnce:
            state = .streaming
            return startWatch(fullResourceVersion, initialEvents: true, now, chance)
        case .unsynced:
            let version = fullResourceVersion
            // With a version the server answers from its watch cache, which does not page.
            let limit = version.isEmpty && !listsUnpaged ? configuration.pageSize : 0
            let request = ListRequest(resourceVersion: version, limit: limit)
            state = .listing(request, page: 1)
            return .list(request)
        case .streaming, .synced, .watching:
            state = .watching
            return startWatch(lastResourceVersion, initialEvents: false, now, chance)
        }
    }

    /// An event arrived on the watch.
    mutating func received(_ event: Event, now: RuntimeClock.Instant) -> Effect {
        eventCount += 1
        switch (state, event) {
        case (.streaming, .change): return .stage
        case (.streaming, .bookmark(let version, endsInitialEvents: true)):
            didSync(version, now)
            state = .watching
            return .replace(resourceVersion: version)
        case (.streaming, .bookmark): return .ignore
        case (.watching, .change(let version)):
            if !version.isEmpty { lastResourceVersion = version }
            return .apply
        case (.watching, .bookmark(let version, _)):
            guard !version.isEmpty else { return .ignore }
            lastResourceVersion = version
            return .advance(resourceVersion: version)
        case (.unsynced, _), (.listing, _), (.synced, _): return .ignore
        }
    }

    /// A page of the list arrived; its objects are staged already.
    mutating func listed(resourceVersion: String, continueToken: String, now: RuntimeClock.Instant) -> Effect {
        guard case .listing(let request, let page) = state else { return .ignore }
        guard continueToken.isEmpty else {
            // The token carries the version; a version beside it is an error.
            state = .listing(
                ListRequest(resourceVersion: "", limit: request.limit, continueToken: continueToken), page: page + 1)
            return .ignore
        }
        didSync(resourceVersion, now)
        listsOnce = false
        listsUnpaged = false
        state = .synced
        return .replace(resourceVersion: resourceVersion)
    }

    /// The list failed. What was staged is void.
    mutating func listFailed(_ failure: SourceFailure, now: RuntimeClock.Instant, chance: Double) {
        guard case .listing(_, let page) = state else { return }
        state = .unsynced
        switch failure {
        case .expired where page > 1 && !listsUnpaged:
            // The list outlived the server's history: read it in one piece, at once.
            listsUnpaged = true
            listsOnce = true
        case .expired, .resourceVersionTooLarge:
            guard !retryAtNewest() else { return }
            wait(after: failure, now, chance)
        default: wait(after: failure, now, chance)
        }
    }

    /// The watch ended: cleanly where `failure` is nil. What was staged is void.
    mutating func watchEnded(_ failure: SourceFailure?, now: RuntimeClock.Instant, chance: Double) {
        switch state {
        case .streaming:
            state = .unsynced
            streamEnded(failure, now, chance)
        case .watching:
            state = .synced
            steadyWatchEnded(failure, now, chance)
        case .unsynced, .listing, .synced: return
        }
    }

    // MARK: Rules

    /// The version with which the whole collection is asked for: never older than what this process has seen.
    private var fullResourceVersion: String { isLastResourceVersionUnavailable ? "" : lastResourceVersion }

    private mutating func startWatch(
        _ version: String, initialEvents: Bool, _ now: RuntimeClock.Instant, _ chance: Double
    ) -> Action {
        watchStartedAt = now
        eventCount = 0
        return .watch(
            WatchRequest(
                resourceVersion: version, sendsInitialEvents: initialEvents,
                timeout: configuration.watchTimeout * (1 + chance)))
    }

    private mutating func didSync(_ version: String, _ now: RuntimeClock.Instant) {
        syncedAt = now
        lastResourceVersion = version
        isLastResourceVersionUnavailable = false
    }

    /// Asks for the newest state next, at once. False if that is what has just failed.
    private mutating func retryAtNewest() -> Bool {
        guard !fullResourceVersion.isEmpty else { return false }
        isLastResourceVersionUnavailable = true
        return true
    }

    private mutating func streamEnded(_ failure: SourceFailure?, _ now: RuntimeClock.Instant, _ chance: Double) {
        switch failure {
        case .expired?, .resourceVersionTooLarge?:
            if !retryAtNewest() { wait(after: failure, now, chance) }
        case .unsupported?: canStream = false
        case .unreachable?, .tooManyRequests?, .denied?, .notServed?: wait(after: failure, now, chance)
        case nil, .interrupted?, .internalError?, .other?:
            // The server could not finish; a list may get through where the stream did not.
            listsOnce = true
            wait(after: failure, now, chance)
        }
    }

    private mutating func steadyWatchEnded(
        _ failure: SourceFailure?, _ now: RuntimeClock.Instant, _ chance: Double
    ) {
        switch failure {
        case nil where eventCount == 0 && watchStartedAt.duration(to: now) < configuration.veryShortWatch:
            state = .unsynced
            wait(after: nil, now, chance)
        case nil: return
        case .expired?, .resourceVersionTooLarge?:
            state = .unsynced
            // At once the first time; but a server that forgets faster than it lists must not be asked in a tight loop.
            if syncedAt.duration(to: now) < configuration.quickExpiry { wait(after: failure, now, chance) }
        case .unreachable?, .tooManyRequests?, .internalError?: wait(after: failure, now, chance)
        case .interrupted? where eventCount > 0 || watchStartedAt.duration(to: now) >= configuration.veryShortWatch:
            // A connection that was lost after it had worked is taken up again where it stopped.
            return
        case .interrupted?: wait(after: failure, now, chance)
        case .unsupported?, .denied?, .notServed?, .other?:
            state = .unsynced
            wait(after: failure, now, chance)
        }
    }

    private mutating func wait(after failure: SourceFailure?, _ now: RuntimeClock.Instant, _ chance: Double) {
        var delay = backoff.next(now: now, chance: chance)
        if case .tooManyRequests(let retryAfter?, _)? = failure { delay = max(delay, retryAfter) }
        pendingDelay = delay
    }
}
