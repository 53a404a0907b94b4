import KubeCore

/// Endpoints: the older form of endpoint slices.
struct EndpointsStrategy: KindStrategy {
    var createsOnUpdate: Bool { true }

    func applyDefaults(_ object: inout KubeObject) {
        object.editEach("subsets") { subset in
            subset.editEach("ports") { $0.setDefaultText("protocol", "TCP") }
        }
    }

    func validate(
        _ object: KubeObject, old: KubeObject?, subresource: String?, _ context: WriteContext
    ) -> [FieldError] {
        var errors: [FieldError] = []
        for (index, subset) in (object["subsets"]?.arrayValue ?? []).enumerated() {
            let field = "subsets[\(index)]"
            if subset.lacks("addresses"), subset.lacks("notReadyAddresses") {
                errors.append(.required(field, "must specify `addresses` or `notReadyAddresses`"))
            }
            for member in ["addresses", "notReadyAddresses"] {
                for (position, address) in subset.list(member).enumerated() {
                    let place = "\(field).\(member)[\(position)]"
                    errors += FieldRules.endpointAddress(address["ip"], "\(place).ip")
                    if !address.text("hostname").isEmpty {
                        errors += Names.labelErrors(address.text("hostname")).map {
                            .invalid("\(place).hostname", address["hostname"], $0)
                        }
                    }
                }
            }
            for (position, port) in subset.list("ports").enumerated() {
                let place = "\(field).ports[\(position)]"
                if port.text("name").isEmpty, subset.list("ports").count > 1 {
                    errors.append(.required("\(place).name"))
                } else if !port.text("name").isEmpty {
                    errors += Names.labelErrors(port.text("name")).map { .invalid("\(place).name", port["name"], $0) }
                }
                errors += FieldRules.port(port["port"], "\(place).port")
                errors += FieldRules.oneOf(
                    port["protocol"], ["SCTP", "TCP", "UDP"], "\(place).protocol", required: true)
            }
        }
        return errors
    }

    var deprecationWarning: String? {
        "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"
    }

    private static let table: [TableColumn] = [.name, .field("Endpoints", "core.v1.Endpoints", "subsets"), .age]

    var columns: [TableColumn] { Self.table }
    func cells(of object: KubeObject, now: Timestamp) -> [JSONValue] {
        var places: [String] = []
        for subset in object["subsets"]?.arrayValue ?? [] {
            let addresses = subset.list("addresses").map { $0.text("ip") }
            if subset.lacks("ports") {
                places += addresses
            } else {
                for port in subset.list("ports") { places += addresses.map { "\($0):\(port.number("port"))" } }
            }
        }
        return [Cell.name(object), .string(EndpointSliceStrategy.shown(places, none: "<none>")), Cell.age(object, now)]
    }
}

/// Slices of the endpoints of services.
struct EndpointSliceStrategy: KindStrategy {
    var generationMembers: [String]? { ["endpoints", "ports", "addressType"] }

    func applyDefaults(_ object: inout KubeObject) {
        object.editEach("ports") { port in
            port.setDefault("name", "")
            port.setDefaultText("protocol", "TCP")
        }
    }

    func prepareForCreate(_ object: inout KubeObject, _ context: WriteContext) throws(Status) { addLists(&object) }
    func prepareForUpdate(
        _ object: inout KubeObject, old: KubeObject, subresource: String?, _ context: WriteContext
    ) throws(Status) { addLists(&object) }

    /// Go writes the lists even if they are empty.
    private func addLists(_ object: inout KubeObject) {
        for member in ["endpoints", "ports"] where object[member] == nil { object[member] = .null }
    }

    func validate(
        _ object: KubeObject, old: KubeObject?, subresource: String?, _ context: WriteContext
    ) -> [FieldError] {
        let type = object.value.text("addressType")
        var errors = FieldRules.oneOf(
            object["addressType"], ["FQDN", "IPv4", "IPv6"], "addressType", required: true)
        let isKnown = old != nil && old?["endpoints"] == object["endpoints"]
        for (index, endpoint) in object.value.list("endpoints").enumerated() where !isKnown {
            let addresses = endpoint.list("addresses")
            if addresses.isEmpty {
                errors.append(.required("endpoints[\(index)].addresses", "must contain at least 1 address"))
            }
            if !endpoint.text("hostname").isEmpty {
                errors += Names.labelErrors(endpoint.text("hostname")).map {
                    .invalid("endpoints[\(index)].hostname", endpoint["hostname"], $0)
                }
            }
            for (position, address) in addresses.enumerated() where type != "FQDN" {
                let field = "endpoints[\(index)].addresses[\(position)]"
                let problems = FieldRules.endpointAddress(address, field)
                errors += problems
                let isIPv4 = IPAddress(address.stringValue ?? "")?.isIPv4 == true
                if problems.isEmpty, isIPv4 != (type == "IPv4") {
                    errors.append(.invalid(field, address, "must be an \(type) address"))
                }
            }
        }
        var names: Set<String> = []
        for (index, port) in object.value.list("ports").enumerated() {
            let name = port.text("name")
            if !name.isEmpty {
                errors += Names.labelErrors(name).map { .invalid("ports[\(index)].name", .string(name), $0) }
            }
            if !names.insert(name).inserted { errors.append(.duplicate("ports[\(index)].name", .string(name))) }
            errors += FieldRules.oneOf(
                port["protocol"], ["SCTP", "TCP", "UDP"], "ports[\(index)].protocol", required: true)
        }
        if let old { errors += FieldRules.immutable(object["addressType"], old["addressType"], "addressType") }
        return errors
    }

    private static let table: [TableColumn] = [
        .name, .field("AddressType", "discovery.v1.EndpointSlice", "addressType"),
        .field("Ports", "discovery.v1.EndpointSlice", "ports"),
        .field("Endpoints", "discovery.v1.EndpointSlice", "endpoints"), .age,
    ]

    var columns: [TableColumn] { Self.table }
    func cells(of object: KubeObject, now: Timestamp) -> [JSONValue] {
        let ports = object.value.list("ports").map { port in port["port"].map { $0.serialized() } ?? "*" }
        let addresses = object.value.list("endpoints").flatMap { $0["addresses"]?.stringArrayValue ?? [] }
        return [
            Cell.name(object), .string(object.value.text("addressType")), .string(Self.shown(ports, none: "<unset>")),
            .string(Self.shown(addresses, none: "<unset>")), Cell.age(object, now),
        ]
    }

    /// The first three of some items.
    static func shown(_ items: [String], none: String) -> String {
        guard !items.isEmpty else { return none }
        let text = items.prefix(3).joined(separator: ",")
        return items.count > 3 ? "\(text) + \(items.count - 3) more..." : text
    }
}
