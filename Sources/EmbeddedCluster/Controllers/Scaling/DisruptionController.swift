import KubeCore

/// PodDisruptionBudgets: how many of their pods may be evicted now.
struct DisruptionController: ClusterController {
    var name: String { "disruption-controller" }

    func requests(for change: ClusterChange, in cache: ClusterCache) -> [ResourceKey] {
        switch change.type {
        case .podDisruptionBudgets: return [ResourceKey(.podDisruptionBudgets, change.object)]
        case .pods:
            let object = change.object
            if let old = change.old, let new = change.new, old.isReady == new.isReady,
                old.isActivePod == new.isActivePod, old[path: "metadata", "labels"] == new[path: "metadata", "labels"]
            {
                return []
            }
            let budgets = cache.objects(.podDisruptionBudgets, namespace: object.namespace)
            guard !budgets.isEmpty else { return [] }
            let labels = object.labels
            return budgets.filter { $0.spec["selector"].flatMap { LabelSelector($0) }?.matches(labels) ?? false }
                .map { ResourceKey(.podDisruptionBudgets, $0) }
        case .deployments, .replicaSets, .statefulSets:
            // The expected number of pods is what their controllers ask for.
            guard let old = change.old, let new = change.new, old.spec["replicas"] != new.spec["replicas"] else {
                return []
            }
            return cache.objects(.podDisruptionBudgets, namespace: new.namespace)
                .map { ResourceKey(.podDisruptionBudgets, $0) }
        default: return []
        }
    }

    func decide(_ key: ResourceKey, _ context: inout ControllerContext) -> [ControllerAction] {
        guard let budget = context.cache.object(key), !budget.isBeingDeleted,
            let selector = budget.spec["selector"].flatMap({ LabelSelector($0) })
        else { return [] }
        let pods = context.cache.objects(.pods, namespace: key.namespace).filter {
            !$0.isFinishedPod && selector.matches($0.labels)
        }
        return Self.status(
            of: budget, pods: pods, expected: Self.expected(pods, in: context.cache), now: context.now)
    }

    /// How many pods the controllers of these pods ask for; pods without one count themselves.
    private static func expected(_ pods: [KubeObject], in cache: ClusterCache) -> Int {
        var owners: [String: Int] = [:]
        var bare = 0
        for pod in pods {
            guard let owner = pod.controller, let key = cache.key(uid: owner.uid), let object = cache.object(key) else {
                bare += 1
                continue
            }
            if let deployment = object.controller, let key = cache.key(uid: deployment.uid),
                let top = cache.object(key)
            {
                owners[deployment.uid] = top.specReplicas
            } else if object.spec["replicas"] != nil {
                owners[owner.uid] = object.specReplicas
            } else {
                bare += 1
            }
        }
        return owners.values.reduce(bare, +)
    }

    static func status(
        of budget: KubeObject, pods: [KubeObject], expected: Int, now: Timestamp
    ) -> [ControllerAction] {
        // Evictions that were granted less than two minutes ago and whose pods are still there count as disrupted.
        let disrupted = (budget[path: "status", "disruptedPods"]?.objectValue ?? JSONObject()).filter { name, time in
            guard let since = time.stringValue.flatMap({ Timestamp($0) }), since.advanced(by: .seconds(120)) > now
            else {
                return false
            }
            return pods.contains { $0.name == name && !$0.isBeingDeleted }
        }
        let healthy = pods.filter { $0.isReady && !$0.isBeingDeleted && !disrupted.contains($0.name) }.count
        let desired: Int
        if let bound = budget.spec["maxUnavailable"] {
            let unavailable = IntegerOrPercentage.resolve(bound, of: expected, roundsUp: true) ?? 0
            desired = max(0, expected - unavailable)
        } else {
            desired = IntegerOrPercentage.resolve(budget.spec["minAvailable"] ?? 1, of: expected, roundsUp: true) ?? 1
        }
        let expectedPods = budget.spec["minAvailable"]?.intValue != nil ? pods.count : expected
        let allowed = expectedPods > 0 ? max(0, healthy - desired) : 0
        var status = budget.status
        status.setCount("currentHealthy", healthy, keepsZero: true)
        status.setCount("desiredHealthy", desired, keepsZero: true)
        status.setCount("disruptionsAllowed", allowed, keepsZero: true)
        status.setCount("expectedPods", expectedPods, keepsZero: true)
        status["observedGeneration"] = .integer(budget.generation)
        status["disruptedPods"] = disrupted.isEmpty ? nil : .object(disrupted)
        var conditions = status.conditions
        Condition(
            "DisruptionAllowed", allowed > 0, reason: allowed > 0 ? "SufficientPods" : "InsufficientPods", message: ""
        ).set(
            in: &conditions, now: now, extra: ["observedGeneration": .integer(budget.generation)])
        status.conditions = conditions
        let wait: [ControllerAction] = disrupted.isEmpty ? [] : [.requeue(after: .seconds(120))]
        return ControllerAction.patchStatus(of: budget, .podDisruptionBudgets, to: status) + wait
    }
}
