import KubeCore

/// Watches.
extension APIServer {
    /// Seconds that no watch outlives, so that no clock is asked for a time that it cannot hold.
    private static let longestWatch: Int64 = 365 * 24 * 3600

    func watch(_ context: RequestContext) async throws(Status) -> APIResponse {
        let options = try ListOptions(context.request, isWatch: true)
        let filter = try ObjectFilter(
            options, context.resource, namespace: context.namespace, name: context.name)
        let asked = try ListOptions.revision(options.resourceVersion)
        let view = pinned(context, isCached: true)
        var start = Store.WatchStart.existing
        if options.sendsInitialEvents == true {
            // Without a version, the cache has to be as fresh as the storage.
            let isFresh = asked == nil && pinned(context, isCached: false) == nil
            let needed = isFresh ? store.revision : asked ?? 0
            if needed > 0 { try await waitUntil(needed, view: view) }
        } else if options.sendsInitialEvents == false {
            start = (asked ?? 0) > 0 ? .after(asked ?? 0) : .now
        } else if let asked, asked > 0 {
            try await waitUntil(asked, view: view)
            start = .after(asked)
        }
        let encoder = WatchEncoder(server: self, context: context, filter: filter)
        let headers = [
            APIRequest.Header("Content-Type", context.representation.isYAML ? MediaType.yaml : MediaType.json),
            APIRequest.Header("Cache-Control", "no-cache, private"),
        ]
        let watching: Store.Watching
        switch store.watch(context.resource.storage, from: start, at: view) {
        case .success(let found): watching = found
        case .failure(let expired):
            let status = Status.expired("too old resource version: \(options.resourceVersion) (\(expired.oldest))")
            let line = WatchEncoder.line("ERROR", status.value.serializedBytes())
            return APIResponse(
                status: 200, headers: headers,
                body: .stream(
                    AsyncStream { continuation in
                        continuation.yield(line)
                        continuation.finish()
                    }))
        }
        // A watch that begins with what there is says where that ends, if it may send bookmarks.
        var endsInitialEvents = false
        if case .existing = start { endsInitialEvents = options.allowsBookmarks }
        let timeout =
            options.timeoutSeconds.flatMap { $0 > 0 ? min($0, Self.longestWatch) : nil }
            ?? Int64(1800 + environment.random(1800))
        let ending = StreamEnding()
        watching.queue.whenOverrun { ending.overrun() }
        ending.whenAbandoned { [weak queue = watching.queue] in queue?.abandon() }
        let session = WatchSession(
            watching: watching, encoder: encoder, ending: ending, clock: environment.clock, now: environment.now,
            timeout: .seconds(timeout), bookmarks: options.allowsBookmarks, endsInitialEvents: endsInitialEvents)
        var response = APIResponse(
            status: 200, headers: headers, body: .stream(AsyncStream { await session.next() }))
        response.ending = ending
        return response
    }
}
