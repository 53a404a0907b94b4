import KubeClient
import KubeCore
import KubeRuntime
import MeshAPI

extension MeshReconciler {
    /// Takes one step after the other until nothing is left that can be done now, then says in status what is there.
    func carryOut(
        _ intents: MeshMemory.Intents, _ resolved: ResolvedMesh, _ mesh: Mesh, _ context: ReconcileContext,
        notice: String? = nil
    ) async throws -> ReconcileOutcome {
        let wanted = intents.objects
        for type in Set(wanted.map(\.type)) { caches.watch(type) }
        try await watchMembers(of: mesh.object)
        try await waitForCaches(context)

        let isSettled = mesh.status.appliedDigest == intents.digest
        var input = InstallPlan.Input(
            mesh: mesh.name, intents: intents.components, live: try live(of: mesh.name, wanted, context),
            isSettled: isSettled, policy: mesh.spec.drift.policy, ignore: IgnoreRules(mesh.spec.drift.ignore),
            contests: memory(mesh.name, \.contests) ?? ContestTracker(),
            failures: memory(mesh.name, \.failures) ?? [:], matches: memory(mesh.name, \.matches) ?? KnownMatches(),
            health: ObjectHealth.of, now: context.clock.wallNow)
        var object = try await applyParent(mesh.object, wanted, input.live, context)
        var plan = InstallPlan(input)
        var hasFailed = false
        // Each pass opens at most one gate, so that there is an end even if objects become ready while we write.
        for _ in 0...Stage.allCases.count where !plan.writes.isEmpty || !plan.deletions.isEmpty {
            let result = try await act(plan, object, context)
            hasFailed = hasFailed || result.hasFailed
            input.live = try live(of: mesh.name, wanted, context)
            input.contests = memory(mesh.name, \.contests) ?? ContestTracker()
            input.failures = memory(mesh.name, \.failures) ?? [:]
            input.matches = plan.matches
            input.now = context.clock.wallNow
            plan = InstallPlan(input)
            guard result.hasProgressed else { break }
        }
        let matches = plan.matches
        update(mesh.name) { $0.matches = matches }
        if plan.deletions.isEmpty { object = try await applyParent(object, wanted, input.live, context) }
        return try await report(
            plan, intents, resolved, mesh, object, hasFailed: hasFailed, notice: notice, context)
    }

    private func report(
        _ plan: InstallPlan, _ intents: MeshMemory.Intents, _ resolved: ResolvedMesh, _ mesh: Mesh,
        _ object: KubeObject, hasFailed: Bool, notice: String?, _ context: ReconcileContext
    ) async throws -> ReconcileOutcome {
        let now = context.clock.wallNow
        let revision = try await applyRevision(resolved, plan, mesh, context)
        var forgetAfter: Duration?
        update(mesh.name) { forgetAfter = $0.contests.forget(at: now) }
        let status = StatusReport.status(
            StatusReport.Input(
                resolved: resolved, plan: plan, contests: memory(mesh.name, \.contests) ?? ContestTracker(),
                intentDigest: intents.digest, revisionName: revision.name, revisions: [revision],
                createdNamespaces: createdNamespaces(for: mesh.name), chartNotice: notice),
            previous: Mesh.status(of: object), generation: object.generation, now: now)
        try await write(status, of: object, context)
        metrics.report(mesh.name, status)
        if hasFailed { return .retry }
        let refresh = charts.refreshes(mesh.spec.charts)
        if let delay = [plan.retryAfter, forgetAfter, refresh].compactMap({ $0 }).min() {
            return .requeue(after: delay)
        }
        return .done
    }

    // MARK: Gather

    private func live(
        of mesh: String, _ wanted: [DesiredObject], _ context: ReconcileContext
    ) throws -> LiveObjects {
        var live = try caches.live(of: mesh, including: wanted.map(\.identity))
        overlay(&live, of: mesh, wanted.map(\.identity), at: context.clock.wallNow)
        return live
    }

    /// Lays our own last writes over what the caches have.
    func overlay(
        _ live: inout LiveObjects, of mesh: String, _ wanted: [ObjectIdentity], at now: Timestamp
    ) {
        recent.withLock { recent in
            let own = recent.identities { $0.label(Labels.mesh) == mesh }
            for identity in Set(live.objects.keys).union(own).union(wanted) {
                live.objects[identity] = recent.newest(identity, cached: live.objects[identity], at: now)
            }
            for identity in own where identity.groupKind.kind == "Namespace" && identity.groupKind.group.isEmpty {
                if let namespace = live.objects[identity] {
                    live.namespaces[identity.key.name] = namespace.isBeingDeleted
                }
            }
        }
    }

    /// Watches the kinds that the mesh says it has members of, so that a new process finds what an old one made.
    func watchMembers(of mesh: KubeObject) async throws {
        for kind in ApplySet.contents(of: mesh).kinds {
            if let type = KnownResources.type(for: kind) {
                caches.watch(type)
                continue
            }
            do throws(KubeClientError) {
                caches.watch(try await mapper.type(for: kind))
            } catch {
                // The server no longer has the kind, so it has no objects of it either.
                guard error.isNoMatch else { throw error }
            }
        }
    }

    func waitForCaches(_ context: ReconcileContext) async throws {
        guard !caches.hasSynced else { return }
        let caches = caches
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await caches.waitUntilSynced() }
            group.addTask { try await context.clock.sleep(for: Self.cachePatience) }
            // Whichever is first: what is not read by then is unknown to the plan, which holds.
            try await group.next()
            group.cancelAll()
        }
    }

    /// The namespaces that were made for a mesh, by this process or another.
    func createdNamespaces(for mesh: String) -> [String] {
        let own = recent.withLock { $0.identities { $0.kind == "Namespace" && $0.label(Labels.mesh) == mesh } }
        return Set(caches.namespaces(madeFor: mesh).map(\.name) + own.map(\.key.name)).sorted()
    }

    // MARK: Act

    struct ActResult {
        var hasProgressed = false
        var hasFailed = false
    }

    private func act(_ plan: InstallPlan, _ mesh: KubeObject, _ context: ReconcileContext) async throws -> ActResult {
        var result = ActResult()
        for namespace in plan.missingNamespaces { try await makeNamespace(namespace, for: mesh, context) }
        // Stages in order; within a stage what workloads need goes before them.
        let waves = Dictionary(grouping: plan.writes) { write in
            write.desired.component.stage.rawValue * 2 + (Self.isWorkload(write.desired.identity) ? 1 : 0)
        }
        for (_, writes) in waves.sorted(by: { $0.key < $1.key }) {
            for (write, error) in try await apply(writes, context) {
                try await conclude(write, error, mesh, context)
                if error == nil { result.hasProgressed = true } else { result.hasFailed = true }
            }
        }
        for deletion in plan.deletions {
            if try await delete(deletion, context) {
                result.hasProgressed = true
            } else {
                result.hasFailed = true
            }
        }
        if !plan.deletions.isEmpty, result.hasProgressed {
            let names = plan.deletions.prefix(3).map(\.identity.description).joined(separator: ", ")
            let more = plan.deletions.count > 3 ? " and \(plan.deletions.count - 3) more" : ""
            events.record(.normal("Pruned", "Prune", "No longer part of the spec: \(names)\(more)."), about: mesh)
        }
        return result
    }

    static func isWorkload(_ identity: ObjectIdentity) -> Bool {
        ["Deployment", "DaemonSet", "StatefulSet", "Job"].contains(identity.groupKind.kind)
    }

    private func makeNamespace(
        _ name: String, for mesh: KubeObject, _ context: ReconcileContext
    ) async throws(KubeClientError) {
        var namespace = KubeObject(type: .namespaces, name: name)
        namespace.labels = [Labels.managedBy: Labels.manager, Labels.mesh: mesh.name]
        do {
            note(
                try await client.create(
                    .namespaces, namespace, options: WriteOptions(fieldManager: Labels.manager)),
                at: context.clock.wallNow)
            events.record(.normal("NamespaceCreated", "Install", "Created namespace \(name)."), about: mesh)
        } catch {
            // Somebody else made it meanwhile: then it is theirs.
            guard error.isAlreadyExists else { throw error }
        }
    }

    /// Applies objects, some at once. Whether writes are still allowed concerns all of them, so a closed gate is thrown.
    private func apply(
        _ writes: [ObjectWrite], _ context: ReconcileContext
    ) async throws -> [(ObjectWrite, KubeClientError?)] {
        var results: [(ObjectWrite, KubeClientError?)] = []
        try await withThrowingTaskGroup(of: (Int, KubeClientError?).self) { group in
            var next = writes.indices.makeIterator()
            func start() {
                guard let index = next.next() else { return }
                group.addTask { (index, await self.apply(writes[index], context)) }
            }
            for _ in 0..<Self.writesAtOnce { start() }
            while let (index, error) = try await group.next() {
                results.append((writes[index], error))
                if case .writeGateClosed = error { throw error ?? .decoding("") }
                if error?.isCancellation == true { throw CancellationError() }
                start()
            }
        }
        return results
    }

    private func apply(_ write: ObjectWrite, _ context: ReconcileContext) async -> KubeClientError? {
        do throws(KubeClientError) {
            if case .drift(let paths) = write.cause { await correct(write, paths, context) }
            note(try await applyUnobstructed(write, context), at: context.clock.wallNow)
            return nil
        } catch {
            return error
        }
    }

    /// Applies an intent; where the server refuses it for what others made of our own list elements, takes those away
    /// and applies it again.
    private func applyUnobstructed(
        _ write: ObjectWrite, _ context: ReconcileContext
    ) async throws(KubeClientError) -> KubeObject {
        let type = write.desired.type
        do {
            return try await client.apply(type, write.intent, fieldManager: Labels.manager, force: true)
        } catch {
            let key = write.desired.identity.key
            guard let refusal = error.status, error.isInvalid,
                let live = try await client.getIfPresent(type, namespace: key.namespace, name: key.name),
                let removal = Obstructions.removal(intent: write.intent, live: live, refusal: refusal)
            else { throw error }
            context.logger.info(
                "Removing what stands in the way of our own list elements",
                metadata: ["object": "\(write.desired.identity)", "refusal": "\(refusal.message)"])
            do {
                _ = try await client.patch(
                    type, namespace: key.namespace, name: key.name, .json(removal.value),
                    options: WriteOptions(fieldManager: Labels.manager))
            } catch {
                guard error.isInvalid else { throw error }
                // Without ours the object is no longer valid, as a Service without ports: then it is made anew.
                try await remake(type, live)
            }
            return try await client.apply(type, write.intent, fieldManager: Labels.manager, force: true)
        }
    }

    /// Deletes exactly the object that was looked at, so that it can be applied from nothing.
    private func remake(_ type: ResourceType, _ live: KubeObject) async throws(KubeClientError) {
        _ = try await client.delete(
            type, namespace: live.namespace, name: live.name,
            options: DeleteOptions(
                propagationPolicy: .background, uid: live.uid, resourceVersion: live.resourceVersion))
    }

    /// Counts a correction, and asks who the other writer is once there seems to be one.
    private func correct(_ write: ObjectWrite, _ paths: [String], _ context: ReconcileContext) async {
        let identity = write.desired.identity
        let fields = paths.isEmpty ? [""] : paths
        let mesh = write.desired.object.labels[Labels.mesh] ?? ""
        var manager: String?
        // Who deleted an object does not show in it, and what is not there need not be asked for.
        if !paths.isEmpty, memory(mesh, { $0.contests.isSuspicious(identity, paths: fields) }) ?? false {
            do throws(KubeClientError) {
                let live = try await client.get(
                    write.desired.type, namespace: identity.key.namespace, name: identity.key.name)
                manager = FieldManagers.lastWriter(of: paths.first ?? "", in: live)
            } catch {
                // The name is for people; the correction does not depend on it.
                context.logger.debug(
                    "Who changed it is unknown", metadata: ["object": "\(identity)", "error": "\(error)"])
            }
        }
        let now = context.clock.wallNow
        update(mesh) { $0.contests.corrected(identity, paths: fields, manager: manager, at: now) }
    }

    /// Notes how a write ended, for the next plan, for people and for metrics.
    private func conclude(
        _ write: ObjectWrite, _ error: KubeClientError?, _ mesh: KubeObject, _ context: ReconcileContext
    ) async throws {
        let identity = write.desired.identity
        guard let error else {
            update(mesh.name) { $0.failures[identity] = nil }
            metrics.applied.increment()
            if case .drift(let paths) = write.cause {
                metrics.corrected(identity.groupKind.kind)
                let note =
                    paths.isEmpty
                    ? "Restored \(identity), which was deleted."
                    : "Set back \(paths.prefix(3).joined(separator: ", "))"
                        + (paths.count > 3 ? " and \(paths.count - 3) more fields" : "") + " of \(identity)."
                events.record(.normal("DriftCorrected", "Correct", note), about: mesh)
                context.logger.info("Drift corrected", metadata: ["object": "\(identity)", "fields": "\(paths)"])
            }
            return
        }
        context.logger.warning("Apply failed", metadata: ["object": "\(identity)", "error": "\(error)"])
        let advice =
            error.isForbidden
            ? ": the operator's service account may not do this; see its ClusterRole"
            : error.isTransient ? "; it will be tried again" : ""
        update(mesh.name) { $0.failures[identity] = "\(identity): \(error)\(advice)" }
    }

    /// Deletes an object as it was looked at. Returns false if it has changed since, or could not be deleted.
    func delete(_ deletion: ObjectDeletion, _ context: ReconcileContext) async throws -> Bool {
        let identity = deletion.identity
        do throws(KubeClientError) {
            let type: ResourceType
            if let known = KnownResources.type(for: identity.groupKind) {
                type = known
            } else {
                type = try await mapper.type(for: identity.groupKind)
            }
            // What runs goes before what runs it, so that a namespace is empty when its objects are gone.
            let propagation: PropagationPolicy? = Self.isWorkload(identity) ? .foreground : nil
            let outcome = try await client.delete(
                type, namespace: identity.key.namespace, name: identity.key.name,
                options: DeleteOptions(
                    propagationPolicy: propagation, uid: deletion.uid, resourceVersion: deletion.resourceVersion))
            let now = context.clock.wallNow
            switch outcome {
            case .deleted:
                if let uid = deletion.uid { recent.withLock { $0.deleted(identity, uid: uid, at: now) } }
            case .pending(let object):
                if object.isBeingDeleted {
                    note(object, at: now)
                } else if let uid = deletion.uid {
                    // Some servers answer a finished deletion with the object as it last was.
                    recent.withLock { $0.deleted(identity, uid: uid, at: now) }
                }
            }
            return true
        } catch {
            if case .writeGateClosed = error { throw error }
            if error.isNotFound || error.isNoMatch {
                let now = context.clock.wallNow
                if let uid = deletion.uid { recent.withLock { $0.deleted(identity, uid: uid, at: now) } }
                return true
            }
            context.logger.info("Delete failed", metadata: ["object": "\(identity)", "error": "\(error)"])
            return false
        }
    }
}
