import KubeCore

/// One field of an object: its name, its property, what it means and what it may hold.
public struct Field<Root: Sendable>: Sendable {
    /// Whether a document must have the field, and what its absence means.
    public enum Presence: Sendable {
        /// The document must have it.
        case required
        /// Absence means the property's initial value, which the schema publishes and the API server fills in.
        case defaulted
        /// Absence means the property's initial value; what equals it is not written.
        case optional
    }

    /// The name in JSON.
    let name: String
    let presence: Presence
    /// The field's schema, given a root with every initial value.
    let schema: @Sendable (Root) -> JSONObject
    /// Reads the field into the root; nil means that the document does not have it.
    let decode: @Sendable (JSONValue?, FieldPath, inout Root, inout SchemaDecoder) -> Void
    /// The field as JSON, or nil where it is not written.
    let encode: @Sendable (Root) -> JSONValue?
}

extension Field {
    /// A field that always has a value.
    ///
    /// - Parameters:
    ///   - name: the name in JSON.
    ///   - property: where it is kept.
    ///   - presence: what its absence means.
    ///   - description: what it means, for `kubectl explain`.
    ///   - constraints: what it may hold.
    public static func field<Value: SchemaValue>(
        _ name: String, _ property: any WritableKeyPath<Root, Value> & Sendable, _ presence: Presence = .optional,
        _ description: String, _ constraints: Constraint<Value>...
    ) -> Field where Root: SchemaObject {
        Field(
            name: name, presence: presence,
            schema: { root in
                let initial = presence == .defaulted ? root[keyPath: property].encoded : nil
                return Self.describe(Value.openAPI, description, initial, constraints)
            },
            decode: { json, path, root, decoder in
                guard let json, !json.isNull else {
                    if presence == .required { decoder.refuse(path, "is required") }
                    return
                }
                guard let value = Self.checked(json, path, &decoder, constraints) else { return }
                root[keyPath: property] = value
            },
            encode: { root in
                let value = root[keyPath: property]
                if presence == .optional, value == Root()[keyPath: property] { return nil }
                return value.encoded
            })
    }

    /// A field that may be absent, its absence a meaning of its own.
    public static func field<Value: SchemaValue>(
        _ name: String, _ property: any WritableKeyPath<Root, Value?> & Sendable, _ description: String,
        _ constraints: Constraint<Value>...
    ) -> Field where Root: SchemaObject {
        Field(
            name: name, presence: .optional,
            schema: { _ in Self.describe(Value.openAPI, description, nil, constraints) },
            decode: { json, path, root, decoder in
                guard let json, !json.isNull else { return }
                root[keyPath: property] = Self.checked(json, path, &decoder, constraints)
            },
            encode: { $0[keyPath: property]?.encoded })
    }

    private static func checked<Value: SchemaValue>(
        _ json: JSONValue, _ path: FieldPath, _ decoder: inout SchemaDecoder, _ constraints: [Constraint<Value>]
    ) -> Value? {
        guard let value = Value.decode(json, at: path, &decoder) else { return nil }
        for message in constraints.lazy.compactMap({ $0.problem(value) }) { decoder.refuse(path, message) }
        return value
    }

    private static func describe<Value>(
        _ schema: JSONObject, _ description: String, _ initial: JSONValue?, _ constraints: [Constraint<Value>]
    ) -> JSONObject {
        var described: JSONObject = ["description": .string(description)]
        for (key, value) in schema where key != "description" { described[key] = value }
        if let initial { described["default"] = initial }
        return described.adding(constraints)
    }
}

extension JSONObject {
    /// The schema with what constraints say of it.
    func adding<Value>(_ constraints: [Constraint<Value>]) -> JSONObject {
        var schema = self
        var validations = schema["x-kubernetes-validations"]?.arrayValue ?? []
        for constraint in constraints {
            for (key, value) in constraint.openAPI { schema[key] = value }
            if let validation = constraint.validation { validations.append(.object(validation)) }
        }
        if !validations.isEmpty { schema["x-kubernetes-validations"] = .array(validations) }
        return schema
    }
}
