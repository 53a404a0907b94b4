import KubeCore

/// What the API server fills into services.
enum ServiceDefaults {
    static func apply(_ spec: inout JSONValue) {
        spec.setDefaultText("sessionAffinity", "None")
        if spec.text("sessionAffinity") == "None" { spec.set(nil, at: "sessionAffinityConfig") }
        if spec.text("sessionAffinity") == "ClientIP",
            spec[path: "sessionAffinityConfig", "clientIP", "timeoutSeconds"] == nil
        {
            spec.set(10800, at: "sessionAffinityConfig", "clientIP", "timeoutSeconds")
        }
        spec.setDefaultText("type", "ClusterIP")
        spec.editEach("ports") { port in
            port.setDefaultText("protocol", "TCP")
            let target = port["targetPort"]
            if target == nil || target == 0 || target == "" { port.set(port["port"] ?? 0, at: "targetPort") }
        }
        let type = spec.text("type")
        if ["NodePort", "LoadBalancer"].contains(type) || !spec.lacks("externalIPs") {
            spec.setDefaultText("externalTrafficPolicy", "Cluster")
        }
        if ["NodePort", "LoadBalancer", "ClusterIP"].contains(type) {
            spec.setDefaultText("internalTrafficPolicy", "Cluster")
        }
        if type == "LoadBalancer" { spec.setDefault("allocateLoadBalancerNodePorts", true) }
    }

    /// Addresses of load balancers are virtual if nothing else is said.
    static func applyToStatus(_ object: inout KubeObject) {
        let isBalanced = object.specification.text("type") == "LoadBalancer"
        ConditionTimes.fill(&object, "lastTransitionTime")
        object.edit("status") { status in
            status.setDefault("loadBalancer", [:])
            guard isBalanced else { return }
            status.edit("loadBalancer") { balancer in
                balancer.editEach("ingress") { ingress in
                    if !ingress.text("ip").isEmpty { ingress.setDefault("ipMode", "VIP") }
                }
            }
        }
    }
}
