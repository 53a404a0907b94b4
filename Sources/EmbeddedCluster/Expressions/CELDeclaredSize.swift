/// How large the values of a schema node may be, as far as its limits and the size of a request bound them.
///
/// The bounds are those of Kubernetes' rules of custom resources (`pkg/cel/common` of the API server): estimated costs
/// are part of the API, since they decide which rules are accepted.
enum CELDeclaredSize {
    /// The largest request, in bytes.
    static let requestSize: Int64 = 3 * 1024 * 1024
    /// The most characters of a string, bytes or a map's key that nothing limits.
    private static let longestText = requestSize - 2

    /// How many characters, elements or entries there may be; 0 for values that have none.
    static func mostElements(of schema: Schema) -> UInt64 {
        if schema.isIntOrString {
            return UInt64(schema.constraints.maxLength.map { Int64(max($0, 0)) * 4 } ?? longestText)
        }
        switch schema.type {
        case "array":
            if let maximum = schema.constraints.maxItems { return UInt64(max(maximum, 0)) }
            return UInt64((requestSize - 2) / ((schema.items.map(leastSize(of:)) ?? 2) + 1))
        case "object":
            guard let values = schema.additionalPropertiesSchema else { return 0 }
            if let maximum = schema.constraints.maxProperties { return UInt64(max(maximum, 0)) }
            return UInt64((requestSize - 2) / (leastSize(of: values) + 6))
        case "string": return mostCharacters(of: schema)
        default: return 0
        }
    }

    private static func mostCharacters(of schema: Schema) -> UInt64 {
        let limit = schema.constraints.maxLength.map { UInt64(max($0, 0)) }
        switch schema.format {
        case "byte": return limit ?? UInt64(longestText)
        case "duration", "date-time": return 32
        case "date": return 12
        default:
            // Lengths are counted in characters, which take up to four bytes.
            if let limit { return limit * 4 }
            guard let values = schema.constraints.enumeration, !values.isEmpty else { return UInt64(longestText) }
            return UInt64(values.compactMap { $0.stringValue?.utf8.count }.max() ?? 0)
        }
    }

    /// How many bytes the smallest value takes in JSON.
    static func leastSize(of schema: Schema) -> Int64 {
        if schema.isIntOrString { return 1 }
        switch schema.type {
        case "integer", "number": return 1
        case "boolean": return 4
        case "object" where schema.additionalPropertiesSchema == nil:
            var size: Int64 = 2
            for name in schema.required {
                guard let property = schema.properties[name], property.defaultValue == nil, isVisible(property) else {
                    continue
                }
                size += Int64(name.utf8.count) + leastSize(of: property) + 4
            }
            return size
        case "string":
            switch schema.format {
            case "duration": return 3
            case "date": return 12
            case "date-time": return 21
            default: return 2
            }
        default: return 2
        }
    }

    /// Whether expressions see a node: those without a type, and collections of such, are hidden from them.
    static func isVisible(_ schema: Schema) -> Bool {
        if schema.isIntOrString { return true }
        switch schema.type {
        case "": return false
        case "array": return schema.items.map(isVisible) ?? false
        case "object": return schema.additionalPropertiesSchema.map(isVisible) ?? true
        default: return true
        }
    }

    /// How many values of a node fit into one request, where no limit around it says how many there are.
    static func mostOccurrences(of schema: Schema) -> UInt64 { UInt64(requestSize / (leastSize(of: schema) + 1)) }
}
