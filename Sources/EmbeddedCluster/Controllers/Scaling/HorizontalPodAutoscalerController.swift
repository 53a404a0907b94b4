import KubeCore

/// HorizontalPodAutoscalers: keep the replicas of their target within bounds, through its `scale` subresource.
///
/// There are no metrics here: nothing is scaled but into the bounds, unless the annotation ``FailureInjection/load`` says
/// what load the pods bear together.
struct HorizontalPodAutoscalerController: ClusterController {
    var name: String { "horizontal-pod-autoscaler" }

    private static let targets: [String: ResourceType] = [
        "Deployment": .deployments, "StatefulSet": .statefulSets, "ReplicaSet": .replicaSets,
    ]

    func requests(for change: ClusterChange, in cache: ClusterCache) -> [ResourceKey] {
        if change.type == .horizontalPodAutoscalers { return [ResourceKey(.horizontalPodAutoscalers, change.object)] }
        guard Self.targets[change.type.kind] == change.type, let new = change.new,
            change.old?.spec != new.spec || change.old?.statusCount("replicas") != new.statusCount("replicas")
        else { return [] }
        return cache.objects(.horizontalPodAutoscalers, namespace: new.namespace).filter {
            $0.spec[path: "scaleTargetRef", "kind"]?.stringValue == new.kind
                && $0.spec[path: "scaleTargetRef", "name"]?.stringValue == new.name
        }.map { ResourceKey(.horizontalPodAutoscalers, $0) }
    }

    func decide(_ key: ResourceKey, _ context: inout ControllerContext) -> [ControllerAction] {
        guard let autoscaler = context.cache.object(key), !autoscaler.isBeingDeleted else { return [] }
        let reference = autoscaler.spec["scaleTargetRef"]
        let target = Self.targets[reference?["kind"]?.stringValue ?? ""].flatMap { type in
            context.cache.object(type, namespace: key.namespace, name: reference?["name"]?.stringValue ?? "")
                .map { (type: type, object: $0) }
        }
        return HorizontalScale(autoscaler: autoscaler, target: target, now: context.now).actions()
    }
}

/// What an autoscaler makes of its target.
struct HorizontalScale {
    let autoscaler: KubeObject
    let target: (type: ResourceType, object: KubeObject)?
    let now: Timestamp

    private var minimum: Int { autoscaler.spec["minReplicas"]?.intValue ?? 1 }
    private var maximum: Int { max(minimum, autoscaler.spec["maxReplicas"]?.intValue ?? minimum) }

    /// The scaling, and the status.
    func actions() -> [ControllerAction] {
        var status = autoscaler.status
        var conditions = status.conditions
        guard let target else {
            let name = autoscaler.spec[path: "scaleTargetRef", "name"]?.stringValue ?? ""
            Condition(
                "AbleToScale", false, reason: "FailedGetScale",
                message: "the HPA controller was unable to get the target's current scale: \"\(name)\" not found"
            ).set(in: &conditions, now: now)
            status.conditions = conditions
            return ControllerAction.patchStatus(of: autoscaler, .horizontalPodAutoscalers, to: status)
        }
        let current = target.object.specReplicas
        status["observedGeneration"] = .integer(autoscaler.generation)
        status["currentReplicas"] = .integer(Int64(target.object.statusCount("replicas")))
        guard current > 0 else {
            // Scaling to zero by hand turns the autoscaler off.
            Condition(
                "ScalingActive", false, reason: "ScalingDisabled",
                message: "scaling is disabled since the replica count of the target is zero"
            ).set(in: &conditions, now: now)
            status["desiredReplicas"] = 0
            status.conditions = conditions
            return ControllerAction.patchStatus(of: autoscaler, .horizontalPodAutoscalers, to: status)
        }
        let wanted = wantedReplicas(current)
        let desired = min(max(wanted, minimum), maximum)
        status["desiredReplicas"] = .integer(Int64(desired))
        if let utilization = load.map({ $0 / current }) ?? targetUtilization {
            status["currentMetrics"] = [
                [
                    "type": "Resource",
                    "resource": [
                        "name": "cpu",
                        "current": ["averageUtilization": .integer(Int64(utilization)), "averageValue": "100m"],
                    ],
                ]
            ]
        }
        if desired != current { status["lastScaleTime"] = .string(now.description) }
        Condition(
            "AbleToScale", true, reason: desired == current ? "ReadyForNewScale" : "SucceededRescale",
            message: desired == current
                ? "recommended size matches current size"
                : "the HPA controller was able to update the target scale to \(desired)"
        ).set(in: &conditions, now: now)
        Condition(
            "ScalingActive", true, reason: "ValidMetricFound",
            message: "the HPA was able to successfully calculate a replica count from cpu resource utilization "
                + "(percentage of request)"
        ).set(in: &conditions, now: now)
        let (isLimited, reason, message): (Bool, String, String) =
            wanted < minimum
            ? (true, "TooFewReplicas", "the desired replica count is less than the minimum replica count")
            : wanted > maximum
                ? (true, "TooManyReplicas", "the desired replica count is more than the maximum replica count")
                : (false, "DesiredWithinRange", "the desired count is within the acceptable range")
        Condition("ScalingLimited", isLimited, reason: reason, message: message).set(in: &conditions, now: now)
        status.conditions = conditions
        let scaling: [ControllerAction] =
            desired == current
            ? []
            : [
                .patch(
                    target.type, ResourceKey(target.type, target.object),
                    ["spec": ["replicas": .integer(Int64(desired))]], subresource: "scale")
            ]
        return scaling + ControllerAction.patchStatus(of: autoscaler, .horizontalPodAutoscalers, to: status)
    }

    private var load: Int? { autoscaler.annotation(FailureInjection.load).flatMap { Int($0) } }

    private var targetUtilization: Int? {
        autoscaler.spec["metrics"]?.arrayValue?.lazy
            .compactMap { $0[path: "resource", "target", "averageUtilization"]?.intValue }.first
    }

    /// Replicas that bring utilization to its target; as many as there are where nothing says what the load is.
    private func wantedReplicas(_ current: Int) -> Int {
        guard let load, let aim = targetUtilization, aim > 0 else { return current }
        return (load + aim - 1) / aim
    }
}
