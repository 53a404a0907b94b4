import KubeCore

/// One watch while it lasts: what was there first, then events as they come, bookmarks, and the end.
///
/// An actor only because streams ask for one element at a time through a closure that anybody might call.
actor WatchSession {
    private let watching: Store.Watching
    private let encoder: WatchEncoder
    private let clock: any Clock<Duration>
    private let now: @Sendable () -> Timestamp
    private let started: Timestamp
    private let timeout: Duration
    private let bookmarks: Bool
    private var endsInitialEvents: Bool
    private var position = 0
    private var hasSent = false
    private var lastBookmark: Timestamp
    private var lastRevision: UInt64
    private var sentLastBookmark = false

    /// How often a watch that asked for bookmarks gets one.
    private static let bookmarkInterval = Duration.seconds(60)
    /// How long before its end a watch gets its last bookmark.
    private static let farewell = Duration.seconds(2)
    /// How many bytes of events are sent at once, at most.
    private static let pieceSize = 256 * 1024

    init(
        watching: Store.Watching, encoder: WatchEncoder, clock: any Clock<Duration>,
        now: @escaping @Sendable () -> Timestamp, timeout: Duration, bookmarks: Bool, endsInitialEvents: Bool
    ) {
        self.watching = watching
        self.encoder = encoder
        self.clock = clock
        self.now = now
        self.timeout = timeout
        self.bookmarks = bookmarks
        self.endsInitialEvents = endsInitialEvents
        started = now()
        lastBookmark = started
        lastRevision = watching.revision
    }

    /// The next piece of the body; nil at the end.
    func next() async -> [UInt8]? {
        if let piece = existingObjects() { return piece }
        if endsInitialEvents {
            endsInitialEvents = false
            return encoder.bookmark(watching.revision, endsInitialEvents: true)
        }
        while !Task.isCancelled {
            // Read before taking: when nothing waits afterwards, everything up to here has been seen.
            let seen = encoder.server.store.revision
            guard let events = watching.queue.take() else { return nil }
            if let piece = encode(events) { return piece }
            guard events.isEmpty else { continue }
            lastRevision = seen
            let elapsed = now().duration(since: started)
            guard elapsed < timeout else { return nil }
            if let piece = dueBookmark(elapsed) { return piece }
            await wait(until: nextDeadline(elapsed))
        }
        return nil
    }

    private func existingObjects() -> [UInt8]? {
        var piece: [UInt8] = []
        while position < watching.existing.count, piece.count < Self.pieceSize {
            if let line = encoder.added(watching.existing[position], isFirst: !hasSent) {
                piece += line
                hasSent = true
            }
            position += 1
        }
        return piece.isEmpty ? nil : piece
    }

    private func encode(_ events: [StoreEvent]) -> [UInt8]? {
        var piece: [UInt8] = []
        for event in events {
            if let line = encoder.line(for: event, isFirst: !hasSent) {
                piece += line
                hasSent = true
            }
        }
        return piece.isEmpty ? nil : piece
    }

    private func dueBookmark(_ elapsed: Duration) -> [UInt8]? {
        guard bookmarks else { return nil }
        let isFarewell = timeout > Self.farewell && elapsed >= timeout - Self.farewell && !sentLastBookmark
        guard isFarewell || now().duration(since: lastBookmark) >= Self.bookmarkInterval else { return nil }
        if isFarewell { sentLastBookmark = true }
        lastBookmark = now()
        return encoder.bookmark(lastRevision, endsInitialEvents: false)
    }

    private func nextDeadline(_ elapsed: Duration) -> Duration {
        var remaining = timeout - elapsed
        if bookmarks {
            remaining = min(remaining, Self.bookmarkInterval - now().duration(since: lastBookmark))
            if !sentLastBookmark, timeout > Self.farewell {
                remaining = min(remaining, timeout - Self.farewell - elapsed)
            }
        }
        return max(remaining, .milliseconds(1))
    }

    /// Waits for events or for a time, whichever is first.
    private func wait(until duration: Duration) async {
        let (queue, clock) = (watching.queue, clock)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await queue.wait() }
            group.addTask { try? await clock.sleep(for: duration) }
            await group.next()
            group.cancelAll()
        }
    }
}
