import KubeCore

/// Leases.
struct LeaseStrategy: KindStrategy {
    var createsOnUpdate: Bool { true }
    var allowsUnconditionalUpdate: Bool { false }

    func validate(
        _ object: KubeObject, old: KubeObject?, subresource: String?, _ context: WriteContext
    ) -> [FieldError] {
        let spec = object.specification
        var errors: [FieldError] = []
        if let duration = spec["leaseDurationSeconds"]?.integerValue, duration <= 0 {
            errors.append(.invalid("spec.leaseDurationSeconds", .integer(duration), "must be greater than 0"))
        }
        errors += FieldRules.nonNegative(spec["leaseTransitions"], "spec.leaseTransitions")
        return errors
    }

    private static let table: [TableColumn] = [
        .name, .field("Holder", "coordination.v1.LeaseSpec", "holderIdentity"), .age,
    ]

    var columns: [TableColumn] { Self.table }
    func cells(of object: KubeObject, now: Timestamp) -> [JSONValue] {
        [Cell.name(object), .string(object.specification.text("holderIdentity")), Cell.age(object, now)]
    }
}
