import KubeCore

/// Daemon sets.
struct DaemonSetStrategy: KindStrategy {
    /// Where old clients find how often the template has changed.
    private static let templateGeneration = "deprecated.daemonset.template.generation"
    private static let counts = [
        "currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady",
    ]

    var hasStatus: Bool { true }
    var generationMembers: [String]? { ["spec"] }
    var fieldAnnotations: [String] { [Self.templateGeneration] }

    func applyDefaults(_ object: inout KubeObject) {
        // The writer owns the count, though the server decides it.
        if object.annotations[Self.templateGeneration] == nil {
            object.set("0", at: "metadata", "annotations", Self.templateGeneration)
        }
        object.editMaking("spec") { spec in
            spec.setDefault("revisionHistoryLimit", 10)
            spec.setDefault("template", [:])
            spec.edit("template") { PodDefaults.applyToTemplate(&$0) }
            spec.setDefault("updateStrategy", [:])
            spec.edit("updateStrategy") { strategy in
                strategy.setDefaultText("type", "RollingUpdate")
                guard strategy.text("type") == "RollingUpdate" else { return }
                strategy.setDefault("rollingUpdate", [:])
                strategy.edit("rollingUpdate") { rolling in
                    rolling.setDefault("maxUnavailable", 1)
                    rolling.setDefault("maxSurge", 0)
                }
            }
        }
        ConditionTimes.fill(&object, "lastTransitionTime")
        object.edit("status") { status in
            for count in Self.counts { status.setDefault(count, 0) }
        }
    }

    func prepareForCreate(_ object: inout KubeObject, _ context: WriteContext) throws(Status) {
        object.set("1", at: "metadata", "annotations", Self.templateGeneration)
        object["status"] = JSONValue.object(JSONObject(Self.counts.map { ($0, 0) }))
    }

    func prepareForUpdate(
        _ object: inout KubeObject, old: KubeObject, subresource: String?, _ context: WriteContext
    ) throws(Status) {
        let counted = old.annotations[Self.templateGeneration].flatMap { Int64($0) } ?? 1
        let isChanged = object.specification["template"] != old.specification["template"]
        object.set(
            .string(String(isChanged ? counted + 1 : counted)), at: "metadata", "annotations", Self.templateGeneration)
    }

    func validate(
        _ object: KubeObject, old: KubeObject?, subresource: String?, _ context: WriteContext
    ) -> [FieldError] {
        if subresource == "status" {
            let counts =
                Self.counts + [
                    "updatedNumberScheduled", "numberAvailable", "numberUnavailable", "observedGeneration",
                    "collisionCount",
                ]
            return FieldRules.nonNegative(object.observed, counts, "status")
        }
        let spec = object.specification
        var errors = FieldRules.nonNegative(spec, ["minReadySeconds", "revisionHistoryLimit"], "spec")
        errors += WorkloadValidation.selectorErrors(spec, kind: "daemonset")
        errors += WorkloadValidation.templateErrors(spec, kind: "DaemonSet")
        let strategy = spec["updateStrategy"] ?? [:]
        let path = "spec.updateStrategy"
        switch strategy.text("type") {
        case "OnDelete": break
        case "RollingUpdate":
            let rolling = strategy["rollingUpdate"] ?? [:]
            let (unavailable, surge) = (rolling["maxUnavailable"], rolling["maxSurge"])
            errors += FieldRules.countOrPercent(unavailable, "\(path).rollingUpdate.maxUnavailable")
            errors += FieldRules.countOrPercent(surge, "\(path).rollingUpdate.maxSurge")
            let counts = (FieldRules.amount(unavailable), FieldRules.amount(surge))
            if counts.0 > 0, counts.1 > 0 {
                errors.append(
                    .invalid("\(path).rollingUpdate.maxSurge", surge, "may not be set when maxUnavailable is non-zero"))
            } else if counts == (0, 0) {
                errors.append(.required("\(path).rollingUpdate.maxUnavailable", "cannot be 0 when maxSurge is 0"))
            }
        default: errors.append(.notSupported("\(path).type", strategy["type"], ["OnDelete", "RollingUpdate"]))
        }
        if let old { errors += FieldRules.immutable(spec["selector"], old.specification["selector"], "spec.selector") }
        return errors
    }

    func warnings(_ object: KubeObject, old: KubeObject?) -> [String] {
        PodWarnings.ofTemplate(object, old: old, "spec", "template")
    }

    private static let shown = [
        ("Desired", "desiredNumberScheduled"), ("Current", "currentNumberScheduled"), ("Ready", "numberReady"),
        ("Up-to-date", "updatedNumberScheduled"), ("Available", "numberAvailable"),
    ]
    private static let table: [TableColumn] =
        [.name] + shown.map { .field($0.0, "apps.v1.DaemonSetStatus", $0.1, is: "integer") } + [
            .field("Node Selector", "core.v1.PodSpec", "nodeSelector"), .age, .containers, .images,
            .field("Selector", "apps.v1.DaemonSetSpec", "selector", priority: 1),
        ]

    var columns: [TableColumn] { Self.table }
    func cells(of object: KubeObject, now: Timestamp) -> [JSONValue] {
        let (spec, status) = (object.specification, object.observed)
        return [Cell.name(object)] + Self.shown.map { Cell.number(status[$0.1]) }
            + [Cell.labels(spec[path: "template", "spec", "nodeSelector"]), Cell.age(object, now)]
            + Cell.containers(spec["template"]) + [Cell.selector(spec["selector"])]
    }
}
