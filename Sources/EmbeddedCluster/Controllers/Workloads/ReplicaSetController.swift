import KubeCore

/// ReplicaSets: as many pods of one template as asked for.
struct ReplicaSetController: ClusterController {
    /// Pods made or deleted by one decision at most, so that other objects get their turn.
    static let burst = 500

    var name: String { "replicaset-controller" }

    func requests(for change: ClusterChange, in cache: ClusterCache) -> [ResourceKey] {
        switch change.type {
        case .replicaSets: return [ResourceKey(.replicaSets, change.object)]
        case .pods:
            let owners = [change.old?.controller, change.new?.controller].compactMap { $0 }
            guard owners.isEmpty else {
                return Set(owners.filter { $0.kind == "ReplicaSet" }.map(\.uid)).compactMap { cache.key(uid: $0) }
            }
            // An orphan: any ReplicaSet of its namespace may adopt it.
            let labels = change.object.labels
            guard change.new != nil, !labels.isEmpty else { return [] }
            return cache.objects(.replicaSets, namespace: change.object.namespace).filter {
                $0.spec["selector"].flatMap { LabelSelector($0) }?.matches(labels) == true
            }.map { ResourceKey(.replicaSets, $0) }
        default: return []
        }
    }

    func decide(_ key: ResourceKey, _ context: inout ControllerContext) -> [ControllerAction] {
        guard let replicaSet = context.cache.object(key), key.resource == ResourceType.replicaSets.qualifiedName else {
            return []
        }
        let (owned, adoptions) = Adoption.claim(.pods, for: replicaSet, .replicaSets, in: context.cache)
        if !adoptions.isEmpty { return adoptions }
        let active = owned.filter(\.isActivePod)
        var actions: [ControllerAction] = []
        if !replicaSet.isBeingDeleted {
            let missing = replicaSet.specReplicas - active.count
            if missing > 0 {
                let template = PodTemplate(of: replicaSet)
                for _ in 0..<min(missing, Self.burst) {
                    let pod = template.pod(
                        name: context.generatedName("\(replicaSet.name)-"), generateName: "\(replicaSet.name)-",
                        namespace: replicaSet.namespace, owner: replicaSet.controllerReference(.replicaSets))
                    actions.append(.create(.pods, pod))
                }
            } else if missing < 0 {
                let victims = PodRanking.sorted(active).prefix(min(-missing, Self.burst))
                actions += victims.map { .delete(.pods, $0) }
            }
        }
        return status(of: replicaSet, active, now: context.now) + actions
    }

    private func status(of replicaSet: KubeObject, _ pods: [KubeObject], now: Timestamp) -> [ControllerAction] {
        let minReadySeconds = replicaSet.spec["minReadySeconds"]?.intValue ?? 0
        let labels = PodTemplate(of: replicaSet).labels
        let ready = pods.filter(\.isReady)
        let available = ready.filter { $0.isAvailable(minReadySeconds: minReadySeconds, now: now) }
        var status = replicaSet.status
        status.setCount("replicas", pods.count, keepsZero: true)
        status.setCount(
            "fullyLabeledReplicas", pods.filter { LabelSelector(matching: labels).matches($0.labels) }.count)
        status.setCount("readyReplicas", ready.count)
        status.setCount("availableReplicas", available.count)
        status["observedGeneration"] = .integer(replicaSet.generation)
        let wait: [ControllerAction] =
            available.count < ready.count ? [.requeue(after: .seconds(minReadySeconds) + .seconds(1))] : []
        return ControllerAction.patchStatus(of: replicaSet, .replicaSets, to: status) + wait
    }
}

/// Which pod goes first when there are too many.
enum PodRanking {
    /// The pods in the order in which they are to go: unbound, pending, not ready, cheap, and young ones first.
    static func sorted(_ pods: [KubeObject]) -> [KubeObject] {
        pods.map { (rank: rank($0), pod: $0) }.sorted {
            for (left, right) in zip($0.rank, $1.rank) where left != right { return left < right }
            return $0.pod.name.utf8Less(than: $1.pod.name)
        }.map(\.pod)
    }

    private static func rank(_ pod: KubeObject) -> [Int64] {
        let phases: [String: Int64] = ["Pending": 0, "Unknown": 1, "Running": 2]
        return [
            pod.nodeName == nil ? 0 : 1, phases[pod.phase] ?? 0, pod.isReady ? 1 : 0,
            pod.annotation("controller.kubernetes.io/pod-deletion-cost").flatMap { Int64($0) } ?? 0,
            -(pod.readySince?.seconds ?? 0), -(pod.creationTimestamp?.seconds ?? 0),
        ]
    }
}
