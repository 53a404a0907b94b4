import KubeCore

/// Checks that the schema of a definition is a structural one, with the findings and words of the real server.
enum StructuralSchemaValidation {
    /// What is wrong with a schema.
    ///
    /// - Parameters:
    ///   - schema: the root, as written.
    ///   - path: the path of the root.
    ///   - hasStatus: whether the version has the status subresource.
    static func faults(of schema: JSONValue, at path: String, hasStatus: Bool) -> [FieldError] {
        var faults: [FieldError] = []
        if schema["nullable"]?.boolValue == true {
            faults.append(.forbidden("\(path).nullable", "nullable cannot be true at the root"))
        }
        checkWords(schema, path, isInsideMapList: false, &faults)
        guard faults.isEmpty else { return faults + RuleCompilation.faults(of: schema, at: path) }
        if schema["type"]?.stringValue != "object" {
            let type = schema["type"] ?? .string("")
            faults.append(
                type == ""
                    ? .required("\(path).type", "must not be empty at the root")
                    : .invalid("\(path).type", type, "must be object at the root"))
        }
        checkStructure(schema, path, isRoot: true, &faults)
        checkCompleteness(schema, path, &faults)
        if faults.isEmpty { checkDefaults(schema, path, &faults) }
        return faults + RuleCompilation.faults(of: schema, at: path)
    }

    // MARK: The words of OpenAPI that definitions may use

    private static let types = ["array", "boolean", "integer", "number", "object", "string"]

    private static func checkWords(
        _ schema: JSONValue, _ path: String, isInsideMapList: Bool, _ faults: inout [FieldError]
    ) {
        if schema["$ref"] != nil { faults.append(.forbidden("\(path).$ref", "$ref is not supported")) }
        for word in ["definitions", "dependencies", "patternProperties", "additionalItems", "id"]
        where schema[word] != nil {
            faults.append(.forbidden("\(path).\(word)", "\(word) is not supported"))
        }
        if schema["uniqueItems"]?.boolValue == true {
            faults.append(
                .forbidden(
                    "\(path).uniqueItems",
                    "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"))
        }
        if let type = schema["type"], type.stringValue != "", !types.contains(type.stringValue ?? "") {
            faults.append(.notSupported("\(path).type", type, types))
        }
        if case .object = schema["additionalProperties"], let properties = schema["properties"]?.objectValue,
            !properties.isEmpty
        {
            faults.append(
                .forbidden("\(path).additionalProperties", "additionalProperties and properties are mutual exclusive"))
        } else if schema["additionalProperties"] == false, let properties = schema["properties"]?.objectValue,
            !properties.isEmpty
        {
            faults.append(.forbidden("\(path).additionalProperties", "additionalProperties cannot be set to false"))
        }
        if let pattern = schema["pattern"]?.stringValue, let fault = RegularExpression.fault(of: pattern) {
            faults.append(
                .invalid(
                    "\(path).pattern", .string(pattern),
                    "must be a valid regular expression, but isn't: error parsing regexp: \(fault)"))
        }
        checkExtensions(schema, path, &faults)
        for (name, property) in schema["properties"]?.objectValue?.sorted ?? [] {
            checkWords(property, "\(path).properties[\(name)]", isInsideMapList: false, &faults)
        }
        if let property = schema["additionalProperties"], case .object = property {
            checkWords(property, "\(path).additionalProperties", isInsideMapList: false, &faults)
        }
        if case .array? = schema["items"] {
            faults.append(.forbidden("\(path).items", "items must be a schema object and not an array"))
        } else if let items = schema["items"] {
            checkWords(items, "\(path).items", isInsideMapList: schema["x-kubernetes-list-type"] == "map", &faults)
        }
        for word in ["allOf", "anyOf", "oneOf"] {
            for (index, nested) in (schema[word]?.arrayValue ?? []).enumerated() {
                checkWords(nested, "\(path).\(word)[\(index)]", isInsideMapList: false, &faults)
            }
        }
        if let nested = schema["not"] { checkWords(nested, "\(path).not", isInsideMapList: false, &faults) }
    }

    private static func checkExtensions(_ schema: JSONValue, _ path: String, _ faults: inout [FieldError]) {
        let type = schema["type"]?.stringValue ?? ""
        if schema["x-kubernetes-preserve-unknown-fields"] == false {
            faults.append(
                .invalid("\(path).x-kubernetes-preserve-unknown-fields", false, "must be true or undefined"))
        }
        if schema["x-kubernetes-int-or-string"] == true {
            if !type.isEmpty {
                faults.append(
                    .invalid("\(path).type", .string(type), "must be empty if x-kubernetes-int-or-string is true"))
            }
            for word in ["x-kubernetes-embedded-resource", "x-kubernetes-preserve-unknown-fields"]
            where schema[word] == true {
                faults.append(
                    .invalid("\(path).\(word)", true, "must be false if x-kubernetes-int-or-string is true"))
            }
        }
        if schema["x-kubernetes-embedded-resource"] == true {
            if type != "object" {
                faults.append(
                    type.isEmpty
                        ? .required("\(path).type", "must be object if x-kubernetes-embedded-resource is true")
                        : .invalid(
                            "\(path).type", .string(type), "must be object if x-kubernetes-embedded-resource is true"))
            }
            if schema["x-kubernetes-preserve-unknown-fields"] != true,
                (schema["properties"]?.objectValue ?? [:]).isEmpty
            {
                faults.append(
                    .required(
                        "\(path).properties",
                        "must not be empty if x-kubernetes-embedded-resource is true without "
                            + "x-kubernetes-preserve-unknown-fields"))
            }
        }
        if let mapType = schema["x-kubernetes-map-type"] {
            if type != "object" {
                faults.append(
                    type.isEmpty
                        ? .required("\(path).type", "must be object if x-kubernetes-map-type is specified")
                        : .invalid(
                            "\(path).type", .string(type), "must be object if x-kubernetes-map-type is specified"))
            }
            if !["atomic", "granular"].contains(mapType.stringValue) {
                faults.append(.notSupported("\(path).x-kubernetes-map-type", mapType, ["atomic", "granular"]))
            }
        }
        checkList(schema, path, type, &faults)
    }

    private static func checkList(
        _ schema: JSONValue, _ path: String, _ type: String, _ faults: inout [FieldError]
    ) {
        let listType = schema["x-kubernetes-list-type"]
        let keys = schema["x-kubernetes-list-map-keys"]?.stringArrayValue ?? []
        if let listType {
            if type != "array" {
                faults.append(
                    type.isEmpty
                        ? .required("\(path).type", "must be array if x-kubernetes-list-type is specified")
                        : .invalid(
                            "\(path).type", .string(type), "must be array if x-kubernetes-list-type is specified"))
            }
            if !["atomic", "set", "map"].contains(listType.stringValue) {
                faults.append(.notSupported("\(path).x-kubernetes-list-type", listType, ["atomic", "set", "map"]))
            }
        }
        if !keys.isEmpty, listType != "map" {
            if let listType {
                faults.append(
                    .invalid(
                        "\(path).x-kubernetes-list-type", listType,
                        "must be map if x-kubernetes-list-map-keys is non-empty"))
            } else {
                faults.append(
                    .required(
                        "\(path).x-kubernetes-list-type", "must be map if x-kubernetes-list-map-keys is non-empty"))
            }
        }
        let items = schema["items"] ?? .null
        if listType == "set", items["type"] == "object" || items["type"] == "array" {
            let word = items["type"] == "object" ? "x-kubernetes-map-type" : "x-kubernetes-list-type"
            // An array is atomic unless it says otherwise; an object is granular unless it says otherwise.
            let isAtomic = items[word] == "atomic" || (items["type"] == "array" && items[word] == nil)
            if !isAtomic {
                faults.append(
                    .invalid(
                        "\(path).items.\(word)", items[word],
                        "must be atomic as item of a list with x-kubernetes-list-type=set"))
            }
        }
        if listType == "map" { checkMapKeys(keys, items, path, &faults) }
    }

    private static func checkMapKeys(
        _ keys: [String], _ items: JSONValue, _ path: String, _ faults: inout [FieldError]
    ) {
        if keys.isEmpty {
            faults.append(
                .required(
                    "\(path).x-kubernetes-list-map-keys", "must not be empty if x-kubernetes-list-type is map"))
        }
        guard !items.isNull else {
            return faults.append(.required("\(path).items", "must have a schema if x-kubernetes-list-type is map"))
        }
        if items["type"] != "object" {
            faults.append(
                .invalid(
                    "\(path).items.type", items["type"] ?? "",
                    "must be object if parent array's x-kubernetes-list-type is map"))
        }
        let required = items["required"]?.stringArrayValue ?? []
        var seen: Set<String> = []
        for (index, key) in keys.enumerated() {
            if !seen.insert(key).inserted {
                faults.append(.duplicate("\(path).x-kubernetes-list-map-keys[\(index)]", .string(key)))
            }
            guard let property = items[path: "properties", key] else {
                faults.append(
                    .invalid(
                        "\(path).x-kubernetes-list-map-keys[\(index)]", .string(key),
                        "entries must all be names of item properties"))
                continue
            }
            let field = "\(path).items.properties[\(key)]"
            if property["type"] == "object" || property["type"] == "array" {
                faults.append(
                    .invalid(
                        "\(field).type", property["type"],
                        "must be a scalar type if parent array's x-kubernetes-list-type is map"))
            }
            if property["default"] == nil, !required.contains(key) {
                faults.append(
                    .required(
                        "\(field).default",
                        "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required "
                            + "property"))
            }
            if property["nullable"] == true {
                faults.append(
                    .forbidden(
                        "\(field).nullable", "this property is in x-kubernetes-list-map-keys, so it cannot be nullable")
                )
            }
        }
    }

    // MARK: The rules of structural schemas

    private static func checkStructure(
        _ schema: JSONValue, _ path: String, isRoot: Bool, _ faults: inout [FieldError]
    ) {
        let type = schema["type"]?.stringValue ?? ""
        if type.isEmpty, !isRoot, schema["x-kubernetes-int-or-string"] != true,
            schema["x-kubernetes-preserve-unknown-fields"] != true
        {
            faults.append(.required("\(path).type", "must not be empty for specified \(place(path))"))
        }
        if type == "array", schema["items"] == nil {
            faults.append(.required("\(path).items", "must be specified"))
        }
        if isRoot || schema["x-kubernetes-embedded-resource"] == true { checkMetadata(schema, path, &faults) }
        for word in ["allOf", "anyOf", "oneOf"] {
            let nested = schema[word]?.arrayValue ?? []
            for (index, value) in nested.enumerated() {
                let isIntOrString = schema["x-kubernetes-int-or-string"] == true && isTypeChoice(word, nested)
                checkNested(value, "\(path).\(word)[\(index)]", allowsType: isIntOrString, &faults)
            }
        }
        if let not = schema["not"] { checkNested(not, "\(path).not", allowsType: false, &faults) }
        for (name, property) in schema["properties"]?.objectValue?.sorted ?? [] {
            checkStructure(property, "\(path).properties[\(name)]", isRoot: false, &faults)
        }
        if let property = schema["additionalProperties"], case .object = property {
            checkStructure(property, "\(path).additionalProperties", isRoot: false, &faults)
        }
        if let items = schema["items"] { checkStructure(items, "\(path).items", isRoot: false, &faults) }
    }

    private static func place(_ path: String) -> String {
        path.hasSuffix(".items")
            ? "array items" : path.hasSuffix(".additionalProperties") ? "map values" : "object fields"
    }

    /// `anyOf: [{type: integer}, {type: string}]`, the one choice of types that int-or-string may spell out.
    private static func isTypeChoice(_ word: String, _ nested: [JSONValue]) -> Bool {
        if word == "allOf" { return true }
        return word == "anyOf" && nested.count == 2 && nested[0]["type"] == "integer" && nested[1]["type"] == "string"
    }

    private static func checkMetadata(_ schema: JSONValue, _ path: String, _ faults: inout [FieldError]) {
        guard let metadata = schema[path: "properties", "metadata"] else { return }
        let field = "\(path).properties[metadata]"
        if metadata["type"] != "object" {
            faults.append(.invalid("\(field).type", metadata["type"] ?? "", "must be object"))
        }
        let names = metadata["properties"]?.objectValue?.keys ?? []
        let words = metadata.objectValue?.keys.filter {
            !["type", "description", "properties", "required"].contains($0)
        }
        if !names.allSatisfy({ $0 == "name" || $0 == "generateName" }) || !(words ?? []).isEmpty {
            faults.append(
                .forbidden(
                    field,
                    "must not specify anything other than name and generateName, but metadata is implicitly specified"))
        }
    }

    /// What stands in `allOf`, `anyOf`, `oneOf` and `not` may only restrict values, not declare them.
    private static func checkNested(
        _ schema: JSONValue, _ path: String, allowsType: Bool, _ faults: inout [FieldError]
    ) {
        for word in ["description", "type", "title", "default", "additionalProperties", "nullable"] {
            guard let value = schema[word], value != "", value != false else { continue }
            if word == "type", allowsType { continue }
            faults.append(.forbidden("\(path).\(word)", "must be empty to be structural"))
        }
        for word in [
            "x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource", "x-kubernetes-int-or-string",
            "x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-map-type", "x-kubernetes-validations",
        ] where schema[word] != nil {
            faults.append(
                .forbidden("\(path).\(word)", "must be \(word.hasSuffix("s") ? "empty" : "undefined") to be structural")
            )
        }
        for word in ["allOf", "anyOf", "oneOf"] {
            let nested = schema[word]?.arrayValue ?? []
            for (index, value) in nested.enumerated() {
                checkNested(
                    value, "\(path).\(word)[\(index)]", allowsType: allowsType && isTypeChoice(word, nested), &faults)
            }
        }
        if let not = schema["not"] { checkNested(not, "\(path).not", allowsType: false, &faults) }
        for (name, property) in schema["properties"]?.objectValue?.sorted ?? [] {
            checkNested(property, "\(path).properties[\(name)]", allowsType: false, &faults)
        }
        if let items = schema["items"] { checkNested(items, "\(path).items", allowsType: false, &faults) }
    }

    /// What the root's nested restrictions mention must be declared outside of them.
    private static func checkCompleteness(_ root: JSONValue, _ path: String, _ faults: inout [FieldError]) {
        func check(_ nested: JSONValue, _ nestedPath: String, _ declared: JSONValue, _ declaredPath: String) {
            for (name, property) in nested["properties"]?.objectValue?.sorted ?? [] {
                let place = "\(declaredPath).properties[\(name)]"
                let origin = "\(nestedPath).properties[\(name)]"
                if let target = declared[path: "properties", name] {
                    check(property, origin, target, place)
                } else if case .object? = declared["additionalProperties"] {
                    check(
                        property, origin, declared["additionalProperties"] ?? .null,
                        "\(declaredPath).additionalProperties")
                } else {
                    faults.append(.required(place, "because it is defined in \(origin)"))
                }
            }
            if let items = nested["items"] {
                if let target = declared["items"] {
                    check(items, "\(nestedPath).items", target, "\(declaredPath).items")
                } else {
                    faults.append(.required("\(declaredPath).items", "because it is defined in \(nestedPath).items"))
                }
            }
            visit(nested, nestedPath, declared, declaredPath)
        }
        func visit(_ schema: JSONValue, _ path: String, _ declared: JSONValue, _ declaredPath: String) {
            for word in ["allOf", "anyOf", "oneOf"] {
                for (index, value) in (schema[word]?.arrayValue ?? []).enumerated() {
                    check(value, "\(path).\(word)[\(index)]", declared, declaredPath)
                }
            }
            if let not = schema["not"] { check(not, "\(path).not", declared, declaredPath) }
        }
        visit(root, path, root, path)
    }

    /// Defaults must satisfy their own schema, after pruning.
    private static func checkDefaults(_ schema: JSONValue, _ path: String, _ faults: inout [FieldError]) {
        if let value = schema["default"] {
            let node = Schema(openAPIV3Schema: schema)
            for fault in SchemaValidation.faults(of: CustomResourcePruning.withDefaults(value, node), node) {
                let place = fault.field.isEmpty || fault.field == "<nil>" ? "" : ".\(fault.field)"
                faults.append(
                    FieldError(reason: fault.reason, field: "\(path).default\(place)", message: fault.message))
            }
        }
        for (name, property) in schema["properties"]?.objectValue?.sorted ?? [] {
            checkDefaults(property, "\(path).properties[\(name)]", &faults)
        }
        if let property = schema["additionalProperties"], case .object = property {
            checkDefaults(property, "\(path).additionalProperties", &faults)
        }
        if let items = schema["items"] { checkDefaults(items, "\(path).items", &faults) }
    }
}
