import KubeCore

/// Deployments.
struct DeploymentStrategy: KindStrategy {
    var hasStatus: Bool { true }
    var generationMembers: [String]? { ["spec"] }

    func applyDefaults(_ object: inout KubeObject) {
        object.editMaking("spec") { spec in
            spec.setDefault("replicas", 1)
            spec.setDefault("revisionHistoryLimit", 10)
            spec.setDefault("progressDeadlineSeconds", 600)
            spec.setDefault("strategy", [:])
            spec.edit("strategy") { strategy in
                strategy.setDefaultText("type", "RollingUpdate")
                guard strategy.text("type") == "RollingUpdate" else { return }
                strategy.setDefault("rollingUpdate", [:])
                strategy.edit("rollingUpdate") { rolling in
                    rolling.setDefault("maxUnavailable", "25%")
                    rolling.setDefault("maxSurge", "25%")
                }
            }
            spec.setDefault("template", [:])
            spec.edit("template") { PodDefaults.applyToTemplate(&$0) }
        }
        ConditionTimes.fill(&object, "lastUpdateTime", "lastTransitionTime")
    }

    func prepareForCreate(_ object: inout KubeObject, _ context: WriteContext) throws(Status) {
        object["status"] = [:]
    }

    func validate(
        _ object: KubeObject, old: KubeObject?, subresource: String?, _ context: WriteContext
    ) -> [FieldError] {
        if subresource == "status" {
            return WorkloadValidation.statusErrors(
                object.observed,
                counts: [
                    "replicas", "updatedReplicas", "readyReplicas", "availableReplicas", "unavailableReplicas",
                    "observedGeneration", "collisionCount",
                ],
                notAbove: [
                    ("updatedReplicas", "replicas", "status.replicas"),
                    ("readyReplicas", "replicas", "status.replicas"),
                    ("availableReplicas", "replicas", "status.replicas"),
                    ("availableReplicas", "readyReplicas", "readyReplicas"),
                ])
        }
        let spec = object.specification
        var errors = FieldRules.nonNegative(
            spec, ["replicas", "minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"], "spec")
        errors += WorkloadValidation.selectorErrors(spec, kind: "deployment")
        errors += WorkloadValidation.templateErrors(spec, kind: "ReplicaSet")
        errors += strategyErrors(spec["strategy"] ?? [:])
        if let deadline = spec["progressDeadlineSeconds"],
            spec.number("progressDeadlineSeconds") <= spec.number("minReadySeconds")
        {
            errors.append(.invalid("spec.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds"))
        }
        if let old { errors += FieldRules.immutable(spec["selector"], old.specification["selector"], "spec.selector") }
        return errors
    }

    private func strategyErrors(_ strategy: JSONValue) -> [FieldError] {
        switch strategy.text("type") {
        case "Recreate":
            guard strategy["rollingUpdate"] != nil else { return [] }
            return [
                .forbidden(
                    "spec.strategy.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'")
            ]
        case "RollingUpdate":
            return WorkloadValidation.rollingErrors(strategy["rollingUpdate"] ?? [:], "spec.strategy.rollingUpdate")
        default:
            return [.notSupported("spec.strategy.type", strategy["type"], ["Recreate", "RollingUpdate"])]
        }
    }

    func warnings(_ object: KubeObject, old: KubeObject?) -> [String] {
        PodWarnings.ofTemplate(object, old: old, "spec", "template")
    }

    private static let table: [TableColumn] = [
        .name, TableColumn("Ready", description: "Number of the pod with ready state"),
        .field("Up-to-date", "apps.v1.DeploymentStatus", "updatedReplicas"),
        .field("Available", "apps.v1.DeploymentStatus", "availableReplicas"), .age, .containers, .images,
        .field("Selector", "apps.v1.DeploymentSpec", "selector", priority: 1),
    ]

    var columns: [TableColumn] { Self.table }
    func cells(of object: KubeObject, now: Timestamp) -> [JSONValue] {
        let (spec, status) = (object.specification, object.observed)
        return [
            Cell.name(object), .string("\(status.number("readyReplicas"))/\(spec.number("replicas"))"),
            Cell.number(status["updatedReplicas"]), Cell.number(status["availableReplicas"]), Cell.age(object, now),
        ] + Cell.containers(spec["template"]) + [Cell.selector(spec["selector"])]
    }
}
