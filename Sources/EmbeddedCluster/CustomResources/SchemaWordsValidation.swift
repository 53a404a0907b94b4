import KubeCore

/// Checks the words that a definition's schema uses, node by node, and compiles its rules.
struct SchemaWordsValidation {
    /// What is wrong with a node and those below it: rules are only compiled where nothing else is wrong.
    struct Findings {
        var words: [FieldError] = []
        var rules: [FieldError] = []

        mutating func merge(_ other: Findings) {
            words += other.words
            rules += other.rules
        }
    }

    /// What surrounds a node.
    private struct Context {
        var isRoot = false
        /// Why defaults may not be set here, if they may not.
        var defaultsFault: String?
        /// Whether the node is, or is inside of, an object's `metadata`, `apiVersion` or `kind`.
        var isInsideMetadata = false
        /// The outermost node around whose parts have no counterparts in the old value.
        var uncorrelated: String?
        /// Whether rules may be compiled: not in `allOf` and its like.
        var hasRules = true
        /// How many values of the node one object may have; nil if nothing limits them.
        var occurrences: UInt64? = 1
    }

    /// What one rule may be estimated to cost.
    private static let limitPerRule: UInt64 = 10_000_000
    private static let types = ["array", "boolean", "integer", "number", "object", "string"]

    /// Whether rules are compiled at all: only in schemas that are otherwise right.
    let checksRules: Bool
    /// Whether the cost of single rules is limited.
    let limitsRules: Bool
    /// What all rules together may cost.
    private(set) var totalCost: UInt64 = 0
    private var costs: [(field: String, cost: UInt64)] = []

    init(checksRules: Bool, limitsRules: Bool) {
        self.checksRules = checksRules
        self.limitsRules = limitsRules
    }

    /// The rules that add most to the total: at most four.
    var expensiveRules: [String] { costs.sorted { $0.cost > $1.cost }.prefix(4).map(\.field) }

    /// What is wrong with a schema.
    mutating func faults(of schema: JSONValue, at path: String) -> Findings {
        visit(schema, path, Context(isRoot: true))
    }

    private mutating func visit(_ schema: JSONValue, _ path: String, _ context: Context) -> Findings {
        var found = Findings()
        found.words += wordFaults(schema, path, context)
        descend(schema, path, context, &found)
        found.words += ListWords.faults(of: schema, at: path)
        for (index, rule) in (schema["x-kubernetes-validations"]?.arrayValue ?? []).enumerated() {
            found.words += ruleFaults(Schema.ValidationRule(rule), schema, "\(path).x-kubernetes-validations[\(index)]")
        }
        if checksRules, context.hasRules, found.words.isEmpty { compileRules(schema, path, context, &found) }
        return found
    }

    private mutating func descend(
        _ schema: JSONValue, _ path: String, _ context: Context, _ found: inout Findings
    ) {
        var inner = context
        inner.isRoot = false
        inner.occurrences = occurrences(schema, context.occurrences)
        if let values = schema["additionalProperties"], case .object = values {
            var inner = inner
            if context.isInsideMetadata {
                inner.defaultsFault = "inside additionalProperties applying to object metadata"
            }
            found.merge(visit(values, "\(path).additionalProperties", inner))
        }
        let isResource = context.isRoot || schema["x-kubernetes-embedded-resource"] == true
        for (name, property) in schema["properties"]?.objectValue?.sorted ?? [] {
            var inner = inner
            if isResource, ["metadata", "kind", "apiVersion"].contains(name) {
                inner.isInsideMetadata = true
                if context.isRoot { inner.defaultsFault = "in top-level \(name)" }
            }
            found.merge(visit(property, "\(path).properties[\(name)]", inner))
        }
        if let items = schema["items"], case .object = items {
            var inner = inner
            if schema["x-kubernetes-list-type"] != "map", inner.uncorrelated == nil { inner.uncorrelated = path }
            found.merge(visit(items, "\(path).items", inner))
        }
        var nested = context
        nested.isRoot = false
        nested.hasRules = false
        if let not = schema["not"] { found.merge(visit(not, "\(path).not", nested)) }
        for word in ["allOf", "oneOf", "anyOf"] {
            for (index, value) in (schema[word]?.arrayValue ?? []).enumerated() {
                found.merge(visit(value, "\(path).\(word)[\(index)]", nested))
            }
        }
        for (name, value) in schema["definitions"]?.objectValue?.sorted ?? [] {
            found.merge(visit(value, "\(path).definitions[\(name)]", nested))
        }
    }

    /// How many values the nodes below may have.
    private func occurrences(_ schema: JSONValue, _ around: UInt64?) -> UInt64? {
        guard let around else { return nil }
        func limited(_ key: String) -> UInt64? {
            schema[key]?.intValue.map { around.multipliedReportingOverflow(by: UInt64(max($0, 0))) }.map {
                $0.overflow ? .max : $0.partialValue
            }
        }
        switch schema["type"] {
        case "object" where schema["additionalProperties"] != nil: return limited("maxProperties")
        case "array": return limited("maxItems")
        default: return around
        }
    }

    // MARK: Words

    private func wordFaults(_ schema: JSONValue, _ path: String, _ context: Context) -> [FieldError] {
        var faults: [FieldError] = []
        let type = schema["type"]?.stringValue ?? ""
        if !type.isEmpty, !Self.types.contains(type) {
            faults.append(.notSupported("\(path).type", .string(type), Self.types))
        }
        if let value = schema["default"], !value.isNull, let reason = context.defaultsFault {
            faults.append(.forbidden("\(path).default", "must not be set \(reason)"))
        }
        for word in ["id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"]
        where schema[word] != nil {
            faults.append(.forbidden("\(path).\(word)", "\(word) is not supported"))
        }
        if type == "null" {
            faults.append(
                .forbidden("\(path).type", "type cannot be set to null, use nullable as an alternative"))
        }
        if case .array(let schemas)? = schema["items"], !schemas.isEmpty {
            faults.append(.forbidden("\(path).items", "items must be a schema object and not an array"))
        }
        if context.isInsideMetadata, schema["x-kubernetes-embedded-resource"] == true {
            faults.append(
                .forbidden("\(path).x-kubernetes-embedded-resource", "must not be used inside of resource meta"))
        }
        if schema["uniqueItems"] == true {
            faults.append(
                .forbidden(
                    "\(path).uniqueItems",
                    "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"))
        }
        if let values = schema["additionalProperties"], values != true,
            !(schema["properties"]?.objectValue ?? [:]).isEmpty
        {
            faults.append(
                .forbidden("\(path).additionalProperties", "additionalProperties and properties are mutual exclusive"))
        }
        if schema["x-kubernetes-preserve-unknown-fields"] == false {
            faults.append(
                .invalid("\(path).x-kubernetes-preserve-unknown-fields", false, "must be true or undefined"))
        }
        if let mapType = schema["x-kubernetes-map-type"] {
            if type != "object" {
                faults.append(
                    ListWords.typeFault(path, type, "must be object if x-kubernetes-map-type is specified"))
            }
            if mapType != "atomic", mapType != "granular" {
                faults.append(.notSupported("\(path).x-kubernetes-map-type", mapType, ["atomic", "granular"]))
            }
        }
        return faults
    }

    // MARK: Rules

    private static let reasons = [
        "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired",
    ]

    private func ruleFaults(_ rule: Schema.ValidationRule, _ schema: JSONValue, _ path: String) -> [FieldError] {
        var faults: [FieldError] = []
        let message = rule.message.trimmed
        if rule.rule.trimmed.isEmpty {
            faults.append(.required("\(path).rule", "rule is not specified"))
        } else if !rule.message.isEmpty, message.isEmpty {
            faults.append(.invalid("\(path).message", .string(rule.message), "must be non-empty if specified"))
        } else if message.hasLineBreak {
            faults.append(.invalid("\(path).message", .string(rule.message), "must not contain line breaks"))
        } else if rule.rule.trimmed.hasLineBreak, message.isEmpty {
            faults.append(.required("\(path).message", "message must be specified if rule contains line breaks"))
        }
        if !rule.messageExpression.isEmpty, rule.messageExpression.trimmed.isEmpty {
            faults.append(
                .required("\(path).messageExpression", "messageExpression must be non-empty if specified"))
        }
        if let reason = rule.reason, !Self.reasons.contains(reason) {
            faults.append(.notSupported("\(path).reason", .string(reason), Self.reasons))
        }
        guard !rule.fieldPath.isEmpty else { return faults }
        func fieldPath(_ detail: String) {
            faults.append(.invalid("\(path).fieldPath", .string(rule.fieldPath), detail))
        }
        if rule.fieldPath.trimmed.isEmpty { fieldPath("must be non-empty if specified") }
        if rule.fieldPath.hasLineBreak { fieldPath("must not contain line breaks") }
        if (try? RulePath.resolve(rule.fieldPath, in: Schema(openAPIV3Schema: schema))) == nil {
            fieldPath("must be a valid path")
        }
        return faults
    }

    private mutating func compileRules(
        _ schema: JSONValue, _ path: String, _ context: Context, _ found: inout Findings
    ) {
        guard let rules = schema["x-kubernetes-validations"]?.arrayValue, !rules.isEmpty else { return }
        let node = Schema(openAPIV3Schema: schema, isResourceRoot: context.isRoot)
        guard CELDeclaredSize.isVisible(node) else {
            let reason = "unable to convert structural schema to CEL declarations"
            found.rules.append(
                FieldError(
                    reason: "InternalError", field: "\(path).x-kubernetes-validations",
                    message: """
                        Internal error: internal error: failed to construct type information for \
                        x-kubernetes-validations rules: \(reason)
                        """))
            return
        }
        let occurrences = context.occurrences ?? CELDeclaredSize.mostOccurrences(of: node)
        for (index, rule) in rules.enumerated() {
            let rule = Schema.ValidationRule(rule)
            compile(
                rule, node, "\(path).x-kubernetes-validations[\(index)]", occurrences, context.uncorrelated, &found)
        }
    }

    private mutating func compile(
        _ rule: Schema.ValidationRule, _ schema: Schema, _ path: String, _ occurrences: UInt64,
        _ uncorrelated: String?, _ found: inout Findings
    ) {
        let compiled: CompiledRule
        do throws(CompilationError) {
            compiled = try CompiledRule.compile(rule, schema)
        } catch {
            found.rules.append(
                .invalid(
                    "\(path).\(error.isMessage ? "messageExpression" : "rule")",
                    showing: GoSchemaForm.text(ofRule: rule), error.message))
            return
        }
        let (product, overflow) = compiled.cost.multipliedReportingOverflow(by: occurrences)
        observe(overflow ? .max : product, "estimated rule cost", "\(path).rule", &found)
        if compiled.messageExpression != nil {
            observe(
                compiled.messageCost, "estimated messageExpression cost", "\(path).messageExpression", &found)
        }
        if compiled.usesOldSelf {
            guard let uncorrelated else { return }
            found.rules.append(
                .invalid(
                    "\(path).rule", .string(rule.rule),
                    "oldSelf cannot be used on the uncorrelatable portion of the schema within \(uncorrelated)"))
        } else if let optional = rule.optionalOldSelf {
            found.rules.append(
                .invalid(
                    "\(path).optionalOldSelf", .bool(optional), "may not be set if oldSelf is not used in rule"))
        }
    }

    private mutating func observe(_ cost: UInt64, _ what: String, _ field: String, _ found: inout Findings) {
        if limitsRules, cost > Self.limitPerRule {
            found.rules.append(.forbidden(field, DefinitionSchemaValidation.excess(what, cost, Self.limitPerRule)))
        }
        let (sum, overflow) = totalCost.addingReportingOverflow(cost)
        totalCost = overflow ? .max : sum
        // Only what adds a hundredth of the limit or more is named.
        if cost >= 1_000_000 { costs.append((field, cost)) }
    }
}

/// The rules for the words that say how writers share a list.
enum ListWords {
    static func typeFault(_ path: String, _ type: String, _ detail: String) -> FieldError {
        type.isEmpty ? .required("\(path).type", detail) : .invalid("\(path).type", .string(type), detail)
    }

    static func faults(of schema: JSONValue, at path: String) -> [FieldError] {
        var faults: [FieldError] = []
        let listType = schema["x-kubernetes-list-type"]
        let keys = schema["x-kubernetes-list-map-keys"]?.stringArrayValue ?? []
        let items = schema["items"] ?? .null
        let type = schema["type"]?.stringValue ?? ""
        if listType != nil, type != "array" {
            faults.append(typeFault(path, type, "must be array if x-kubernetes-list-type is specified"))
        } else if listType == "set", case .object = items {
            faults += setFaults(items, path)
        }
        if let listType, !["atomic", "set", "map"].contains(listType.stringValue) {
            faults.append(.notSupported("\(path).x-kubernetes-list-type", listType, ["atomic", "set", "map"]))
        }
        if !keys.isEmpty, listType != "map" {
            let detail = "must be map if x-kubernetes-list-map-keys is non-empty"
            let field = "\(path).x-kubernetes-list-type"
            faults.append(listType.map { .invalid(field, $0, detail) } ?? .required(field, detail))
        }
        if listType == "map" { faults += mapFaults(keys, items, path) }
        if let listType = listType?.stringValue, listType == "set" || listType == "map", items["nullable"] == true {
            faults.append(
                .forbidden("\(path).items.nullable", "cannot be nullable when x-kubernetes-list-type is \(listType)"))
        }
        return faults
    }

    private static func setFaults(_ items: JSONValue, _ path: String) -> [FieldError] {
        let detail = "must be atomic as item of a list with x-kubernetes-list-type=set"
        // An array is atomic unless it says otherwise; an object is granular unless it says otherwise.
        switch items["type"] {
        case "array":
            guard let listType = items["x-kubernetes-list-type"], listType != "atomic" else { return [] }
            return [.invalid("\(path).items.x-kubernetes-list-type", listType, detail)]
        case "object" where items["x-kubernetes-map-type"] != "atomic":
            return [.invalid("\(path).items.x-kubernetes-map-type", items["x-kubernetes-list-type"], detail)]
        default: return []
        }
    }

    private static func mapFaults(_ keys: [String], _ items: JSONValue, _ path: String) -> [FieldError] {
        var faults: [FieldError] = []
        let field = "\(path).x-kubernetes-list-map-keys"
        if keys.isEmpty { faults.append(.required(field, "must not be empty if x-kubernetes-list-type is map")) }
        if items.isNull {
            faults.append(.required("\(path).items", "must have a schema if x-kubernetes-list-type is map"))
        }
        guard case .object = items else { return faults }
        guard items["type"] == "object" else {
            faults.append(
                .invalid(
                    "\(path).items.type", items["type"] ?? "",
                    "must be object if parent array's x-kubernetes-list-type is map"))
            return faults + keyFaults(keys, items, path)
        }
        var seen: Set<String> = []
        for key in keys {
            if let property = items[path: "properties", key] {
                if property["type"] == "array" || property["type"] == "object" {
                    faults.append(
                        .invalid(
                            "\(path).items.properties[\(key)].type", items["type"],
                            "must be a scalar type if parent array's x-kubernetes-list-type is map"))
                }
            } else {
                faults.append(.invalid(field, JSONValue(keys), "entries must all be names of item properties"))
            }
            if !seen.insert(key).inserted {
                faults.append(.invalid(field, JSONValue(keys), "must not contain duplicate entries"))
            }
        }
        return faults + keyFaults(keys, items, path)
    }

    private static func keyFaults(_ keys: [String], _ items: JSONValue, _ path: String) -> [FieldError] {
        var faults: [FieldError] = []
        let required = items["required"]?.stringArrayValue ?? []
        for key in keys {
            guard let property = items[path: "properties", key] else { continue }
            let field = "\(path).items.properties[\(key)]"
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
        return faults
    }
}

extension String {
    fileprivate var hasLineBreak: Bool { unicodeScalars.contains { $0 == "\n" || $0 == "\r" } }
}
