import KubeCore

/// Quotas of namespaces.
struct ResourceQuotaStrategy: KindStrategy {
    var hasStatus: Bool { true }
    var returnsDeletedObject: Bool { true }

    func applyDefaults(_ object: inout KubeObject) {
        object.edit("spec") { spec in spec.edit("hard") { CanonicalQuantity.canonize(&$0) } }
        object.edit("status") { status in
            status.edit("hard") { CanonicalQuantity.canonize(&$0) }
            status.edit("used") { CanonicalQuantity.canonize(&$0) }
        }
    }

    func prepareForCreate(_ object: inout KubeObject, _ context: WriteContext) throws(Status) {
        object["status"] = [:]
    }

    func validate(
        _ object: KubeObject, old: KubeObject?, subresource: String?, _ context: WriteContext
    ) -> [FieldError] {
        var errors: [FieldError] = []
        for (name, value) in (object.specification["hard"]?.objectValue ?? JSONObject()).sorted {
            if let quantity = Quantity(value), quantity.nanos < 0 {
                errors.append(.invalid("spec.hard[\(name)]", value, "must be greater than or equal to 0"))
            }
        }
        if let old, subresource == nil {
            errors += FieldRules.immutable(object.specification["scopes"], old.specification["scopes"], "spec.scopes")
        }
        return errors
    }

    private static let table: [TableColumn] = [
        .name,
        TableColumn(
            "Request",
            description: "Request represents a minimum amount of cpu/memory that a container may consume."),
        TableColumn(
            "Limit",
            description: """
                Limits control the maximum amount of cpu/memory that a container may use independent of contention \
                on the node.
                """), .age,
    ]

    var columns: [TableColumn] { Self.table }
    func cells(of object: KubeObject, now: Timestamp) -> [JSONValue] {
        var (requests, limits): ([String], [String]) = ([], [])
        let status = object.observed
        for (name, hard) in (status["hard"]?.objectValue ?? JSONObject()).sorted {
            let used = status[path: "used", name]?.stringValue ?? "0"
            let text = "\(name): \(used)/\(hard.stringValue ?? "")"
            if name.hasPrefix("limits") { limits.append(text) } else { requests.append(text) }
        }
        return [
            Cell.name(object), .string(requests.joined(separator: ", ")), .string(limits.joined(separator: ", ")),
            Cell.age(object, now),
        ]
    }
}

/// Ranges of what pods and containers of a namespace may ask for.
struct LimitRangeStrategy: KindStrategy {
    var createsOnUpdate: Bool { true }

    func applyDefaults(_ object: inout KubeObject) {
        object.edit("spec") { spec in
            spec.editEach("limits") { limit in
                for member in ["default", "defaultRequest", "max", "min", "maxLimitRequestRatio"] {
                    limit.edit(member) { CanonicalQuantity.canonize(&$0) }
                }
                guard limit.text("type") == "Container" else { return }
                fill(&limit, "default", from: "max")
                fill(&limit, "defaultRequest", from: "default")
                fill(&limit, "defaultRequest", from: "min")
            }
        }
    }

    private func fill(_ limit: inout JSONValue, _ member: String, from source: String) {
        for (name, value) in limit[source]?.objectValue ?? JSONObject() where limit[path: member, name] == nil {
            limit.set(value, at: member, name)
        }
    }

    private static let table: [TableColumn] = [.name, .createdAt]
    var columns: [TableColumn] { Self.table }
    func cells(of object: KubeObject, now: Timestamp) -> [JSONValue] { [Cell.name(object), Cell.created(object)] }
}
