import KubeCore

/// What a custom resource loses and gains before it is validated: undeclared fields, nulls, defaults.
package enum CustomResourcePruning {
    /// The object without the fields that its schema does not declare.
    package static func prune(_ object: KubeObject, _ schema: Schema) -> KubeObject {
        KubeObject(prune(object.value, schema)) ?? object
    }

    /// A value without the fields that its schema does not declare; without a schema none are.
    static func prune(_ value: JSONValue, _ schema: Schema?) -> JSONValue {
        let keeps = schema?.preservesUnknownFields ?? false
        switch value {
        case .object(let object):
            guard let schema else { return .object(JSONObject()) }
            var result = JSONObject()
            for (key, member) in object {
                if schema.carriesObjectMetadata, ["apiVersion", "kind", "metadata"].contains(key) {
                    result[key] = key == "metadata" ? knownMetadata(member) : member
                } else if let property = schema.properties[key] {
                    result[key] = prune(member, property)
                } else if case .schema(let property) = schema.additionalProperties {
                    result[key] = prune(member, property)
                } else if case .allowed = schema.additionalProperties {
                    result[key] = keeps ? member : prune(member, nil)
                } else if keeps {
                    result[key] = member
                }
            }
            return .object(result)
        case .array(let items):
            if keeps, schema?.items == nil { return value }
            return .array(items.map { prune($0, schema?.items) })
        default: return value
        }
    }

    /// Metadata as Go reads and writes it: without the fields that objects do not have, and without empty ones.
    private static func knownMetadata(_ value: JSONValue) -> JSONValue {
        guard case .object = value, let schema = BuiltInSchemas.objectMetadata else { return value }
        return BuiltInRules.normalized(value, schema, isRequired: true) ?? value
    }

    /// The object with the defaults of its schema, and without nulls where they are no values.
    package static func applyDefaults(_ object: KubeObject, _ schema: Schema) -> KubeObject {
        KubeObject(withDefaults(withoutNulls(object.value, schema), schema)) ?? object
    }

    private static func isMeaninglessNull(_ value: JSONValue, _ schema: Schema) -> Bool {
        value.isNull && !schema.isNullable
    }

    private static func withoutNulls(_ value: JSONValue, _ schema: Schema) -> JSONValue {
        switch value {
        case .object(let object):
            var result = JSONObject()
            for (key, member) in object {
                guard let property = schema.properties[key] ?? schema.additionalPropertiesSchema else {
                    result[key] = member
                    continue
                }
                if isMeaninglessNull(member, property), property.defaultValue == nil { continue }
                result[key] = withoutNulls(member, property)
            }
            return .object(result)
        case .array(let items):
            guard let item = schema.items else { return value }
            return .array(items.map { withoutNulls($0, item) })
        default: return value
        }
    }

    static func withDefaults(_ value: JSONValue, _ schema: Schema) -> JSONValue {
        switch value {
        case .object(var object):
            for name in schema.propertyNames {
                guard let property = schema.properties[name] else { continue }
                if let member = object[name], !isMeaninglessNull(member, property) {
                    object[name] = withDefaults(member, property)
                } else if let defaultValue = property.defaultValue {
                    object[name] = withDefaults(defaultValue, property)
                }
            }
            if let property = schema.additionalPropertiesSchema {
                for (key, member) in object where schema.properties[key] == nil {
                    object[key] = filled(member, property)
                }
            }
            return .object(object)
        case .array(let items):
            guard let item = schema.items else { return value }
            return .array(items.map { filled($0, item) })
        default: return value
        }
    }

    private static func filled(_ value: JSONValue, _ schema: Schema) -> JSONValue {
        if isMeaninglessNull(value, schema), let defaultValue = schema.defaultValue {
            return withDefaults(defaultValue, schema)
        }
        return withDefaults(value, schema)
    }
}
