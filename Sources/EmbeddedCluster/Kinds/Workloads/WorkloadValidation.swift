import KubeCore

/// Rules that workloads of pods share.
enum WorkloadValidation {
    /// The selector of a workload that runs for ever, and that its template carries the selected labels.
    static func selectorErrors(_ spec: JSONValue, kind: String) -> [FieldError] {
        var errors: [FieldError] = []
        let selector = spec["selector"]
        if let selector {
            errors += FieldRules.selector(selector, "spec.selector")
            if FieldRules.isEmpty(selector) {
                errors.append(.invalid("spec.selector", selector, "empty selector is invalid for \(kind)"))
            }
        } else {
            errors.append(.required("spec.selector"))
        }
        return errors
    }

    /// The template of a workload whose pods are restarted for ever.
    static func templateErrors(_ spec: JSONValue, kind: String) -> [FieldError] {
        let template = spec["template"] ?? [:]
        var errors: [FieldError] = []
        let labels = template[path: "metadata", "labels"]
        let selector = spec["selector"].flatMap { LabelSelector($0) }
        let isMatched = selector?.matches(labels?.stringMapValue ?? [:]) ?? false
        if !isMatched {
            errors.append(
                .invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`"))
        }
        errors += PodValidation.templateErrors(template, "spec.template")
        let policy = template[path: "spec", "restartPolicy"]?.stringValue ?? ""
        if ["OnFailure", "Never"].contains(policy) {
            errors.append(.notSupported("spec.template.spec.restartPolicy", .string(policy), ["Always"]))
        }
        if template[path: "spec", "activeDeadlineSeconds"] != nil {
            errors.append(
                .forbidden(
                    "spec.template.spec.activeDeadlineSeconds", "activeDeadlineSeconds in \(kind) is not Supported"))
        }
        return errors
    }

    /// Counts in a status must not be negative, nor greater than another.
    static func statusErrors(
        _ status: JSONValue, counts: [String], notAbove limits: [(String, String, String)]
    ) -> [FieldError] {
        var errors = FieldRules.nonNegative(status, counts, "status")
        for (member, limit, name) in limits where status.number(member) > status.number(limit) {
            errors.append(
                .invalid("status.\(member)", .integer(status.number(member)), "cannot be greater than \(name)"))
        }
        return errors
    }

    /// The maximum number of unavailable and surplus pods of a rolling update, which cannot both be none.
    static func rollingErrors(_ rolling: JSONValue, _ path: String) -> [FieldError] {
        let (unavailable, surge) = (rolling["maxUnavailable"], rolling["maxSurge"])
        var errors = FieldRules.countOrPercent(unavailable, "\(path).maxUnavailable")
        errors += FieldRules.countOrPercent(surge, "\(path).maxSurge")
        if FieldRules.amount(unavailable) == 0, FieldRules.amount(surge) == 0 {
            errors.append(.invalid("\(path).maxUnavailable", unavailable, "may not be 0 when `maxSurge` is 0"))
        }
        return errors + FieldRules.notAboveHundredPercent(unavailable, "\(path).maxUnavailable")
    }
}
