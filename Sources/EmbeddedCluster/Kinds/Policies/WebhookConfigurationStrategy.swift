import KubeCore

/// Configurations of mutating and validating webhooks.
struct WebhookConfigurationStrategy: KindStrategy {
    /// Whether the webhooks may change objects.
    var isMutating: Bool

    var generationMembers: [String]? { ["webhooks"] }
    var allowsUnconditionalUpdate: Bool { false }

    func applyDefaults(_ object: inout KubeObject) {
        let isMutating = isMutating
        object.editEach("webhooks") { hook in
            if hook["clientConfig"] == nil { hook.set([:], at: "clientConfig") }
            hook.edit("clientConfig") { client in
                client.edit("service") { if $0.number("port") == 0 { $0.set(443, at: "port") } }
            }
            hook.setDefaultText("failurePolicy", "Fail")
            hook.setDefaultText("matchPolicy", "Equivalent")
            hook.setDefault("namespaceSelector", [:])
            hook.setDefault("objectSelector", [:])
            hook.setDefault("timeoutSeconds", 10)
            if isMutating { hook.setDefaultText("reinvocationPolicy", "Never") }
            hook.editEach("rules") { $0.setDefaultText("scope", "*") }
        }
    }

    func validate(
        _ object: KubeObject, old: KubeObject?, subresource: String?, _ context: WriteContext
    ) -> [FieldError] {
        var errors: [FieldError] = []
        var names: Set<String> = []
        for (index, hook) in object.value.list("webhooks").enumerated() {
            let field = "webhooks[\(index)]"
            errors += self.errors(hook, field)
            if !names.insert(hook.text("name")).inserted { errors.append(.duplicate("\(field).name", hook["name"])) }
        }
        return errors
    }

    private func errors(_ hook: JSONValue, _ field: String) -> [FieldError] {
        var errors = FieldRules.name(hook["name"], "\(field).name") { name in
            let problems = Names.subdomainErrors(name)
            guard problems.isEmpty else { return problems }
            return name.split(separator: ".").count < 3
                ? ["should be a domain with at least three segments separated by dots"] : []
        }
        errors += versions(hook, field)
        for (index, rule) in hook.list("rules").enumerated() {
            errors += ExpressionRules.requestRule(rule, "\(field).rules[\(index)]")
        }
        errors += FieldRules.oneOf(hook["failurePolicy"], ["Fail", "Ignore"], "\(field).failurePolicy")
        errors += FieldRules.oneOf(hook["matchPolicy"], ["Equivalent", "Exact"], "\(field).matchPolicy")
        errors += FieldRules.oneOf(
            hook["sideEffects"], ["None", "NoneOnDryRun"], "\(field).sideEffects", required: true,
            "must specify one of None, NoneOnDryRun")
        if isMutating {
            errors += FieldRules.oneOf(
                hook["reinvocationPolicy"], ["IfNeeded", "Never"], "\(field).reinvocationPolicy")
        }
        if let timeout = hook["timeoutSeconds"]?.integerValue, !(1...30).contains(timeout) {
            errors.append(
                .invalid(
                    "\(field).timeoutSeconds", .integer(timeout), "the timeout value must be between 1 and 30 seconds"))
        }
        errors += FieldRules.selector(hook["namespaceSelector"], "\(field).namespaceSelector")
        errors += FieldRules.selector(hook["objectSelector"], "\(field).objectSelector")
        errors += WebhookClientRules.errors(hook["clientConfig"] ?? [:], "\(field).clientConfig")
        return errors + ExpressionRules.matchConditions(hook.list("matchConditions"), "\(field).matchConditions")
    }

    private func versions(_ hook: JSONValue, _ field: String) -> [FieldError] {
        let path = "\(field).admissionReviewVersions"
        let versions = hook["admissionReviewVersions"]?.stringArrayValue ?? []
        guard !versions.isEmpty else { return [.required(path, "must specify one of v1, v1beta1")] }
        var errors: [FieldError] = []
        var seen: Set<String> = []
        for (index, version) in versions.enumerated() {
            if !seen.insert(version).inserted {
                errors.append(.invalid("\(path)[\(index)]", .string(version), "duplicate version"))
            }
        }
        if seen.isDisjoint(with: ["v1", "v1beta1"]) {
            errors.append(
                .invalid(path, hook["admissionReviewVersions"], "must include at least one of v1, v1beta1"))
        }
        return errors
    }

    private static let table: [TableColumn] = [
        .name,
        TableColumn(
            "Webhooks", type: "integer",
            description: "Webhooks indicates the number of webhooks registered in this configuration"), .age,
    ]

    var columns: [TableColumn] { Self.table }
    func cells(of object: KubeObject, now: Timestamp) -> [JSONValue] {
        [Cell.name(object), .integer(Int64(object.value.list("webhooks").count)), Cell.age(object, now)]
    }
}
