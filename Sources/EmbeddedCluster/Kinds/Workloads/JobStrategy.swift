import KubeCore

/// Jobs: they label and select their pods by themselves.
struct JobStrategy: KindStrategy {
    private static let uidLabels = ["batch.kubernetes.io/controller-uid", "controller-uid"]
    private static let nameLabels = ["batch.kubernetes.io/job-name", "job-name"]

    var hasStatus: Bool { true }
    var generationMembers: [String]? { ["spec"] }
    var defaultPropagation: DeleteOptions.PropagationPolicy { .orphan }
    var orphanWarning: String? {
        """
        child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or \
        set propagationPolicy=Orphan to suppress this warning
        """
    }

    func applyDefaults(_ object: inout KubeObject) {
        object.editMaking("spec") { Self.applyDefaults(toSpec: &$0) }
        takeLabels(&object)
        ConditionTimes.fill(&object, "lastProbeTime", "lastTransitionTime")
    }

    /// Defaults the specification of a job.
    static func applyDefaults(toSpec spec: inout JSONValue) {
        if spec["completions"] == nil, spec["parallelism"] == nil {
            spec.set(1, at: "completions")
            spec.set(1, at: "parallelism")
        }
        spec.setDefault("parallelism", 1)
        spec.setDefault("backoffLimit", spec["backoffLimitPerIndex"] == nil ? 6 : 2_147_483_647)
        spec.setDefaultText("completionMode", "NonIndexed")
        spec.setDefault("suspend", false)
        spec.setDefault("manualSelector", false)
        spec.setDefaultText("podReplacementPolicy", spec["podFailurePolicy"] == nil ? "TerminatingOrFailed" : "Failed")
        spec.edit("podFailurePolicy") { policy in
            policy.editEach("rules") { rule in
                rule.editEach("onPodConditions") { $0.setDefaultText("status", "True") }
            }
        }
        spec.setDefault("template", [:])
        spec.edit("template") { PodDefaults.applyToTemplate(&$0) }
    }

    /// A job without labels takes those of its pods.
    private func takeLabels(_ object: inout KubeObject) {
        guard object.labels.isEmpty, let labels = object.specification[path: "template", "metadata", "labels"] else {
            return
        }
        object.set(labels, at: "metadata", "labels")
    }

    func prepareForCreate(_ object: inout KubeObject, _ context: WriteContext) throws(Status) {
        object["status"] = [:]
        guard object.specification["manualSelector"]?.boolValue != true else { return }
        let (uid, name) = (JSONValue.string(object.uid ?? ""), JSONValue.string(object.name))
        object.editMaking("spec") { spec in
            if spec["template"] == nil { spec.set([:], at: "template") }
            for label in Self.uidLabels { spec.set(uid, at: "template", "metadata", "labels", label) }
            for label in Self.nameLabels { spec.set(name, at: "template", "metadata", "labels", label) }
            spec.set(uid, at: "selector", "matchLabels", Self.uidLabels[0])
        }
        takeLabels(&object)
    }

    func validate(
        _ object: KubeObject, old: KubeObject?, subresource: String?, _ context: WriteContext
    ) -> [FieldError] {
        let spec = object.specification
        if subresource == "status" {
            return FieldRules.nonNegative(
                object.observed, ["active", "succeeded", "failed", "ready", "terminating"], "status")
        }
        var errors = Self.specErrors(spec, "spec")
        if spec["selector"] == nil {
            errors.append(.required("spec.selector"))
        } else {
            errors += FieldRules.selector(spec["selector"], "spec.selector")
            let labels = spec[path: "template", "metadata", "labels"]
            if let selector = spec["selector"].flatMap({ LabelSelector($0) }),
                !selector.matches(labels?.stringMapValue ?? [:])
            {
                errors.append(
                    .invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`"))
            }
        }
        if let old { errors += changeErrors(spec, old: old) }
        return errors
    }

    private func changeErrors(_ spec: JSONValue, old: KubeObject) -> [FieldError] {
        var errors: [FieldError] = []
        let isElastic = spec.text("completionMode") == "Indexed" && spec["completions"] == spec["parallelism"]
        if !isElastic {
            errors += FieldRules.immutable(spec["completions"], old.specification["completions"], "spec.completions")
        }
        for member in [
            "selector", "completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy",
        ] {
            errors += FieldRules.immutable(spec[member], old.specification[member], "spec.\(member)")
        }
        var template = spec["template"] ?? [:]
        // A job that has not started may still be placed elsewhere.
        if old.specification["suspend"]?.boolValue == true, old.observed["startTime"] == nil {
            for member in ["nodeSelector", "affinity", "tolerations", "schedulingGates"] {
                template.set(old.specification[path: "template", "spec", member], at: "spec", member)
            }
            for member in ["labels", "annotations"] {
                template.set(old.specification[path: "template", "metadata", member], at: "metadata", member)
            }
        }
        return errors + FieldRules.immutable(template, old.specification["template"], "spec.template")
    }

    /// What is wrong with the specification of a job, apart from its selector.
    static func specErrors(_ spec: JSONValue, _ path: String) -> [FieldError] {
        var errors = FieldRules.nonNegative(
            spec,
            [
                "parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished",
                "maxFailedIndexes", "backoffLimitPerIndex",
            ], path)
        let mode = spec.text("completionMode")
        errors += FieldRules.oneOf(spec["completionMode"], ["Indexed", "NonIndexed"], "\(path).completionMode")
        if mode == "Indexed", spec["completions"] == nil {
            errors.append(.required("\(path).completions", "when completion mode is Indexed"))
        }
        let template = spec["template"] ?? [:]
        errors += PodValidation.templateErrors(template, "\(path).template")
        let policy = template[path: "spec", "restartPolicy"]?.stringValue ?? ""
        let field = "\(path).template.spec.restartPolicy"
        if policy.isEmpty || policy == "Always" {
            errors.append(.required(field, "valid values: \"OnFailure\", \"Never\""))
        } else if !["OnFailure", "Never"].contains(policy) {
            errors.append(.notSupported(field, .string(policy), ["OnFailure", "Never"]))
        } else if spec["podFailurePolicy"] != nil, policy != "Never" {
            errors.append(
                .invalid(field, .string(policy), "only \"Never\" is supported when podFailurePolicy is specified"))
        }
        return errors
    }

    func warnings(_ object: KubeObject, old: KubeObject?) -> [String] {
        PodWarnings.ofTemplate(object, old: old, "spec", "template")
    }

    var selectableFields: [String] { ["status.successful"] }
    func selectableField(_ label: String, of object: KubeObject) -> String {
        String(object.observed.number("succeeded"))
    }

    private static let table: [TableColumn] = [
        .name, TableColumn("Status", description: "Status of the job."),
        .field("Completions", "batch.v1.JobStatus", "succeeded"),
        TableColumn("Duration", description: "Time required to complete the job."), .age, .containers, .images,
        .field("Selector", "batch.v1.JobSpec", "selector", priority: 1),
    ]

    var columns: [TableColumn] { Self.table }
    func cells(of object: KubeObject, now: Timestamp) -> [JSONValue] {
        let (spec, status) = (object.specification, object.observed)
        let succeeded = status.number("succeeded")
        let completions: String
        if spec["completions"] != nil {
            completions = "\(succeeded)/\(spec.number("completions"))"
        } else if spec.number("parallelism") > 1 {
            completions = "\(succeeded)/1 of \(spec.number("parallelism"))"
        } else {
            completions = "\(succeeded)/1"
        }
        var duration = ""
        if let start = status.text("startTime").isEmpty ? nil : Timestamp(status.text("startTime")) {
            let end = Timestamp(status.text("completionTime")) ?? now
            duration = HumanDuration.text(seconds: end.seconds - start.seconds)
        }
        return [
            Cell.name(object), .string(Self.state(object)), .string(completions), .string(duration),
            Cell.age(object, now),
        ] + Cell.containers(spec["template"]) + [Cell.selector(spec["selector"])]
    }

    private static func state(_ job: KubeObject) -> String {
        func has(_ type: String) -> Bool {
            job.observed.list("conditions").contains { $0.text("type") == type && $0.text("status") == "True" }
        }
        if has("Complete") { return "Complete" }
        if has("Failed") { return "Failed" }
        if job.isBeingDeleted { return "Terminating" }
        if has("Suspended") { return "Suspended" }
        if has("FailureTarget") { return "FailureTarget" }
        if has("SuccessCriteriaMet") { return "SuccessCriteriaMet" }
        return "Running"
    }
}
