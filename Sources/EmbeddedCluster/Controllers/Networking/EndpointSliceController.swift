import KubeCore

/// EndpointSlices, and the older Endpoints, of Services with a selector.
struct EndpointSliceController: ClusterController {
    static let serviceLabel = "kubernetes.io/service-name"

    var name: String { "endpointslice-controller" }

    func requests(for change: ClusterChange, in cache: ClusterCache) -> [ResourceKey] {
        switch change.type {
        case .services: return [ResourceKey(.services, change.object)]
        case .pods:
            if let old = change.old, let new = change.new, old["status"] == new["status"],
                old.isBeingDeleted == new.isBeingDeleted,
                old[path: "metadata", "labels"] == new[path: "metadata", "labels"]
            {
                return []
            }
            let services = cache.objects(.services, namespace: change.object.namespace)
            guard !services.isEmpty else { return [] }
            let before = change.old?.labels
            let after = change.new?.labels
            return services.filter { service in
                guard let selector = ServiceEndpoints.selector(of: service) else { return false }
                return before.map { selector.matches($0) } == true || after.map { selector.matches($0) } == true
            }.map { ResourceKey(.services, $0) }
        case .endpointSlices, .endpoints:
            // One that was changed or deleted behind our back is put right.
            let object = change.object
            let service = change.type == .endpoints ? object.name : object.label(Self.serviceLabel)
            guard let service, cache.object(.services, namespace: object.namespace, name: service) != nil else {
                return []
            }
            return [ResourceKey(resource: "services", namespace: object.namespace, name: service)]
        default: return []
        }
    }

    func decide(_ key: ResourceKey, _ context: inout ControllerContext) -> [ControllerAction] {
        guard let service = context.cache.object(key) else {
            // Endpoints have no owner: they go with their Service by name.
            guard let left = context.cache.object(.endpoints, namespace: key.namespace, name: key.name),
                left.label(ServiceEndpoints.endpointsLabel) == ServiceEndpoints.endpointsManager,
                !left.isBeingDeleted
            else { return [] }
            return [.delete(.endpoints, left)]
        }
        guard !service.isBeingDeleted,
            let selector = ServiceEndpoints.selector(of: service)
        else { return [] }
        let pods = context.cache.objects(.pods, namespace: key.namespace).filter { selector.matches($0.labels) }
        let existing = context.cache.controlled(.endpointSlices, by: service.uid ?? "")
            .filter { !$0.isBeingDeleted }
        let endpoints = ServiceEndpoints(service: service, pods: pods)
        return endpoints.sliceActions(existing: existing) { context.generatedName("\(service.name)-") }
            + endpoints.endpointsActions(
                existing: context.cache.object(.endpoints, namespace: key.namespace, name: key.name))
    }
}

/// The endpoints of a Service, computed from its pods.
struct ServiceEndpoints {
    static let sliceCapacity = 100
    static let endpointsLabel = "endpoints.kubernetes.io/managed-by"
    static let endpointsManager = "endpoint-controller"

    let service: KubeObject
    /// The pods that its selector matches.
    let pods: [KubeObject]

    /// What the Service selects; nil if somebody else looks after its endpoints.
    static func selector(of service: KubeObject) -> LabelSelector? {
        guard service.spec["type"]?.stringValue != "ExternalName",
            let selector = service.spec["selector"]?.stringMapValue, !selector.isEmpty
        else { return nil }
        return LabelSelector(matching: selector)
    }

    private struct Endpoint {
        var pod: KubeObject
        var ports: [JSONValue]
        var isReady: Bool
        var isServing: Bool
        var isTerminating: Bool
    }

    private var publishesNotReady: Bool { service.spec["publishNotReadyAddresses"]?.boolValue == true }

    private var endpoints: [Endpoint] {
        pods.filter { !$0.isFinishedPod && $0[path: "status", "podIP"]?.stringValue != nil }
            .sorted { $0.name.utf8Less(than: $1.name) }
            .map { pod in
                let isServing = pod.isReady
                return Endpoint(
                    pod: pod, ports: ports(of: pod),
                    isReady: publishesNotReady || (isServing && !pod.isBeingDeleted), isServing: isServing,
                    isTerminating: pod.isBeingDeleted)
            }
    }

    /// The Service's ports as this pod has them: names of target ports are looked up in its containers.
    private func ports(of pod: KubeObject) -> [JSONValue] {
        let containers =
            (pod.spec["containers"]?.arrayValue ?? [])
            + (pod.spec["initContainers"]?.arrayValue ?? []).filter { $0["restartPolicy"] == "Always" }
        return (service.spec["ports"]?.arrayValue ?? []).compactMap { port in
            let proto = port["protocol"]?.stringValue ?? "TCP"
            let target = port["targetPort"] ?? port["port"] ?? .null
            var number = target.intValue
            if let name = target.stringValue {
                number =
                    containers.lazy.flatMap { $0["ports"]?.arrayValue ?? [] }
                    .first { $0["name"]?.stringValue == name && ($0["protocol"]?.stringValue ?? "TCP") == proto }?[
                        "containerPort"]?.intValue
            }
            guard let number, number > 0 else { return nil }
            var result: JSONObject = [
                "name": port["name"] ?? "", "protocol": .string(proto), "port": .integer(Int64(number)),
            ]
            if let application = port["appProtocol"] { result["appProtocol"] = application }
            return .object(result)
        }
    }

    /// What makes the slices that exist into those that should: one set for each combination of ports.
    func sliceActions(existing: [KubeObject], name: () -> String) -> [ControllerAction] {
        var wanted: [(ports: [JSONValue], endpoints: [JSONValue])] = []
        for (ports, endpoints) in Dictionary(grouping: endpoints, by: \.ports)
            .sorted(by: {
                JSONValue.array($0.key).serialized(.canonical) < JSONValue.array($1.key).serialized(.canonical)
            })
        {
            var rest = endpoints.map(sliceEndpoint)[...]
            while !rest.isEmpty {
                wanted.append((ports, Array(rest.prefix(Self.sliceCapacity))))
                rest = rest.dropFirst(Self.sliceCapacity)
            }
        }
        // A Service whose pods are not there yet has one empty slice.
        if wanted.isEmpty { wanted = [([], [])] }
        var free = existing
        var actions: [ControllerAction] = []
        for slice in wanted {
            // The slice that shares most addresses is reused, so that as few as possible change.
            let addresses = Set(slice.endpoints.compactMap { $0["addresses"]?[0]?.stringValue })
            let best = free.indices.max {
                overlap(free[$0], addresses) < overlap(free[$1], addresses)
            }
            guard let best else {
                var new = KubeObject(type: .endpointSlices, namespace: service.namespace, name: name())
                new.set(.string("\(service.name)-"), at: "metadata", "generateName")
                new.ownerReferences = [service.controllerReference(.services)]
                new["addressType"] = "IPv4"
                fill(&new, slice.endpoints, slice.ports)
                actions.append(.create(.endpointSlices, new))
                continue
            }
            let old = free.remove(at: best)
            var new = old
            fill(&new, slice.endpoints, slice.ports)
            if new != old { actions.append(.update(.endpointSlices, new)) }
        }
        return actions + free.map { .delete(.endpointSlices, $0) }
    }

    private func overlap(_ slice: KubeObject, _ addresses: Set<String>) -> Int {
        (slice["endpoints"]?.arrayValue ?? []).filter {
            $0["addresses"]?[0]?.stringValue.map { addresses.contains($0) } ?? false
        }.count
    }

    private func fill(_ slice: inout KubeObject, _ endpoints: [JSONValue], _ ports: [JSONValue]) {
        var labels = service.labels
        labels[EndpointSliceController.serviceLabel] = service.name
        labels["endpointslice.kubernetes.io/managed-by"] = "endpointslice-controller.k8s.io"
        if service.spec["clusterIP"]?.stringValue == "None" { labels["service.kubernetes.io/headless"] = "" }
        if slice.labels != labels { slice.labels = labels }
        // The server may leave out an empty list.
        if slice["endpoints"]?.arrayValue ?? [] != endpoints || slice.uid == nil {
            slice["endpoints"] = .array(endpoints)
        }
        if slice["ports"]?.arrayValue ?? [] != ports { slice["ports"] = .array(ports) }
    }

    private func sliceEndpoint(_ endpoint: Endpoint) -> JSONValue {
        let pod = endpoint.pod
        var result: JSONObject = [
            "addresses": [pod[path: "status", "podIP"] ?? ""],
            "conditions": [
                "ready": .bool(endpoint.isReady), "serving": .bool(endpoint.isServing),
                "terminating": .bool(endpoint.isTerminating),
            ],
            "targetRef": [
                "kind": "Pod", "namespace": .string(pod.namespace ?? ""), "name": .string(pod.name),
                "uid": .string(pod.uid ?? ""),
            ],
        ]
        if let node = pod.nodeName { result["nodeName"] = .string(node) }
        if let hostname = pod.spec["hostname"], pod.spec["subdomain"]?.stringValue == service.name {
            result["hostname"] = hostname
        }
        return .object(result)
    }

    /// What makes the Endpoints object as it should be.
    func endpointsActions(existing: KubeObject?) -> [ControllerAction] {
        var subsets: [JSONValue] = []
        for (ports, endpoints) in Dictionary(grouping: endpoints.filter { !$0.isTerminating }, by: \.ports)
            .sorted(by: {
                JSONValue.array($0.key).serialized(.canonical) < JSONValue.array($1.key).serialized(.canonical)
            })
        {
            func addresses(_ endpoints: [Endpoint]) -> JSONValue? {
                endpoints.isEmpty
                    ? nil
                    : .array(
                        endpoints.map { endpoint in
                            var address: JSONObject = [
                                "ip": endpoint.pod[path: "status", "podIP"] ?? "",
                                "targetRef": [
                                    "kind": "Pod", "namespace": .string(endpoint.pod.namespace ?? ""),
                                    "name": .string(endpoint.pod.name), "uid": .string(endpoint.pod.uid ?? ""),
                                ],
                            ]
                            if let node = endpoint.pod.nodeName { address["nodeName"] = .string(node) }
                            return .object(address)
                        })
            }
            var subset = JSONObject()
            if let ready = addresses(endpoints.filter(\.isReady)) { subset["addresses"] = ready }
            if let notReady = addresses(endpoints.filter { !$0.isReady }) { subset["notReadyAddresses"] = notReady }
            subset["ports"] = .array(ports)
            subsets.append(.object(subset))
        }
        var labels = service.labels
        labels[Self.endpointsLabel] = Self.endpointsManager
        guard let existing else {
            var new = KubeObject(type: .endpoints, namespace: service.namespace, name: service.name)
            new.labels = labels
            if !subsets.isEmpty { new["subsets"] = .array(subsets) }
            return [.create(.endpoints, new)]
        }
        var new = existing
        if new.labels != labels { new.labels = labels }
        if existing["subsets"]?.arrayValue ?? [] != subsets { new["subsets"] = subsets.isEmpty ? nil : .array(subsets) }
        return new == existing ? [] : [.update(.endpoints, new)]
    }
}
