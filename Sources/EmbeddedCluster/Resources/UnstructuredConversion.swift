import KubeCore

/// What Go's converter from maps to structures refuses, through which the real server reads the result of a strategic
/// merge patch. Its words are not those of the JSON decoder.
enum UnstructuredConversion {
    /// The first value of an object of a built-in kind that cannot be converted; nil if there is none.
    static func fault(of object: KubeObject, _ resource: ServedResource) -> String? {
        resource.schema.flatMap { fault(of: object.value, $0) }
    }

    private static func fault(of value: JSONValue, _ node: Schema) -> String? {
        let schema = node.resolved
        if value.isNull { return nil }
        let readsItself = schema.isIntOrString || schema.format == "date-time"
        if readsItself || node.reference?.hasSuffix("resource.Quantity") == true {
            return BuiltInRules.typeFault(value, node, struct: "", path: [])
        }
        switch schema.type {
        case "string":
            let isBytes = schema.format == "byte"
            if value.stringValue != nil { return BuiltInRules.typeFault(value, node, struct: "", path: []) }
            return isBytes ? "cannot restore slice from \(kind(value))" : simple(value, "string", convertible: "int64")
        case "integer":
            guard value.integerValue == nil else { return nil }
            return simple(value, schema.format == "int64" ? "int64" : "int32", convertible: "float64")
        case "boolean": return value.boolValue == nil ? simple(value, "bool", convertible: "bool") : nil
        case "array":
            guard let elements = value.arrayValue else { return "cannot restore slice from \(kind(value))" }
            guard let items = schema.items else { return nil }
            return elements.firstNonNil { fault(of: $0, items) }
        default:
            if let values = schema.additionalPropertiesSchema {
                guard let object = value.objectValue else { return "cannot restore map from \(kind(value))" }
                return object.firstNonNil { fault(of: $0.value, values) }
            }
            guard !schema.properties.isEmpty else { return nil }
            guard let object = value.objectValue else { return "cannot restore struct from: \(kind(value))" }
            return object.firstNonNil { key, member in schema.properties[key].flatMap { fault(of: member, $0) } }
        }
    }

    /// Types that Go can convert into each other are told apart from those that it cannot.
    private static func simple(_ value: JSONValue, _ wanted: String, convertible: String) -> String {
        let found = kind(value)
        return found == convertible ? "cannot convert \(found) to \(wanted)" : "unrecognized type: \(wanted)"
    }

    private static func kind(_ value: JSONValue) -> String {
        switch value {
        case .string: "string"
        case .integer: "int64"
        case .double, .decimal: "float64"
        case .bool: "bool"
        case .array: "slice"
        case .object: "map"
        case .null: "invalid"
        }
    }
}

extension Sequence {
    /// The first result that is one.
    fileprivate func firstNonNil<Result>(_ transform: (Element) -> Result?) -> Result? {
        for element in self {
            if let result = transform(element) { return result }
        }
        return nil
    }
}
