import KubeClient
import KubeCore
import KubeRuntime
import KubeRuntimeTesting
import Synchronization

/// A controller of sites, with one mistake or none.
struct SiteController: Reconciler {
    let client: KubeClient
    let sites: Informer
    let maps: Informer
    let secrets: Informer
    let mistake: Mistake?
    let memory = Memory()

    /// What the process remembers: only mistaken controllers need any of it but the last publication.
    final class Memory: Sendable {
        let deleted = Mutex<Set<ObjectKey>>([])
        let publishedAt = Mutex<(RuntimeClock.Instant, Timestamp)?>(nil)
        let sawDeletion = Mutex(true)
        let hasMadePage = Mutex(false)
    }

    struct InTheWay: Error {
        var object: String
    }

    /// How long a page stays at least as it is.
    static let pause = Duration.seconds(3)

    static func body(_ mistake: Mistake?, isLed: Bool) -> ControllerScenario.ControllerBody {
        { instance in
            guard isLed else { return try await run(instance, instance.client, mistake) }
            let gate = LeaseWriteGate(clock: instance.clock)
            let client = mistake == .unguardedLeader ? instance.client : instance.client.guarded(by: gate)
            let elector = try LeaderElector(
                store: ClientLeaseStore(
                    client: instance.client, namespace: "default", name: "sites",
                    requestTimeout: LeaderElectionConfiguration().requestTimeout),
                identity: instance.identity, writeGate: gate, clock: instance.clock, random: instance.random,
                logger: instance.logger
            ) {
                try await run(instance, client, mistake)
            }
            try await elector.run()
        }
    }

    private static func run(_ instance: ControllerInstance, _ client: KubeClient, _ mistake: Mistake?) async throws {
        let caches = InformerCache(
            client: client, clock: instance.clock, random: instance.random, logger: instance.logger)
        let labelled = LabelSelector([LabelSelector.Requirement(key: Site.label, comparison: .exists)])
        let reconciler = SiteController(
            client: client, sites: caches.informer(for: InformerScope(type: Site.type)),
            maps: caches.informer(for: InformerScope(type: .configMaps, labels: labelled)),
            secrets: caches.informer(for: InformerScope(type: .secrets, labels: labelled)), mistake: mistake)
        let controller = Controller(
            name: "sites", reconciler: reconciler, caches: [caches], clock: instance.clock, random: instance.random,
            logger: instance.logger)
        let memory = reconciler.memory
        reconciler.sites.addHandler { change in
            if mistake == .edgeTriggeredCleanup, case .deleted(let last, _) = change {
                _ = memory.deleted.withLock { $0.insert(last.key) }
            }
        }
        controller.watch(reconciler.sites) { [$0.key] }
        let owner: @Sendable (StoredObject) -> [ObjectKey] = { object in
            object.label(Site.label).map { [ObjectKey(namespace: "default", name: $0)] } ?? []
        }
        reconciler.maps.addHandler { change in
            guard mistake == .missedDeletion, case .deleted(_, let isFinalStateKnown) = change else { return }
            memory.sawDeletion.withLock { $0 = isFinalStateKnown }
        }
        controller.watch(reconciler.maps, map: owner)
        controller.watch(reconciler.secrets, map: owner)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await caches.run() }
            group.addTask { try await controller.run() }
            try await group.next()
            group.cancelAll()
        }
    }

    func reconcile(_ key: ObjectKey, _ context: ReconcileContext) async throws -> ReconcileOutcome {
        guard var site = try sites.store.get(key)?.object() else {
            if mistake == .edgeTriggeredCleanup, memory.deleted.withLock({ $0.remove(key) != nil }) {
                try await deleteRecord(of: key.name)
            }
            return .done
        }
        if mistake != .edgeTriggeredCleanup {
            switch Finalizers.phase(of: site, Site.finalizer) {
            case .nothing: return .done
            case .cleanUp:
                if mistake != .finalizerFirst { try await deleteRecord(of: site.name) }
                try await Finalizers.remove(Site.finalizer, from: site, type: Site.type, client: client)
                if mistake == .finalizerFirst { try await deleteRecord(of: site.name) }
                return .done
            case .add: site = try await Finalizers.add(Site.finalizer, to: site, type: Site.type, client: client)
            case .apply: break
            }
        } else if site.isBeingDeleted {
            return .done
        }
        if let wait = pause(site, context) { return .requeue(after: wait) }
        do {
            if mistake == .statusFirst { site = try await report(site, context) }
            try await makeObjects(site, context)
            site = try await annotate(site, context)
            if mistake != .statusFirst { _ = try await report(site, context) }
        } catch let error as KubeClientError where mistake == .forgottenConflict && error.isConflict {
            return .done
        }
        return .done
    }

    // MARK: Objects

    private func makeObjects(_ site: KubeObject, _ context: ReconcileContext) async throws {
        let isPageMissing = maps.store.get(namespace: "default", name: "\(site.name)-page") == nil
        try await makePage(site, context)
        if mistake != .oneGuardForTwoWrites || isPageMissing { try await makeRecord(site) }
        try await makeKey(site)
    }

    private func makePage(_ site: KubeObject, _ context: ReconcileContext) async throws {
        var page = Site.object("v1", "ConfigMap", "\(site.name)-page", namespace: site.namespace)
        page.labels = [Site.label: site.name]
        page["data"] = ["index.html": .string(Site.text(site))]
        try Owners.set(site, on: &page)
        let cached = try maps.store.get(page.key)?.object()
        if let cached, mistake != .childByName, !cached.ownerReferences.contains(where: { $0.uid == site.uid }) {
            throw InTheWay(object: "\(cached.key)")
        }
        guard let cached else {
            // With the mistake, a page is restored only if its deletion was seen as it happened.
            guard memory.sawDeletion.withLock({ $0 }) else { return }
            do {
                _ = try await client.create(.configMaps, page)
            } catch {
                guard mistake == .swallowedError else { throw error }
            }
            memory.hasMadePage.withLock { $0 = true }
            note(context)
            return
        }
        guard cached["data"] != page["data"] else { return }
        var changed = cached
        changed["data"] = page["data"]
        _ = try await client.update(.configMaps, changed)
        note(context)
    }

    private func makeRecord(_ site: KubeObject) async throws {
        var record = Site.object("v1", "ConfigMap", site.name, namespace: Site.registry)
        guard maps.store.get(record.key) == nil else { return }
        record.labels = [Site.label: site.name]
        _ = try await client.create(.configMaps, record)
    }

    private func makeKey(_ site: KubeObject) async throws {
        let own = secrets.store.snapshot().list(namespace: site.namespace).filter { secret in
            secret.ownerReferences.contains { $0.uid == site.uid }
        }
        guard own.isEmpty else { return }
        var key = Site.object("v1", "Secret", "\(site.name)-key", namespace: site.namespace)
        key.labels = [Site.label: site.name]
        key["stringData"] = ["key": "of the site"]
        try Owners.set(site, on: &key)
        if mistake == .generatedName {
            key.set(nil, at: "metadata", "name")
            key.set(.string("\(site.name)-key-"), at: "metadata", "generateName")
        }
        _ = try await client.create(.secrets, key)
    }

    private func deleteRecord(of name: String) async throws {
        do {
            try await client.delete(.configMaps, namespace: Site.registry, name: name)
        } catch  where error.isNotFound {
            // It is gone, which is what is wanted.
        }
    }

    // MARK: The site itself

    /// Notes on the site what is published.
    private func annotate(_ site: KubeObject, _ context: ReconcileContext) async throws -> KubeObject {
        guard site.annotations[Site.published] != Site.text(site) else { return site }
        var changed = site
        changed.annotations[Site.published] = Site.text(site)
        if mistake == .blindUpdate {
            changed.resourceVersion =
                try await client.get(Site.type, namespace: site.namespace, name: site.name).resourceVersion
        }
        return try await client.update(Site.type, changed)
    }

    private func report(_ site: KubeObject, _ context: ReconcileContext) async throws -> KubeObject {
        let pages = site["status"]?["pages"]?.stringArrayValue ?? []
        let page = "\(site.name)-page"
        var status: JSONValue = [
            "observedGeneration": .integer(site.generation),
            "pages": JSONValue(mistake == .blindAppend ? pages : [page]),
        ]
        let ready = (site["status"]?["conditions"]?.arrayValue ?? []).first { $0["type"] == "Ready" }
        let since = ready?["lastTransitionTime"] ?? .string(context.clock.wallNow.description)
        status["conditions"] = [["type": "Ready", "status": "True", "lastTransitionTime": since]]
        if mistake == .hotLoop { status["lookedAt"] = .string(context.clock.wallNow.microTime) }
        var changed = site
        if status != site["status"] {
            changed["status"] = status
            changed = try await client.updateStatus(Site.type, changed)
        }
        if mistake == .blindAppend, memory.hasMadePage.withLock({ $0 }) {
            let patch: JSONValue = [["op": "add", "path": "/status/pages/-", "value": .string(page)]]
            changed = try await client.patch(
                Site.type, namespace: site.namespace, name: site.name, subresource: "status", .json(patch))
            memory.hasMadePage.withLock { $0 = false }
        }
        return changed
    }

    // MARK: The pause between two publications

    /// How long to wait until the page may change; nil if it may, or need not.
    private func pause(_ site: KubeObject, _ context: ReconcileContext) -> Duration? {
        guard let (instant, wall) = memory.publishedAt.withLock({ $0 }) else { return nil }
        let passed =
            mistake == .wallClockPause
            ? context.clock.wallNow.duration(since: wall) : instant.duration(to: context.clock.now)
        return passed < Self.pause ? Self.pause - passed : nil
    }

    private func note(_ context: ReconcileContext) {
        memory.publishedAt.withLock { $0 = (context.clock.now, context.clock.wallNow) }
    }
}
