import KubeCore

/// The rules for where pods may run: affinity and spread.
enum SchedulingValidation {
    static func errors(_ spec: JSONValue, _ path: String) -> [FieldError] {
        var errors: [FieldError] = []
        for kind in ["podAffinity", "podAntiAffinity"] {
            guard let affinity = spec[path: "affinity", kind] else { continue }
            let field = "\(path).affinity.\(kind)"
            for (index, term) in affinity.list("requiredDuringSchedulingIgnoredDuringExecution").enumerated() {
                errors += podTerm(term, "\(field).requiredDuringSchedulingIgnoredDuringExecution[\(index)]")
            }
            for (index, term) in affinity.list("preferredDuringSchedulingIgnoredDuringExecution").enumerated() {
                let place = "\(field).preferredDuringSchedulingIgnoredDuringExecution[\(index)]"
                errors += weight(term, place)
                errors += podTerm(term["podAffinityTerm"] ?? [:], "\(place).podAffinityTerm")
            }
        }
        if let affinity = spec[path: "affinity", "nodeAffinity"] {
            errors += node(affinity, "\(path).affinity.nodeAffinity")
        }
        for (index, constraint) in spec.list("topologySpreadConstraints").enumerated() {
            errors += spread(constraint, "\(path).topologySpreadConstraints[\(index)]")
        }
        errors += duplicates(spec.list("topologySpreadConstraints"), "\(path).topologySpreadConstraints")
        return errors
    }

    private static func weight(_ term: JSONValue, _ field: String) -> [FieldError] {
        (1...100).contains(term.number("weight"))
            ? [] : [.invalid("\(field).weight", .integer(term.number("weight")), "must be in the range 1-100")]
    }

    private static func podTerm(_ term: JSONValue, _ field: String) -> [FieldError] {
        var errors = FieldRules.selector(term["labelSelector"], "\(field).labelSelector")
        errors += FieldRules.selector(term["namespaceSelector"], "\(field).namespaceSelector")
        let key = term.text("topologyKey")
        if key.isEmpty {
            errors.append(.required("\(field).topologyKey", "can not be empty"))
        } else {
            errors += Names.qualifiedNameErrors(key).map { .invalid("\(field).topologyKey", .string(key), $0) }
        }
        return errors
    }

    private static func node(_ affinity: JSONValue, _ field: String) -> [FieldError] {
        var errors: [FieldError] = []
        if let required = affinity["requiredDuringSchedulingIgnoredDuringExecution"] {
            let place = "\(field).requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"
            let terms = required.list("nodeSelectorTerms")
            if terms.isEmpty { errors.append(.required(place, "must have at least one node selector term")) }
            for (index, term) in terms.enumerated() { errors += nodeTerm(term, "\(place)[\(index)]") }
        }
        for (index, term) in affinity.list("preferredDuringSchedulingIgnoredDuringExecution").enumerated() {
            let place = "\(field).preferredDuringSchedulingIgnoredDuringExecution[\(index)]"
            errors += weight(term, place)
            errors += nodeTerm(term["preference"] ?? [:], "\(place).preference")
        }
        return errors
    }

    private static func nodeTerm(_ term: JSONValue, _ field: String) -> [FieldError] {
        var errors: [FieldError] = []
        for (index, expression) in term.list("matchExpressions").enumerated() {
            let place = "\(field).matchExpressions[\(index)]"
            let values = expression.list("values")
            switch expression.text("operator") {
            case "In", "NotIn":
                if values.isEmpty {
                    errors.append(.required("\(place).values", "must be specified when `operator` is 'In' or 'NotIn'"))
                }
            case "Exists", "DoesNotExist":
                if !values.isEmpty {
                    errors.append(
                        .forbidden(
                            "\(place).values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"))
                }
            case "Gt", "Lt":
                if values.count != 1 {
                    errors.append(
                        .required("\(place).values", "must be specified single value when `operator` is 'Lt' or 'Gt'"))
                }
            default:
                errors.append(
                    .invalid("\(place).operator", .string(expression.text("operator")), "not a valid selector operator")
                )
            }
            errors += Names.qualifiedNameErrors(expression.text("key")).map {
                .invalid("\(place).key", .string(expression.text("key")), $0)
            }
        }
        return errors
    }

    private static func spread(_ constraint: JSONValue, _ field: String) -> [FieldError] {
        var errors: [FieldError] = []
        if constraint.number("maxSkew") <= 0 {
            errors.append(
                .invalid("\(field).maxSkew", .integer(constraint.number("maxSkew")), "must be greater than zero"))
        }
        let key = constraint.text("topologyKey")
        if key.isEmpty {
            errors.append(.required("\(field).topologyKey", "can not be empty"))
        } else {
            errors += Names.qualifiedNameErrors(key).map { .invalid("\(field).topologyKey", .string(key), $0) }
        }
        let choices = ["DoNotSchedule", "ScheduleAnyway"]
        let choice = constraint.text("whenUnsatisfiable")
        if !choices.contains(choice) {
            errors.append(.notSupported("\(field).whenUnsatisfiable", .string(choice), choices))
        }
        if let least = constraint["minDomains"] {
            if constraint.number("minDomains") <= 0 {
                errors.append(.invalid("\(field).minDomains", least, "must be greater than zero"))
            }
            if choice != "DoNotSchedule" {
                errors.append(
                    .invalid(
                        "\(field).minDomains", least,
                        "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not \(choice)"))
            }
        }
        for member in ["nodeAffinityPolicy", "nodeTaintsPolicy"] {
            errors += FieldRules.oneOf(constraint[member], ["Honor", "Ignore"], "\(field).\(member)")
        }
        return errors + FieldRules.selector(constraint["labelSelector"], "\(field).labelSelector")
    }

    /// No two constraints are about the same domains in the same way.
    private static func duplicates(_ constraints: [JSONValue], _ path: String) -> [FieldError] {
        var errors: [FieldError] = []
        for (index, constraint) in constraints.enumerated() {
            let isRepeated = constraints[..<index].contains {
                $0.text("topologyKey") == constraint.text("topologyKey")
                    && $0.text("whenUnsatisfiable") == constraint.text("whenUnsatisfiable")
            }
            guard isRepeated else { continue }
            errors.append(
                .duplicate(
                    "\(path)[\(index)].{topologyKey, whenUnsatisfiable}",
                    .string("{\(constraint.text("topologyKey")), \(constraint.text("whenUnsatisfiable"))}")))
        }
        return errors
    }
}
