import KubeCore

/// The kubelets of all simulated nodes: brings bound pods through their lives.
struct Kubelet: ClusterController {
    var name: String { "kubelet" }

    func requests(for change: ClusterChange, in cache: ClusterCache) -> [ResourceKey] {
        switch change.type {
        case .pods:
            guard let new = change.new, new.nodeName != nil else { return [] }
            return [ResourceKey(.pods, new)]
        case .nodes:
            // Pods report with their node; what else changes on a node does not concern them.
            guard let new = change.new, let old = change.old,
                FailureInjection.isSet(FailureInjection.nodeNotReady, on: new)
                    != FailureInjection.isSet(FailureInjection.nodeNotReady, on: old)
            else { return [] }
            return Array(cache.pods(onNode: new.name))
        default: return []
        }
    }

    func decide(_ key: ResourceKey, _ context: inout ControllerContext) -> [ControllerAction] {
        guard let pod = context.cache.object(key), let nodeName = pod.nodeName,
            let node = context.cache.object(.nodes, namespace: nil, name: nodeName),
            let index = NodeController.index(of: node)
        else { return [] }
        let uid = pod.uid ?? ""
        let lifecycle = PodLifecycle(
            pod: pod, isNodeReady: !FailureInjection.isSet(FailureInjection.nodeNotReady, on: node),
            settings: context.settings, now: context.now)
        let stage = lifecycle.stage
        var since = context.now
        if let entry = context.memory.podStages[uid], entry.stage == stage.rawValue {
            since = entry.since
        } else {
            context.memory.podStages[uid] = PodStageEntry(stage: stage.rawValue, since: context.now)
        }
        switch lifecycle.next(from: stage, since: since) {
        case .none: return []
        case .wait(let delay): return [.requeue(after: delay)]
        case .remove: return [.delete(.pods, pod, gracePeriodSeconds: 0)]
        case .report(var status):
            let host = NodeController.address(index)
            status["hostIP"] = .string(host)
            status["hostIPs"] = [["ip": .string(host)]]
            if stage != .terminating, status["podIP"] == nil {
                let address =
                    pod.spec["hostNetwork"]?.boolValue == true
                    ? host : PodAddresses.next(&context.memory, in: context.cache)
                status["podIP"] = .string(address)
                status["podIPs"] = [["ip": .string(address)]]
            }
            return ControllerAction.patchStatus(of: pod, .pods, to: status)
        }
    }
}

/// Gives out the addresses of pods: 10.128.0.0/9, one after the other.
enum PodAddresses {
    static func next(_ memory: inout ControllerMemory, in cache: ClusterCache) -> String {
        if memory.podAddresses == 0 {
            // After a restart: above everything that is in use.
            memory.podAddresses =
                cache.objects(.pods).compactMap { pod in
                    pod[path: "status", "podIP"]?.stringValue.flatMap(number)
                }.max() ?? 0
        }
        memory.podAddresses = memory.podAddresses % 0x7F_FFFE + 1
        let address = memory.podAddresses
        return "10.\(128 + address >> 16).\(address >> 8 & 255).\(address & 255)"
    }

    private static func number(_ address: String) -> UInt32? {
        let parts = address.split(separator: ".").compactMap { UInt32($0) }
        guard parts.count == 4, parts[0] == 10, parts[1] >= 128 else { return nil }
        return (parts[1] - 128) << 16 | parts[2] << 8 | parts[3]
    }
}
