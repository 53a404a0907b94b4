import KubeCore

/// The controllers of a set, on one work queue, acting through ``ClusterAccess`` only.
///
/// Decisions are made one after the other on this actor, from its cache; their actions run outside of it, several
/// requests at a time and never two of one object. ``run()`` drives it until its task is cancelled; tests on virtual
/// time call ``start()``, ``observe(_:)``, ``step()`` and ``nextDeadline`` instead.
package actor SimulatedControllers {
    private let controllers: [any ClusterController]
    private let accesses: [any ClusterAccess]
    private let settings: SimulationSettings
    private let clock: any Clock<Duration>
    private let now: @Sendable () -> Timestamp
    private let random: @Sendable () -> UInt64
    private let onFailure: @Sendable (String, Status) -> Void
    private let injector: InjectorState

    private var cache = ClusterCache()
    private var queue = ControllerQueue()
    private var memory = ControllerMemory()
    private var revisions = InjectorRevisions()
    private var wakeAt: Timestamp?
    private var spawn: AsyncStream<Work>.Continuation?

    /// How many requests are worked on at once.
    private static let concurrency = 8

    /// What ``run()`` has child tasks for.
    private enum Work {
        case serve(ControllerRequest)
        case wake(after: Duration)
    }

    /// The controllers of a set. None of them does anything before ``run()``.
    ///
    /// - Parameters:
    ///   - set: which controllers.
    ///   - access: the cluster, as seen by a user agent such as `deployment-controller`.
    ///   - settings: how the node side behaves.
    ///   - injector: kept current with the istiods that are ready; admission reads it.
    ///   - clock: sleeps until delayed work is due.
    ///   - now: the wall clock; it and `clock` must advance together.
    ///   - random: a source of chance, for generated names.
    ///   - onFailure: told about every action that failed, which is then tried again: for logs.
    package init(
        _ set: ControllerSet, access: (_ userAgent: String) -> any ClusterAccess,
        settings: SimulationSettings = SimulationSettings(), injector: InjectorState = InjectorState(),
        clock: any Clock<Duration> = ContinuousClock(), now: @escaping @Sendable () -> Timestamp,
        random: @escaping @Sendable () -> UInt64 = { UInt64.random(in: .min ... .max) },
        onFailure: @escaping @Sendable (_ request: String, _ failure: Status) -> Void = { _, _ in }
    ) {
        controllers = set.controllers()
        accesses = controllers.map { access($0.name) }
        self.settings = settings
        self.injector = injector
        self.clock = clock
        self.now = now
        self.random = random
        self.onFailure = onFailure
    }

    /// Runs the controllers until the task is cancelled or the cluster ends its stream of changes.
    ///
    /// - Throws: ``Status`` if the cluster cannot be listed at the start.
    package func run() async throws(Status) {
        guard let access = accesses.first else { return }
        // Subscribed before listing, so that nothing is missed in between; what is seen twice is recognised by version.
        let changes = access.changes()
        try await start()
        let (work, continuation) = AsyncStream.makeStream(of: Work.self)
        spawn = continuation
        await withDiscardingTaskGroup { group in
            group.addTask {
                for await change in changes {
                    await self.observe(change)
                    await self.pump()
                }
                continuation.finish()
            }
            pump()
            for await item in work {
                group.addTask {
                    switch item {
                    case .serve(let request): await self.serve(request)
                    case .wake(let delay):
                        // A cancelled sleep means that the controllers are being stopped.
                        try? await self.clock.sleep(for: delay)
                        await self.wake()
                    }
                    await self.pump()
                }
            }
            group.cancelAll()
        }
        spawn = nil
    }

    /// Reads the whole cluster and asks for every object in it to be looked at.
    package func start() async throws(Status) {
        guard let access = accesses.first else { return }
        var seen: Set<GroupKind> = []
        for type in await access.resourceTypes() where seen.insert(type.groupVersionKind.groupKind).inserted {
            for object in try await access.list(type, namespace: nil, labelSelector: nil) {
                if cache.store(object, type: type) {
                    enqueue(ClusterChange(type: type, old: nil, new: object, resourceVersion: 0))
                }
            }
        }
        for (index, controller) in controllers.enumerated() where controller is any StartingController {
            queue.add(ControllerRequest(controller: index, key: ResourceKey(resource: "", namespace: nil, name: "")))
        }
    }

    /// Takes in a change of the cluster.
    package func observe(_ change: ClusterChange) {
        // Even where the cache knew already (from the answer to an own write), the others have to look.
        cache.apply(change)
        if change.new == nil, let uid = change.old?.uid { memory.podStages[uid] = nil }
        enqueue(change)
    }

    /// Serves one request, if one is ready: the driver of tests on virtual time. False if nothing is ready.
    package func step() async -> Bool {
        queue.fire(now: now())
        guard let request = queue.take() else { return false }
        await serve(request)
        return true
    }

    /// When delayed work is due next; nil if there is none.
    package var nextDeadline: Timestamp? { queue.nextDeadline }

    /// Whether nothing is ready and nothing is being worked on; delayed work may remain.
    package var isIdle: Bool { queue.isEmpty && queue.processingCount == 0 }

    private func enqueue(_ change: ClusterChange) {
        for (index, controller) in controllers.enumerated() {
            for key in controller.requests(for: change, in: cache) {
                queue.add(ControllerRequest(controller: index, key: key))
            }
        }
    }

    private func pump() {
        guard let spawn else { return }
        queue.fire(now: now())
        while queue.processingCount < Self.concurrency, let request = queue.take() { spawn.yield(.serve(request)) }
        guard let deadline = queue.nextDeadline else { return }
        if let wakeAt, wakeAt <= deadline { return }
        wakeAt = deadline
        spawn.yield(.wake(after: max(.zero, deadline.duration(since: now()))))
    }

    private func wake() { wakeAt = nil }

    private func serve(_ request: ControllerRequest) async {
        let actions = decide(request)
        do throws(Status) {
            for action in actions { try await perform(action, request) }
            queue.succeed(request)
        } catch {
            onFailure("\(controllers[request.controller].name): \(request.key)", error)
            queue.add(request, at: now().advanced(by: queue.backoff(after: request)))
        }
        queue.finish(request)
    }

    private func decide(_ request: ControllerRequest) -> [ControllerAction] {
        // The memory is moved into the context and back, so that it is never copied.
        var context = ControllerContext(
            cache: cache, now: now(), settings: settings, memory: memory, revisions: revisions, random: random)
        memory = ControllerMemory()
        let actions = controllers[request.controller].decide(request.key, &context)
        memory = context.memory
        if context.revisions != revisions {
            revisions = context.revisions
            injector.replace(revisions)
        }
        return actions
    }

    private func perform(_ action: ControllerAction, _ request: ControllerRequest) async throws(Status) {
        let access = accesses[request.controller]
        switch action {
        case .create(let type, let object):
            do throws(Status) {
                cache.store(try await access.create(type, object), type: type)
            } catch  where error.reason == .alreadyExists {
                let known = try await access.get(type, namespace: object.namespace, name: object.name)
                if cache.store(known, type: type) {
                    enqueue(ClusterChange(type: type, old: nil, new: known, resourceVersion: 0))
                }
            }
        case .update(let type, let object, let subresource):
            remember(try await access.update(type, object, subresource: subresource), type)
        case .patch(let type, let key, let patch, let subresource):
            do throws(Status) {
                remember(
                    try await access.patch(
                        type, namespace: key.optionalNamespace, name: key.name, patch, subresource: subresource), type)
            } catch  where error.reason == .notFound {
                cache.forget(key)
            }
        case .delete(let type, let key, let options):
            try await delete(type, key, options, access)
        case .bind(let key, let node):
            // Only this subresource may set the node of a pod.
            let binding: JSONValue = ["spec": ["nodeName": .string(node)]]
            do throws(Status) {
                remember(
                    try await access.patch(
                        .pods, namespace: key.namespace, name: key.name, binding, subresource: "binding"), .pods)
            } catch  where error.reason == .notFound {
                cache.forget(key)
            }
        case .collect(let type, let key, let uid, let absent, let propagation):
            for owner in absent {
                if try await exists(owner, inNamespace: key.optionalNamespace, access) { return }
            }
            try await delete(
                type, key, DeleteOptions(uid: uid, propagationPolicy: propagation), access)
        case .finalizeNamespace(let namespace):
            try await finalize(namespace, access)
        case .requeue(let delay):
            queue.add(request, at: now().advanced(by: delay))
        }
    }

    /// Takes the answer to a write into the cache. Its event will come too, and tell the other controllers; but an
    /// object whose last finalizer a write removed is answered as it was before it went.
    private func remember(_ object: KubeObject, _ type: ResourceType) {
        if object.isBeingDeleted, object.finalizers.isEmpty, type != .pods { return }
        cache.store(object, type: type)
    }

    private func delete(
        _ type: ResourceType, _ key: ResourceKey, _ options: DeleteOptions, _ access: any ClusterAccess
    ) async throws(Status) {
        do throws(Status) {
            try await access.delete(type, namespace: key.optionalNamespace, name: key.name, options)
            do throws(Status) {
                let left = try await access.get(type, namespace: key.optionalNamespace, name: key.name)
                cache.store(left, type: type)
            } catch  where error.reason == .notFound {
                if cache.object(key)?.uid == options.uid || options.uid == nil { cache.remove(key) }
            }
        } catch  where error.reason == .notFound || error.reason == .conflict {
            // Gone, or another incarnation by now: its own events say what to do about that one.
            cache.forget(key)
        }
    }

    private func exists(
        _ owner: OwnerReference, inNamespace namespace: String?, _ access: any ClusterAccess
    ) async throws(Status) -> Bool {
        guard let kind = GroupVersionKind(apiVersion: owner.apiVersion, kind: owner.kind) else { return false }
        let types = await access.resourceTypes().filter { $0.groupVersionKind.groupKind == kind.groupKind }
        guard let type = types.first(where: { $0.version == kind.version }) ?? types.first else {
            // An owner of a kind that is not served: unknown, so nothing is collected on its account.
            return true
        }
        do throws(Status) {
            let live = try await access.get(
                type, namespace: type.isNamespaced ? namespace : nil, name: owner.name)
            return live.uid == owner.uid
        } catch  where error.reason == .notFound {
            return false
        }
    }

    private func finalize(_ namespace: KubeObject, _ access: any ClusterAccess) async throws(Status) {
        var seen: Set<GroupKind> = []
        for type in await access.resourceTypes()
        where type.isNamespaced && seen.insert(type.groupVersionKind.groupKind).inserted {
            let left = try await access.list(type, namespace: namespace.name, labelSelector: nil)
            guard left.isEmpty else {
                for object in left where cache.store(object, type: type) {
                    enqueue(ClusterChange(type: type, old: nil, new: object, resourceVersion: 0))
                }
                return
            }
        }
        let live = try await access.get(.namespaces, namespace: nil, name: namespace.name)
        guard live.uid == namespace.uid else { return }
        _ = try await access.update(
            .namespaces, NamespaceController.withoutFinalizer(live), subresource: "finalize")
    }
}

/// A controller that has something to do even in an empty cluster: it is asked once, for an empty key, at the start.
protocol StartingController: ClusterController {}
