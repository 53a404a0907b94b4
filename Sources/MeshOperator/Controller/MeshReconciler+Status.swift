import KubeClient
import KubeCore
import KubeRuntime
import MeshAPI

extension MeshReconciler {
    /// Says that the spec cannot be carried out, and leaves what runs as it is.
    func stall(
        _ object: KubeObject, _ reason: String, _ message: String, isRetried: Bool = false, _ context: ReconcileContext
    ) async throws {
        let status = StatusReport.stalled(
            reason: reason, message: message, isRetried: isRetried, previous: Mesh.status(of: object),
            generation: object.generation,
            now: context.clock.wallNow)
        try await write(status, of: object, context)
        metrics.report(object.name, status)
    }

    /// Writes a status, if it says anything new, and the events that the change is worth. Returns the mesh with it.
    @discardableResult
    func write(_ status: MeshStatus, of object: KubeObject, _ context: ReconcileContext) async throws -> KubeObject {
        let previous = Mesh.status(of: object)
        guard status != previous else { return object }
        let stored: KubeObject
        do throws(KubeClientError) {
            stored = try await apply(status: status.encoded, to: object, Mesh.type, context)
        } catch {
            // Deleted meanwhile: there is nobody to tell.
            guard !error.isNotFound else { return object }
            throw error
        }
        for event in StatusTransitions.events(from: previous, to: status) { events.record(event, about: object) }
        return stored
    }

    /// Writes a status to the very state of the object that it was decided from: what a condition was before, and since
    /// when, must not be taken from a cache that has fallen behind.
    ///
    /// - Throws: a conflict where that state is not the newest; the newest is then known to the next attempt.
    private func apply(
        status: JSONValue, to object: KubeObject, _ type: ResourceType, _ context: ReconcileContext
    ) async throws(KubeClientError) -> KubeObject {
        var intent = KubeObject(type: type, name: object.name)
        intent.resourceVersion = object.resourceVersion
        intent["status"] = status
        do {
            let stored = try await client.patch(
                type, name: object.name, subresource: "status",
                .apply(intent, fieldManager: Labels.manager, force: true))
            note(stored, at: context.clock.wallNow)
            return stored
        } catch {
            if error.isConflict, let newest = try await client.getIfPresent(type, name: object.name) {
                note(newest, at: context.clock.wallNow)
            }
            throw error
        }
    }

    /// Marks the mesh as the parent of its ApplySet, before there are members that nobody would find.
    func applyParent(
        _ mesh: KubeObject, _ wanted: [DesiredObject], _ live: LiveObjects, _ context: ReconcileContext
    ) async throws -> KubeObject {
        let set = applySet(of: mesh.name)
        let others = live.belonging(to: mesh.name, except: Set(wanted.map(\.identity)))
        // Namespaces are members from when they are made, also for a process that did not make them itself.
        let namespaces = createdNamespaces(for: mesh.name).map { KubeObject(type: .namespaces, name: $0) }
        let members = wanted.map(\.object) + others.map(\.object) + namespaces
        let annotations = set.parentAnnotations(members: members)
        let isMarked =
            annotations.allSatisfy { mesh.annotations[$0.key] == $0.value }
            && set.parentLabels.allSatisfy { mesh.labels[$0.key] == $0.value }
        guard !isMarked else { return mesh }
        var intent = KubeObject(type: Mesh.type, name: mesh.name)
        intent.labels = set.parentLabels
        intent.annotations = annotations
        // An apply of a mesh that is gone would make a new one; the uid turns that into a conflict.
        intent.uid = mesh.uid
        let stored = try await client.apply(Mesh.type, intent, fieldManager: Labels.manager, force: true)
        note(stored, at: context.clock.wallNow)
        return stored
    }

    /// Records the control plane as it is installed, and removes the records of those that are gone.
    func applyRevision(
        _ resolved: ResolvedMesh, _ plan: InstallPlan, _ mesh: Mesh, _ context: ReconcileContext
    ) async throws -> MeshRevision {
        let now = context.clock.wallNow
        var revision = desiredRevision(resolved, mesh)
        let known = try caches.revisions(of: mesh.object)
        let identity = ObjectIdentity(MeshRevision.type.groupVersionKind.groupKind, revision.object.key)
        let cached = known.first { $0.name == revision.name }
        let live = recent.withLock { $0.newest(identity, cached: cached?.object, at: now) }
        if live?["spec"] != revision.spec.encoded || live?.ownerReferences != revision.object.ownerReferences {
            let stored = try await client.apply(
                MeshRevision.type, revision.object, fieldManager: Labels.manager, force: true)
            note(stored, at: now)
            revision.object = stored
        } else if let live {
            revision.object = live
        }
        revision.status = revisionStatus(of: revision, plan, now)
        if revision.status != MeshRevision.status(of: revision.object) {
            _ = try await apply(status: revision.status.encoded, to: revision.object, MeshRevision.type, context)
        }
        if plan.isApplied, plan.deletions.isEmpty {
            for old in known where old.name != revision.name && !old.object.isBeingDeleted {
                let deletion = ObjectDeletion(
                    identity: ObjectIdentity(MeshRevision.type.groupVersionKind.groupKind, old.object.key),
                    uid: old.object.uid, resourceVersion: old.object.resourceVersion)
                _ = try await delete(deletion, context)
            }
        }
        return revision
    }

    private func desiredRevision(_ resolved: ResolvedMesh, _ mesh: Mesh) -> MeshRevision {
        var spec = MeshRevisionSpec()
        spec.mesh = mesh.name
        spec.revision = resolved.revision
        spec.version = resolved.version.description
        spec.namespace = resolved.namespace
        spec.profile = mesh.spec.profile
        let controlPlane = resolved.components.filter { $0.identity.stage.holdsBackOthers }
        spec.charts = controlPlane.map {
            MeshRevisionSpec.Chart(
                name: $0.chart.name, version: $0.chart.version, digest: $0.chart.digest, source: $0.chart.source,
                archiveDigest: $0.chart.archiveDigest)
        }
        let values = JSONValue.array(controlPlane.map { .object($0.values) })
        spec.valuesDigest = SHA256.hexadecimal(values.serializedBytes(.canonical))

        var object = KubeObject(
            type: MeshRevision.type, name: MeshRevision.name(mesh: mesh.name, revision: resolved.revision))
        object.labels = [Labels.managedBy: Labels.manager, Labels.mesh: mesh.name]
        object.ownerReferences = [
            OwnerReference(
                apiVersion: Mesh.type.apiVersion, kind: Mesh.type.kind, name: mesh.name, uid: mesh.object.uid ?? "",
                isController: true, blocksOwnerDeletion: false)
        ]
        object["spec"] = spec.encoded
        return MeshRevision(object: object, spec: spec, status: MeshRevisionStatus())
    }

    private func revisionStatus(
        of revision: MeshRevision, _ plan: InstallPlan, _ now: Timestamp
    ) -> MeshRevisionStatus {
        let components = plan.components.filter { $0.identity.stage.holdsBackOthers }
        var status = MeshRevision.status(of: revision.object)
        status.observedGeneration = revision.object.generation
        let failed = components.first { $0.state == .failed }
        let waiting = components.first { $0.state != .ready }
        status.state = failed != nil ? .failed : waiting != nil ? .installing : .ready
        let message = (failed ?? waiting).map { "\($0.identity): \($0.message ?? $0.state.rawValue)" } ?? ""
        status.conditions = status.conditions.setting(
            Condition(
                StatusReport.ConditionType.ready, Condition.Status(status.state == .ready),
                reason: status.state.rawValue, message: StatusReport.clip(message)),
            generation: revision.object.generation, at: now)
        return status
    }
}
