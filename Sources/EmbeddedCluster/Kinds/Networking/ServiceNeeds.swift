import KubeCore

/// What a service needs of addresses and ports, by its type.
struct ServiceNeeds {
    let spec: JSONValue

    init(_ spec: JSONValue) { self.spec = spec }

    var type: String { spec.text("type") }
    /// Whether it has an address in the cluster, or none on purpose.
    var hasClusterIP: Bool { ["ClusterIP", "NodePort", "LoadBalancer"].contains(type) }
    var isHeadless: Bool { spec.text("clusterIP") == "None" || spec.list("clusterIPs").first == "None" }
    /// Whether its ports are opened on nodes.
    var hasNodePorts: Bool {
        type == "NodePort"
            || (type == "LoadBalancer" && spec["allocateLoadBalancerNodePorts"]?.boolValue != false)
    }
    /// Whether it may have node ports at all.
    var mayHaveNodePorts: Bool { type == "NodePort" || type == "LoadBalancer" }
    /// Whether nodes answer health checks for it.
    var hasHealthCheckPort: Bool { type == "LoadBalancer" && spec.text("externalTrafficPolicy") == "Local" }
    var isExternallyReachable: Bool { mayHaveNodePorts || !spec.lacks("externalIPs") }
}

/// Keeps what was allocated to a service when it is updated (`patchAllocatedValues`, `dropTypeDependentFields`).
enum ServiceCarryOver {
    static func apply(_ spec: inout JSONValue, old: JSONValue) {
        let (before, after) = (ServiceNeeds(old), ServiceNeeds(spec))
        if before.hasClusterIP, after.hasClusterIP {
            if spec.lacks("clusterIP") {
                spec.set(old["clusterIP"], at: "clusterIP")
                if spec.lacks("clusterIPs") { spec.set(old["clusterIPs"], at: "clusterIPs") }
            } else if spec.lacks("clusterIPs"), spec["clusterIP"] == old["clusterIP"] {
                spec.set(old["clusterIPs"], at: "clusterIPs")
            }
            for member in ["ipFamilies", "ipFamilyPolicy"] where spec.lacks(member) {
                spec.set(old[member], at: member)
            }
        }
        if before.hasNodePorts, after.hasNodePorts {
            let known = Dictionary(
                old.list("ports").map { (key($0), $0["nodePort"]) }, uniquingKeysWith: { first, _ in first })
            spec.editEach("ports") { port in
                if port.number("nodePort") == 0, let number = known[key(port)] ?? nil {
                    port.set(number, at: "nodePort")
                }
            }
        }
        if before.hasHealthCheckPort, after.hasHealthCheckPort, spec.number("healthCheckNodePort") == 0 {
            spec.set(old["healthCheckNodePort"], at: "healthCheckNodePort")
        }
        drop(&spec, old: old, before, after)
        if spec["clusterIP"] != old["clusterIP"], spec["clusterIPs"] == old["clusterIPs"] {
            let address = spec.text("clusterIP")
            spec.set(address.isEmpty ? nil : [.string(address)], at: "clusterIPs")
        }
    }

    private static func key(_ port: JSONValue) -> String { "\(port.text("protocol"))/\(port.number("port"))" }

    private static func drop(_ spec: inout JSONValue, old: JSONValue, _ before: ServiceNeeds, _ after: ServiceNeeds) {
        func forget(_ members: String...) {
            for member in members where spec[member] == old[member] { spec.set(nil, at: member) }
        }
        if before.hasClusterIP, !after.hasClusterIP {
            forget("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy")
        }
        if before.mayHaveNodePorts, !after.mayHaveNodePorts,
            spec.list("ports").map({ $0.number("nodePort") }) == old.list("ports").map({ $0.number("nodePort") })
        {
            spec.editEach("ports") { $0.set(nil, at: "nodePort") }
        }
        if before.hasHealthCheckPort, !after.hasHealthCheckPort { forget("healthCheckNodePort") }
        if before.type == "LoadBalancer", after.type != "LoadBalancer" {
            forget("allocateLoadBalancerNodePorts", "loadBalancerClass")
        }
        if before.isExternallyReachable, !after.isExternallyReachable { forget("externalTrafficPolicy") }
    }
}
