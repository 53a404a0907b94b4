import KubeCore

/// Validates custom resources: schema, embedded resources, lists, then rules, as the real server orders them.
package enum CustomResourceValidation {
    /// What is wrong with a custom resource, and what was wrong before and is tolerated.
    package struct Findings: Sendable {
        /// Why the request is refused.
        package var errors: [FieldError]
        /// Rules that the object already violated and that concern unchanged parts, for `Warning` headers.
        package var warnings: [String]
    }

    /// Validates an object.
    ///
    /// - Parameters:
    ///   - new: the object, pruned and defaulted.
    ///   - old: the stored object, or nil for a create.
    ///   - version: the version of the request.
    ///   - kind: the kind that the object must have.
    package static func validate(
        _ new: KubeObject, old: KubeObject?, _ version: CustomResourceDefinition.Version, kind: String
    ) -> Findings {
        var errors: [FieldError] = []
        if new.kind != kind { errors.append(.invalid("kind", .string(new.kind), "must be \(kind)")) }
        let schema = version.schema
        errors += SchemaValidation.faults(of: new.value, schema, old: old?.value)
        errors += EmbeddedResourceValidation.faults(of: new.value, schema, at: "")
        errors += listFaults(new.value, schema, "", old?.value)
        guard let validator = version.validator else { return Findings(errors: errors, warnings: []) }
        let blocking = [
            "FieldValueNotSupported", "FieldValueRequired", "FieldValueTooLong", "FieldValueTooMany",
            "FieldValueTypeInvalid",
        ]
        if errors.contains(where: { blocking.contains($0.reason) }) {
            errors.append(
                .invalid(
                    "<nil>", nil,
                    "some validation rules were not checked because the object was invalid; correct the existing errors "
                        + "to complete validation"))
            return Findings(errors: errors, warnings: [])
        }
        let result = validator.validate(new.value, old: old?.value)
        return Findings(errors: errors + result.errors, warnings: result.warnings)
    }

    /// Sets hold no value twice, and map lists no key.
    private static func listFaults(
        _ value: JSONValue, _ schema: Schema, _ path: String, _ old: JSONValue?
    ) -> [FieldError] {
        if let old, old == value { return [] }
        var faults: [FieldError] = []
        switch value {
        case .object(let object):
            for (key, member) in object.sorted {
                guard let property = schema.properties[key] ?? schema.additionalPropertiesSchema else { continue }
                faults += listFaults(member, property, path.isEmpty ? key : "\(path).\(key)", old?[key])
            }
        case .array(let items):
            var seen: Set<JSONValue> = []
            for (index, item) in items.enumerated() {
                let identity: JSONValue
                switch schema.listType {
                case "set": identity = item
                case "map":
                    identity = .object(item.objectValue?.filter { schema.listMapKeys.contains($0.key) } ?? JSONObject())
                default: continue
                }
                if !seen.insert(identity).inserted { faults.append(.duplicate("\(path)[\(index)]", identity)) }
            }
            guard let item = schema.items else { break }
            let correlation = ListCorrelation(schema, old)
            for (index, element) in items.enumerated() {
                faults += listFaults(
                    element, item, "\(path)[\(index)]", correlation.counterpart(of: element, at: index))
            }
        default: break
        }
        return faults
    }
}
