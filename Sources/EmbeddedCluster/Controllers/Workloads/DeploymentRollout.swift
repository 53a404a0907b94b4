import KubeCore

/// Where a Deployment's rollout is, and its next step. A value: the same picture always gives the same actions.
struct DeploymentRollout {
    static let revisionAnnotation = "deployment.kubernetes.io/revision"
    static let desiredReplicasAnnotation = "deployment.kubernetes.io/desired-replicas"
    static let maxReplicasAnnotation = "deployment.kubernetes.io/max-replicas"
    static let historyAnnotation = "deployment.kubernetes.io/revision-history"
    static let hashLabel = "pod-template-hash"

    let deployment: KubeObject
    let replicaSets: [KubeObject]
    let now: Timestamp
    /// How many pods of a ReplicaSet have not ended yet, those being deleted included.
    let runningPods: (KubeObject) -> Int

    private var type: ResourceType { .replicaSets }
    private var desired: Int { deployment.specReplicas }
    private var isPaused: Bool { deployment.spec["paused"]?.boolValue == true }
    private var isRecreate: Bool { deployment.spec[path: "strategy", "type"]?.stringValue == "Recreate" }
    private var template: PodTemplate { PodTemplate(of: deployment) }
    private var collisions: Int { deployment.statusCount("collisionCount") }

    private var bounds: (surge: Int, unavailable: Int) {
        guard !isRecreate else { return (0, 0) }
        let rolling = deployment.spec[path: "strategy", "rollingUpdate"]
        let surge = IntegerOrPercentage.resolve(rolling?["maxSurge"] ?? "25%", of: desired, roundsUp: true) ?? 0
        let unavailable =
            IntegerOrPercentage.resolve(rolling?["maxUnavailable"] ?? "25%", of: desired, roundsUp: false) ?? 0
        return (surge, surge == 0 && unavailable == 0 ? 1 : min(unavailable, desired))
    }

    /// The ReplicaSet of the present template: the oldest, should there be several.
    private var current: KubeObject? {
        replicaSets.filter { PodTemplate(of: $0).equals(template, ignoringLabel: Self.hashLabel) }
            .min { ($0.creationTimestamp?.seconds ?? 0, $0.name) < ($1.creationTimestamp?.seconds ?? 0, $1.name) }
    }

    /// The next step: writes to ReplicaSets, then the Deployment's annotation and status.
    func actions() -> [ControllerAction] {
        if deployment.isBeingDeleted { return status(current: current, didCreate: false) }
        let current = current
        let old = replicaSets.filter { $0.uid != current?.uid }
        if isPaused { return scaleOnly(current, old) + status(current: current, didCreate: false) + cleanUp(old) }
        if isRecreate, old.contains(where: { $0.specReplicas > 0 }) {
            return old.filter { $0.specReplicas > 0 }.flatMap { scale($0, to: 0) }
                + status(current: current, didCreate: false)
        }
        if isRecreate, current?.specReplicas ?? 0 == 0, old.contains(where: { runningPods($0) > 0 }) {
            return status(current: current, didCreate: false)
        }
        guard let current else { return create(old) }
        let revision = revision(of: current, among: old)
        var actions = annotate(current, revision: revision)
        if actions.isEmpty {
            actions = isRecreate ? scale(current, to: desired) : roll(current, old)
        }
        actions += annotateDeployment(revision: revision)
        actions += status(current: current, didCreate: false)
        return actions + (isComplete(current) ? cleanUp(old) : [])
    }

    // MARK: Revisions

    private static func revision(_ object: KubeObject) -> Int {
        object.annotation(revisionAnnotation).flatMap { Int($0) } ?? 0
    }

    /// The revision that the current ReplicaSet must have: above all others. Going back to an old template raises it.
    private func revision(of current: KubeObject, among old: [KubeObject]) -> Int {
        max(Self.revision(current), (old.map(Self.revision).max() ?? 0) + 1)
    }

    private func copiedAnnotations(revision: Int) -> [String: String] {
        let own: Set<String> = [
            "kubectl.kubernetes.io/last-applied-configuration", Self.revisionAnnotation, Self.historyAnnotation,
            Self.desiredReplicasAnnotation, Self.maxReplicasAnnotation, "deprecated.deployment.rollback.to",
        ]
        var annotations = deployment.annotations.filter { !own.contains($0.key) }
        annotations[Self.revisionAnnotation] = String(revision)
        annotations[Self.desiredReplicasAnnotation] = String(desired)
        annotations[Self.maxReplicasAnnotation] = String(desired + bounds.surge)
        return annotations
    }

    private func annotate(_ current: KubeObject, revision: Int) -> [ControllerAction] {
        var new = current
        var annotations = current.annotations.merging(copiedAnnotations(revision: revision)) { $1 }
        let former = Self.revision(current)
        if former > 0, former < revision {
            let history = annotations[Self.historyAnnotation].map { $0 + "," } ?? ""
            annotations[Self.historyAnnotation] = history + String(former)
        }
        new.annotations = annotations
        new.set(deployment.spec["minReadySeconds"], at: "spec", "minReadySeconds")
        guard new.annotations != current.annotations || new.spec != current.spec else { return [] }
        return ControllerAction.patch(type, from: current, to: new)
    }

    private func annotateDeployment(revision: Int) -> [ControllerAction] {
        guard deployment.annotation(Self.revisionAnnotation) != String(revision) else { return [] }
        var new = deployment
        new.annotations[Self.revisionAnnotation] = String(revision)
        return ControllerAction.patch(.deployments, from: deployment, to: new)
    }

    // MARK: Scaling

    private func create(_ old: [KubeObject]) -> [ControllerAction] {
        let hash = template.hash(collisions: collisions)
        var replicaSet = KubeObject(
            type: type, namespace: deployment.namespace, name: "\(deployment.name)-\(hash)")
        if replicaSets.contains(where: { $0.name == replicaSet.name }) {
            // Another template has this hash: count the collision and choose another name.
            var status = deployment.status
            status.setCount("collisionCount", collisions + 1)
            return ControllerAction.patchStatus(of: deployment, .deployments, to: status)
        }
        let revision = (old.map(Self.revision).max() ?? 0) + 1
        let total = old.reduce(0) { $0 + $1.specReplicas }
        let size = isRecreate ? desired : max(0, min(desired, desired + bounds.surge - total))
        replicaSet.labels = template.labels.merging([Self.hashLabel: hash]) { $1 }
        replicaSet.annotations = copiedAnnotations(revision: revision)
        replicaSet.ownerReferences = [deployment.controllerReference(.deployments)]
        var newTemplate = template.value
        newTemplate.set(.string(hash), at: "metadata", "labels", Self.hashLabel)
        var selector = deployment.spec["selector"] ?? .object(JSONObject())
        selector.set(.string(hash), at: "matchLabels", Self.hashLabel)
        var spec: JSONObject = [
            "replicas": .integer(Int64(size)), "selector": selector, "template": newTemplate,
        ]
        if let seconds = deployment.spec["minReadySeconds"] { spec["minReadySeconds"] = seconds }
        replicaSet["spec"] = .object(spec)
        return [.create(type, replicaSet)] + annotateDeployment(revision: revision)
            + status(current: replicaSet, didCreate: true)
    }

    private func scale(_ replicaSet: KubeObject, to size: Int) -> [ControllerAction] {
        guard replicaSet.specReplicas != size else { return [] }
        var new = replicaSet
        new.set(.integer(Int64(size)), at: "spec", "replicas")
        new.annotations[Self.desiredReplicasAnnotation] = String(desired)
        new.annotations[Self.maxReplicasAnnotation] = String(desired + bounds.surge)
        return ControllerAction.patch(type, from: replicaSet, to: new)
    }

    /// While paused, replicas follow the Deployment but no template does.
    private func scaleOnly(_ current: KubeObject?, _ old: [KubeObject]) -> [ControllerAction] {
        let active = (old + [current].compactMap { $0 }).filter { $0.specReplicas > 0 }
        guard active.count <= 1, let only = active.first ?? current else { return [] }
        return scale(only, to: desired)
    }

    private func roll(_ current: KubeObject, _ old: [KubeObject]) -> [ControllerAction] {
        let total = replicaSets.reduce(0) { $0 + $1.specReplicas }
        if current.specReplicas > desired { return scale(current, to: desired) }
        if current.specReplicas < desired, total < desired + bounds.surge {
            return scale(current, to: min(desired, current.specReplicas + desired + bounds.surge - total))
        }
        return scaleDown(old, total: total, current: current)
    }

    /// Takes replicas from old ReplicaSets: first those that are not available anyway, then, oldest first, as many as
    /// availability allows.
    private func scaleDown(_ old: [KubeObject], total: Int, current: KubeObject) -> [ControllerAction] {
        let minimum = desired - bounds.unavailable
        let newUnavailable = max(0, current.specReplicas - current.statusCount("availableReplicas"))
        var room = total - minimum - newUnavailable
        guard room > 0 else { return [] }
        var sizes: [String: Int] = [:]
        let oldest = old.filter { $0.specReplicas > 0 }.sorted {
            (Self.revision($0), $0.name) < (Self.revision($1), $1.name)
        }
        for replicaSet in oldest {
            let unhealthy = max(0, replicaSet.specReplicas - replicaSet.statusCount("availableReplicas"))
            let step = min(room, unhealthy)
            sizes[replicaSet.name] = replicaSet.specReplicas - step
            room -= step
        }
        let available = replicaSets.reduce(0) { $0 + $1.statusCount("availableReplicas") }
        var surplus = max(0, available - minimum)
        for replicaSet in oldest {
            let size = sizes[replicaSet.name] ?? replicaSet.specReplicas
            let step = min(surplus, size)
            sizes[replicaSet.name] = size - step
            surplus -= step
        }
        return oldest.flatMap { scale($0, to: sizes[$0.name] ?? $0.specReplicas) }
    }

    /// Deletes old ReplicaSets beyond the history limit.
    private func cleanUp(_ old: [KubeObject]) -> [ControllerAction] {
        let limit = deployment.spec["revisionHistoryLimit"]?.intValue ?? 10
        let candidates = old.filter {
            $0.specReplicas == 0 && $0.statusCount("replicas") == 0
                && $0.statusCount("observedGeneration") >= $0.generation
        }.sorted { Self.revision($0) < Self.revision($1) }
        guard old.count > limit else { return [] }
        return candidates.prefix(old.count - limit).map { .delete(type, $0, propagation: .background) }
    }

    // MARK: Status

    private func isComplete(_ current: KubeObject) -> Bool {
        let total = replicaSets.reduce(0) { $0 + $1.statusCount("replicas") }
        return current.statusCount("replicas") == desired && total == desired
            && current.statusCount("availableReplicas") == desired
            && current.statusCount("observedGeneration") >= current.generation
    }

    private func status(current: KubeObject?, didCreate: Bool) -> [ControllerAction] {
        let counted = replicaSets
        let sum = { (member: String) in counted.reduce(0) { $0 + $1.statusCount(member) } }
        let available = sum("availableReplicas")
        let specified = counted.reduce(0) { $0 + $1.specReplicas } + (didCreate ? current?.specReplicas ?? 0 : 0)
        var status = deployment.status
        status["observedGeneration"] = .integer(deployment.generation)
        status.setCount("replicas", sum("replicas"))
        status.setCount("updatedReplicas", current?.statusCount("replicas") ?? 0)
        status.setCount("readyReplicas", sum("readyReplicas"))
        status.setCount("availableReplicas", available)
        status.setCount("unavailableReplicas", max(0, specified - available))
        var conditions = status.conditions
        if available >= desired - bounds.unavailable {
            Condition(
                "Available", true, reason: "MinimumReplicasAvailable",
                message: "Deployment has minimum availability."
            ).set(in: &conditions, now: now, extra: ["lastUpdateTime": .string(now.description)])
        } else {
            Condition(
                "Available", false, reason: "MinimumReplicasUnavailable",
                message: "Deployment does not have minimum availability."
            ).set(in: &conditions, now: now, extra: ["lastUpdateTime": .string(now.description)])
        }
        var deadline: [ControllerAction] = []
        progress(in: &conditions, &deadline, status: status, current: current, didCreate: didCreate)
        status.conditions = conditions
        return ControllerAction.patchStatus(of: deployment, .deployments, to: status) + deadline
    }

    private func progress(
        in conditions: inout [JSONValue], _ deadline: inout [ControllerAction], status: JSONObject,
        current: KubeObject?, didCreate: Bool
    ) {
        let known = deployment.condition("Progressing")
        func set(_ status: Bool?, _ reason: String, _ message: String, isRenewed: Bool = false) {
            Condition("Progressing", status, reason: reason, message: message).set(
                in: &conditions, now: now, extra: ["lastUpdateTime": .string(now.description)], isRenewed: isRenewed)
        }
        if isPaused { return set(nil, "DeploymentPaused", "Deployment is paused") }
        guard let current else { return }
        if didCreate {
            return set(true, "NewReplicaSetCreated", "Created new replica set \"\(current.name)\"")
        }
        if isComplete(current) {
            return set(
                true, "NewReplicaSetAvailable", "ReplicaSet \"\(current.name)\" has successfully progressed.")
        }
        let counters = ["updatedReplicas", "readyReplicas", "availableReplicas"]
        let hasProgressed =
            counters.contains { (status[$0]?.intValue ?? 0) > deployment.statusCount($0) }
            || oldReplicas(of: status) < oldReplicas(of: deployment.status)
        let wasComplete = known?["reason"] == "NewReplicaSetAvailable"
        let hasBegun =
            known == nil || known?["reason"] == "DeploymentPaused"
            || deployment.generation > deployment.statusCount("observedGeneration")
        if hasProgressed || hasBegun {
            // The deadline counts from the last step forward, even where the words stay.
            set(true, "ReplicaSetUpdated", "ReplicaSet \"\(current.name)\" is progressing.", isRenewed: true)
            deadline = [.requeue(after: deadlineDuration + .seconds(1))]
            return
        }
        if wasComplete || known?["reason"] == "ProgressDeadlineExceeded" { return }
        let since = known?["lastUpdateTime"]?.stringValue.flatMap { Timestamp($0) } ?? now
        let end = since.advanced(by: deadlineDuration)
        if end < now {
            set(
                false, "ProgressDeadlineExceeded",
                "ReplicaSet \"\(current.name)\" has timed out progressing.")
        } else {
            deadline = [.requeue(after: end.duration(since: now) + .seconds(1))]
        }
    }

    private func oldReplicas(of status: JSONObject) -> Int {
        (status["replicas"]?.intValue ?? 0) - (status["updatedReplicas"]?.intValue ?? 0)
    }

    private var deadlineDuration: Duration {
        .seconds(deployment.spec["progressDeadlineSeconds"]?.intValue ?? 600)
    }
}
