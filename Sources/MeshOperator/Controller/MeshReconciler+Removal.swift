import KubeClient
import KubeCore
import KubeRuntime
import MeshAPI

extension MeshReconciler {
    /// How often namespaces are looked at whose last objects are on their way out.
    private static let namespaceInterval = Duration.seconds(1)

    /// Takes the mesh down, one stage after the other, then lets it go.
    func remove(_ mesh: KubeObject, _ context: ReconcileContext) async throws -> ReconcileOutcome {
        var mesh = mesh
        // A mesh whose annotations were lost is looked for everywhere that charts put anything.
        for type in KnownResources.all { caches.watch(type) }
        try await watchMembers(of: mesh)
        try await waitForCaches(context)
        for _ in 0...KnownResources.all.count {
            var live = try caches.live(of: mesh.name, including: [])
            overlay(&live, of: mesh.name, [], at: context.clock.wallNow)
            let plan = RemovalPlan(mesh: mesh.name, live: live)
            switch plan.phase {
            case .removing(let stage):
                guard live.unknownKinds.isEmpty else {
                    let kinds = live.unknownKinds.map(\.description).sorted().joined(separator: ", ")
                    _ = try await tell("Waiting until \(kinds) can be read.", mesh, context)
                    return .retry
                }
                mesh = try await tell(Self.message(stage, plan), mesh, context)
                guard !plan.deletions.isEmpty else { return .done }
                var hasDeleted = false
                for deletion in plan.deletions where try await delete(deletion, context) { hasDeleted = true }
                guard hasDeleted else { return .retry }
            case .namespaces:
                return try await finish(mesh, context)
            }
        }
        return .retry
    }

    private static func message(_ stage: Stage, _ plan: RemovalPlan) -> String {
        let count = plan.deletions.count + plan.waitingFor.count
        let first = plan.waitingFor.first ?? plan.deletions.first?.identity
        return "Removing \(stage): \(count) object(s) left" + (first.map { ", among them \($0)." } ?? ".")
    }

    /// Says in status how the removal goes; returns the mesh with it.
    private func tell(
        _ message: String, _ mesh: KubeObject, _ context: ReconcileContext
    ) async throws -> KubeObject {
        let status = StatusReport.removing(
            message, previous: Mesh.status(of: mesh), generation: mesh.generation, now: context.clock.wallNow)
        let wasRemoving = Mesh.status(of: mesh).conditions[StatusReport.ConditionType.ready]?.reason == "Removing"
        if !wasRemoving { events.record(.normal("Removing", "Remove", "Taking the mesh down."), about: mesh) }
        // The reason alone would be written once; the message changes with every stage and is worth a write.
        return try await write(status, of: mesh, context)
    }

    /// Removes the namespaces that were made for the mesh, and its finalizer.
    private func finish(_ mesh: KubeObject, _ context: ReconcileContext) async throws -> ReconcileOutcome {
        for namespace in caches.namespaces(madeFor: mesh.name) where !namespace.isBeingDeleted {
            switch try await leftovers(in: namespace.name, of: mesh.name) {
            case .foreign(let objects):
                let names = objects.prefix(3).map(\.description).joined(separator: ", ")
                events.record(
                    .normal(
                        "NamespaceKept", "Remove",
                        "Kept namespace \(namespace.name), which holds objects of others: \(names)."), about: mesh)
            case .ending(let object):
                _ = try await tell("Waiting until \(object) has ended.", mesh, context)
                return .requeue(after: Self.namespaceInterval)
            case .none:
                let deletion = ObjectDeletion(
                    identity: ObjectIdentity(ResourceType.namespaces.groupVersionKind.groupKind, namespace.key),
                    uid: namespace.uid)
                guard try await delete(deletion, context) else { return .retry }
            }
        }
        for revision in try caches.revisions(of: mesh) where !revision.object.isBeingDeleted {
            let deletion = ObjectDeletion(
                identity: ObjectIdentity(MeshRevision.type.groupVersionKind.groupKind, revision.object.key),
                uid: revision.object.uid)
            guard try await delete(deletion, context) else { return .retry }
        }
        events.record(
            .normal("Removed", "Remove", "The mesh is gone. Istio's resource definitions were kept."), about: mesh)
        try await Finalizers.remove(Labels.finalizer, from: mesh, type: Mesh.type, client: client)
        forget(mesh.name)
        return .done
    }

    private enum Leftovers {
        case none
        /// Somebody else uses the namespace.
        case foreign([ObjectIdentity])
        /// Something of ours is on its way out.
        case ending(ObjectIdentity)
    }

    private func leftovers(in namespace: String, of mesh: String) async throws(KubeClientError) -> Leftovers {
        let types: [ResourceType] = [
            .deployments, .daemonSets, .statefulSets, .replicaSets, .jobs, .pods, .services, .configMaps, .secrets,
            ResourceType(
                group: "", version: "v1", plural: "persistentvolumeclaims", kind: "PersistentVolumeClaim",
                isNamespaced: true),
        ]
        var objects: [KubeObject] = []
        for type in types {
            objects += try await client.list(type, namespace: namespace, representation: .metadata).items.map { item in
                var object = item
                object.apiVersion = type.apiVersion
                object.kind = type.kind
                return object
            }
        }
        let foreign = NamespaceLeftovers.foreign(objects, mesh: mesh)
        if !foreign.isEmpty { return .foreign(foreign) }
        let ending = objects.first { $0.isBeingDeleted || $0.ownerReferences.contains { $0.isController == true } }
        return ending.flatMap { ObjectIdentity($0) }.map { .ending($0) } ?? .none
    }
}
