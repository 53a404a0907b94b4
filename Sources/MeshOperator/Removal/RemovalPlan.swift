import KubeCore
import MeshAPI

/// What the next step of taking a mesh down is. Pure: a function of what is still there, so that whoever comes after a
/// crash goes on where it ended.
package struct RemovalPlan: Sendable {
    /// How far the removal is.
    package enum Phase: Sendable, Hashable {
        /// Objects of a stage are to be deleted, or are on their way out.
        case removing(Stage)
        /// Only namespaces that were made for the mesh are left.
        case namespaces
    }

    /// How far the removal is.
    package private(set) var phase: Phase
    /// What to delete now, in order.
    package private(set) var deletions: [ObjectDeletion] = []
    /// What is being waited for.
    package private(set) var waitingFor: [ObjectIdentity] = []

    /// - Parameters:
    ///   - mesh: the name of the mesh.
    ///   - live: what is there.
    package init(mesh: String, live: LiveObjects) {
        let left = live.belonging(to: mesh).filter { Self.isRemoved($0.identity, $0.object) }
        var first: (stage: Stage, isWebhook: Bool)?
        var groups: [Int: [(ObjectIdentity, KubeObject)]] = [:]
        for (identity, object) in left {
            let component = object.labels[Labels.component].flatMap { ComponentIdentity(label: $0) }
            let rank = Self.rank(identity, component)
            groups[rank, default: []].append((identity, object))
            if rank == groups.keys.min() { first = (component?.stage ?? .base, rank == Self.webhookRank) }
        }
        guard let rank = groups.keys.min(), let first, let group = groups[rank] else {
            // What could not be read may still be there.
            phase = live.unknownKinds.isEmpty ? .namespaces : .removing(.base)
            return
        }
        phase = .removing(first.isWebhook ? .pilot : first.stage)
        for (identity, object) in group {
            if object.isBeingDeleted {
                waitingFor.append(identity)
            } else {
                deletions.append(
                    ObjectDeletion(
                        identity: identity,
                        component: object.labels[Labels.component].flatMap { ComponentIdentity(label: $0) },
                        uid: object.uid, resourceVersion: object.resourceVersion))
            }
        }
    }

    /// Webhooks go before istiod, since without it they would refuse what they are to look at.
    private static let webhookRank = 4

    /// The order in which things go: lower first.
    package static func rank(_ identity: ObjectIdentity, _ component: ComponentIdentity?) -> Int {
        if identity.groupKind.group == "admissionregistration.k8s.io" { return webhookRank }
        switch component?.stage ?? .base {
        case .addons: return 0
        case .gateways: return 1
        case .ztunnel: return 2
        case .cni: return 3
        case .pilot: return 5
        case .base, .definitions: return 6
        }
    }

    private static func isRemoved(_ identity: ObjectIdentity, _ object: KubeObject) -> Bool {
        let kept: Set<GroupKind> = [
            ResourceType.customResourceDefinitions.groupVersionKind.groupKind,
            ResourceType.namespaces.groupVersionKind.groupKind, MeshRevision.type.groupVersionKind.groupKind,
        ]
        return !kept.contains(identity.groupKind)
    }
}

/// Whether a namespace that was made for a mesh may go with it.
package enum NamespaceLeftovers {
    /// Objects that a namespace has without anybody's doing, or that istiod leaves behind.
    private static func isGenerated(_ object: KubeObject) -> Bool {
        switch object.kind {
        case "ConfigMap":
            return ["kube-root-ca.crt", "istio-ca-root-cert", "istio-ca-crl"].contains(object.name)
                || object.name.hasPrefix("istio-") && object.name.contains("leader")
                || object.annotations["control-plane.alpha.kubernetes.io/leader"] != nil
        case "Secret":
            return object.name == "istio-ca-secret" || object["type"] == "kubernetes.io/service-account-token"
        case "ServiceAccount": return object.name == "default"
        default: return false
        }
    }

    /// The objects that keep a namespace: those that neither we nor the system made, and that are not on their way out.
    package static func foreign(_ objects: [KubeObject], mesh: String) -> [ObjectIdentity] {
        objects.filter { object in
            object.labels[Labels.mesh] != mesh && !isGenerated(object) && !object.isBeingDeleted
                && !object.ownerReferences.contains { $0.isController == true }
        }
        .compactMap { ObjectIdentity($0) }
    }
}
