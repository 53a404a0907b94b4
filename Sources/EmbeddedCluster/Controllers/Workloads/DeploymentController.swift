import KubeCore

/// Deployments: one ReplicaSet a template, rolling updates within `maxSurge` and `maxUnavailable`, revisions.
struct DeploymentController: ClusterController {
    var name: String { "deployment-controller" }

    func requests(for change: ClusterChange, in cache: ClusterCache) -> [ResourceKey] {
        switch change.type {
        case .deployments:
            return [ResourceKey(.deployments, change.object)]
        case .replicaSets:
            let owners = [change.old?.controller, change.new?.controller].compactMap { $0 }
            if owners.isEmpty {
                // An orphan: any Deployment of its namespace may adopt it.
                return cache.objects(.deployments, namespace: change.object.namespace).map {
                    ResourceKey(.deployments, $0)
                }
            }
            return owners.compactMap { cache.key(uid: $0.uid) }
        case .pods where change.new == nil || change.new?.isFinishedPod == true:
            // `Recreate` waits for the last old pod to be really gone.
            guard let owner = change.object.controller, let replicaSetKey = cache.key(uid: owner.uid),
                let deployment = cache.object(replicaSetKey)?.controller, let key = cache.key(uid: deployment.uid),
                cache.object(key)?.spec[path: "strategy", "type"]?.stringValue == "Recreate"
            else { return [] }
            return [key]
        default: return []
        }
    }

    func decide(_ key: ResourceKey, _ context: inout ControllerContext) -> [ControllerAction] {
        guard let deployment = context.cache.object(key), key.resource == ResourceType.deployments.qualifiedName else {
            return []
        }
        let (owned, adoptions) = Adoption.claim(.replicaSets, for: deployment, .deployments, in: context.cache)
        if !adoptions.isEmpty { return adoptions }
        let cache = context.cache
        let runningPods = { (replicaSet: KubeObject) in
            cache.controlled(.pods, by: replicaSet.uid ?? "").filter { !$0.isFinishedPod }.count
        }
        let rollout = DeploymentRollout(
            deployment: deployment, replicaSets: owned.filter { !$0.isBeingDeleted }, now: context.now,
            runningPods: runningPods)
        return rollout.actions()
    }
}
