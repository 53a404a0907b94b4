import Collections
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
    private let ending: StreamEnding
    /// The run of the server that the watch belongs to.
    private let incarnation: UInt64
    /// Events taken that have to wait for the client's view, or go out one by one through the seams.
    private var held: Deque<StoreEvent> = []
    /// How many events have gone through the seams.
    private var tapped = 0
    private var isOver = false

    /// How often a watch that asked for bookmarks gets one.
    private static let bookmarkInterval = Duration.seconds(60)
    /// How long before its end a watch gets its last bookmark.
    private static let farewell = Duration.seconds(2)
    /// How many bytes of events are sent at once, at most.
    private static let pieceSize = 256 * 1024

    init(
        watching: Store.Watching, encoder: WatchEncoder, ending: StreamEnding, clock: any Clock<Duration>,
        now: @escaping @Sendable () -> Timestamp, timeout: Duration, bookmarks: Bool, endsInitialEvents: Bool
    ) {
        self.watching = watching
        self.encoder = encoder
        self.ending = ending
        incarnation = encoder.server.seams.incarnation
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
        let piece = await nextPiece()
        // A server that has restarted says nothing more on its old connections.
        guard encoder.server.seams.incarnation == incarnation else {
            ending.reset()
            return nil
        }
        return piece
    }

    private func nextPiece() async -> [UInt8]? {
        if let piece = await existingObjects() { return piece }
        if endsInitialEvents, !isOver {
            endsInitialEvents = false
            let line = encoder.bookmark(watching.revision, endsInitialEvents: true)
            if let piece = await pass(line, "BOOKMARK", nil, watching.revision) { return piece }
        }
        while !Task.isCancelled, !isOver {
            // Read before taking: when nothing waits afterwards, everything up to here has been seen.
            let seen = encoder.server.store.revision
            guard let events = watching.queue.take(upTo: Self.pieceSize) else { return nil }
            let limit = encoder.limit
            if encoder.server.seams.isTappingEvents || limit != nil || !held.isEmpty {
                held.append(contentsOf: events)
                if let event = held.first, event.revision <= limit ?? .max {
                    held.removeFirst()
                    if let piece = await pass(event) { return piece }
                    continue
                }
            } else {
                if let piece = encode(events) { return piece }
                guard events.isEmpty else { continue }
            }
            lastRevision = max(lastRevision, min(seen, limit ?? .max))
            let elapsed = now().duration(since: started)
            guard elapsed < timeout else { return nil }
            if let line = dueBookmark(elapsed), let piece = await pass(line, "BOOKMARK", nil, lastRevision) {
                return piece
            }
            await wait(until: nextDeadline(elapsed))
        }
        return nil
    }

    private func existingObjects() async -> [UInt8]? {
        while encoder.server.seams.isTappingEvents, position < watching.existing.count, !isOver {
            let object = watching.existing[position]
            position += 1
            guard let line = encoder.added(object, isFirst: !hasSent) else { continue }
            if let piece = await pass(line, "ADDED", object, object.resourceVersion) { return piece }
        }
        guard !isOver else { return nil }
        var piece: [UInt8] = []
        while position < watching.existing.count, piece.count < Self.pieceSize {
            if encoder.append(added: watching.existing[position], isFirst: !hasSent, to: &piece) { hasSent = true }
            position += 1
        }
        return piece.isEmpty ? nil : piece
    }

    private func encode(_ events: [StoreEvent]) -> [UInt8]? {
        var piece: [UInt8] = []
        piece.reserveCapacity(events.reduce(0) { $0 + $1.current.weight + 64 })
        for event in events where encoder.append(event, isFirst: !hasSent, to: &piece) { hasSent = true }
        return piece.isEmpty ? nil : piece
    }

    private func pass(_ event: StoreEvent) async -> [UInt8]? {
        guard let (type, object) = encoder.selection(of: event),
            let line = encoder.encode(type, object, isFirst: !hasSent)
        else { return nil }
        return await pass(line, type, object, event.revision)
    }

    /// What is sent of a line once the seams have had their way with it; nil for nothing.
    private func pass(
        _ line: [UInt8], _ type: String, _ object: StoredObject?, _ revision: UInt64
    ) async -> [UInt8]? {
        if object != nil { hasSent = true }
        guard encoder.server.seams.isTappingEvents else { return line }
        let event = WatchedEvent(
            request: encoder.context.request, type: type, group: encoder.context.type.group,
            resource: encoder.context.type.plural, namespace: object?.namespace, name: object?.name ?? "",
            resourceVersion: revision, position: tapped)
        tapped += 1
        switch await encoder.server.seams.fault(for: event) {
        case nil: return line
        case .drop: return nil
        case .duplicate: return line + line
        case .delay(let duration):
            try? await clock.sleep(for: duration)
            return Task.isCancelled ? nil : line
        case .end:
            isOver = true
            return nil
        case .reset:
            isOver = true
            ending.reset()
            return nil
        case .truncate:
            isOver = true
            ending.reset()
            return Array(line.prefix(line.count / 2))
        case .expire:
            isOver = true
            let status = Status.expired("too old resource version: \(revision) (\(encoder.server.store.revision))")
            return WatchEncoder.line("ERROR", status.value.serializedBytes())
        }
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
