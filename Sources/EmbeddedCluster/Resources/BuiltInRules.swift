import KubeCore

/// What decoding into Go's types does to objects of built-in kinds.
enum BuiltInRules {
    /// Drops what the kind does not know, and what Go leaves out when it writes the object again: nulls, empty lists
    /// and empty maps.
    static func normalize(_ object: inout KubeObject, _ resource: ServedResource) {
        guard let schema = BuiltInSchemas.schema(for: resource.storageKind) else { return }
        for (key, value) in object.json where key != "apiVersion" && key != "kind" {
            guard let property = schema.resolved.properties[key] else {
                object[key] = nil
                continue
            }
            object[key] = normalized(value, property, isRequired: schema.resolved.required.contains(key))
        }
    }

    /// A value as Go writes it; nil if it leaves it out.
    static func normalized(_ value: JSONValue, _ node: Schema, isRequired: Bool) -> JSONValue? {
        let schema = node.resolved
        switch value {
        case .null: return nil
        case .array(let elements):
            if elements.isEmpty, !isRequired { return nil }
            guard let items = schema.items else { return value }
            return .array(elements.map { normalized($0, items, isRequired: true) ?? $0 })
        case .object(let object):
            if let values = schema.additionalPropertiesSchema {
                if object.isEmpty, !isRequired { return nil }
                var result = JSONObject()
                for (key, member) in object {
                    result[key] = normalized(member, values, isRequired: true) ?? emptyValue(of: values)
                }
                return .object(result)
            }
            guard !schema.properties.isEmpty else { return value }
            var result = JSONObject()
            for (key, member) in object {
                guard let property = schema.properties[key] else { continue }
                if let kept = normalized(member, property, isRequired: schema.required.contains(key)) {
                    result[key] = kept
                }
            }
            return .object(result)
        default: return value
        }
    }

    private static func emptyValue(of schema: Schema) -> JSONValue {
        schema.resolved.type == "string" ? "" : .null
    }

    /// The first value that Go could not decode, in the words of its JSON decoder; nil if there is none.
    static func typeFault(of object: KubeObject, _ resource: ServedResource) -> String? {
        if resource.isCustom {
            guard let schema = BuiltInSchemas.objectMetadata, let metadata = object["metadata"] else { return nil }
            return typeFault(metadata, schema, struct: "ObjectMeta", path: [])
        }
        guard let schema = resource.schema else { return nil }
        return typeFault(object.value, schema, struct: resource.type.kind, path: [])
    }

    static func typeFault(_ value: JSONValue, _ node: Schema, struct name: String, path: [String]) -> String? {
        let schema = node.resolved
        func mismatch(_ expected: String) -> String {
            var found = value.typeName == "boolean" ? "bool" : value.typeName
            // A number that the type is too narrow for is quoted.
            if value.isNumber { found = expected.hasPrefix("int") ? "number \(value.serialized())" : "number" }
            return """
                json: cannot unmarshal \(found) into Go struct field \(name).\(path.joined(separator: ".")) of type \
                \(expected)
                """
        }
        if value.isNull { return nil }
        if node.reference?.hasSuffix("resource.Quantity") == true, value.stringValue != nil || value.isNumber {
            guard Quantity(value) == nil else { return nil }
            return "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
        }
        if schema.format == "date-time", let text = value.stringValue, Timestamp(text) == nil {
            let fraction = node.reference?.hasSuffix("MicroTime") == true ? ".000000" : ""
            let quoted = JSONValue.string(text).serialized()
            let layout = "2006-01-02T15:04:05\(fraction)Z07:00"
            return "parsing time \(quoted) as \"\(layout)\": cannot parse \(quoted) as \"2006\""
        }
        if schema.isIntOrString { return nil }
        switch schema.type {
        case "string":
            if schema.format == "byte", let text = value.stringValue, case .failure(let error) = Base64.decode(text) {
                return error.description
            }
            guard value.stringValue == nil, schema.format == nil || schema.format == "byte" else { return nil }
            return path.last == "quantity" ? nil : mismatch("string")
        case "integer":
            let type = schema.format == "int64" ? "int64" : "int32"
            if let number = value.integerValue, type == "int64" || Int32(exactly: number) != nil { return nil }
            return mismatch(type)
        case "boolean": return value.boolValue == nil ? mismatch("bool") : nil
        case "array":
            guard let elements = value.arrayValue else { return mismatch("[]\(goName(schema.items))") }
            guard let items = schema.items else { return nil }
            for element in elements {
                if let fault = typeFault(element, items, struct: name, path: path) { return fault }
            }
            return nil
        default:
            let isStructured = !schema.properties.isEmpty || schema.additionalPropertiesSchema != nil
            guard isStructured else { return nil }
            guard let object = value.objectValue else { return mismatch(goName(node)) }
            for (key, member) in object {
                if let values = schema.additionalPropertiesSchema {
                    if let fault = typeFault(member, values, struct: name, path: path) { return fault }
                } else if let property = schema.properties[key] {
                    let inner = path.isEmpty ? name : goStruct(node) ?? name
                    if let fault = typeFault(member, property, struct: inner, path: path + [key]) { return fault }
                }
            }
            return nil
        }
    }

    /// The Go type that a node stands for, as far as it is named.
    private static func goStruct(_ node: Schema) -> String? {
        node.reference.flatMap { $0.split(separator: ".").last.map(String.init) }
    }

    private static func goName(_ node: Schema?) -> String {
        guard let node else { return "interface {}" }
        if let reference = node.reference {
            let parts = reference.split(separator: ".")
            return parts.suffix(2).joined(separator: ".")
        }
        switch node.resolved.type {
        case "string": return "string"
        case "integer": return "int32"
        case "boolean": return "bool"
        default: return node.resolved.additionalPropertiesSchema == nil ? "interface {}" : "map[string]string"
        }
    }
}

extension ServedResource {
    /// The paths of the fields that the schema does not declare, those of the metadata first.
    func unknownFields(in object: KubeObject) -> [String] {
        guard let schema else { return [] }
        let found = UnknownFields.find(in: object.value, schema: schema)
        return found.filter { $0.hasPrefix("metadata.") } + found.filter { !$0.hasPrefix("metadata.") }
    }

    /// How the real server complains about an undeclared field.
    static func complaint(about unknownField: String) -> String { "unknown field \"\(unknownField)\"" }
}
