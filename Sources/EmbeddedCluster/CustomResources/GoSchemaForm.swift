import KubeCore

/// Parts of definitions as the real server's messages print them: as Go's structures in JSON, with Go's names and in Go's
/// order, including what is not set.
enum GoSchemaForm {
    private enum Shape {
        case text, flag, value, strings, schema, schemas, members, itemsOrList, schemaOrFlag, rules
    }

    private static let fields: [(name: String, key: String, shape: Shape)] = [
        ("ID", "id", .text), ("Schema", "$schema", .text), ("Ref", "$ref", .value),
        ("Description", "description", .text), ("Type", "type", .text), ("Nullable", "nullable", .flag),
        ("Format", "format", .text), ("Title", "title", .text), ("Default", "default", .value),
        ("Maximum", "maximum", .value), ("ExclusiveMaximum", "exclusiveMaximum", .flag),
        ("Minimum", "minimum", .value), ("ExclusiveMinimum", "exclusiveMinimum", .flag),
        ("MaxLength", "maxLength", .value), ("MinLength", "minLength", .value), ("Pattern", "pattern", .text),
        ("MaxItems", "maxItems", .value), ("MinItems", "minItems", .value), ("UniqueItems", "uniqueItems", .flag),
        ("MultipleOf", "multipleOf", .value), ("Enum", "enum", .value), ("MaxProperties", "maxProperties", .value),
        ("MinProperties", "minProperties", .value), ("Required", "required", .strings),
        ("Items", "items", .itemsOrList), ("AllOf", "allOf", .schemas), ("OneOf", "oneOf", .schemas),
        ("AnyOf", "anyOf", .schemas), ("Not", "not", .schema), ("Properties", "properties", .members),
        ("AdditionalProperties", "additionalProperties", .schemaOrFlag),
        ("PatternProperties", "patternProperties", .members), ("Dependencies", "dependencies", .value),
        ("AdditionalItems", "additionalItems", .schemaOrFlag), ("Definitions", "definitions", .members),
        ("ExternalDocs", "externalDocs", .value), ("Example", "example", .value),
        ("XPreserveUnknownFields", "x-kubernetes-preserve-unknown-fields", .value),
        ("XEmbeddedResource", "x-kubernetes-embedded-resource", .flag),
        ("XIntOrString", "x-kubernetes-int-or-string", .flag),
        ("XListMapKeys", "x-kubernetes-list-map-keys", .strings), ("XListType", "x-kubernetes-list-type", .value),
        ("XMapType", "x-kubernetes-map-type", .value), ("XValidations", "x-kubernetes-validations", .rules),
    ]

    /// The first of a schema's words that is set and not among those allowed, by Go's names.
    static func firstWord(of schema: JSONValue, notIn allowed: [String]) -> String? {
        fields.first { schema[$0.key] != nil && !isZero(schema[$0.key], $0.shape) && !allowed.contains($0.name) }?.name
    }

    private static func isZero(_ value: JSONValue?, _ shape: Shape) -> Bool {
        switch shape {
        case .text: value == ""
        case .flag: value == false
        default: false
        }
    }

    /// A schema.
    static func text(ofSchema schema: JSONValue) -> String {
        let members = fields.map { "\"\($0.name)\":\(text(schema[$0.key], $0.shape))" }
        return "{\(members.joined(separator: ","))}"
    }

    private static func plain(_ value: JSONValue?) -> String {
        (value ?? .null).serialized(JSONFormat(escapesHTML: true))
    }

    private static func text(_ value: JSONValue?, _ shape: Shape) -> String {
        guard let value else {
            switch shape {
            case .text: return "\"\""
            case .flag: return "false"
            default: return "null"
            }
        }
        switch shape {
        case .text, .flag, .value, .strings: return plain(value)
        case .schema: return text(ofSchema: value)
        case .schemas: return list(value.arrayValue ?? [], text(ofSchema:))
        case .members:
            let members = (value.objectValue ?? JSONObject()).sorted
            return "{\(members.map { "\(plain(.string($0.key))):\(text(ofSchema: $0.value))" }.joined(separator: ","))}"
        case .itemsOrList:
            guard let schemas = value.arrayValue else {
                return "{\"Schema\":\(text(ofSchema: value)),\"JSONSchemas\":null}"
            }
            return "{\"Schema\":null,\"JSONSchemas\":\(list(schemas, text(ofSchema:)))}"
        case .schemaOrFlag:
            if let allows = value.boolValue { return "{\"Allows\":\(allows),\"Schema\":null}" }
            return "{\"Allows\":true,\"Schema\":\(text(ofSchema: value))}"
        case .rules: return list(value.arrayValue ?? []) { text(ofRule: Schema.ValidationRule($0)) }
        }
    }

    private static func list(_ values: [JSONValue], _ text: (JSONValue) -> String) -> String {
        "[\(values.map(text).joined(separator: ","))]"
    }

    /// A rule of `x-kubernetes-validations`.
    static func text(ofRule rule: Schema.ValidationRule) -> String {
        let reason = rule.reason.map { plain(.string($0)) } ?? "null"
        let optional = rule.optionalOldSelf.map { String($0) } ?? "null"
        return "{\"Rule\":\(plain(.string(rule.rule))),\"Message\":\(plain(.string(rule.message))),"
            + "\"MessageExpression\":\(plain(.string(rule.messageExpression))),\"Reason\":\(reason),"
            + "\"FieldPath\":\(plain(.string(rule.fieldPath))),\"OptionalOldSelf\":\(optional)}"
    }

    /// The versions of a definition, without the parts that all of them share, which the server keeps in one place.
    static func text(ofVersions versions: [JSONValue]) -> String {
        func own(_ version: JSONValue, _ key: String) -> JSONValue? {
            Set(versions.map { $0[key] }).count <= 1 ? nil : version[key]
        }
        return list(versions) { version in
            let schema = own(version, "schema").map {
                "{\"OpenAPIV3Schema\":\($0["openAPIV3Schema"].map(text(ofSchema:)) ?? "null")}"
            }
            let parts: [(String, String)] = [
                ("Name", plain(version["name"] ?? "")), ("Served", plain(version["served"] ?? false)),
                ("Storage", plain(version["storage"] ?? false)), ("Deprecated", plain(version["deprecated"] ?? false)),
                ("DeprecationWarning", plain(version["deprecationWarning"])), ("Schema", schema ?? "null"),
                ("Subresources", own(version, "subresources").map(text(ofSubresources:)) ?? "null"),
                (
                    "AdditionalPrinterColumns",
                    own(version, "additionalPrinterColumns").map {
                        list($0.arrayValue ?? [], text(ofColumn:))
                    } ?? "null"
                ),
                (
                    "SelectableFields",
                    own(version, "selectableFields").map {
                        list($0.arrayValue ?? []) { "{\"JSONPath\":\(plain($0["jsonPath"] ?? ""))}" }
                    } ?? "null"
                ),
            ]
            return "{\(parts.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ","))}"
        }
    }

    private static func text(ofSubresources subresources: JSONValue) -> String {
        let scale = subresources["scale"].map {
            "{\"SpecReplicasPath\":\(plain($0["specReplicasPath"] ?? "")),"
                + "\"StatusReplicasPath\":\(plain($0["statusReplicasPath"] ?? "")),"
                + "\"LabelSelectorPath\":\(plain($0["labelSelectorPath"]))}"
        }
        return "{\"Status\":\(subresources["status"] == nil ? "null" : "{}"),\"Scale\":\(scale ?? "null")}"
    }

    private static func text(ofColumn column: JSONValue) -> String {
        let texts = [("Name", "name"), ("Type", "type"), ("Format", "format"), ("Description", "description")].map {
            "\"\($0.0)\":\(plain(column[$0.1] ?? ""))"
        }
        return "{\(texts.joined(separator: ",")),\"Priority\":\(plain(column["priority"] ?? 0)),"
            + "\"JSONPath\":\(plain(column["jsonPath"] ?? ""))}"
    }
}
