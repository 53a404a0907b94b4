import KubeCore

/// Restarts, going back to a backup, and views of the past.
extension APIServer {
    /// Pins a client to a view of the past (nil: to the present), and lets its watches go on up to that.
    func pin(_ userAgent: String, to view: PinnedView?) {
        seams.pin(userAgent, view)
        store.wakeWatches()
    }

    func restart(downtime: Duration, keepsWatchCache: Bool) {
        if !keepsWatchCache { store.forgetWatches() }
        seams.restart(downUntil: downtime > .zero ? environment.now().advanced(by: downtime) : nil)
        store.endAllWatches()
        onRestart.withLock { $0 }?()
    }

    func restore(_ snapshot: Store.Snapshot, downtime: Duration) {
        store.restore(snapshot)
        let definitions = store.list(Self.definitions).objects.map { CustomResourceDefinition($0.object) }
        registry.replaceAll(
            definitions.filter { $0.isEstablished }.map {
                ($0.object.name, CustomResourceVersion.resources(of: $0))
            })
        restart(downtime: downtime, keepsWatchCache: false)
        store.endChanges()
    }
}
