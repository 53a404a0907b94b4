import KubeCore

@testable import EmbeddedCluster

/// A watch under way, with what it must hear.
struct ModelWatch {
    var kind: Int
    var selector: Int
    var response: APIResponse
    /// The version after which events are expected.
    var start: UInt64
    /// Whether everything that there was at the start comes first.
    var hasExisting: Bool
    var isStreaming: Bool
    /// Whether the version had been compacted when the watch was asked for.
    var isExpired: Bool

    /// Objects without what differs between two encodings of the same.
    static func plain(_ objects: [JSONValue]) -> [JSONValue] {
        objects.map { object in
            var object = object
            object.set(nil, at: "kind")
            object.set(nil, at: "apiVersion")
            return object
        }
    }
}

/// A list that is read in pages.
struct ModelPages {
    var kind: Int
    var selector: Int
    var limit: Int
    var items: [JSONValue] = []
    var revision: UInt64?
    var token: String?
}

extension ModelRun {
    mutating func watch(_ kind: Int, _ selector: Int, _ start: ModelOperation.Start) async throws {
        switch start {
        case .existing: try await open(kind, selector, nil, "", hasExisting: true)
        case .streaming:
            try await open(
                kind, selector, nil,
                "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true",
                hasExisting: true, isStreaming: true)
        case .now: try await open(kind, selector, currentRevision, "")
        case .version(let number):
            let version = log.isEmpty ? currentRevision : log[number % log.count].revision
            try await open(kind, selector, version, "&allowWatchBookmarks=true")
        }
    }

    private mutating func open(
        _ kind: Int, _ selector: Int, _ version: UInt64?, _ query: String, hasExisting: Bool = false,
        isStreaming: Bool = false
    ) async throws {
        let model = ModelKind.all[kind]
        let selection = ModelSelector.of(selector, model).query
        let start = version.map { "&resourceVersion=\($0)" } ?? ""
        let response = await cluster.handle(
            APIRequest(
                method: "GET", target: "\(model.collection)?watch=true\(start)\(query)&\(selection)",
                headers: [APIRequest.Header("User-Agent", "watcher")]))
        guard response.status == 200 else { throw Violation("a watch was answered with \(response.status)") }
        watches.append(
            ModelWatch(
                kind: kind, selector: selector, response: response, start: version ?? currentRevision,
                hasExisting: hasExisting, isStreaming: isStreaming, isExpired: version.map { $0 < compacted } ?? false))
    }

    /// Ends all watches, checks what each of them has heard, and takes each up again from the last version it saw.
    mutating func disconnect(reconnects: Bool) async throws {
        cluster.endWatches()
        let ended = watches
        watches = []
        for watch in ended {
            let last = try await check(watch)
            guard reconnects else { continue }
            if let last, last >= compacted {
                try await open(watch.kind, watch.selector, last, "&allowWatchBookmarks=true")
            } else {
                try await open(watch.kind, watch.selector, nil, "", hasExisting: true)
            }
        }
    }

    /// Checks what a watch has heard.
    ///
    /// - Returns: the last version it saw; nil if it was told that it came too late.
    private func check(_ watch: ModelWatch) async throws -> UInt64? {
        let model = ModelKind.all[watch.kind]
        let selector = ModelSelector.of(watch.selector, model)
        var events: [(type: String, object: JSONValue)] = []
        for line in await watch.response.collectBody().split(separator: 0x0A) {
            let value = try JSONValue(parsing: Array(line))
            events.append((value["type"]?.stringValue ?? "", value["object"] ?? .null))
        }
        if watch.isExpired {
            guard events.count == 1, events[0].type == "ERROR", events[0].object["code"] == 410 else {
                throw Violation("a watch from before \(compacted) should be told so: \(events)")
            }
            return nil
        }
        let expected = expectedEvents(of: watch, selector)
        var last = watch.start
        var position = 0
        for event in events {
            let version = event.object[path: "metadata", "resourceVersion"]?.stringValue.flatMap { UInt64($0) } ?? 0
            if event.type == "BOOKMARK" {
                let ends = event.object[path: "metadata", "annotations", "k8s.io/initial-events-end"] == "true"
                guard version >= last, version <= currentRevision, !ends || position == expected.initial else {
                    throw Violation("a bookmark out of place: \(event.object) after \(position) events")
                }
                last = version
                continue
            }
            guard position < expected.events.count else {
                throw Violation("one event too many, from \(watch.start): \(event)")
            }
            let wanted = expected.events[position]
            guard event.type == wanted.type, ModelWatch.plain([event.object]) == ModelWatch.plain([wanted.object])
            else {
                throw Violation(
                    "event \(position) of a watch of \(selector.query) from \(watch.start) should be \(wanted), not \(event)"
                )
            }
            position += 1
            if position > expected.initial {
                guard version > last else { throw Violation("version \(version) comes after \(last)") }
                last = version
            }
        }
        guard position == expected.events.count else {
            throw Violation("events are missing from a watch from \(watch.start): \(expected.events[position...])")
        }
        guard !watch.isStreaming || events.contains(where: { $0.type == "BOOKMARK" }) else {
            throw Violation("the initial events of a streaming list have no end")
        }
        return last
    }

    private func expectedEvents(
        of watch: ModelWatch, _ selector: ModelSelector
    ) -> (events: [(type: String, object: JSONValue)], initial: Int) {
        var events: [(type: String, object: JSONValue)] = []
        if watch.hasExisting {
            for (_, object) in state(watch.kind, at: watch.start).sorted(by: { $0.key < $1.key })
            where selector.matches(object) {
                events.append(("ADDED", object))
            }
        }
        let initial = events.count
        for change in log where change.kind == watch.kind && change.revision > watch.start {
            let was = change.old.map(selector.matches) ?? false
            let becomes = change.new.map(selector.matches) ?? false
            switch (was, becomes) {
            case (false, true): events.append(("ADDED", change.new ?? .null))
            case (true, true): events.append(("MODIFIED", change.new ?? .null))
            case (true, false):
                var object = change.old ?? .null
                object.set(.string(String(change.revision)), at: "metadata", "resourceVersion")
                events.append(("DELETED", object))
            case (false, false): break
            }
        }
        return (events, initial)
    }

    /// Reads the next page of every list under way.
    mutating func nextPages() async throws {
        let open = pages
        pages = []
        for var list in open {
            let model = ModelKind.all[list.kind]
            let selector = ModelSelector.of(list.selector, model)
            let token = list.token.map { "&continue=\($0)" } ?? ""
            let answer = try await writer.send(
                "GET", "\(model.collection)?limit=\(list.limit)\(token)&\(selector.query)", "lister")
            if answer.status == 410, let revision = list.revision, revision < compacted { continue }
            guard answer.status == 200 else { throw Violation("a page was answered with \(answer.body)") }
            let version = answer.body[path: "metadata", "resourceVersion"]?.stringValue.flatMap { UInt64($0) }
            guard version == list.revision ?? currentRevision else {
                throw Violation(
                    "the pages of a list have different versions: \(list.revision ?? 0), then \(answer.body)")
            }
            list.revision = version
            list.items += answer.body["items"]?.arrayValue ?? []
            list.token = answer.body[path: "metadata", "continue"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
            if list.token != nil {
                pages.append(list)
                continue
            }
            let expected = state(list.kind, at: list.revision ?? 0).sorted { $0.key < $1.key }.map(\.value)
                .filter(selector.matches)
            guard ModelWatch.plain(list.items) == ModelWatch.plain(expected) else {
                throw Violation("the pages of \(model.type.plural) at \(list.revision ?? 0) are not the state then")
            }
        }
    }
}
