import KubeCore

/// One node of a structural schema: what a field of a Kubernetes object may hold, and how writers share it.
///
/// Nodes come from a CustomResourceDefinition's `openAPIV3Schema` or from the tables of the built-in kinds, whose nodes
/// refer to each other by name: such a node answers for the one that it names, found on first use, so that types that
/// contain themselves do no harm.
package final class Schema: Sendable {
    /// `object`, `array`, `string`, `integer`, `number`, `boolean`; empty where the schema does not say.
    package let type: String
    /// The `format`, such as `int32` or `date-time`.
    package let format: String?
    /// What the field is for.
    package let description: String?
    /// The declared members of an object.
    package let properties: [String: Schema]
    /// The names of the declared members in order of their bytes.
    package let propertyNames: [String]
    /// What undeclared members are.
    package let additionalProperties: AdditionalProperties
    /// What the elements of an array are.
    package let items: Schema?
    /// The members that must be there.
    package let required: [String]
    /// How writers share an array: `atomic`, `set` or `map`.
    package let listType: String?
    /// The members that tell the elements of a `map` list apart.
    package let listMapKeys: [String]
    /// How writers share an object: `granular` or `atomic`.
    package let mapType: String?
    /// What a strategic merge patch does: `merge`, `replace`, `retainKeys`, and combinations.
    package let patchStrategies: [String]
    /// The member by which a strategic merge patch pairs the elements of an array.
    package let patchMergeKey: String?
    /// `x-kubernetes-preserve-unknown-fields`; nil where the schema does not say.
    package let preserveUnknownFields: Bool?
    /// Whether the value is an integer or a string.
    package let isIntOrString: Bool
    /// Whether the value is a whole Kubernetes object.
    package let isEmbeddedResource: Bool
    /// Whether `null` is a value of its own.
    package let isNullable: Bool
    /// What a missing value becomes.
    package let defaultValue: JSONValue?
    /// What restricts the values.
    package let constraints: Constraints
    /// The rules of `x-kubernetes-validations`.
    package let rules: [ValidationRule]
    /// Whether this is the root of a custom resource, whose `metadata` is that of every object.
    package let isResourceRoot: Bool
    /// Whether the node comes from the tables of the built-in kinds.
    let isBuiltIn: Bool
    /// The definition that this node stands for.
    let reference: String?

    /// What undeclared members of an object are.
    package enum AdditionalProperties: Sendable {
        /// The schema says nothing about them.
        case unspecified
        /// Allowed, or not, without a schema.
        case allowed(Bool)
        /// They all follow one schema.
        case schema(Schema)
    }

    /// The limits that values are checked against.
    package struct Constraints: Sendable {
        package var enumeration: [JSONValue]?
        package var minimum: JSONValue?
        package var maximum: JSONValue?
        package var isMinimumExclusive = false
        package var isMaximumExclusive = false
        package var multipleOf: JSONValue?
        package var minLength: Int?
        package var maxLength: Int?
        package var pattern: String?
        package var minItems: Int?
        package var maxItems: Int?
        package var uniqueItems = false
        package var minProperties: Int?
        package var maxProperties: Int?
        package var allOf: [Schema] = []
        package var anyOf: [Schema] = []
        package var oneOf: [Schema] = []
        package var not: Schema?
    }

    /// One rule of `x-kubernetes-validations`, as written.
    package struct ValidationRule: Sendable, Hashable {
        package var rule: String
        package var message: String
        package var messageExpression: String
        package var reason: String?
        package var fieldPath: String
        package var optionalOldSelf: Bool?
    }

    /// A node from its JSON Schema text.
    ///
    /// - Parameters:
    ///   - openAPIV3Schema: an OpenAPI v3 schema object, of a CustomResourceDefinition or a built-in definition.
    ///   - isResourceRoot: whether it describes a whole custom resource.
    package convenience init(openAPIV3Schema source: JSONValue, isResourceRoot: Bool = false) {
        self.init(source, isResourceRoot: isResourceRoot, isBuiltIn: false)
    }

    init(_ source: JSONValue, isResourceRoot: Bool = false, isBuiltIn: Bool) {
        type = source["type"]?.stringValue ?? ""
        format = source["format"]?.stringValue
        description = source["description"]?.stringValue
        var properties: [String: Schema] = [:]
        for (name, property) in source["properties"]?.objectValue ?? JSONObject() {
            properties[name] = Schema(property, isBuiltIn: isBuiltIn)
        }
        self.properties = properties
        propertyNames = properties.keys.sorted { $0.utf8Less(than: $1) }
        switch source["additionalProperties"] {
        case .bool(let allowed): additionalProperties = .allowed(allowed)
        case .object(let object): additionalProperties = .schema(Schema(.object(object), isBuiltIn: isBuiltIn))
        default: additionalProperties = .unspecified
        }
        switch source["items"] {
        case .object(let object): items = Schema(.object(object), isBuiltIn: isBuiltIn)
        default: items = nil
        }
        required = source["required"]?.stringArrayValue ?? []
        listType = source["x-kubernetes-list-type"]?.stringValue
        listMapKeys = source["x-kubernetes-list-map-keys"]?.stringArrayValue ?? []
        mapType = source["x-kubernetes-map-type"]?.stringValue
        patchStrategies = (source["x-kubernetes-patch-strategy"]?.stringValue ?? "").split(separator: ",").map {
            String($0)
        }
        patchMergeKey = source["x-kubernetes-patch-merge-key"]?.stringValue
        preserveUnknownFields = source["x-kubernetes-preserve-unknown-fields"]?.boolValue
        isIntOrString = source["x-kubernetes-int-or-string"]?.boolValue ?? false
        isEmbeddedResource = source["x-kubernetes-embedded-resource"]?.boolValue ?? false
        isNullable = source["nullable"]?.boolValue ?? false
        defaultValue = source["default"]
        constraints = Constraints(source)
        rules = (source["x-kubernetes-validations"]?.arrayValue ?? []).map(ValidationRule.init)
        self.isResourceRoot = isResourceRoot
        self.isBuiltIn = isBuiltIn
        reference = Self.reference(source)
    }

    /// The name of the definition in a `$ref`, alone or as the only member of `allOf`.
    private static func reference(_ source: JSONValue) -> String? {
        let target =
            source["$ref"] ?? (source["allOf"]?.arrayValue.flatMap { $0.count == 1 ? $0[0]["$ref"] : nil })
        guard let path = target?.stringValue else { return nil }
        guard let slash = path.lastIndex(of: "/") else { return path }
        return String(path[path.index(after: slash)...])
    }

    /// The node that says what the value is: this one, or the definition that it refers to.
    package var resolved: Schema {
        guard let reference, let target = BuiltInSchemas.definition(reference) else { return self }
        return target
    }

    /// Whether undeclared members are kept.
    package var preservesUnknownFields: Bool { preserveUnknownFields ?? false }

    /// The schema that undeclared members follow, if there is one.
    package var additionalPropertiesSchema: Schema? {
        if case .schema(let schema) = additionalProperties { schema } else { nil }
    }

    /// Whether this is a built-in definition that says nothing about its members, such as RawExtension.
    package var isFreeForm: Bool { isBuiltIn && propertyNames.isEmpty }

    /// Whether this node or the root of a resource carries `apiVersion`, `kind` and `metadata` implicitly.
    package var carriesObjectMetadata: Bool { isEmbeddedResource || isResourceRoot }
}

extension Schema.Constraints {
    init(_ source: JSONValue) {
        enumeration = source["enum"]?.arrayValue
        minimum = source["minimum"]
        maximum = source["maximum"]
        isMinimumExclusive = source["exclusiveMinimum"]?.boolValue ?? false
        isMaximumExclusive = source["exclusiveMaximum"]?.boolValue ?? false
        multipleOf = source["multipleOf"]
        minLength = source["minLength"]?.intValue
        maxLength = source["maxLength"]?.intValue
        pattern = source["pattern"]?.stringValue
        minItems = source["minItems"]?.intValue
        maxItems = source["maxItems"]?.intValue
        uniqueItems = source["uniqueItems"]?.boolValue ?? false
        minProperties = source["minProperties"]?.intValue
        maxProperties = source["maxProperties"]?.intValue
        let list: (String) -> [Schema] = { key in
            (source[key]?.arrayValue ?? []).map { Schema(openAPIV3Schema: $0) }
        }
        allOf = list("allOf")
        anyOf = list("anyOf")
        oneOf = list("oneOf")
        not = source["not"]?.objectValue.map { Schema(openAPIV3Schema: .object($0)) }
    }
}

extension Schema.ValidationRule {
    init(_ source: JSONValue) {
        rule = source["rule"]?.stringValue ?? ""
        message = source["message"]?.stringValue ?? ""
        messageExpression = source["messageExpression"]?.stringValue ?? ""
        reason = source["reason"]?.stringValue
        fieldPath = source["fieldPath"]?.stringValue ?? ""
        optionalOldSelf = source["optionalOldSelf"]?.boolValue
    }
}
