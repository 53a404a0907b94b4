import KubeCore
import KubeRuntime

/// What the cluster has of a mesh: every object that carries the label of a mesh, as the caches and our own last writes
/// show it.
package struct LiveObjects: Sendable {
    /// The objects by identity.
    package var objects: [ObjectIdentity: KubeObject]
    /// The kinds whose caches have not been filled yet: nothing can be said of their objects.
    package var unknownKinds: Set<GroupKind>
    /// The meshes that exist, whose claims on objects count.
    package var meshes: Set<String>
    /// The namespaces that exist, and whether each is being deleted.
    package var namespaces: [String: Bool]

    package init(
        objects: [ObjectIdentity: KubeObject] = [:], unknownKinds: Set<GroupKind> = [], meshes: Set<String> = [],
        namespaces: [String: Bool] = [:]
    ) {
        self.objects = objects
        self.unknownKinds = unknownKinds
        self.meshes = meshes
        self.namespaces = namespaces
    }

    /// The objects that belong to a mesh, ordered by identity, without those that are excepted.
    package func belonging(
        to mesh: String, except known: Set<ObjectIdentity> = []
    ) -> [(identity: ObjectIdentity, object: KubeObject)] {
        objects.compactMap { identity, object in
            guard !known.contains(identity), object.label(Labels.mesh) == mesh else { return nil }
            return (identity: identity, object: object)
        }
        .sorted { $0.identity < $1.identity }
    }
}

/// How an object does, as far as others depend on it.
package enum ObjectHealth: Sendable, Hashable {
    /// What it stands for is there and runs.
    case ready
    /// It is on the way; the text says what is missing.
    case progressing(String)
    /// It will not get there without help; the text says why.
    case failed(String)

    /// Judges the kinds that a mesh must wait for. Others are there as soon as they are applied; a Service of type
    /// LoadBalancer too, since whether it gets an address is not the mesh's to promise.
    package static func of(_ object: KubeObject) -> ObjectHealth {
        switch object.kind {
        case "Deployment", "DaemonSet", "StatefulSet", "Job", "CustomResourceDefinition", "PersistentVolumeClaim": break
        default: return .ready
        }
        let name = ObjectIdentity(object)?.description ?? object.name
        switch Readiness.of(object) {
        case .ready: return .ready
        case .inProgress(let reason), .unknown(let reason): return .progressing("\(name): \(reason)")
        case .failed(let reason): return .failed("\(name): \(reason)")
        case .terminating: return .progressing("\(name) is being deleted")
        }
    }
}
