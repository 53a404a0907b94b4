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

    /// What is counted rather than measured.
    private static let counted: Set<String> = [
        "pods", "services", "replicationcontrollers", "resourcequotas", "secrets", "configmaps",
        "persistentvolumeclaims", "services.nodeports", "services.loadbalancers",
    ]
    private static let measured: Set<String> = [
        "cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.storage",
        "requests.ephemeral-storage", "limits.cpu", "limits.memory", "limits.ephemeral-storage",
    ]

    private static func nameErrors(_ name: String, _ field: String) -> [FieldError] {
        let errors: [FieldError] = Names.qualifiedNameErrors(name).map { .invalid(field, .string(name), $0) }
        guard errors.isEmpty, !name.contains("/"), !counted.contains(name), !measured.contains(name),
            !["hugepages-", "requests.hugepages-"].contains(where: { name.hasPrefix($0) })
        else { return errors }
        return [
            .invalid(field, .string(name), "must be a standard resource type or fully qualified"),
            .invalid(field, .string(name), "must be a standard resource for quotas"),
        ]
    }

    private static let scopes: Set<String> = [
        "Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "PriorityClass",
        "CrossNamespacePodAffinity", "VolumeAttributesClass",
    ]

    private static func scopeErrors(_ values: [JSONValue]) -> [FieldError] {
        let given = Set(values.compactMap(\.stringValue))
        var errors: [FieldError] = values.filter { !scopes.contains($0.stringValue ?? "") }.map { _ in
            .invalid("spec.scopes", .array(values), "unsupported scope")
        }
        for pair in [["BestEffort", "NotBestEffort"], ["NotTerminating", "Terminating"]]
        where given.isSuperset(of: pair) {
            errors.append(.invalid("spec.scopes", .array(values), "conflicting scopes"))
        }
        return errors
    }

    func validate(
        _ object: KubeObject, old: KubeObject?, subresource: String?, _ context: WriteContext
    ) -> [FieldError] {
        var errors: [FieldError] = []
        for (name, value) in (object.specification["hard"]?.objectValue ?? JSONObject()).sorted {
            let field = "spec.hard[\(name)]"
            errors += Self.nameErrors(name, field)
            guard let quantity = Quantity(value) else { continue }
            if quantity.nanos < 0 { errors.append(.invalid(field, value, "must be greater than or equal to 0")) }
            if Self.counted.contains(name), quantity.nanos % 1_000_000_000 != 0 {
                errors.append(.invalid(field, value, "must be an integer"))
            }
        }
        errors += Self.scopeErrors(object.specification.list("scopes"))
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

    func validate(
        _ object: KubeObject, old: KubeObject?, subresource: String?, _ context: WriteContext
    ) -> [FieldError] {
        var errors: [FieldError] = []
        var types: Set<String> = []
        for (index, limit) in object.specification.list("limits").enumerated() {
            let field = "spec.limits[\(index)]"
            let type = limit.text("type")
            errors += Names.qualifiedNameErrors(type).map { .invalid("\(field).type", .string(type), $0) }
            if !types.insert(type).inserted { errors.append(.duplicate("\(field).type", .string(type))) }
            if type == "Pod" {
                for member in ["default", "defaultRequest"] where !limit.lacks(member) {
                    errors.append(.forbidden("\(field).\(member)", "may not be specified when `type` is 'Pod'"))
                }
            }
            if type == "PersistentVolumeClaim", limit[path: "min", "storage"] == nil,
                limit[path: "max", "storage"] == nil
            {
                errors.append(
                    .required(
                        "\(field).limits",
                        "either minimum or maximum storage value is required, but neither was provided"))
            }
            let names = Set(
                ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"].flatMap { member in
                    limit[member]?.objectValue?.keys.map { $0 } ?? []
                })
            for name in names.sorted() { errors += rangeErrors(limit, name, field) }
        }
        return errors
    }

    /// The order that the amounts of one resource must have: minimum, default request, default limit, maximum.
    private func rangeErrors(_ limit: JSONValue, _ name: String, _ field: String) -> [FieldError] {
        var errors: [FieldError] = []
        func check(
            _ low: (String, String), _ high: (String, String), at member: String, showing shown: String
        ) {
            guard let lowValue = limit[path: low.0, name], let highValue = limit[path: high.0, name],
                let lowAmount = Quantity(lowValue), let highAmount = Quantity(highValue), lowAmount > highAmount
            else { return }
            let texts = (CanonicalQuantity.text(of: lowAmount), CanonicalQuantity.text(of: highAmount))
            errors.append(
                .invalid(
                    "\(field).\(member)[\(name)]", limit[path: shown, name],
                    "\(low.1) value \(texts.0) is greater than \(high.1) value \(texts.1)"))
        }
        let (least, most) = (("min", "min"), ("max", "max"))
        let (request, standard) = (("defaultRequest", "default request"), ("default", "default"))
        check(least, most, at: "min", showing: "min")
        check(least, request, at: "defaultRequest", showing: "defaultRequest")
        check(request, most, at: "defaultRequest", showing: "defaultRequest")
        check(request, ("default", "default limit"), at: "defaultRequest", showing: "defaultRequest")
        check(least, standard, at: "default", showing: "min")
        check(standard, most, at: "default", showing: "max")
        if let ratio = limit[path: "maxLimitRequestRatio", name], let amount = Quantity(ratio),
            amount.nanos < 1_000_000_000
        {
            errors.append(
                .invalid(
                    "\(field).maxLimitRequestRatio[\(name)]", ratio,
                    "ratio \(CanonicalQuantity.text(of: amount)) is less than 1"))
        }
        return errors
    }

    private static let table: [TableColumn] = [.name, .createdAt]
    var columns: [TableColumn] { Self.table }
    func cells(of object: KubeObject, now: Timestamp) -> [JSONValue] { [Cell.name(object), Cell.created(object)] }
}
