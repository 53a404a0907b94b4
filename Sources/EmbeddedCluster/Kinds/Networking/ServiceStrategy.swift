import KubeCore

/// Services: addresses and ports are allocated when they are written.
struct ServiceStrategy: KindStrategy {
    var nameRule: NameRule { .serviceLabel }
    var hasStatus: Bool { true }
    var returnsDeletedObject: Bool { true }

    func applyDefaults(_ object: inout KubeObject) {
        object.editMaking("spec") { ServiceDefaults.apply(&$0) }
        if object["status"] != nil { ServiceDefaults.applyToStatus(&object) }
    }

    func prepareForCreate(_ object: inout KubeObject, _ context: WriteContext) throws(Status) {
        object["status"] = ["loadBalancer": [:]]
        try allocate(&object, old: nil, context)
    }

    func prepareForUpdate(
        _ object: inout KubeObject, old: KubeObject, subresource: String?, _ context: WriteContext
    ) throws(Status) {
        guard subresource == nil else { return }
        object.editMaking("spec") { ServiceCarryOver.apply(&$0, old: old.specification) }
        let (before, after) = (ServiceNeeds(old.specification), ServiceNeeds(object.specification))
        if before.type == "LoadBalancer", after.type != "LoadBalancer" { object["status"] = ["loadBalancer": [:]] }
        try allocate(&object, old: old.specification, context)
    }

    /// Allocates only for a service that is valid apart from it, so that its faults are told all at once.
    private func allocate(_ object: inout KubeObject, old: JSONValue?, _ context: WriteContext) throws(Status) {
        guard ServiceValidation.errors(object.specification, old: old).isEmpty else { return }
        var allocation = ServiceAllocation(for: object, context)
        var spec = object.specification
        let errors = allocation.allocate(&spec, old: old)
        guard errors.isEmpty else { throw .invalid(GroupKind(group: "", kind: "Service"), object.name, errors) }
        object["spec"] = spec
    }

    func validate(
        _ object: KubeObject, old: KubeObject?, subresource: String?, _ context: WriteContext
    ) -> [FieldError] {
        guard subresource == "status" else {
            return ServiceValidation.errors(object.specification, old: old?.specification)
        }
        var errors: [FieldError] = []
        for (index, ingress) in (object.observed["loadBalancer"]?.list("ingress") ?? []).enumerated() {
            let field = "status.loadBalancer.ingress[\(index)]"
            if !ingress.text("ip").isEmpty { errors += FieldRules.address(ingress["ip"], "\(field).ip") }
            if !ingress.text("hostname").isEmpty {
                errors += Names.subdomainErrors(ingress.text("hostname")).map {
                    .invalid("\(field).hostname", ingress["hostname"], $0)
                }
            }
        }
        return errors
    }

    var selectableFields: [String] { ["spec.clusterIP", "spec.type"] }

    private static let table: [TableColumn] = [
        .name, .field("Type", "core.v1.ServiceSpec", "type"),
        .field("Cluster-IP", "core.v1.ServiceSpec", "clusterIP"),
        .field("External-IP", "core.v1.ServiceSpec", "externalIPs"),
        .field("Port(s)", "core.v1.ServiceSpec", "ports"), .age,
        .field("Selector", "core.v1.ServiceSpec", "selector", priority: 1),
    ]

    var columns: [TableColumn] { Self.table }
    func cells(of object: KubeObject, now: Timestamp) -> [JSONValue] {
        let spec = object.specification
        let address = spec.list("clusterIPs").first?.stringValue ?? spec.text("clusterIP")
        let ports = spec.list("ports").map { port in
            let node = port.number("nodePort")
            return "\(port.number("port"))\(node > 0 ? ":\(node)" : "")/\(port.text("protocol"))"
        }
        func shown(_ text: String) -> JSONValue { .string(text.isEmpty ? "<none>" : text) }
        return [
            Cell.name(object), .string(spec.text("type")), shown(address), shown(externalAddress(object)),
            shown(ports.joined(separator: ",")), Cell.age(object, now), Cell.labels(spec["selector"]),
        ]
    }

    private func externalAddress(_ object: KubeObject) -> String {
        let spec = object.specification
        var external = spec.list("externalIPs").compactMap(\.stringValue)
        switch spec.text("type") {
        case "ExternalName": return spec.text("externalName")
        case "LoadBalancer":
            let given = (object.observed["loadBalancer"]?.list("ingress") ?? []).map { ingress in
                ingress.text("ip").isEmpty ? ingress.text("hostname") : ingress.text("ip")
            }
            var seen: Set<String> = []
            external = given.filter { seen.insert($0).inserted }.sorted() + external
            return external.isEmpty ? "<pending>" : external.joined(separator: ",")
        default: return external.joined(separator: ",")
        }
    }
}
