import KubeCore

/// The metadata that all kinds share: what is valid in it, and how it is written.
enum ObjectMetadata {
    /// Drops members that say nothing, as Go's `omitempty` does.
    static func normalize(_ object: inout KubeObject) {
        let metadata = object.metadata.filter { _, value in
            switch value {
            case .null: false
            case .string(let text): !text.isEmpty
            case .array(let elements): !elements.isEmpty
            case .object(let members): !members.isEmpty
            default: true
            }
        }
        object.metadata = metadata
        if object.generation == 0 { object.set(nil, at: "metadata", "generation") }
    }

    /// The faults of a new object's metadata.
    static func errorsOfNew(_ object: KubeObject, _ resource: ServedResource) -> [FieldError] {
        var errors: [FieldError] = []
        let field = "metadata.name"
        let prefix = object[path: "metadata", "generateName"]?.stringValue ?? ""
        if !prefix.isEmpty {
            errors += Names.errors(prefix, resource.strategy.nameRule, isPrefix: true).map {
                .invalid("metadata.generateName", .string(prefix), $0)
            }
        }
        if object.name.isEmpty {
            errors.append(.required(field, "name or generateName is required"))
        } else {
            errors += Names.errors(object.name, resource.strategy.nameRule, isPrefix: false).map {
                .invalid(field, .string(object.name), $0)
            }
        }
        return errors + common(object) + finalizerErrors(object)
    }

    /// The faults of a changed object's metadata.
    static func errorsOfChange(_ object: KubeObject, old: KubeObject) -> [FieldError] {
        var errors = common(object)
        if old.isBeingDeleted {
            let new = object.finalizers.filter { !old.finalizers.contains($0) }
            if !new.isEmpty {
                let quoted = new.map { JSONValue.string($0).serialized() }.joined(separator: ", ")
                errors.append(
                    .forbidden(
                        "metadata.finalizers",
                        """
                        no new finalizers can be added if the object is being deleted, found new finalizers \
                        []string{\(quoted)}
                        """))
            }
        }
        return errors
    }

    private static func common(_ object: KubeObject) -> [FieldError] {
        labels(object.labels, "metadata.labels") + annotations(object.annotations)
            + owners(object)
    }

    /// The faults of a map of labels.
    static func labels(_ labels: [String: String], _ field: String) -> [FieldError] {
        var errors: [FieldError] = []
        for (key, value) in labels.sorted(by: { $0.key < $1.key }) {
            errors += Names.qualifiedNameErrors(key).map { .invalid(field, .string(key), $0) }
            errors += Names.labelValueErrors(value).map { .invalid(field, .string(value), $0) }
        }
        return errors
    }

    private static func annotations(_ annotations: [String: String]) -> [FieldError] {
        var errors: [FieldError] = []
        var size = 0
        for (key, value) in annotations.sorted(by: { $0.key < $1.key }) {
            errors += Names.qualifiedNameErrors(key.lowercased()).map {
                .invalid("metadata.annotations", .string(key), $0)
            }
            size += key.utf8.count + value.utf8.count
        }
        if size > 262_144 {
            errors.append(
                FieldError(
                    reason: "FieldValueTooLong", field: "metadata.annotations",
                    message: "Too long: may not be more than 262144 bytes"))
        }
        return errors
    }

    private static func owners(_ object: KubeObject) -> [FieldError] {
        let field = "metadata.ownerReferences"
        let references = object[path: "metadata", "ownerReferences"]?.arrayValue ?? []
        var errors: [FieldError] = []
        for reference in references {
            for member in ["apiVersion", "kind", "name", "uid"] {
                guard (reference[member]?.stringValue ?? "").isEmpty else { continue }
                errors.append(.invalid("\(field).\(member)", .string(""), "must not be empty"))
            }
        }
        let controllers = references.filter { $0["controller"]?.boolValue == true }
        if controllers.count > 1 {
            func name(_ reference: JSONValue) -> String {
                "\(reference["kind"]?.stringValue ?? "")/\(reference["name"]?.stringValue ?? "")"
            }
            let ordered = references.map { reference -> JSONValue in
                var members = JSONObject()
                for member in ["apiVersion", "kind", "name", "uid", "controller", "blockOwnerDeletion"] {
                    if let value = reference[member] { members[member] = value }
                }
                return .object(members)
            }
            errors.append(
                FieldError(
                    reason: "FieldValueInvalid", field: field,
                    message: """
                        Invalid value: \(JSONValue.array(ordered).serialized()): Only one reference can have \
                        Controller set to true. Found "true" in references for \(name(controllers[0])) and \
                        \(name(controllers[1]))
                        """))
        }
        return errors
    }

    /// The faults of the names of an object's finalizers.
    static func finalizerErrors(_ object: KubeObject) -> [FieldError] {
        let finalizers = object.finalizers
        let known = ["kubernetes", "orphan", "foregroundDeletion"]
        var errors: [FieldError] = []
        for (index, finalizer) in finalizers.enumerated() {
            errors += Names.qualifiedNameErrors(finalizer).map {
                .invalid("metadata.finalizers", .string(finalizer), $0)
            }
            if !finalizer.contains("/"), !known.contains(finalizer) {
                errors.append(
                    .invalid(
                        "metadata.finalizers[\(index)]", .string(finalizer),
                        "name is neither a standard finalizer name nor is it fully qualified"))
            }
        }
        return errors
    }
}
