import KubeCore

/// Gives Services of type LoadBalancer an address, and takes it from those that are none any more.
struct ServiceLoadBalancerController: ClusterController {
    var name: String { "service-controller" }

    func requests(for change: ClusterChange, in cache: ClusterCache) -> [ResourceKey] {
        guard change.type == .services, let new = change.new else { return [] }
        return [ResourceKey(.services, new)]
    }

    func decide(_ key: ResourceKey, _ context: inout ControllerContext) -> [ControllerAction] {
        guard let service = context.cache.object(key), !service.isBeingDeleted else { return [] }
        let ingress = service[path: "status", "loadBalancer", "ingress"]?.arrayValue ?? []
        var status = service.status
        if service.spec["type"]?.stringValue == "LoadBalancer" {
            guard ingress.isEmpty else { return [] }
            let requested = service.spec["loadBalancerIP"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
            let address = requested ?? Self.next(&context.memory, in: context.cache)
            status["loadBalancer"] = ["ingress": [["ip": .string(address), "ipMode": "VIP"]]]
        } else {
            guard !ingress.isEmpty else { return [] }
            status["loadBalancer"] = .object(JSONObject())
        }
        return ControllerAction.patchStatus(of: service, .services, to: status)
    }

    /// The next address of 172.19.0.0/16 that no Service has.
    private static func next(_ memory: inout ControllerMemory, in cache: ClusterCache) -> String {
        let used = Set(
            cache.objects(.services).compactMap {
                $0[path: "status", "loadBalancer", "ingress"]?[0]?["ip"]?.stringValue
            })
        while true {
            memory.loadBalancerAddresses = memory.loadBalancerAddresses % 0xFFFE + 1
            let number = memory.loadBalancerAddresses
            let address = "172.19.\(number >> 8 & 255).\(number & 255)"
            if !used.contains(address) { return address }
        }
    }
}
