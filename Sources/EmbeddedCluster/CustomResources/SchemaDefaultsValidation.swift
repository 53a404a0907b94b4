import KubeCore

/// Checks the defaults of a definition's schema: each must be complete, known to its schema, and valid under it and its
/// rules.
enum SchemaDefaultsValidation {
    /// What is wrong with the defaults of a schema.
    static func faults(of schema: JSONValue, at path: String) -> [FieldError] {
        var faults: [FieldError] = []
        visit(schema, path, isResource: true, isInsideMetadata: false, &faults)
        return faults
    }

    private static func visit(
        _ schema: JSONValue, _ path: String, isResource: Bool, isInsideMetadata: Bool, _ faults: inout [FieldError]
    ) {
        if let value = schema["default"], !value.isNull, !isInsideMetadata {
            faults += self.faults(of: value, Schema(openAPIV3Schema: schema), "\(path).default")
        }
        // Below `additionalProperties` there may be defaults as well, but the server does not look at them.
        if let items = schema["items"], case .object = items {
            visit(
                items, "\(path).items", isResource: items["x-kubernetes-embedded-resource"] == true,
                isInsideMetadata: isInsideMetadata, &faults)
        }
        for (name, property) in schema["properties"]?.objectValue?.sorted ?? [] {
            let isEmbedded = property["x-kubernetes-embedded-resource"] == true
            let isMetadata = isResource && ["metadata", "apiVersion", "kind"].contains(name)
            visit(
                property, "\(path).properties[\(name)]", isResource: isEmbedded,
                isInsideMetadata: !isEmbedded && (isInsideMetadata || isMetadata), &faults)
        }
    }

    private static func faults(of value: JSONValue, _ schema: Schema, _ path: String) -> [FieldError] {
        var faults: [FieldError] = []
        if CustomResourcePruning.prune(value, schema) != value {
            faults.append(.invalid(path, value, "must not have unknown fields"))
        }
        let embedded = EmbeddedResourceValidation.faults(of: value, schema, at: path)
        if !embedded.isEmpty { return faults + embedded }
        let found = SchemaValidation.faults(of: value, schema).map { fault in
            let place = fault.field.isEmpty || fault.field == "<nil>" ? "" : ".\(fault.field)"
            return FieldError(reason: fault.reason, field: path + place, message: fault.message)
        }
        if !found.isEmpty { return faults + found }
        guard let validator = RuleValidator(schema) else { return faults }
        let asUpdate = validator.validate(value, old: value, at: path, ratchets: false).errors
        if !asUpdate.isEmpty { return faults + asUpdate }
        return faults + validator.validate(value, old: nil, at: path, ratchets: false).errors
    }
}
