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
            errors += fieldReference(reference, "\(field).fieldRef", supportedPaths)
        }
        if let reference = source["resourceFieldRef"] {
            count += 1
            errors += resourceReference(reference, "\(field).resourceFieldRef", isVolume: false)
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

    /// A reference to a field of the pod itself.
    static func fieldReference(_ reference: JSONValue, _ field: String, _ supported: [String]) -> [FieldError] {
        let path = reference.text("fieldPath")
        var errors: [FieldError] = []
        if reference.text("apiVersion").isEmpty { return [.required("\(field).apiVersion")] }
        if path.isEmpty { return [.required("\(field).fieldPath")] }
        if let (subpath, key) = subscripted(path) {
            switch subpath {
            case "metadata.annotations":
                errors += Names.qualifiedNameErrors(key.lowercased()).map { .invalid(field, .string(path), $0) }
            case "metadata.labels":
                errors += Names.qualifiedNameErrors(key).map { .invalid(field, .string(path), $0) }
            default:
                errors.append(.invalid(field, .string(path), "does not support subscript"))
            }
        } else if !supported.contains(path) {
            errors.append(.notSupported("\(field).fieldPath", .string(path), supported))
        }
        return errors
    }

    /// `metadata.labels['key']` in its two parts.
    private static func subscripted(_ path: String) -> (String, String)? {
        guard path.hasSuffix("']"), let open = path.firstRange(of: "['") else { return nil }
        return (String(path[..<open.lowerBound]), String(path[open.upperBound...].dropLast(2)))
    }

    private static let resources = [
        "limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage",
        "requests.memory",
    ]

    /// A reference to what a container asks for or may use.
    static func resourceReference(_ reference: JSONValue, _ field: String, isVolume: Bool) -> [FieldError] {
        let resource = reference.text("resource")
        if isVolume, reference.text("containerName").isEmpty { return [.required("\(field).containerName")] }
        if resource.isEmpty { return [.required("\(field).resource")] }
        let isPage = ["limits.hugepages-", "requests.hugepages-"].contains { resource.hasPrefix($0) }
        guard isPage || resources.contains(resource) else {
            return [.notSupported("\(field).resource", .string(resource), resources)]
        }
        guard let divisor = reference["divisor"], let quantity = Quantity(divisor), quantity.nanos != 0 else {
            return []
        }
        let isProcessor = resource.hasSuffix(".cpu")
        let units = isProcessor ? [1_000_000, 1_000_000_000] : byteUnits
        if units.contains(quantity.nanos) { return [] }
        let detail =
            isProcessor
            ? "only divisor's values 1m and 1 are supported with the cpu resource"
            : """
            only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the \
            \(resource.hasSuffix("ephemeral-storage") ? "local ephemeral storage" : "memory") resource
            """
        return [.invalid("\(field).divisor", divisor, detail)]
    }

    private static let byteUnits: [Int128] = {
        var units: [Int128] = [1_000_000_000]
        for base in [Int128(1000), 1024] {
            var unit: Int128 = 1_000_000_000
            for _ in 0..<6 {
                unit *= base
                units.append(unit)
            }
        }
        return units
    }()
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
