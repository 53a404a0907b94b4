import KubeCore

/// Checks that the schema of a definition is a structural one, with the findings and words of the real server: every
/// field is declared with a type outside of `allOf`, `anyOf`, `oneOf` and `not`, which only restrict values.
enum StructuralSchemaValidation {
    private enum Level {
        case root, item, field

        var place: String {
            switch self {
            case .root: "at the root"
            case .item: "for specified array items"
            case .field: "for specified object fields"
            }
        }
    }

    /// Why a schema cannot even be read as a structural one; nil if it can.
    static func unsupportedWord(in schema: JSONValue) -> String? {
        for word in ["id", "$schema", "$ref", "patternProperties", "dependencies", "additionalItems", "definitions"]
        where !(schema[word] ?? .null).isNull {
            return "OpenAPIV3Schema '\(word == "$schema" ? "schema" : word)' is not supported"
        }
        if schema["x-kubernetes-preserve-unknown-fields"] == false {
            return "internal error: 'x-kubernetes-preserve-unknown-fields' must be true or undefined"
        }
        if case .array(let schemas)? = schema["items"], !schemas.isEmpty {
            return "OpenAPIV3Schema 'items' must be a schema, but is an array"
        }
        var parts: [JSONValue] = []
        for word in ["items", "not", "additionalProperties"] {
            if let part = schema[word], case .object = part { parts.append(part) }
        }
        for word in ["allOf", "anyOf", "oneOf"] { parts += schema[word]?.arrayValue ?? [] }
        parts += (schema["properties"]?.objectValue ?? JSONObject()).sorted.map(\.value)
        return parts.lazy.compactMap { unsupportedWord(in: $0) }.first
    }

    /// What is wrong with a schema's structure.
    static func faults(of schema: JSONValue, at path: String) -> [FieldError] {
        var faults: [FieldError] = []
        check(schema, path, .root, &faults)
        checkCompleteness(schema, path, &faults)
        return faults
    }

    // MARK: Declarations

    private static func check(_ schema: JSONValue, _ path: String, _ level: Level, _ faults: inout [FieldError]) {
        let type = schema["type"]?.stringValue ?? ""
        let isEmbedded = schema["x-kubernetes-embedded-resource"] == true
        let isIntOrString = schema["x-kubernetes-int-or-string"] == true
        let preserves = schema["x-kubernetes-preserve-unknown-fields"] == true
        if type == "array", schema["items"] == nil {
            faults.append(.required("\(path).items", "must be specified"))
        }
        checkParts(schema, path, level, &faults)
        for (word, isSet) in [("preserve-unknown-fields", preserves), ("embedded-resource", isEmbedded)]
        where isIntOrString && isSet {
            faults.append(
                .invalid("\(path).x-kubernetes-\(word)", true, "must be false if x-kubernetes-int-or-string is true"))
        }
        checkValues(
            schema, path, skipsAnyOf: isTypeChoice(schema["anyOf"]),
            skipsFirstOfAllOf: isTypeChoice(schema["allOf"]?.arrayValue?.first?["anyOf"]), &faults)
        if isEmbedded, type != "object" {
            faults.append(
                ListWords.typeFault(path, type, "must be object if x-kubernetes-embedded-resource is true"))
        } else if type.isEmpty, !isIntOrString, !preserves {
            faults.append(.required("\(path).type", "must not be empty \(level.place)"))
        }
        let isMap = schema["additionalProperties"].map { $0 != false } ?? false
        if isEmbedded, isMap {
            faults.append(
                .forbidden(
                    "\(path).additionalProperties", "must not be used if x-kubernetes-embedded-resource is set"))
        }
        if level == .root, !type.isEmpty, type != "object" {
            faults.append(.invalid("\(path).type", .string(type), "must be object at the root"))
        }
        checkMetadata(schema, path, level, isResource: level == .root || isEmbedded, &faults)
        if isEmbedded, !preserves, (schema["properties"]?.objectValue ?? [:]).isEmpty {
            faults.append(
                .required(
                    "\(path).properties",
                    "must not be empty if x-kubernetes-embedded-resource is true without "
                        + "x-kubernetes-preserve-unknown-fields"))
        }
    }

    private static func checkParts(
        _ schema: JSONValue, _ path: String, _ level: Level, _ faults: inout [FieldError]
    ) {
        if let items = schema["items"], case .object = items { check(items, "\(path).items", .item, &faults) }
        for (name, property) in schema["properties"]?.objectValue?.sorted ?? [] {
            check(property, "\(path).properties[\(name)]", .field, &faults)
        }
        guard let values = schema["additionalProperties"], values != false else { return }
        if level == .root {
            faults.append(.forbidden("\(path).additionalProperties", "must not be used at the root"))
        }
        if case .object = values { check(values, "\(path).additionalProperties", .field, &faults) }
    }

    /// `anyOf: [{type: integer}, {type: string}]`, the one choice of types that int-or-string may spell out.
    private static func isTypeChoice(_ schemas: JSONValue?) -> Bool {
        schemas == [["type": "integer"], ["type": "string"]]
    }

    private static func checkMetadata(
        _ schema: JSONValue, _ path: String, _ level: Level, isResource: Bool, _ faults: inout [FieldError]
    ) {
        guard isResource else { return }
        for name in ["kind", "apiVersion"] {
            guard let property = schema[path: "properties", name], property["type"] != "string" else { continue }
            faults.append(
                .invalid("\(path).properties[\(name)].type", property["type"] ?? "", "must be string"))
        }
        guard let metadata = schema[path: "properties", "metadata"] else { return }
        let field = "\(path).properties[metadata]"
        if metadata["type"] != "object" {
            faults.append(.invalid("\(field).type", metadata["type"] ?? "", "must be object"))
        }
        guard level == .root else { return }
        let names = metadata["properties"]?.objectValue?.keys ?? []
        let words = metadata.objectValue?.keys.filter { !["type", "properties", "default"].contains($0) } ?? []
        if !names.allSatisfy({ $0 == "name" || $0 == "generateName" }) || !words.isEmpty {
            faults.append(
                .forbidden(
                    field,
                    "must not specify anything other than name and generateName, but metadata is implicitly specified"))
        }
    }

    // MARK: Restrictions

    private static func checkValues(
        _ schema: JSONValue, _ path: String, skipsAnyOf: Bool, skipsFirstOfAllOf: Bool, _ faults: inout [FieldError]
    ) {
        if !skipsAnyOf {
            for (index, value) in (schema["anyOf"]?.arrayValue ?? []).enumerated() {
                checkNested(value, "\(path).anyOf[\(index)]", skipsAnyOf: false, &faults)
            }
        }
        for (index, value) in (schema["allOf"]?.arrayValue ?? []).enumerated() {
            checkNested(value, "\(path).allOf[\(index)]", skipsAnyOf: skipsFirstOfAllOf && index == 0, &faults)
        }
        for (index, value) in (schema["oneOf"]?.arrayValue ?? []).enumerated() {
            checkNested(value, "\(path).oneOf[\(index)]", skipsAnyOf: false, &faults)
        }
        if let not = schema["not"] { checkNested(not, "\(path).not", skipsAnyOf: false, &faults) }
        guard let pattern = schema["pattern"]?.stringValue, let fault = RegularExpression.fault(of: pattern) else {
            return
        }
        faults.append(
            .invalid(
                "\(path).pattern", .string(pattern),
                "must be a valid regular expression, but isn't: error parsing regexp: \(fault)"))
    }

    /// What a restriction may not say, and how it must leave it.
    private static let forbiddenWords: [(word: String, state: String)] = [
        ("type", "empty"), ("title", "empty"), ("description", "empty"), ("nullable", "false"),
        ("x-kubernetes-preserve-unknown-fields", "false"), ("x-kubernetes-embedded-resource", "false"),
        ("x-kubernetes-int-or-string", "false"), ("x-kubernetes-list-map-keys", "empty"),
        ("x-kubernetes-list-type", "undefined"), ("x-kubernetes-map-type", "undefined"),
        ("x-kubernetes-validations", "empty"), ("default", "undefined"), ("additionalProperties", "undefined"),
    ]

    private static func checkNested(
        _ schema: JSONValue, _ path: String, skipsAnyOf: Bool, _ faults: inout [FieldError]
    ) {
        checkValues(schema, path, skipsAnyOf: skipsAnyOf, skipsFirstOfAllOf: false, &faults)
        if let items = schema["items"] { checkNested(items, "\(path).items", skipsAnyOf: false, &faults) }
        for (name, property) in schema["properties"]?.objectValue?.sorted ?? [] {
            checkNested(property, "\(path).properties[\(name)]", skipsAnyOf: false, &faults)
        }
        for (word, state) in forbiddenWords {
            guard let value = schema[word], value != "", value != false, value != [] else { continue }
            faults.append(.forbidden("\(path).\(word)", "must be \(state) to be structural"))
        }
        if schema[path: "properties", "metadata"] != nil {
            faults.append(
                .forbidden("\(path).properties[metadata]", "must not be specified in a nested context"))
        }
    }

    /// What the root's nested restrictions mention must be declared outside of them.
    private static func checkCompleteness(_ root: JSONValue, _ path: String, _ faults: inout [FieldError]) {
        func check(_ nested: JSONValue, _ nestedPath: String, _ declared: JSONValue?, _ declaredPath: String) {
            guard let declared, case .object = declared else {
                return faults.append(.required(declaredPath, "because it is defined in \(nestedPath)"))
            }
            visit(nested, nestedPath, declared, declaredPath)
            if let items = nested["items"] {
                check(items, "\(nestedPath).items", declared["items"], "\(declaredPath).items")
            }
            for (name, property) in nested["properties"]?.objectValue?.sorted ?? [] {
                check(
                    property, "\(nestedPath).properties[\(name)]", declared[path: "properties", name],
                    "\(declaredPath).properties[\(name)]")
            }
        }
        func visit(_ schema: JSONValue, _ path: String, _ declared: JSONValue, _ declaredPath: String) {
            if let not = schema["not"] { check(not, "\(path).not", declared, declaredPath) }
            for word in ["allOf", "anyOf", "oneOf"] {
                for (index, value) in (schema[word]?.arrayValue ?? []).enumerated() {
                    check(value, "\(path).\(word)[\(index)]", declared, declaredPath)
                }
            }
        }
        visit(root, path, root, path)
    }
}
