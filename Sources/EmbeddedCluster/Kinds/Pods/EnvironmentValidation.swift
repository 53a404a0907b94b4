import KubeCore

/// The rules for the environment variables of containers.
enum EnvironmentValidation {
    static func errors(_ container: JSONValue, _ field: String) -> [FieldError] {
        var errors: [FieldError] = []
        for (index, variable) in container.list("env").enumerated() {
            let place = "\(field).env[\(index)]"
            errors += FieldRules.name(variable["name"], "\(place).name", nameProblems)
            if let source = variable["valueFrom"] {
                errors += self.source(source, "\(place).valueFrom", hasValue: !variable.text("value").isEmpty)
            }
        }
        for (index, source) in container.list("envFrom").enumerated() {
            let place = "\(field).envFrom[\(index)]"
            if !source.text("prefix").isEmpty {
                errors += nameProblems(source.text("prefix")).map { .invalid("\(place).prefix", source["prefix"], $0) }
            }
            let kinds = ["configMapRef", "secretRef"].filter { source[$0] != nil }
            for kind in kinds where source[kind]?.lacks("name") ?? true {
                errors.append(.required("\(place).\(kind).name"))
            }
            if kinds.isEmpty {
                errors.append(.invalid(place, "", "must specify one of: `configMapRef` or `secretRef`"))
            } else if kinds.count > 1 {
                errors.append(.invalid(place, "", "may not have more than one field specified at a time"))
            }
        }
        return errors
    }

    private static func nameProblems(_ name: String) -> [String] {
        guard name.utf8.allSatisfy({ (0x20...0x7E).contains($0) && $0 != 0x3D }) else {
            return ["a valid environment variable name must consist only of printable ASCII characters other than '='"]
        }
        return []
    }

    private static func source(_ source: JSONValue, _ field: String, hasValue: Bool) -> [FieldError] {
        var errors: [FieldError] = []
        var count = 0
        if let reference = source["fieldRef"] {
            count += 1
            let path = reference.text("fieldPath")
            if path.isEmpty {
                errors.append(.required("\(field).fieldRef.fieldPath"))
            } else if !isSupported(path) {
                errors.append(.notSupported("\(field).fieldRef.fieldPath", .string(path), supportedPaths))
            }
        }
        if let reference = source["resourceFieldRef"] {
            count += 1
            if reference.text("resource").isEmpty { errors.append(.required("\(field).resourceFieldRef.resource")) }
        }
        for kind in ["configMapKeyRef", "secretKeyRef"] {
            guard let reference = source[kind] else { continue }
            count += 1
            if reference.text("name").isEmpty { errors.append(.required("\(field).\(kind).name")) }
            let key = reference.text("key")
            errors +=
                key.isEmpty ? [.required("\(field).\(kind).key")] : FieldRules.configKey(key, "\(field).\(kind).key")
        }
        if source["fileKeyRef"] != nil { count += 1 }
        if count == 0 {
            errors.append(
                .invalid(
                    field, "",
                    """
                    must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or \
                    `fileKeyRef`
                    """))
        } else if hasValue {
            errors.append(.invalid(field, "", "may not be specified when `value` is not empty"))
        } else if count > 1 {
            errors.append(.invalid(field, "", "may not have more than one field specified at a time"))
        }
        return errors
    }

    private static let supportedPaths = [
        "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName",
        "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs",
    ]

    private static func isSupported(_ path: String) -> Bool {
        supportedPaths.contains(path)
            || ["metadata.labels['", "metadata.annotations['"].contains { path.hasPrefix($0) && path.hasSuffix("']") }
    }
}

/// The rules for what a container asks for and may use.
enum ResourceRequirements {
    static func errors(_ resources: JSONValue, _ field: String) -> [FieldError] {
        var errors: [FieldError] = []
        let limits = resources["limits"]?.objectValue ?? JSONObject()
        let requests = resources["requests"]?.objectValue ?? JSONObject()
        for (kind, amounts) in [("limits", limits), ("requests", requests)] {
            for (name, value) in amounts.sorted {
                let place = "\(field).\(kind)[\(name)]"
                errors += nameErrors(name, place)
                if let quantity = Quantity(value), quantity.nanos < 0 {
                    errors.append(.invalid(place, value, "must be greater than or equal to 0"))
                }
            }
        }
        for (name, value) in requests.sorted {
            guard let request = Quantity(value) else { continue }
            let place = "\(field).requests"
            guard let limit = limits[name], let maximum = Quantity(limit) else {
                if isExtended(name) {
                    errors.append(.required("\(field).limits", "Limit must be set for non overcommitable resources"))
                }
                continue
            }
            let printed = CanonicalQuantity.text(of: maximum)
            if request > maximum {
                errors.append(.invalid(place, value, "must be less than or equal to \(name) limit of \(printed)"))
            } else if isExtended(name), request != maximum {
                errors.append(.invalid(place, value, "must be equal to \(name) limit of \(printed)"))
            }
        }
        return errors
    }

    private static let standard: Set<String> = ["cpu", "memory", "ephemeral-storage"]

    private static func isExtended(_ name: String) -> Bool { !standard.contains(name) }

    private static func nameErrors(_ name: String, _ place: String) -> [FieldError] {
        var errors: [FieldError] = Names.qualifiedNameErrors(name).map { .invalid(place, .string(name), $0) }
        guard errors.isEmpty, !name.contains("/"), !standard.contains(name), !name.hasPrefix("hugepages-") else {
            return errors
        }
        errors.append(.invalid(place, .string(name), "must be a standard resource type or fully qualified"))
        errors.append(.invalid(place, .string(name), "must be a standard resource for containers"))
        return errors
    }
}
