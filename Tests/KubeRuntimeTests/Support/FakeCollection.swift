import KubeCore
import KubeRuntime
import Synchronization

/// A collection with the API server's semantics of lists and watches, in memory, whose history can be compacted and
/// whose requests can be made to fail.
final class FakeCollection: ObjectSource {
    /// What happens to a request.
    enum Fault: Sendable {
        case fail(SourceFailure)
        /// A watch: end after so many events, cleanly or not.
        case cut(after: Int, SourceFailure?)
        /// A watch: say nothing any more after so many events, as a half-open connection.
        case hush(after: Int)
        /// A watch: send each event twice.
        case stutter
    }

    private struct Entry {
        var version: Int
        var type: String
        var json: [UInt8]
    }

    private struct Watcher {
        var continuation: AsyncThrowingStream<[SourceEvent], any Error>.Continuation
        var remaining: Int?
        var ending: Result<Void, SourceFailure>?
        var stutters: Bool
    }

    private struct State {
        var version = 10
        var objects: [String: [UInt8]] = [:]
        var history: [Entry] = []
        var oldest = 0
        var faults: [Fault?] = []
        var watchers: [Int: Watcher] = [:]
        var nextWatcher = 0
        var uid = 0
        var requests: [String] = []
    }

    private let state = Mutex(State())
    let supportsInitialEvents: Bool
    /// Answers after this long, which lets time pass.
    let latency: Duration
    let clock: RuntimeClock

    init(clock: RuntimeClock, supportsInitialEvents: Bool = true, latency: Duration = .milliseconds(20)) {
        self.clock = clock
        self.supportsInitialEvents = supportsInitialEvents
        self.latency = latency
    }

    /// Faults for the next requests, in order; nil for none.
    func plan(_ faults: [Fault?]) { state.withLock { $0.faults += faults } }
    var requests: [String] { state.withLock { $0.requests } }
    var version: String { state.withLock { String($0.version) } }

    /// Each name with its version, as a store should show it.
    var content: [String: String] {
        state.withLock { state in
            state.objects.mapValues {
                (try? JSONValue(parsing: $0))?[path: "metadata", "resourceVersion"]?.stringValue ?? ""
            }
        }
    }

    func put(_ name: String, labels: [String: String] = [:], _ data: String = "") {
        state.withLock { state in
            state.version += 1
            let isNew = state.objects[name] == nil
            if isNew { state.uid += 1 }
            let uid =
                isNew
                ? "uid-\(state.uid)"
                : (try? JSONValue(parsing: state.objects[name] ?? []))?[path: "metadata", "uid"]?.stringValue ?? ""
            let json = Self.object(name, uid: uid, version: state.version, labels: labels, data: data)
            state.objects[name] = json
            Self.publish(&state, Entry(version: state.version, type: isNew ? "ADDED" : "MODIFIED", json: json))
        }
    }

    func remove(_ name: String) {
        state.withLock { state in
            guard let old = state.objects.removeValue(forKey: name), var value = try? JSONValue(parsing: old) else {
                return
            }
            state.version += 1
            value.set(.string(String(state.version)), at: "metadata", "resourceVersion")
            Self.publish(&state, Entry(version: state.version, type: "DELETED", json: value.serializedBytes()))
        }
    }

    /// Forgets all history, so that only the newest version can be watched from.
    func compact() {
        state.withLock { state in
            state.oldest = state.version
            state.history = []
        }
    }

    /// Ends all watches.
    func dropWatches(_ failure: SourceFailure? = nil) {
        let watchers = state.withLock { state in
            defer { state.watchers = [:] }
            return Array(state.watchers.values)
        }
        for watcher in watchers { watcher.continuation.finish(throwing: failure) }
    }

    func bookmark() {
        state.withLock { state in
            for watcher in state.watchers.values where watcher.remaining != 0 {
                watcher.continuation.yield([
                    .bookmark(resourceVersion: String(state.version), endsInitialEvents: false)
                ])
            }
        }
    }

    func list(_ request: ListRequest, receive: (ArraySlice<UInt8>) throws -> Void) async throws -> ListEnd {
        try await clock.sleep(for: latency)
        let fault = takeFault(
            "LIST rv=\(request.resourceVersion) limit=\(request.limit) continue=\(request.continueToken)")
        if case .fail(let failure)? = fault { throw failure }
        let (version, objects) = state.withLock { ($0.version, $0.objects.sorted { $0.key < $1.key }) }
        var start = 0
        var at = version
        if !request.continueToken.isEmpty {
            let parts = request.continueToken.split(separator: "/")
            start = Int(parts[1]) ?? 0
            at = Int(parts[0]) ?? 0
            // Pages of one list show one version; a real server refuses once it has forgotten that version.
            guard at == version else { throw SourceFailure.expired("The provided continue parameter is too old") }
        }
        let end = request.limit == 0 ? objects.count : min(objects.count, start + request.limit)
        for object in objects[start..<end] { try receive(object.value[...]) }
        return ListEnd(resourceVersion: String(at), continueToken: end < objects.count ? "\(at)/\(end)" : "")
    }

    func watch(_ request: WatchRequest) async throws -> WatchBatches {
        try await clock.sleep(for: latency)
        let fault = takeFault(
            "WATCH rv=\(request.resourceVersion)\(request.sendsInitialEvents ? " initial" : "")")
        if case .fail(let failure)? = fault { throw failure }
        if request.sendsInitialEvents, !supportsInitialEvents {
            throw SourceFailure.unsupported("sendInitialEvents is forbidden for watch")
        }
        let (stream, continuation) = AsyncThrowingStream.makeStream(of: [SourceEvent].self)
        let id: Int = try state.withLock { state in
            var events: [SourceEvent] = []
            if request.sendsInitialEvents {
                for object in state.objects.sorted(by: { $0.key < $1.key }) { events.append(.added(object.value[...])) }
                events.append(.bookmark(resourceVersion: String(state.version), endsInitialEvents: true))
            } else {
                let from = Int(request.resourceVersion) ?? 0
                guard from >= state.oldest else {
                    throw SourceFailure.expired("too old resource version: \(from) (\(state.oldest))")
                }
                events = state.history.filter { $0.version > from }.map(Self.event)
            }
            var watcher = Watcher(continuation: continuation, remaining: nil, ending: nil, stutters: false)
            switch fault {
            case .cut(let after, let failure)?:
                watcher.remaining = after
                watcher.ending = failure.map { .failure($0) } ?? .success(())
            case .hush(let after)?: watcher.remaining = after
            case .stutter?: watcher.stutters = true
            case .fail?, nil: break
            }
            state.nextWatcher += 1
            for event in events { Self.send(event, to: &watcher) }
            if watcher.remaining == 0, watcher.ending != nil { Self.send(nil, to: &watcher) }
            state.watchers[state.nextWatcher] = watcher
            return state.nextWatcher
        }
        let clock = clock
        return WatchBatches {
            nonisolated(unsafe) var iterator = stream.makeAsyncIterator()
            let deadline = clock.now.advanced(by: request.timeout)
            return {
                // The server ends a watch at its time limit; a hushed one only looks as if it went on.
                let isHushed = self.state.withLock { state in
                    state.watchers[id].map { $0.remaining != nil && $0.ending == nil } ?? false
                }
                if isHushed { return try await iterator.next() }
                return try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        try await clock.sleep(until: deadline)
                        continuation.finish()
                    }
                    defer { group.cancelAll() }
                    return try await iterator.next()
                }
            }
        }
    }

    private func takeFault(_ request: String) -> Fault? {
        state.withLock { state in
            state.requests.append(request)
            return state.faults.isEmpty ? nil : state.faults.removeFirst()
        }
    }

    private static func publish(_ state: inout State, _ entry: Entry) {
        state.history.append(entry)
        for id in state.watchers.keys {
            guard var watcher = state.watchers[id] else { continue }
            send(event(entry), to: &watcher)
            state.watchers[id] = watcher
        }
    }

    private static func send(_ event: SourceEvent?, to watcher: inout Watcher) {
        guard let event, watcher.remaining != 0 else {
            switch watcher.ending {
            case .success?: watcher.continuation.finish()
            case .failure(let failure)?: watcher.continuation.finish(throwing: failure)
            case nil: break
            }
            return
        }
        watcher.remaining? -= 1
        watcher.continuation.yield(watcher.stutters ? [event, event] : [event])
    }

    private static func event(_ entry: Entry) -> SourceEvent {
        switch entry.type {
        case "ADDED": .added(entry.json[...])
        case "MODIFIED": .modified(entry.json[...])
        default: .deleted(entry.json[...])
        }
    }

    static func object(
        _ name: String, uid: String, version: Int, labels: [String: String] = [:], data: String = ""
    ) -> [UInt8] {
        var object = KubeObject(type: .configMaps, namespace: "default", name: name)
        object.uid = uid
        object.resourceVersion = String(version)
        object.labels = labels
        object["data"] = ["value": .string(data)]
        return object.value.serializedBytes()
    }
}
