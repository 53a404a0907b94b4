import KubeCore

/// The rules for services.
enum ServiceValidation {
    static func errors(_ spec: JSONValue, old: JSONValue?) -> [FieldError] {
        let needs = ServiceNeeds(spec)
        var errors = FieldRules.oneOf(
            spec["type"], ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"], "spec.type", required: true)
        if spec.list("ports").isEmpty, !needs.isHeadless, needs.type != "ExternalName" {
            errors.append(.required("spec.ports"))
        }
        if needs.type == "ExternalName" {
            let name = spec.text("externalName")
            let plain = name.hasSuffix(".") ? String(name.dropLast()) : name
            errors += FieldRules.name(spec["externalName"], "spec.externalName") { _ in Names.subdomainErrors(plain) }
            if !spec.lacks("clusterIPs") {
                errors.append(.forbidden("spec.clusterIPs", "may not be set for ExternalName services"))
            }
        }
        errors += ports(spec, needs)
        errors += ObjectMetadata.labels(spec["selector"]?.stringMapValue ?? [:], "spec.selector")
        errors += FieldRules.oneOf(
            spec["sessionAffinity"], ["ClientIP", "None"], "spec.sessionAffinity", required: true)
        if spec.text("sessionAffinity") == "ClientIP" {
            let timeout = spec[path: "sessionAffinityConfig", "clientIP", "timeoutSeconds"]
            if let seconds = timeout?.integerValue, !(1...86400).contains(seconds) {
                errors.append(
                    .invalid(
                        "spec.sessionAffinityConfig.clientIP.timeoutSeconds", timeout,
                        "must be greater than 0 and less than 86400"))
            }
        }
        for (index, address) in spec.list("externalIPs").enumerated() {
            errors += FieldRules.address(address, "spec.externalIPs[\(index)]")
        }
        errors += addresses(spec, needs, old: old)
        return errors + traffic(spec, needs)
    }

    private static func ports(_ spec: JSONValue, _ needs: ServiceNeeds) -> [FieldError] {
        let ports = spec.list("ports")
        var errors: [FieldError] = []
        var names: Set<String> = []
        var numbers: Set<String> = []
        var nodePorts: Set<String> = []
        for (index, port) in ports.enumerated() {
            let field = "spec.ports[\(index)]"
            let (name, transport) = (port.text("name"), port.text("protocol"))
            if name.isEmpty {
                if ports.count > 1 { errors.append(.required("\(field).name")) }
            } else {
                errors += Names.labelErrors(name).map { .invalid("\(field).name", .string(name), $0) }
                if !names.insert(name).inserted { errors.append(.duplicate("\(field).name", .string(name))) }
            }
            errors += FieldRules.port(port["port"], "\(field).port")
            errors += FieldRules.oneOf(port["protocol"], ["SCTP", "TCP", "UDP"], "\(field).protocol", required: true)
            errors += FieldRules.portOrName(port["targetPort"], "\(field).targetPort")
            if !port.text("appProtocol").isEmpty {
                errors += Names.qualifiedNameErrors(port.text("appProtocol")).map {
                    .invalid("\(field).appProtocol", port["appProtocol"], $0)
                }
            }
            if needs.type == "LoadBalancer", port.number("port") == 10250 {
                errors.append(
                    .invalid(
                        "\(field).port", 10250, "may not expose port 10250 externally since it is used by kubelet"))
            }
            if !numbers.insert("\(transport)/\(port.number("port"))").inserted {
                // The value is printed as Go's structure, in the order of its fields.
                let shown: JSONValue = [
                    "Name": "", "Protocol": .string(transport), "AppProtocol": .null,
                    "Port": .integer(port.number("port")), "TargetPort": 0, "NodePort": 0,
                ]
                errors.append(
                    FieldError(
                        reason: "FieldValueDuplicate", field: field, message: "Duplicate value: \(shown.serialized())"))
            }
            let nodePort = port.number("nodePort")
            guard nodePort != 0 else { continue }
            if needs.type == "ClusterIP" {
                errors.append(.forbidden("\(field).nodePort", "may not be used when `type` is 'ClusterIP'"))
            } else if !nodePorts.insert("\(transport)/\(nodePort)").inserted {
                errors.append(.duplicate("\(field).nodePort", .integer(nodePort)))
            }
        }
        return errors
    }

    private static func addresses(_ spec: JSONValue, _ needs: ServiceNeeds, old: JSONValue?) -> [FieldError] {
        var errors: [FieldError] = []
        for (index, address) in spec.list("clusterIPs").enumerated() where address != "None" {
            errors += FieldRules.address(address, "spec.clusterIPs[\(index)]")
        }
        if needs.isHeadless, ["NodePort", "LoadBalancer"].contains(needs.type) {
            errors.append(
                .invalid(
                    "spec.clusterIPs[0]", "None", "may not be set to 'None' for \(needs.type) services"))
        }
        if let old, ServiceNeeds(old).hasClusterIP, needs.hasClusterIP, !old.lacks("clusterIP"),
            spec["clusterIP"] != old["clusterIP"]
        {
            errors.append(.invalid("spec.clusterIPs[0]", spec["clusterIPs"], "may not change once set"))
        }
        errors += FieldRules.oneOf(
            spec["ipFamilyPolicy"], ["PreferDualStack", "RequireDualStack", "SingleStack"], "spec.ipFamilyPolicy")
        for (index, family) in spec.list("ipFamilies").enumerated() {
            errors += FieldRules.oneOf(family, ["IPv4", "IPv6"], "spec.ipFamilies[\(index)]")
        }
        return errors
    }

    private static func traffic(_ spec: JSONValue, _ needs: ServiceNeeds) -> [FieldError] {
        var errors: [FieldError] = []
        if !spec.text("externalTrafficPolicy").isEmpty {
            if !needs.isExternallyReachable {
                errors.append(
                    .invalid(
                        "spec.externalTrafficPolicy", spec["externalTrafficPolicy"],
                        "may only be set for externally-accessible services"))
            }
            errors += FieldRules.oneOf(
                spec["externalTrafficPolicy"], ["Cluster", "Local"], "spec.externalTrafficPolicy")
        }
        errors += FieldRules.oneOf(spec["internalTrafficPolicy"], ["Cluster", "Local"], "spec.internalTrafficPolicy")
        if spec.number("healthCheckNodePort") != 0, !needs.hasHealthCheckPort {
            errors.append(
                .invalid(
                    "spec.healthCheckNodePort", spec["healthCheckNodePort"],
                    "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"))
        }
        guard needs.type != "LoadBalancer" else { return errors }
        for member in ["loadBalancerSourceRanges", "loadBalancerClass", "allocateLoadBalancerNodePorts"]
        where spec[member] != nil {
            errors.append(.forbidden("spec.\(member)", "may only be used when `type` is 'LoadBalancer'"))
        }
        return errors
    }
}
