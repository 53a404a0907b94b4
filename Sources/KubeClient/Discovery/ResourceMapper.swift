import KubeCore
import Synchronization

/// Finds the resource of a kind, from what the server says it has.
///
/// Discovery happens on first need and again when something is not found, but then not more often than the minimum
/// interval allows, so that a manifest of an unknown kind cannot flood the server. A group whose server is down is
/// reported as such, never as missing, and breaks no other group.
public final class ResourceMapper: Sendable {
    private struct State {
        var index: ResourceIndex?
        /// When the index was made, on the mapper's clock.
        var discovered: Duration = .zero
    }

    private let client: KubeClient
    private let minimumInterval: Duration
    private let stopwatch: Stopwatch
    private let state = Mutex(State())

    /// A mapper.
    ///
    /// - Parameters:
    ///   - client: asks the server.
    ///   - minimumInterval: how long a discovery is trusted although it lacks what is looked for; 10 s by default.
    ///   - clock: measures that interval.
    public init(
        client: KubeClient, minimumInterval: Duration = .seconds(10), clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.client = client
        self.minimumInterval = minimumInterval
        stopwatch = Stopwatch(clock)
    }

    /// The resource of a kind in this version.
    ///
    /// - Throws: ``KubeClientError/noMatch(_:)`` where the server has none.
    public func type(for kind: GroupVersionKind) async throws(KubeClientError) -> ResourceType {
        try await find(
            kind.group, kind.version, "no matches for kind \"\(kind.kind)\" in version \"\(kind.apiVersion)\""
        ) {
            $0.type(for: kind)
        }
    }

    /// The resource of a kind in the version that the server prefers.
    ///
    /// - Throws: ``KubeClientError/noMatch(_:)`` where the server has none.
    public func type(for kind: GroupKind) async throws(KubeClientError) -> ResourceType {
        try await find(kind.group, nil, "no matches for kind \"\(kind.kind)\" in group \"\(kind.group)\"") {
            $0.type(for: kind)
        }
    }

    /// The resource of an object.
    ///
    /// - Throws: ``KubeClientError/noMatch(_:)`` where the server has none, or the object says no type.
    public func type(of object: KubeObject) async throws(KubeClientError) -> ResourceType {
        guard let kind = object.groupVersionKind else {
            throw .noMatch("the object \"\(object.key)\" has no apiVersion and kind")
        }
        return try await type(for: kind)
    }

    /// The resource that a person means: plural, singular, kind or short name, `deployments.apps`,
    /// `deployments.v1.apps`.
    ///
    /// - Throws: ``KubeClientError/noMatch(_:)`` where the server has none.
    public func type(named name: String) async throws(KubeClientError) -> ResourceType {
        try await find(nil, nil, "the server doesn't have a resource type \"\(name)\"") { $0.type(named: name) }
    }

    /// Everything the server has.
    public func resources() async throws(KubeClientError) -> ServerResources {
        try await index(orMakeAfter: nil).found
    }

    /// Forgets what is known, for when resources were added or removed.
    public func invalidate() {
        state.withLock { $0.index = nil }
    }

    private func find(
        _ group: String?, _ version: String?, _ message: String, _ look: (ResourceIndex) -> ResourceType?
    ) async throws(KubeClientError) -> ResourceType {
        var index = try await index(orMakeAfter: nil)
        if let type = look(index) { return type }
        index = try await self.index(orMakeAfter: minimumInterval)
        if let type = look(index) { return type }
        if let group, let reason = index.failure(group: group, version: version) {
            throw .api(Status(code: 503, reason: .serviceUnavailable, message: reason))
        }
        throw .noMatch(message)
    }

    /// The index, made anew if there is none or it is older than this.
    private func index(orMakeAfter age: Duration?) async throws(KubeClientError) -> ResourceIndex {
        let now = stopwatch.elapsed()
        let known = state.withLock { state -> ResourceIndex? in
            guard let age else { return state.index }
            return now - state.discovered < age ? state.index : nil
        }
        if let known { return known }
        let made = ResourceIndex(try await client.discover())
        let discovered = stopwatch.elapsed()
        state.withLock { state in
            state.index = made
            state.discovered = discovered
        }
        return made
    }
}
