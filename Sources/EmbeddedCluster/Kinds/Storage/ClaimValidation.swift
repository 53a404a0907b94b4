import KubeCore

/// The rules for the specifications of claims of volumes.
enum ClaimValidation {
    private static let modes = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"]

    static func errors(_ spec: JSONValue, _ path: String) -> [FieldError] {
        var errors = accessModes(spec, path, "at least 1 access mode is required")
        errors += FieldRules.selector(spec["selector"], "\(path).selector")
        let field = "\(path).resources[storage]"
        if let storage = spec[path: "resources", "requests", "storage"] {
            if let quantity = Quantity(storage), quantity.nanos <= 0 {
                errors.append(.invalid(field, storage, "must be greater than zero"))
            }
        } else {
            errors.append(.required(field))
        }
        if let name = spec["storageClassName"]?.stringValue, !name.isEmpty {
            errors += Names.subdomainErrors(name).map { .invalid("\(path).storageClassName", .string(name), $0) }
        }
        return errors + FieldRules.oneOf(spec["volumeMode"], ["Block", "Filesystem"], "\(path).volumeMode")
    }

    /// How a volume may be mounted.
    static func accessModes(_ spec: JSONValue, _ path: String, _ detail: String) -> [FieldError] {
        let field = "\(path).accessModes"
        if spec.lacks("accessModes") { return [.required(field, detail)] }
        var errors: [FieldError] = []
        for mode in spec.list("accessModes") { errors += FieldRules.oneOf(mode, modes, field) }
        if spec.list("accessModes").contains("ReadWriteOncePod"), Set(spec.list("accessModes")).count > 1 {
            errors.append(.forbidden(field, "may not use ReadWriteOncePod with other access modes"))
        }
        return errors
    }
}
