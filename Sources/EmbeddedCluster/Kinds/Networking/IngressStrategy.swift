import KubeCore

/// Ingresses.
struct IngressStrategy: KindStrategy {
    var hasStatus: Bool { true }
    var generationMembers: [String]? { ["spec"] }

    func applyDefaults(_ object: inout KubeObject) {
        object.edit("status") { $0.setDefault("loadBalancer", [:]) }
    }

    func prepareForCreate(_ object: inout KubeObject, _ context: WriteContext) throws(Status) {
        object["status"] = ["loadBalancer": [:]]
    }

    func validate(
        _ object: KubeObject, old: KubeObject?, subresource: String?, _ context: WriteContext
    ) -> [FieldError] {
        guard subresource != "status" else { return [] }
        let spec = object.specification
        let rules = spec.list("rules")
        var errors: [FieldError] = []
        if rules.isEmpty, spec["defaultBackend"] == nil {
            errors.append(
                .invalid("spec", showing: goText(spec), "either `defaultBackend` or `rules` must be specified"))
        }
        if let backend = spec["defaultBackend"] { errors += self.backend(backend, "spec.defaultBackend") }
        for (index, rule) in rules.enumerated() { errors += self.rule(rule, "spec.rules[\(index)]") }
        for (index, section) in spec.list("tls").enumerated() {
            for (position, host) in section.list("hosts").enumerated() {
                errors += self.host(host.stringValue ?? "", "spec.tls[\(index)].hosts[\(position)]")
            }
        }
        if let name = spec["ingressClassName"] {
            errors += Names.subdomainErrors(name.stringValue ?? "").map { .invalid("spec.ingressClassName", name, $0) }
        }
        return errors
    }

    /// A specification without rules as Go's structure, in the order of its fields.
    private func goText(_ spec: JSONValue) -> String {
        let sections = spec.list("tls").map {
            """
            {"Hosts":\(($0["hosts"] ?? .null).serialized()),"SecretName":\(JSONValue.string($0.text("secretName")).serialized())}
            """
        }
        let shown = sections.isEmpty ? "null" : "[\(sections.joined(separator: ","))]"
        let name = (spec["ingressClassName"] ?? .null).serialized()
        return "{\"IngressClassName\":\(name),\"DefaultBackend\":null,\"TLS\":\(shown),\"Rules\":null}"
    }

    private func host(_ host: String, _ field: String) -> [FieldError] {
        let plain = host.hasPrefix("*.") ? String(host.dropFirst(2)) : host
        return Names.subdomainErrors(plain).map { .invalid(field, .string(host), $0) }
    }

    private func rule(_ rule: JSONValue, _ path: String) -> [FieldError] {
        var errors: [FieldError] = []
        let host = rule.text("host")
        if !host.isEmpty {
            errors += self.host(host, "\(path).host")
            if IPAddress(host) != nil {
                errors.append(.invalid("\(path).host", .string(host), "must be a DNS name, not an IP address"))
            }
        }
        guard let http = rule["http"] else { return errors }
        let paths = http.list("paths")
        if paths.isEmpty { errors.append(.required("\(path).http.paths")) }
        for (index, entry) in paths.enumerated() {
            errors += httpPath(entry, "\(path).http.paths[\(index)]")
        }
        return errors
    }

    private func httpPath(_ entry: JSONValue, _ field: String) -> [FieldError] {
        let (place, type) = (entry.text("path"), entry.text("pathType"))
        guard !type.isEmpty else { return [.required("\(field).pathType", "pathType must be specified")] }
        var errors: [FieldError] = []
        switch type {
        case "Exact", "Prefix":
            if !place.hasPrefix("/") {
                errors.append(.invalid("\(field).path", .string(place), "must be an absolute path"))
            }
            for sequence in ["//", "/./", "/../", "%2f", "%2F"] where place.contains(sequence) {
                errors.append(.invalid("\(field).path", .string(place), "must not contain '\(sequence)'"))
            }
            for suffix in ["/..", "/."] where place.hasSuffix(suffix) {
                errors.append(.invalid("\(field).path", .string(place), "cannot end with '\(suffix)'"))
            }
        case "ImplementationSpecific":
            if !place.isEmpty, !place.hasPrefix("/") {
                errors.append(.invalid("\(field).path", .string(place), "must be an absolute path"))
            }
        default:
            errors.append(
                .notSupported("\(field).pathType", .string(type), ["Exact", "ImplementationSpecific", "Prefix"]))
        }
        return errors + backend(entry["backend"] ?? [:], "\(field).backend")
    }

    private func backend(_ backend: JSONValue, _ field: String) -> [FieldError] {
        switch (backend["service"], backend["resource"]) {
        case (_?, _?): return [.invalid(field, "", "cannot set both resource and service backends")]
        case (nil, nil): return [.required(field, "must specify a resource or service backend")]
        case (nil, _): return []
        case (let service?, nil):
            var errors = FieldRules.name(service["name"], "\(field).service.name", Names.labelErrors)
            let port = service["port"] ?? [:]
            let (name, number) = (port.text("name"), port.number("number"))
            if !name.isEmpty, number != 0 {
                errors.append(.invalid(field, "", "cannot set both port name & port number"))
            } else if number != 0 {
                errors += FieldRules.port(.integer(number), "\(field).service.port.number")
            } else if !name.isEmpty {
                errors += FieldRules.portNameProblems(name).map {
                    .invalid("\(field).service.port.name", .string(name), $0)
                }
            } else {
                errors.append(.required(field, "port name or number is required"))
            }
            return errors
        }
    }

    func warnings(_ object: KubeObject, old: KubeObject?) -> [String] {
        let annotation = "kubernetes.io/ingress.class"
        guard old == nil, object.annotations[annotation] != nil else { return [] }
        return ["annotation \"\(annotation)\" is deprecated, please use 'spec.ingressClassName' instead"]
    }

    private static let table: [TableColumn] = [
        .name,
        TableColumn(
            "Class",
            description: "The name of the IngressClass resource that should be used for additional configuration"),
        TableColumn("Hosts", description: "Hosts that incoming requests are matched against before the ingress rule"),
        TableColumn("Address", description: "Address is a list containing ingress points for the load-balancer"),
        TableColumn("Ports", description: "Ports of TLS configurations that open"), .age,
    ]

    var columns: [TableColumn] { Self.table }
    func cells(of object: KubeObject, now: Timestamp) -> [JSONValue] {
        let spec = object.specification
        let hosts = spec.list("rules").map { $0.text("host") }.filter { !$0.isEmpty }
        var shown = hosts.prefix(3).joined(separator: ",")
        if hosts.count > 3 { shown += " + \(hosts.count - 3) more..." }
        let addresses = (object.observed["loadBalancer"]?.list("ingress") ?? []).map {
            $0.text("ip").isEmpty ? $0.text("hostname") : $0.text("ip")
        }
        return [
            Cell.name(object), .string(spec["ingressClassName"]?.stringValue ?? "<none>"),
            .string(hosts.isEmpty ? "*" : shown), .string(addresses.joined(separator: ",")),
            .string(spec.list("tls").isEmpty ? "80" : "80, 443"), Cell.age(object, now),
        ]
    }
}

/// Classes of ingresses.
struct IngressClassStrategy: KindStrategy {
    var generationMembers: [String]? { ["spec"] }

    func validate(
        _ object: KubeObject, old: KubeObject?, subresource: String?, _ context: WriteContext
    ) -> [FieldError] {
        let controller = object.specification["controller"]
        var errors = FieldRules.name(controller, "spec.controller") { text in
            text.utf8.count > 250
                ? ["must be no more than 250 bytes"]
                : text.contains("/")
                    ? [] : ["must be a domain-prefixed path (such as \"acme.io/foo\")"]
        }
        if let old { errors += FieldRules.immutable(controller, old.specification["controller"], "spec.controller") }
        return errors
    }

    private static let table: [TableColumn] = [
        .name,
        TableColumn(
            "Controller", description: "Controller that is responsible for handling matching ingress resources"),
        TableColumn("Parameters", description: "A reference to a resource with additional parameters"), .age,
    ]

    var columns: [TableColumn] { Self.table }
    func cells(of object: KubeObject, now: Timestamp) -> [JSONValue] {
        var parameters = "<none>"
        if let reference = object.specification["parameters"] {
            let group = reference.text("apiGroup")
            parameters = reference.text("kind") + (group.isEmpty ? "" : ".\(group)") + "/" + reference.text("name")
        }
        return [
            Cell.name(object), .string(object.specification.text("controller")), .string(parameters),
            Cell.age(object, now),
        ]
    }
}
