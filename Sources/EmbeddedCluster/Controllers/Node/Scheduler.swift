import KubeCore

/// Binds pods to nodes: of those that a pod may run on, the one with the fewest pods.
struct Scheduler: ClusterController {
    var name: String { "kube-scheduler" }

    func requests(for change: ClusterChange, in cache: ClusterCache) -> [ResourceKey] {
        switch change.type {
        case .pods:
            guard let new = change.new, new.nodeName == nil, !new.isBeingDeleted else { return [] }
            return [ResourceKey(.pods, new)]
        case .nodes:
            // What could not be placed may be placed now.
            return Array(cache.pods(onNode: ""))
        default: return []
        }
    }

    func decide(_ key: ResourceKey, _ context: inout ControllerContext) -> [ControllerAction] {
        guard let pod = context.cache.object(key), pod.nodeName == nil, !pod.isBeingDeleted,
            pod.spec["schedulingGates"]?.arrayValue?.isEmpty ?? true
        else { return [] }
        let nodes = context.cache.objects(.nodes)
        let verdicts = nodes.map { ($0, Self.obstacle(for: pod, on: $0)) }
        let feasible = verdicts.filter { $0.1 == nil }.map(\.0)
        let loads = feasible.map { (node: $0.name, pods: context.cache.pods(onNode: $0.name).count) }
        if let best = loads.min(by: { ($0.pods, $0.node) < ($1.pods, $1.node) }) {
            return [.bind(key, node: best.node)]
        }
        var counts: [String: Int] = [:]
        for verdict in verdicts { counts[verdict.1 ?? "", default: 0] += 1 }
        let reasons = counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        let message =
            nodes.isEmpty ? "no nodes available to schedule pods" : "0/\(nodes.count) nodes are available: \(reasons)."
        var status = pod.status
        var conditions = status.conditions
        Condition("PodScheduled", false, reason: "Unschedulable", message: message)
            .set(in: &conditions, now: context.now)
        status["phase"] = "Pending"
        status.conditions = conditions
        return ControllerAction.patchStatus(of: pod, .pods, to: status)
    }

    /// Why a pod may not run on a node, in the scheduler's words; nil if it may.
    static func obstacle(for pod: KubeObject, on node: KubeObject) -> String? {
        let labels = node.labels
        if let selector = pod.spec["nodeSelector"]?.stringMapValue, !LabelSelector(matching: selector).matches(labels) {
            return "node(s) didn't match Pod's node affinity/selector"
        }
        let required = pod.spec[path: "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"]
        if let terms = required?["nodeSelectorTerms"]?.arrayValue,
            !terms.contains(where: { matches($0, labels: labels, name: node.name) })
        {
            return "node(s) didn't match Pod's node affinity/selector"
        }
        let tolerations = pod.spec["tolerations"]?.arrayValue ?? []
        for taint in node.spec["taints"]?.arrayValue ?? [] where taint["effect"] != "PreferNoSchedule" {
            guard !tolerations.contains(where: { tolerates($0, taint) }) else { continue }
            return taint["key"]?.stringValue == NodeController.unschedulableTaint
                ? "node(s) were unschedulable"
                : "node(s) had untolerated taint(s)"
        }
        return nil
    }

    /// Whether a toleration lets a pod onto a node with a taint.
    static func tolerates(_ toleration: JSONValue, _ taint: JSONValue) -> Bool {
        if let effect = toleration["effect"]?.stringValue, !effect.isEmpty, effect != taint["effect"]?.stringValue {
            return false
        }
        let key = toleration["key"]?.stringValue ?? ""
        if !key.isEmpty, key != taint["key"]?.stringValue { return false }
        if toleration["operator"]?.stringValue == "Exists" { return true }
        return !key.isEmpty && (toleration["value"]?.stringValue ?? "") == (taint["value"]?.stringValue ?? "")
    }

    private static func matches(_ term: JSONValue, labels: [String: String], name: String) -> Bool {
        func requirement(_ value: JSONValue) -> LabelSelector.Requirement? {
            guard let key = value["key"]?.stringValue else { return nil }
            let comparisons: [String: LabelSelector.Requirement.Operator] = [
                "In": .isIn, "NotIn": .notIn, "Exists": .exists, "DoesNotExist": .doesNotExist, "Gt": .greaterThan,
                "Lt": .lessThan,
            ]
            guard let comparison = comparisons[value["operator"]?.stringValue ?? ""] else { return nil }
            return LabelSelector.Requirement(
                key: key, comparison: comparison, values: value["values"]?.stringArrayValue ?? [])
        }
        let expressions = term["matchExpressions"]?.arrayValue ?? []
        let fields = term["matchFields"]?.arrayValue ?? []
        guard !expressions.isEmpty || !fields.isEmpty else { return false }
        return expressions.allSatisfy { requirement($0)?.matches(labels) ?? false }
            && fields.allSatisfy { requirement($0)?.matches(["metadata.name": name]) ?? false }
    }
}
