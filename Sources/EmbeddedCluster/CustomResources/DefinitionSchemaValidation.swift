import KubeCore

/// Checks the schema of a definition, with the findings and words of the real server: that it is structural, that its
/// defaults are valid, that it uses only words that definitions may use, and that its rules compile and are cheap.
enum DefinitionSchemaValidation {
    /// What all rules of one schema together may be estimated to cost.
    private static let limit: UInt64 = 100_000_000

    /// The words that may stand beside `properties` at the root of a schema whose status is a subresource.
    private static let rootWords = [
        "Description", "Type", "Format", "Title", "Maximum", "ExclusiveMaximum", "Minimum", "ExclusiveMinimum",
        "MaxLength", "MinLength", "Pattern", "MaxItems", "MinItems", "UniqueItems", "MultipleOf", "Required", "Items",
        "Properties", "ExternalDocs", "Example", "XPreserveUnknownFields", "XValidations",
    ]

    /// What is wrong with a schema.
    ///
    /// - Parameters:
    ///   - schema: the root, as written.
    ///   - path: the path of the root.
    ///   - hasStatus: whether the status is a subresource.
    ///   - isUnchanged: whether the definition had the schema before: then its single rules may cost anything.
    static func faults(
        of schema: JSONValue, at path: String, hasStatus: Bool, isUnchanged: Bool = false
    ) -> [FieldError] {
        var faults = hasStatus ? rootFaults(schema, path) : []
        if schema["nullable"]?.boolValue == true {
            faults.append(.forbidden("\(path).nullable", "nullable cannot be true at the root"))
        }
        let unsupported = StructuralSchemaValidation.unsupportedWord(in: schema)
        var checksRules = false
        if unsupported == nil {
            var structural = StructuralSchemaValidation.faults(of: schema, at: path)
            if structural.isEmpty { structural = SchemaDefaultsValidation.faults(of: schema, at: path) }
            checksRules = structural.isEmpty
            faults += structural
        }
        var words = SchemaWordsValidation(checksRules: checksRules, limitsRules: !isUnchanged)
        let found = words.faults(of: schema, at: path)
        faults += found.words + found.rules
        if faults.isEmpty, let unsupported { faults.append(.invalid(path, "", unsupported)) }
        if words.totalCost > limit {
            for field in words.expensiveRules {
                faults.append(
                    .forbidden(
                        field,
                        "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema"))
            }
            faults.append(
                .forbidden(
                    path,
                    excess(
                        "x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema",
                        words.totalCost, limit)))
        }
        return faults
    }

    private static func rootFaults(_ schema: JSONValue, _ path: String) -> [FieldError] {
        let type = schema["type"]?.stringValue ?? ""
        if !type.isEmpty, type != "object" {
            return [
                .invalid(
                    "\(path).type", .string(type),
                    """
                    only "object" is allowed as the type at the root of the schema if the status subresource is enabled
                    """)
            ]
        }
        guard GoSchemaForm.firstWord(of: schema, notIn: rootWords) != nil else { return [] }
        return [
            .invalid(
                path, showing: GoSchemaForm.text(ofSchema: schema),
                """
                only [\(rootWords.joined(separator: " "))] fields are allowed at the root of the schema if the status \
                subresource is enabled
                """)
        ]
    }

    /// By how much an estimated cost is above its limit.
    static func excess(_ what: String, _ cost: UInt64, _ limit: UInt64) -> String {
        let factor = Double(cost) / Double(limit)
        let text: String
        if factor > 100 {
            text = "more than 100x"
        } else if factor < 1.5 {
            text = "\(rounded(factor, decimals: 6))x"
        } else {
            text = "\(rounded(factor, decimals: 1))x"
        }
        return """
            \(what) exceeds budget by factor of \(text) (try simplifying the rule, or adding maxItems, maxProperties, \
            and maxLength where arrays, maps, and strings are declared)
            """
    }

    private static func rounded(_ number: Double, decimals: Int) -> String {
        var power = 1
        for _ in 0..<decimals { power *= 10 }
        let scaled = Int((number * Double(power)).rounded(.toNearestOrEven))
        let fraction = String(scaled % power)
        return "\(scaled / power).\(String(repeating: "0", count: decimals - fraction.count))\(fraction)"
    }
}
