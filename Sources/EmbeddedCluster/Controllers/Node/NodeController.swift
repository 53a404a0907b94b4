import KubeCore

/// Keeps the simulated nodes: makes them at the start, reports them ready, taints what is cordoned or not ready.
struct NodeController: StartingController {
    static let notReadyTaint = "node.kubernetes.io/not-ready"
    static let unschedulableTaint = "node.kubernetes.io/unschedulable"
    /// Nodes of the simulation carry it, so that nodes that somebody else made are left alone.
    static let simulatedLabel = "simulation.boltrope.dev/node"

    var name: String { "node-controller" }

    func requests(for change: ClusterChange, in cache: ClusterCache) -> [ResourceKey] {
        guard change.type == .nodes, let new = change.new else { return [] }
        return [ResourceKey(.nodes, new)]
    }

    func decide(_ key: ResourceKey, _ context: inout ControllerContext) -> [ControllerAction] {
        if key.name.isEmpty {
            // The start. Nodes that were deleted meanwhile stay deleted.
            guard context.cache.objects(.nodes).isEmpty else { return [] }
            return (0..<context.settings.nodes).map { .create(.nodes, Self.node($0, of: context.settings)) }
        }
        guard let node = context.cache.object(key), !node.isBeingDeleted, let index = Self.index(of: node) else {
            return []
        }
        let isReady = !FailureInjection.isSet(FailureInjection.nodeNotReady, on: node)
        var new = node
        let taints = Self.taints(of: node, isReady: isReady, now: context.now)
        new.set(taints.isEmpty ? nil : .array(taints), at: "spec", "taints")
        return lease(of: node, isReady: isReady, context) + ControllerAction.patch(.nodes, from: node, to: new)
            + ControllerAction.patchStatus(
                of: node, .nodes,
                to: Self.status(of: node, index: index, isReady: isReady, context.settings, now: context.now))
    }

    /// The heartbeat of a node that is ready, in `kube-node-lease`: made once, and renewed if the settings say so.
    private func lease(of node: KubeObject, isReady: Bool, _ context: ControllerContext) -> [ControllerAction] {
        guard isReady else { return [] }
        let now = context.now
        guard let known = context.cache.object(.leases, namespace: "kube-node-lease", name: node.name) else {
            var lease = KubeObject(type: .leases, namespace: "kube-node-lease", name: node.name)
            lease.ownerReferences = [
                OwnerReference(apiVersion: "v1", kind: "Node", name: node.name, uid: node.uid ?? "")
            ]
            lease["spec"] = [
                "holderIdentity": .string(node.name), "leaseDurationSeconds": 40,
                "renewTime": .string(now.microTime),
            ]
            return [.create(.leases, lease)] + (context.settings.leaseRenewal.map { [.requeue(after: $0)] } ?? [])
        }
        guard let interval = context.settings.leaseRenewal else { return [] }
        let last = known.spec["renewTime"]?.stringValue.flatMap { Timestamp($0) } ?? now
        let due = last.advanced(by: interval)
        guard due <= now else { return [.requeue(after: due.duration(since: now))] }
        var new = known
        new.set(.string(now.microTime), at: "spec", "renewTime")
        return ControllerAction.patch(.leases, from: known, to: new) + [.requeue(after: interval)]
    }

    /// The address of a node.
    static func address(_ index: Int) -> String { "172.18.\(index / 250).\(index % 250 + 2)" }

    /// The position of a simulated node; nil for other nodes.
    static func index(of node: KubeObject) -> Int? { node.label(simulatedLabel).flatMap { Int($0) } }

    private static func node(_ index: Int, of settings: SimulationSettings) -> KubeObject {
        let name = "node-\(index + 1)"
        var node = KubeObject(type: .nodes, name: name)
        node.labels = [
            "kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
            "beta.kubernetes.io/os": "linux", "beta.kubernetes.io/arch": "amd64",
            "topology.kubernetes.io/region": "local",
            "topology.kubernetes.io/zone": "local-" + ["a", "b", "c"][index % 3], simulatedLabel: String(index),
        ]
        let range = "10.\(128 + index / 256 % 128).\(index % 256).0/24"
        node["spec"] = [
            "podCIDR": .string(range), "podCIDRs": [.string(range)], "providerID": .string("simulated://\(name)"),
        ]
        return node
    }

    private static func taints(of node: KubeObject, isReady: Bool, now: Timestamp) -> [JSONValue] {
        let own: [String] = [notReadyTaint, unschedulableTaint]
        let known = node.spec["taints"]?.arrayValue ?? []
        var taints = known.filter { !own.contains($0["key"]?.stringValue ?? "") }
        func add(_ key: String, _ effect: String) {
            let present = known.first { $0["key"]?.stringValue == key && $0["effect"]?.stringValue == effect }
            taints.append(
                present
                    ?? ["effect": .string(effect), "key": .string(key), "timeAdded": .string(now.description)])
        }
        if node.spec["unschedulable"]?.boolValue == true { add(unschedulableTaint, "NoSchedule") }
        if !isReady {
            add(notReadyTaint, "NoSchedule")
            add(notReadyTaint, "NoExecute")
        }
        return taints
    }

    private static func status(
        of node: KubeObject, index: Int, isReady: Bool, _ settings: SimulationSettings, now: Timestamp
    ) -> JSONObject {
        let capacity: JSONValue = [
            "cpu": "16", "memory": "65536Mi", "pods": "10000", "ephemeral-storage": "200Gi", "hugepages-1Gi": "0",
            "hugepages-2Mi": "0",
        ]
        var status = node.status
        status["capacity"] = capacity
        status["allocatable"] = capacity
        status["addresses"] = [
            ["type": "InternalIP", "address": .string(address(index))],
            ["type": "Hostname", "address": .string(node.name)],
        ]
        status["daemonEndpoints"] = ["kubeletEndpoint": ["Port": 10250]]
        status["nodeInfo"] = [
            "architecture": "amd64", "bootID": .string(node.uid ?? ""),
            "containerRuntimeVersion": "containerd://2.1.4", "kernelVersion": "6.12.0",
            "kubeProxyVersion": "", "kubeletVersion": .string(settings.kubernetesVersion),
            "machineID": .string(node.uid ?? ""), "operatingSystem": "linux",
            "osImage": "Simulated Linux", "systemUUID": .string(node.uid ?? ""),
        ]
        var conditions = status.conditions
        let heartbeat: JSONObject = ["lastHeartbeatTime": .string(now.description)]
        for (type, reason, message) in [
            ("MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
            ("DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
            ("PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
        ] {
            Condition(type, false, reason: reason, message: message)
                .set(in: &conditions, now: now, extra: heartbeat)
        }
        Condition(
            "Ready", isReady, reason: isReady ? "KubeletReady" : "KubeletNotReady",
            message: isReady ? "kubelet is posting ready status" : "the simulation was asked to fail this node"
        ).set(in: &conditions, now: now, extra: heartbeat)
        status.conditions = conditions
        return status
    }
}
