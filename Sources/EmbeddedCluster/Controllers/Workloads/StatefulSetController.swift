import KubeCore

/// StatefulSets: pods with numbers, made in order and replaced in reverse.
struct StatefulSetController: ClusterController {
    var name: String { "statefulset-controller" }

    func requests(for change: ClusterChange, in cache: ClusterCache) -> [ResourceKey] {
        switch change.type {
        case .statefulSets: return [ResourceKey(.statefulSets, change.object)]
        case .pods, .controllerRevisions:
            guard let owner = change.object.controller, owner.kind == "StatefulSet" else { return [] }
            return cache.key(uid: owner.uid).map { [$0] } ?? []
        default: return []
        }
    }

    func decide(_ key: ResourceKey, _ context: inout ControllerContext) -> [ControllerAction] {
        guard let statefulSet = context.cache.object(key), key.resource == ResourceType.statefulSets.qualifiedName
        else {
            return []
        }
        let pods = context.cache.controlled(.pods, by: statefulSet.uid ?? "")
        let revisions = ControllerRevisions(of: statefulSet, .statefulSets, in: context.cache)
        let claims = Set(
            context.cache.objects(.persistentVolumeClaims, namespace: statefulSet.namespace).map(\.name))
        let rollout = StatefulSetRollout(
            statefulSet: statefulSet, pods: pods, claims: claims, updateRevision: revisions.currentName,
            recorded: revisions.revisions, now: context.now)
        return revisions.actions(usedHashes: Set(pods.compactMap { $0.label(ControllerRevisions.hashLabel) }))
            + rollout.actions()
    }
}

/// Where a StatefulSet is, and its next step.
struct StatefulSetRollout {
    let statefulSet: KubeObject
    let pods: [KubeObject]
    /// The names of the volume claims in its namespace.
    let claims: Set<String>
    /// The name of the revision of the present template; it is the hash label of the pods too.
    let updateRevision: String
    /// The ControllerRevisions that are recorded.
    let recorded: [KubeObject]
    let now: Timestamp

    private var isParallel: Bool { statefulSet.spec["podManagementPolicy"]?.stringValue == "Parallel" }
    private var isOnDelete: Bool { statefulSet.spec[path: "updateStrategy", "type"]?.stringValue == "OnDelete" }
    private var partition: Int { statefulSet.spec[path: "updateStrategy", "rollingUpdate", "partition"]?.intValue ?? 0 }
    private var start: Int { statefulSet.spec[path: "ordinals", "start"]?.intValue ?? 0 }
    private var minReadySeconds: Int { statefulSet.spec["minReadySeconds"]?.intValue ?? 0 }
    private var currentRevision: String {
        statefulSet[path: "status", "currentRevision"]?.stringValue ?? updateRevision
    }

    private func ordinal(of pod: KubeObject) -> Int? {
        pod.name.lastIndex(of: "-").flatMap { Int(pod.name[pod.name.index(after: $0)...]) }
    }

    private func isUpdated(_ pod: KubeObject) -> Bool { pod.label(ControllerRevisions.hashLabel) == updateRevision }

    private func isAvailable(_ pod: KubeObject) -> Bool {
        !pod.isBeingDeleted && pod.isAvailable(minReadySeconds: minReadySeconds, now: now)
    }

    /// The next step, and the status.
    func actions() -> [ControllerAction] {
        (statefulSet.isBeingDeleted ? [] : steps()) + status()
    }

    private func steps() -> [ControllerAction] {
        var byOrdinal: [Int: KubeObject] = [:]
        for pod in pods { if let ordinal = ordinal(of: pod) { byOrdinal[ordinal] = pod } }
        let wanted = start..<(start + statefulSet.specReplicas)
        var actions: [ControllerAction] = []
        for ordinal in wanted {
            guard let pod = byOrdinal[ordinal] else {
                actions += create(ordinal)
                if isParallel { continue }
                return actions
            }
            if pod.isFinishedPod, !pod.isBeingDeleted {
                actions.append(.delete(.pods, pod))
                if !isParallel { return actions }
            } else if !isParallel, !isAvailable(pod) {
                // Later pods wait, unless this one is of an old template: it may be what keeps it from being ready.
                return actions + replace(byOrdinal, wanted, onlyUnhealthy: true)
            }
        }
        let surplus = byOrdinal.keys.filter { !wanted.contains($0) }.sorted(by: >)
        for ordinal in surplus {
            guard let pod = byOrdinal[ordinal] else { continue }
            if !pod.isBeingDeleted { actions.append(.delete(.pods, pod)) }
            if !isParallel { return actions }
        }
        return actions + replace(byOrdinal, wanted, onlyUnhealthy: false)
    }

    /// Replaces one pod of an old template, the highest number first, down to the partition.
    private func replace(
        _ byOrdinal: [Int: KubeObject], _ wanted: Range<Int>, onlyUnhealthy: Bool
    ) -> [ControllerAction] {
        guard !isOnDelete else { return [] }
        for ordinal in wanted.reversed() where ordinal >= start + partition {
            guard let pod = byOrdinal[ordinal] else { return [] }
            if pod.isBeingDeleted { return [] }
            if !isUpdated(pod) {
                if onlyUnhealthy, isAvailable(pod) { continue }
                return [.delete(.pods, pod)]
            }
            if !isAvailable(pod) { return [] }
        }
        return []
    }

    private func create(_ ordinal: Int) -> [ControllerAction] {
        let name = "\(statefulSet.name)-\(ordinal)"
        // Below the partition pods are made of the old template, as long as it is recorded.
        var template = PodTemplate(of: statefulSet)
        var revision = updateRevision
        if ordinal < start + partition, let old = recorded.first(where: { $0.name == currentRevision }),
            let value = old[path: "data", "spec", "template"]
        {
            template = PodTemplate(value)
            revision = old.name
        }
        var pod = template.pod(
            name: name, generateName: "\(statefulSet.name)-", namespace: statefulSet.namespace,
            owner: statefulSet.controllerReference(.statefulSets),
            labels: [
                ControllerRevisions.hashLabel: revision, "statefulset.kubernetes.io/pod-name": name,
                "apps.kubernetes.io/pod-index": String(ordinal),
            ])
        pod.set(.string(name), at: "spec", "hostname")
        if let service = statefulSet.spec["serviceName"], service != "" { pod.set(service, at: "spec", "subdomain") }
        var volumes = pod.spec["volumes"]?.arrayValue ?? []
        var actions: [ControllerAction] = []
        for template in statefulSet.spec["volumeClaimTemplates"]?.arrayValue ?? [] {
            let volume = template[path: "metadata", "name"]?.stringValue ?? ""
            let claim = "\(volume)-\(name)"
            volumes.removeAll { $0["name"]?.stringValue == volume }
            volumes.append(["name": .string(volume), "persistentVolumeClaim": ["claimName": .string(claim)]])
            guard !claims.contains(claim) else { continue }
            var object = KubeObject(type: .persistentVolumeClaims, namespace: statefulSet.namespace, name: claim)
            object.labels = PodTemplate(of: statefulSet).labels
            object["spec"] = template["spec"]
            actions.append(.create(.persistentVolumeClaims, object))
        }
        if !volumes.isEmpty { pod.set(.array(volumes), at: "spec", "volumes") }
        return actions + [.create(.pods, pod)]
    }

    private func status() -> [ControllerAction] {
        let live = pods.filter { !$0.isFinishedPod }
        let ready = live.filter { !$0.isBeingDeleted && $0.isReady }
        let available = live.filter(isAvailable)
        let updated = live.filter { !$0.isBeingDeleted && isUpdated($0) }
        let isComplete =
            updated.count == statefulSet.specReplicas && ready.count == statefulSet.specReplicas
            && live.count == statefulSet.specReplicas
            && partition == 0
        let current = isComplete ? updateRevision : currentRevision
        var status = statefulSet.status
        status["observedGeneration"] = .integer(statefulSet.generation)
        status.setCount("replicas", live.count, keepsZero: true)
        status.setCount("readyReplicas", ready.count)
        status.setCount("availableReplicas", available.count, keepsZero: true)
        status.setCount("updatedReplicas", updated.count)
        status.setCount(
            "currentReplicas",
            live.filter { !$0.isBeingDeleted && $0.label(ControllerRevisions.hashLabel) == current }.count)
        status["currentRevision"] = .string(current)
        status["updateRevision"] = .string(updateRevision)
        status["collisionCount"] = status["collisionCount"] ?? .integer(0)
        let wait: [ControllerAction] =
            available.count < ready.count ? [.requeue(after: .seconds(minReadySeconds) + .seconds(1))] : []
        return ControllerAction.patchStatus(of: statefulSet, .statefulSets, to: status) + wait
    }
}
