import KubeCore

/// Budgets of disruptions.
struct PodDisruptionBudgetStrategy: KindStrategy {
    private static let counts = ["currentHealthy", "desiredHealthy", "disruptionsAllowed", "expectedPods"]

    var hasStatus: Bool { true }
    var generationMembers: [String]? { ["spec"] }
    var allowsUnconditionalUpdate: Bool { false }

    func applyDefaults(_ object: inout KubeObject) {
        object.edit("status") { status in
            for count in Self.counts { status.setDefault(count, 0) }
        }
    }

    func prepareForCreate(_ object: inout KubeObject, _ context: WriteContext) throws(Status) {
        object["status"] = .object(JSONObject(Self.counts.map { ($0, 0) }))
    }

    func validate(
        _ object: KubeObject, old: KubeObject?, subresource: String?, _ context: WriteContext
    ) -> [FieldError] {
        if subresource == "status" { return FieldRules.nonNegative(object.observed, Self.counts, "status") }
        let spec = object.specification
        let (minimum, maximum) = (spec["minAvailable"], spec["maxUnavailable"])
        var errors: [FieldError] = []
        if minimum != nil, maximum != nil {
            let shown: JSONValue = [
                "MinAvailable": minimum ?? .null, "Selector": spec["selector"] ?? .null,
                "MaxUnavailable": maximum ?? .null,
                "UnhealthyPodEvictionPolicy": spec["unhealthyPodEvictionPolicy"] ?? .null,
            ]
            // The value is printed as Go's structure, in the order of its fields.
            errors.append(
                FieldError(
                    reason: "FieldValueInvalid", field: "spec",
                    message: """
                        Invalid value: \(shown.serialized(.compact)): minAvailable and maxUnavailable cannot be both set
                        """))
        }
        for (member, value) in [("minAvailable", minimum), ("maxUnavailable", maximum)] {
            errors += FieldRules.countOrPercent(value, "spec.\(member)")
            errors += FieldRules.notAboveHundredPercent(value, "spec.\(member)")
        }
        errors += FieldRules.selector(spec["selector"], "spec.selector")
        return errors
            + FieldRules.oneOf(
                spec["unhealthyPodEvictionPolicy"], ["AlwaysAllow", "IfHealthyBudget"],
                "spec.unhealthyPodEvictionPolicy")
    }

    private static let table: [TableColumn] = [
        .name,
        TableColumn("Min Available", description: "The minimum number of pods that must be available."),
        TableColumn("Max Unavailable", description: "The maximum number of pods that may be unavailable."),
        TableColumn(
            "Allowed Disruptions", type: "integer",
            description: "Calculated number of pods that may be disrupted at this time."), .age,
    ]

    var columns: [TableColumn] { Self.table }
    func cells(of object: KubeObject, now: Timestamp) -> [JSONValue] {
        func shown(_ value: JSONValue?) -> JSONValue {
            .string(value?.stringValue ?? value.map { $0.serialized() } ?? "N/A")
        }
        return [
            Cell.name(object), shown(object.specification["minAvailable"]),
            shown(object.specification["maxUnavailable"]),
            Cell.number(object.observed["disruptionsAllowed"]), Cell.age(object, now),
        ]
    }
}
