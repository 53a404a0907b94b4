import KubeCore

/// DaemonSets: one pod on every node that the template allows, replaced node by node or when deleted.
struct DaemonSetController: ClusterController {
    var name: String { "daemon-set-controller" }

    func requests(for change: ClusterChange, in cache: ClusterCache) -> [ResourceKey] {
        switch change.type {
        case .daemonSets: return [ResourceKey(.daemonSets, change.object)]
        case .pods, .controllerRevisions:
            guard let owner = change.object.controller, owner.kind == "DaemonSet" else { return [] }
            return cache.key(uid: owner.uid).map { [$0] } ?? []
        case .nodes:
            // What a node reports of itself time and again changes nothing here.
            if let old = change.old, let new = change.new, old.labels == new.labels, old.spec == new.spec { return [] }
            return cache.keys(of: ResourceType.daemonSets.qualifiedName)
        default: return []
        }
    }

    func decide(_ key: ResourceKey, _ context: inout ControllerContext) -> [ControllerAction] {
        guard let daemonSet = context.cache.object(key), key.resource == ResourceType.daemonSets.qualifiedName else {
            return []
        }
        let pods = context.cache.controlled(.pods, by: daemonSet.uid ?? "")
        let revisions = ControllerRevisions(of: daemonSet, .daemonSets, in: context.cache)
        var names: [String: String] = [:]
        for node in context.cache.objects(.nodes) { names[node.name] = context.generatedName("\(daemonSet.name)-") }
        let rollout = DaemonSetRollout(
            daemonSet: daemonSet, pods: pods,
            nodes: context.cache.objects(.nodes).sorted { $0.name.utf8Less(than: $1.name) },
            hash: revisions.currentHash, now: context.now, podNames: names)
        return revisions.actions(usedHashes: Set(pods.compactMap { $0.label(ControllerRevisions.hashLabel) }))
            + rollout.actions()
    }
}

/// Where a DaemonSet is on its nodes, and its next step.
struct DaemonSetRollout {
    let daemonSet: KubeObject
    let pods: [KubeObject]
    let nodes: [KubeObject]
    let hash: String
    let now: Timestamp
    /// The name that a pod made on a node would get.
    let podNames: [String: String]

    /// Taints of a node that a daemon must bear.
    private static let tolerations: [JSONValue] = [
        ["key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute"],
        ["key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute"],
        ["key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoSchedule"],
        ["key": "node.kubernetes.io/disk-pressure", "operator": "Exists", "effect": "NoSchedule"],
        ["key": "node.kubernetes.io/memory-pressure", "operator": "Exists", "effect": "NoSchedule"],
        ["key": "node.kubernetes.io/pid-pressure", "operator": "Exists", "effect": "NoSchedule"],
        ["key": "node.kubernetes.io/unschedulable", "operator": "Exists", "effect": "NoSchedule"],
    ]

    private var isOnDelete: Bool { daemonSet.spec[path: "updateStrategy", "type"]?.stringValue == "OnDelete" }
    private var minReadySeconds: Int { daemonSet.spec["minReadySeconds"]?.intValue ?? 0 }

    /// The next step, and the status.
    func actions() -> [ControllerAction] {
        let wanted = nodes.filter { isWanted(on: $0) }
        let byNode = Dictionary(grouping: pods.filter { !$0.isFinishedPod }) { target(of: $0) }
        var actions: [ControllerAction] = []
        if !daemonSet.isBeingDeleted {
            actions += pods.filter { $0.isFinishedPod && !$0.isBeingDeleted }.map { .delete(.pods, $0) }
            for node in wanted where (byNode[node.name] ?? []).allSatisfy(\.isBeingDeleted) {
                // The new pod waits for the old one on its node to be gone, unless they may overlap.
                guard byNode[node.name] == nil || bounds(wanted.count).surge > 0 else { continue }
                actions.append(.create(.pods, pod(on: node)))
            }
            let names = Set(wanted.map(\.name))
            for (node, pods) in byNode.sorted(by: { $0.key < $1.key }) {
                let live = pods.filter { !$0.isBeingDeleted }
                if !names.contains(node) {
                    actions += live.map { .delete(.pods, $0) }
                }
            }
            if !isOnDelete { actions += update(wanted, byNode) }
        }
        return actions + status(wanted: wanted, byNode)
    }

    private func bounds(_ count: Int) -> (surge: Int, unavailable: Int) {
        let rolling = daemonSet.spec[path: "updateStrategy", "rollingUpdate"]
        let surge = IntegerOrPercentage.resolve(rolling?["maxSurge"] ?? 0, of: count, roundsUp: true) ?? 0
        let unavailable =
            IntegerOrPercentage.resolve(rolling?["maxUnavailable"] ?? 1, of: count, roundsUp: true) ?? 1
        return (surge, surge == 0 ? max(1, unavailable) : unavailable)
    }

    /// Replaces pods of old templates: those that are not available at once, the others as far as the bounds allow.
    private func update(_ wanted: [KubeObject], _ byNode: [String: [KubeObject]]) -> [ControllerAction] {
        let bounds = bounds(wanted.count)
        var actions: [ControllerAction] = []
        if bounds.surge > 0 {
            var surging = wanted.filter { (byNode[$0.name] ?? []).filter { !$0.isBeingDeleted }.count > 1 }.count
            for node in wanted {
                let live = (byNode[node.name] ?? []).filter { !$0.isBeingDeleted }
                let old = live.filter { !isUpdated($0) }
                guard !old.isEmpty else { continue }
                if let new = live.first(where: isUpdated) {
                    if isAvailable(new) { actions += old.map { .delete(.pods, $0) } }
                } else if surging < bounds.surge {
                    surging += 1
                    actions.append(.create(.pods, pod(on: node)))
                }
            }
            return actions
        }
        var unavailable = wanted.filter { node in
            !(byNode[node.name] ?? []).contains { !$0.isBeingDeleted && isAvailable($0) }
        }.count
        let old = wanted.flatMap { byNode[$0.name] ?? [] }.filter { !$0.isBeingDeleted && !isUpdated($0) }
        actions += old.filter { !isAvailable($0) }.map { .delete(.pods, $0) }
        for pod in old.filter(isAvailable) where unavailable < bounds.unavailable {
            unavailable += 1
            actions.append(.delete(.pods, pod))
        }
        return actions
    }

    private func isUpdated(_ pod: KubeObject) -> Bool { pod.label(ControllerRevisions.hashLabel) == hash }

    private func isAvailable(_ pod: KubeObject) -> Bool {
        pod.isAvailable(minReadySeconds: minReadySeconds, now: now)
    }

    /// The node that a pod is for, before it is bound too.
    private func target(of pod: KubeObject) -> String {
        if let node = pod.nodeName { return node }
        let terms = pod.spec[
            path: "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"]
        return terms?[0]?["matchFields"]?[0]?["values"]?[0]?.stringValue ?? ""
    }

    /// Whether the template may run on a node, were it only for the taints that daemons bear.
    private func isWanted(on node: KubeObject) -> Bool {
        var probe = KubeObject(type: .pods, name: "")
        probe["spec"] = PodTemplate(of: daemonSet).value["spec"]
        let tolerations = (probe.spec["tolerations"]?.arrayValue ?? []) + Self.tolerations
        probe.set(.array(tolerations), at: "spec", "tolerations")
        return Scheduler.obstacle(for: probe, on: node) == nil
    }

    private func pod(on node: KubeObject) -> KubeObject {
        var pod = PodTemplate(of: daemonSet).pod(
            name: podNames[node.name] ?? "\(daemonSet.name)-\(node.name)", generateName: "\(daemonSet.name)-",
            namespace: daemonSet.namespace, owner: daemonSet.controllerReference(.daemonSets),
            labels: [
                ControllerRevisions.hashLabel: hash, "pod-template-generation": String(daemonSet.generation),
            ])
        var affinity = pod.spec["affinity"] ?? .object(JSONObject())
        let field: JSONValue = ["key": "metadata.name", "operator": "In", "values": [.string(node.name)]]
        let path = ["nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"]
        var terms = affinity.value(at: path[...])?.arrayValue ?? [.object(JSONObject())]
        for index in terms.indices { terms[index]["matchFields"] = [field] }
        affinity.set(.array(terms), at: path[...])
        pod.set(affinity, at: "spec", "affinity")
        let tolerations = pod.spec["tolerations"]?.arrayValue ?? []
        pod.set(
            .array(tolerations + Self.tolerations.filter { !tolerations.contains($0) }), at: "spec", "tolerations")
        return pod
    }

    private func status(wanted: [KubeObject], _ byNode: [String: [KubeObject]]) -> [ControllerAction] {
        let names = Set(wanted.map(\.name))
        let live = byNode.mapValues { $0.filter { !$0.isBeingDeleted } }.filter { !$0.value.isEmpty }
        let scheduled = live.filter { names.contains($0.key) }
        let ready = scheduled.filter { $0.value.contains(where: \.isReady) }.count
        let available = scheduled.filter { $0.value.contains(where: isAvailable) }.count
        var status = daemonSet.status
        status.setCount("currentNumberScheduled", scheduled.count, keepsZero: true)
        status.setCount("numberMisscheduled", live.count - scheduled.count, keepsZero: true)
        status.setCount("desiredNumberScheduled", wanted.count, keepsZero: true)
        status.setCount("numberReady", ready, keepsZero: true)
        status.setCount("numberAvailable", available)
        status.setCount("numberUnavailable", wanted.count - available)
        status.setCount("updatedNumberScheduled", scheduled.filter { $0.value.contains(where: isUpdated) }.count)
        status["observedGeneration"] = .integer(daemonSet.generation)
        let wait: [ControllerAction] =
            available < ready ? [.requeue(after: .seconds(minReadySeconds) + .seconds(1))] : []
        return ControllerAction.patchStatus(of: daemonSet, .daemonSets, to: status) + wait
    }
}
