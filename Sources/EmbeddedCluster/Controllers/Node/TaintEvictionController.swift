import KubeCore

/// Deletes pods from nodes with a `NoExecute` taint: those that do not tolerate it at once, those that tolerate it for a
/// time when that is over.
struct TaintEvictionController: ClusterController {
    var name: String { "taint-eviction-controller" }

    func requests(for change: ClusterChange, in cache: ClusterCache) -> [ResourceKey] {
        switch change.type {
        case .nodes:
            guard let new = change.new, !Self.taints(of: new).isEmpty else { return [] }
            return Array(cache.pods(onNode: new.name))
        case .pods:
            guard let new = change.new, let name = new.nodeName,
                let node = cache.object(.nodes, namespace: nil, name: name), !Self.taints(of: node).isEmpty
            else { return [] }
            return [ResourceKey(.pods, new)]
        default: return []
        }
    }

    func decide(_ key: ResourceKey, _ context: inout ControllerContext) -> [ControllerAction] {
        guard let pod = context.cache.object(key), !pod.isBeingDeleted, let nodeName = pod.nodeName,
            let node = context.cache.object(.nodes, namespace: nil, name: nodeName)
        else { return [] }
        let taints = Self.taints(of: node)
        guard !taints.isEmpty else { return [] }
        let tolerations = pod.spec["tolerations"]?.arrayValue ?? []
        var end: Timestamp?
        for taint in taints {
            let matching = tolerations.filter { Scheduler.tolerates($0, taint) }
            guard !matching.isEmpty else { return [.delete(.pods, pod)] }
            // Of several tolerations the shortest time counts; one without a time is for ever.
            guard let seconds = matching.compactMap({ $0["tolerationSeconds"]?.intValue }).min() else { continue }
            let since = taint["timeAdded"]?.stringValue.flatMap { Timestamp($0) } ?? context.now
            let mine = since.advanced(by: .seconds(max(0, seconds)))
            end = end.map { min($0, mine) } ?? mine
        }
        guard let end else { return [] }
        return end <= context.now
            ? [.delete(.pods, pod)] : [.requeue(after: end.duration(since: context.now))]
    }

    private static func taints(of node: KubeObject) -> [JSONValue] {
        (node.spec["taints"]?.arrayValue ?? []).filter { $0["effect"] == "NoExecute" }
    }
}
