import KubeCore

/// Validates definitions, with the findings and words of the real server.
extension CustomResourceDefinition {
    /// What is wrong with a definition.
    ///
    /// - Parameters:
    ///   - new: the definition, prepared with ``prepared(_:old:)``.
    ///   - old: the stored definition, or nil for a create.
    package static func validate(_ new: KubeObject, old: KubeObject?) -> [FieldError] {
        let spec = new["spec"] ?? .null
        var errors: [FieldError] = []
        let group = spec["group"]?.stringValue ?? ""
        let plural = spec[path: "names", "plural"]?.stringValue ?? ""
        if old == nil, new.name != "\(plural).\(group)" {
            errors.append(.invalid("metadata.name", .string(new.name), "must be spec.names.plural+\".\"+spec.group"))
        }
        errors += groupFaults(group)
        errors += approvalFaults(group, new, old)
        errors += namesFaults(spec["names"] ?? .null)
        let scope = spec["scope"] ?? .string("")
        if !["Cluster", "Namespaced"].contains(scope.stringValue) {
            errors.append(
                scope == "" ? .required("spec.scope") : .notSupported("spec.scope", scope, ["Cluster", "Namespaced"]))
        }
        if spec["preserveUnknownFields"]?.boolValue == true {
            errors.append(
                .invalid(
                    "spec.preserveUnknownFields", true,
                    "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema "
                        + "instead"))
        }
        errors += conversionFaults(spec["conversion"] ?? .null)
        errors += versionsFaults(spec["versions"]?.arrayValue ?? [], new, old)
        if let old { errors += updateFaults(new, old) }
        return errors
    }

    private static func groupFaults(_ group: String) -> [FieldError] {
        guard !group.isEmpty else { return [.required("spec.group")] }
        if let fault = Self.subdomainFault(group) { return [.invalid("spec.group", .string(group), fault)] }
        if !group.contains(".") {
            return [.invalid("spec.group", .string(group), "should be a domain with at least one dot")]
        }
        return []
    }

    /// A change that leaves the approval as it was may do so, whatever it is.
    private static func approvalFaults(_ group: String, _ object: KubeObject, _ old: KubeObject?) -> [FieldError] {
        guard isProtected(group) else { return [] }
        func state(_ annotation: String) -> String {
            ["unapproved", "http"].first { annotation.hasPrefix($0) } ?? (annotation.isEmpty ? "" : "invalid")
        }
        let annotation = object.annotations[approvalAnnotation] ?? ""
        if let old, state(old.annotations[approvalAnnotation] ?? "") == state(annotation) { return [] }
        let field = "metadata.annotations[\(approvalAnnotation)]"
        let link = "see https://github.com/kubernetes/enhancements/pull/1111"
        if annotation.isEmpty {
            return [
                .required(field, "protected groups must have approval annotation \"\(approvalAnnotation)\", \(link)")
            ]
        }
        let isValid = ["unapproved", "https://", "http://"].contains { annotation.hasPrefix($0) }
        let rule =
            "protected groups must have approval annotation \"\(approvalAnnotation)\" with either a URL or a reason "
            + "starting with \"unapproved\", \(link)"
        return isValid ? [] : [.invalid(field, .string(annotation), rule)]
    }

    private static func namesFaults(_ source: JSONValue) -> [FieldError] {
        let names = Names(source)
        var errors: [FieldError] = []
        func check(_ name: String, _ field: String, mixedCase: Bool = false) {
            if name.isEmpty { return errors.append(.required("spec.names.\(field)")) }
            guard let fault = labelFault(mixedCase ? name.lowercased() : name) else { return }
            let prefix = mixedCase ? "may have mixed case, but should otherwise match: " : ""
            errors.append(.invalid("spec.names.\(field)", .string(name), prefix + fault))
        }
        check(names.plural, "plural")
        check(names.singular, "singular")
        check(names.kind, "kind", mixedCase: true)
        check(names.listKind, "listKind", mixedCase: true)
        for (index, name) in names.shortNames.enumerated() { check(name, "shortNames[\(index)]") }
        for (index, name) in names.categories.enumerated() { check(name, "categories[\(index)]") }
        if !names.kind.isEmpty, names.kind == names.listKind {
            errors.append(
                .invalid("spec.names.listKind", .string(names.listKind), "kind and listKind may not be the same"))
        }
        return errors
    }

    private static func conversionFaults(_ conversion: JSONValue) -> [FieldError] {
        let strategy = conversion["strategy"]?.stringValue ?? ""
        let (client, versions) = (conversion[path: "webhook", "clientConfig"], reviewVersions(conversion))
        let path = "spec.conversion"
        switch strategy {
        case "": return [.required("\(path).strategy")] + unusedWebhookFaults(client, versions)
        case "None": return unusedWebhookFaults(client, versions)
        case "Webhook":
            var errors: [FieldError] = []
            if let client {
                errors += WebhookClientRules.errors(client, "\(path).webhookClientConfig")
            } else {
                errors.append(
                    .required("\(path).webhookClientConfig", "required when strategy is set to Webhook"))
            }
            return errors + reviewVersionFaults(versions)
        default:
            return [.notSupported("\(path).strategy", .string(strategy), ["None", "Webhook"])]
                + unusedWebhookFaults(client, versions)
        }
    }

    private static func reviewVersions(_ conversion: JSONValue) -> [String] {
        conversion[path: "webhook", "conversionReviewVersions"]?.stringArrayValue ?? []
    }

    private static func unusedWebhookFaults(_ client: JSONValue?, _ versions: [String]) -> [FieldError] {
        var errors: [FieldError] = []
        let detail = "should not be set when strategy is not set to Webhook"
        if client != nil { errors.append(.forbidden("spec.conversion.webhookClientConfig", detail)) }
        if !versions.isEmpty { errors.append(.forbidden("spec.conversion.conversionReviewVersions", detail)) }
        return errors
    }

    private static func reviewVersionFaults(_ versions: [String]) -> [FieldError] {
        let path = "spec.conversion.conversionReviewVersions"
        guard !versions.isEmpty else { return [.required(path)] }
        var errors: [FieldError] = []
        var seen: Set<String> = []
        for (index, version) in versions.enumerated() {
            if !seen.insert(version).inserted {
                errors.append(.invalid("\(path)[\(index)]", .string(version), "duplicate version"))
            } else if let fault = labelFault(version) {
                errors.append(.invalid("\(path)[\(index)]", .string(version), fault))
            }
        }
        if seen.isDisjoint(with: ["v1", "v1beta1"]) {
            errors.append(.invalid(path, JSONValue(versions), "must include at least one of v1, v1beta1"))
        }
        return errors
    }

    // MARK: Versions

    private static func versionsFaults(_ versions: [JSONValue], _ new: KubeObject, _ old: KubeObject?) -> [FieldError] {
        var errors: [FieldError] = []
        let names = versions.map { $0["name"]?.stringValue ?? "" }
        for (index, name) in names.enumerated() {
            if let fault = labelFault(name) {
                errors.append(.invalid("spec.versions[\(index)].name", .string(name), fault))
            }
        }
        func versionsFault(_ detail: String) {
            errors.append(
                .invalid("spec.versions", showing: GoSchemaForm.text(ofVersions: versions), detail))
        }
        if Set(names).count != names.count { versionsFault("must contain unique version names") }
        let storage = versions.filter { $0["storage"]?.boolValue == true }
        if storage.count != 1 { versionsFault("must have exactly one version marked as storage version") }

        let stored = new[path: "status", "storedVersions"]?.stringArrayValue ?? []
        if stored.isEmpty {
            errors.append(.invalid("status.storedVersions", nil, "must have at least one stored version"))
        } else if let name = storage.last?["name"]?.stringValue, !stored.contains(name) {
            errors.append(
                .invalid("status.storedVersions", JSONValue(stored), "must have the storage version \(name)"))
        }
        for (index, name) in stored.enumerated() where !names.contains(name) {
            errors.append(
                .invalid(
                    "status.storedVersions[\(index)]", .string(name),
                    "missing from spec.versions; \(name) was previously a storage version, and must remain in "
                        + "spec.versions until a storage migration ensures no data remains persisted in \(name) and "
                        + "removes \(name) from status.storedVersions"))
        }
        errors += partFaults(versions, old)
        return errors
    }

    /// The parts of all versions are reported once, under `spec`, where all versions agree on them, since that is how
    /// the server holds them.
    private static func partFaults(_ versions: [JSONValue], _ old: KubeObject?) -> [FieldError] {
        var errors: [FieldError] = []
        func agrees(_ key: String) -> Bool { Set(versions.map { $0[key] }).count <= 1 }
        let (schemasAgree, columnsAgree) = (agrees("schema"), agrees("additionalPrinterColumns"))
        let (subresourcesAgree, fieldsAgree) = (agrees("subresources"), agrees("selectableFields"))
        let anyHasStatus = versions.contains { $0[path: "subresources", "status"] != nil }
        for (index, version) in versions.enumerated() {
            let own = "spec.versions[\(index)]"
            errors += deprecationFaults(version, own)
            if let schema = version[path: "schema", "openAPIV3Schema"] {
                if !schemasAgree || index == 0 {
                    let path = (schemasAgree ? "spec.validation" : "\(own).schema") + ".openAPIV3Schema"
                    let hasStatus = version[path: "subresources", "status"] != nil
                    errors += DefinitionSchemaValidation.faults(
                        of: schema, at: path, hasStatus: schemasAgree ? anyHasStatus : hasStatus,
                        isUnchanged: isUnchanged(version, old))
                }
            } else {
                errors.append(.required("\(own).schema.openAPIV3Schema"))
            }
            if !columnsAgree || index == 0 {
                errors += columnFaults(
                    version["additionalPrinterColumns"]?.arrayValue ?? [],
                    (columnsAgree ? "spec" : own) + ".additionalPrinterColumns")
            }
            if !subresourcesAgree || index == 0 {
                errors += scaleFaults(
                    version[path: "subresources", "scale"],
                    (subresourcesAgree ? "spec" : own) + ".subresources.scale")
            }
            if !fieldsAgree || index == 0 {
                errors += selectableFaults(
                    version["selectableFields"]?.arrayValue ?? [], version[path: "schema", "openAPIV3Schema"] ?? .null,
                    (fieldsAgree ? "spec" : own) + ".selectableFields")
            }
        }
        return errors
    }

    /// Whether the stored definition has the version with the same schema.
    private static func isUnchanged(_ version: JSONValue, _ old: KubeObject?) -> Bool {
        let versions = old?[path: "spec", "versions"]?.arrayValue ?? []
        return versions.contains { $0["name"] == version["name"] && $0["schema"] == version["schema"] }
    }

    private static func deprecationFaults(_ version: JSONValue, _ path: String) -> [FieldError] {
        guard let warning = version["deprecationWarning"]?.stringValue else { return [] }
        func fault(_ detail: String) -> FieldError {
            .invalid("\(path).deprecationWarning", .string(warning), detail)
        }
        guard version["deprecated"] == true else { return [fault("can only be set for deprecated versions")] }
        var errors: [FieldError] = []
        if warning.utf8.count > 256 { errors.append(fault("must be <= 256 characters long")) }
        if warning.isEmpty { errors.append(fault("must not be an empty string")) }
        var position = 0
        for scalar in warning.unicodeScalars {
            if scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) {
                errors.append(
                    fault(
                        """
                        must only contain printable UTF-8 characters; non-printable character found at index \(position)
                        """))
                break
            }
            position += scalar.utf8.count
        }
        return errors
    }

    private static func columnFaults(_ columns: [JSONValue], _ path: String) -> [FieldError] {
        var errors: [FieldError] = []
        let types = ["boolean", "date", "integer", "number", "string"]
        let formats = ["int32", "int64", "float", "double", "byte", "date", "date-time", "password"]
        for (index, column) in columns.enumerated() {
            let field = "\(path)[\(index)]"
            if (column["name"]?.stringValue ?? "").isEmpty { errors.append(.required("\(field).name")) }
            let type = column["type"]?.stringValue ?? ""
            if type.isEmpty {
                errors.append(.required("\(field).type", "must be one of \(types.joined(separator: ","))"))
            } else if !types.contains(type) {
                errors.append(
                    .invalid("\(field).type", .string(type), "must be one of \(types.joined(separator: ","))"))
            }
            if let format = column["format"]?.stringValue, !format.isEmpty, !formats.contains(format) {
                errors.append(
                    .invalid(
                        "\(field).format", .string(format),
                        "must be one of \(formats.sorted().joined(separator: ","))"))
            }
            let jsonPath = column["jsonPath"]?.stringValue ?? ""
            // A path that does not parse is no fault: the server skips its column.
            errors += simplePathFaults(jsonPath, "\(field).JSONPath", isRequired: true)
        }
        return errors
    }

    /// Paths of columns and scales begin at the root of the object.
    private static func simplePathFaults(_ text: String, _ field: String, isRequired: Bool) -> [FieldError] {
        if text.isEmpty { return isRequired ? [.required(field)] : [] }
        return text.hasPrefix(".")
            ? [] : [.invalid(field, .string(text), "must be a simple json path starting with .")]
    }

    private static func scaleFaults(_ scale: JSONValue?, _ path: String) -> [FieldError] {
        guard let scale else { return [] }
        var errors: [FieldError] = []
        func check(_ key: String, under roots: [String], _ place: String, isRequired: Bool) {
            let text = scale[key]?.stringValue ?? ""
            let faults = simplePathFaults(text, "\(path).\(key)", isRequired: isRequired)
            errors += faults
            guard faults.isEmpty, !text.isEmpty, !roots.contains(where: { text.hasPrefix($0) }) else { return }
            errors.append(.invalid("\(path).\(key)", .string(text), "should be a json path under \(place)"))
        }
        check("specReplicasPath", under: [".spec."], ".spec", isRequired: true)
        check("statusReplicasPath", under: [".status."], ".status", isRequired: true)
        check("labelSelectorPath", under: [".spec.", ".status."], "either .spec or .status", isRequired: false)
        return errors
    }

    private static func selectableFaults(_ fields: [JSONValue], _ schema: JSONValue, _ path: String) -> [FieldError] {
        var errors: [FieldError] = []
        var seen: Set<String> = []
        let root = Schema(openAPIV3Schema: schema, isResourceRoot: true)
        for (index, field) in fields.enumerated() {
            let jsonPath = field["jsonPath"]?.stringValue ?? ""
            let place = "\(path)[\(index)].jsonPath"
            if jsonPath.isEmpty {
                errors.append(.required(place))
                continue
            }
            let target: RulePath.Target
            do throws(RulePath.Fault) {
                target = try RulePath.resolve(jsonPath, in: root, allowsBrackets: false)
            } catch {
                errors.append(.invalid(place, .string(jsonPath), "is an invalid path: \(error.message)"))
                continue
            }
            if target.members.first?.name == "metadata" {
                errors.append(.invalid(place, .string(jsonPath), "must not point to fields in metadata"))
            }
            if !["string", "boolean", "integer"].contains(target.schema.type) {
                errors.append(
                    .invalid(
                        place, .string(jsonPath),
                        "must point to a field of type string, boolean or integer. Enum string fields and strings with "
                            + "formats are allowed."))
            }
            if !seen.insert(target.text).inserted { errors.append(.duplicate(place, .string(jsonPath))) }
        }
        if seen.count > 8 { errors.append(.tooMany(path, count: seen.count, maximum: 8)) }
        return errors
    }

    // MARK: Updates

    private static func updateFaults(_ new: KubeObject, _ old: KubeObject) -> [FieldError] {
        var errors: [FieldError] = []
        func immutable(_ path: String...) {
            let value = new["spec"]?.value(at: path[...])
            if value != old["spec"]?.value(at: path[...]) {
                errors.append(.invalid("spec.\(path.joined(separator: "."))", value, "field is immutable"))
            }
        }
        if CustomResourceDefinition(old).isEstablished {
            immutable("scope")
            immutable("names", "kind")
        }
        immutable("group")
        immutable("names", "plural")
        return errors
    }

    // MARK: Names

    static func labelFault(_ text: String) -> String? {
        let rule =
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic "
            + "character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for "
            + "validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
        if text.utf8.count > 63 { return "must be no more than 63 characters" }
        let bytes = Array(text.utf8)
        func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
        func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        guard let first = bytes.first, let last = bytes.last, isLetter(first), isLetter(last) || isDigit(last),
            bytes.allSatisfy({ isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-") })
        else { return rule }
        return nil
    }

    static func subdomainFault(_ text: String) -> String? {
        let rule =
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
            + "start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
            + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
        if text.utf8.count > 253 { return "must be no more than 253 characters" }
        func isAlphanumeric(_ byte: UInt8) -> Bool {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        let isValid = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy {
            label in
            guard let first = label.first, let last = label.last else { return false }
            return isAlphanumeric(first) && isAlphanumeric(last)
                && label.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
        }
        return isValid ? nil : rule
    }
}
