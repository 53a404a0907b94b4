import KubeCore
import KubeRuntime
import MeshAPI
import Synchronization

/// What the operator watches: meshes, their revisions, namespaces, and every kind that some mesh has objects of, by
/// label. Kinds are added as charts need them.
package final class MeshCaches: Sendable {
    /// The index of objects by the mesh that they belong to.
    private static let meshIndex = "mesh"

    private let informers: InformerCache
    private let watched = Mutex<[GroupKind: Informer]>([:])
    private let decoded = DecodedObjects()
    private let changed = Mutex<(@Sendable (ObjectChange, [String]) -> Void)?>(nil)

    /// The meshes.
    package let meshes: Informer
    /// Their control planes.
    package let revisions: Informer
    /// The namespaces of the cluster, as metadata.
    package let namespaces: Informer

    package init(_ informers: InformerCache) {
        self.informers = informers
        meshes = informers.informer(for: InformerScope(type: Mesh.type))
        revisions = informers.informer(for: InformerScope(type: MeshRevision.type))
        namespaces = informers.informer(for: InformerScope(type: .namespaces, retention: .metadata))
    }

    /// Says who hears of changes: with each change the names of the meshes that it concerns.
    package func onChange(_ handler: @escaping @Sendable (ObjectChange, [String]) -> Void) {
        changed.withLock { $0 = handler }
        meshes.addHandler { handler($0, [$0.object.name]) }
        revisions.addHandler { change in
            let owners = change.object.ownerReferences.filter { $0.kind == Mesh.type.kind }.map(\.name)
            handler(change, owners)
        }
        namespaces.addHandler { [meshes] change in
            // Whether a namespace matters is known to whoever reconciles; updates of labels do not.
            switch change {
            case .updated(let old, let new) where old.isBeingDeleted == new.isBeingDeleted: break
            default: handler(change, meshes.store.snapshot().all.map(\.name))
            }
        }
    }

    /// Watches a kind, if it is not watched yet. Returns the informer.
    @discardableResult
    package func watch(_ type: ResourceType) -> Informer {
        let kind = type.groupVersionKind.groupKind
        if let informer = watched.withLock({ $0[kind] }) { return informer }
        let selector = LabelSelector([LabelSelector.Requirement(key: Labels.mesh, comparison: .exists)])
        let informer = informers.informer(
            for: InformerScope(type: type, labels: selector),
            indexes: [Self.meshIndex: { $0.label(Labels.mesh).map { [$0] } ?? [] }])
        let isNew = watched.withLock { watched in
            guard watched[kind] == nil else { return false }
            watched[kind] = informer
            return true
        }
        if isNew, let handler = changed.withLock({ $0 }) {
            informer.addHandler { change in
                var names = [change.object.label(Labels.mesh)]
                if case .updated(let old, _) = change { names.append(old.label(Labels.mesh)) }
                handler(change, Set(names.compactMap { $0 }).sorted())
            }
        }
        return informer
    }

    /// Whether every kind that is watched has been read.
    package var hasSynced: Bool { informers.hasSynced }

    /// Returns when every kind that is watched has been read.
    package func waitUntilSynced() async throws { try await informers.waitUntilSynced() }

    /// What the caches have of a mesh, and of further objects whoever they belong to.
    package func live(of mesh: String, including identities: some Sequence<ObjectIdentity>) throws -> LiveObjects {
        var live = LiveObjects()
        var look = decoded.look(at: mesh)
        let watched = watched.withLock { $0 }
        for (kind, informer) in watched {
            guard informer.hasSynced else {
                live.unknownKinds.insert(kind)
                continue
            }
            for stored in informer.store.snapshot().list(index: Self.meshIndex, value: mesh) {
                let identity = ObjectIdentity(kind, stored.key)
                live.objects[identity] = try look.object(identity, stored)
            }
        }
        for identity in identities where live.objects[identity] == nil {
            guard let informer = watched[identity.groupKind] else {
                live.unknownKinds.insert(identity.groupKind)
                continue
            }
            if let stored = informer.store.get(identity.key) {
                live.objects[identity] = try look.object(identity, stored)
            }
        }
        decoded.keep(look, of: mesh)
        live.meshes = Set(meshes.store.snapshot().all.map(\.name))
        for namespace in namespaces.store.snapshot().all {
            live.namespaces[namespace.name] = namespace.isBeingDeleted
        }
        return live
    }

    /// Drops what is kept of a mesh from one look to the next.
    package func forget(_ mesh: String) { decoded.forget(mesh) }

    /// The namespaces that were made for a mesh, which their labels tell.
    package func namespaces(madeFor mesh: String) -> [StoredObject] {
        namespaces.store.snapshot().all.filter {
            $0.label(Labels.mesh) == mesh && $0.label(Labels.managedBy) == Labels.manager
        }
        .sorted { $0.name < $1.name }
    }

    /// The control planes of a mesh.
    package func revisions(of mesh: KubeObject) throws -> [MeshRevision] {
        try revisions.store.snapshot().all.filter { stored in
            stored.ownerReferences.contains { $0.uid == mesh.uid && $0.kind == Mesh.type.kind }
        }
        .compactMap { stored in
            let object = try stored.object()
            do throws(InvalidDocument) {
                return try MeshRevision(object)
            } catch {
                // One that a person broke is written anew, as if it were not there.
                return nil
            }
        }
    }
}
