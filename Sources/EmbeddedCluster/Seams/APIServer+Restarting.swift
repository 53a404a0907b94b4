import KubeCore

/// Restarts, and going back to a backup.
extension APIServer {
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
