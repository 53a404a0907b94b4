import KubeCore

/// Ranges of addresses of services.
struct ServiceCIDRStrategy: KindStrategy {
    var hasStatus: Bool { true }

    func prepareForCreate(_ object: inout KubeObject, _ context: WriteContext) throws(Status) {
        object["status"] = [:]
    }

    func validate(
        _ object: KubeObject, old: KubeObject?, subresource: String?, _ context: WriteContext
    ) -> [FieldError] {
        guard subresource != "status" else { return [] }
        let ranges = object.specification["cidrs"]
        var errors: [FieldError] = []
        if object.specification.lacks("cidrs") {
            errors.append(.required("spec.cidrs", "at least one CIDR required"))
        }
        if let old { errors += FieldRules.immutable(ranges, old.specification["cidrs"], "spec.cidrs") }
        return errors
    }

    private static let table: [TableColumn] = [
        .name, .field("CIDRs", "networking.v1.ServiceCIDRSpec", "cidrs"), .age,
    ]

    var columns: [TableColumn] { Self.table }
    func cells(of object: KubeObject, now: Timestamp) -> [JSONValue] {
        let ranges = object.specification["cidrs"]?.stringArrayValue ?? []
        return [Cell.name(object), .string(ranges.joined(separator: ",")), Cell.age(object, now)]
    }
}
