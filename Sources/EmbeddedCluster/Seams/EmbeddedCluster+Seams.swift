import KubeCore

/// What tests and experiments do to a running cluster. The same over HTTP: see `/debug/` in `DebugRequests.swift`.
extension EmbeddedCluster {
    // MARK: Observing

    /// Every request and every event of a watch from now on, as they happen. The stream is not bounded: read it
    /// promptly. Its observations are in order: what a client was answered before it asked again comes before that.
    public func observations() -> AsyncStream<ClusterObservation> { server.seams.observations() }

    /// The last 10,000 requests that have been answered, in the order of their answers.
    public var recentRequests: [RequestRecord] { server.seams.recentRequests }

    // MARK: Faults

    /// Adds a fault to what befalls requests or events. Hooks of the options come first; of rules, the first that
    /// covers a request and is due decides.
    public func add(_ rule: FaultRule) { server.seams.add(rule) }

    /// Takes away every rule that ``add(_:)`` added.
    public func removeFaultRules() { server.seams.removeRules() }

    // MARK: Views of the past

    /// Lets a client see the past.
    ///
    /// - Parameters:
    ///   - userAgent: what the client's `User-Agent` begins with; the longest that fits counts.
    ///   - view: what it sees from now on. Pinning again with a later version lets its watches go on up to that one.
    public func pin(userAgent: String, to view: PinnedView) { server.pin(userAgent, to: view) }

    /// Lets a client see the present again; its watches hear at once of what they were kept from.
    public func unpin(userAgent: String) { server.pin(userAgent, to: nil) }

    // MARK: The server's life

    /// Forgets events up to a version (nil: all), so that watches and lists from before are answered with 410.
    public func compact(upTo resourceVersion: UInt64? = nil) { server.store.compact(upTo: resourceVersion) }

    /// Ends every watch, as one does whose time is over.
    public func endWatches() { server.store.endAllWatches() }

    /// Restarts the server on the same storage, as after a crash: every connection is closed, requests that are under
    /// way get no answer (those that had been committed stay so), and watches end.
    ///
    /// - Parameters:
    ///   - downtime: how long, by the wall clock of the options, connections are closed before they bring an answer;
    ///     the default is not at all.
    ///   - keepsWatchCache: whether watches can go on where they were. A real server begins with an empty watch cache,
    ///     and answers watches from versions before its start with 410, which is the default here; where several
    ///     servers stand behind one address, clients find another one whose cache goes back further.
    public func restart(downtime: Duration = .zero, keepsWatchCache: Bool = false) {
        server.restart(downtime: downtime, keepsWatchCache: keepsWatchCache)
    }

    /// The storage as it is now, to go back to.
    public func backup() -> ClusterBackup { ClusterBackup(content: server.store.snapshot()) }

    /// Goes back to a backup, as restoring etcd from one does: what was written since is gone without a trace, the
    /// resource version goes back and will be given out again to other writes, and the server restarts.
    /// ``history`` keeps the writes that are gone. Controllers of the options start afresh.
    public func restore(_ backup: ClusterBackup, downtime: Duration = .zero) {
        server.restore(backup.content, downtime: downtime)
    }
}
