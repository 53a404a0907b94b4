import KubeCore

/// Replica sets, and the replication controllers they come from.
struct ReplicaSetStrategy: KindStrategy {
    /// Whether this is the older kind, whose selector is a map of labels.
    var isReplicationController = false

    var hasStatus: Bool { true }
    var generationMembers: [String]? { ["spec"] }
    var defaultPropagation: DeleteOptions.PropagationPolicy { isReplicationController ? .orphan : .background }

    func applyDefaults(_ object: inout KubeObject) {
        let isOld = isReplicationController
        object.editMaking("spec") { spec in
            spec.setDefault("replicas", 1)
            if !isOld { spec.setDefault("template", [:]) }
            spec.edit("template") { PodDefaults.applyToTemplate(&$0) }
            if isOld, spec.lacks("selector"), let labels = spec[path: "template", "metadata", "labels"] {
                spec.set(labels, at: "selector")
            }
        }
        if isOld, object.labels.isEmpty, let labels = object[path: "spec", "template", "metadata", "labels"] {
            object.set(labels, at: "metadata", "labels")
        }
        ConditionTimes.fill(&object, "lastTransitionTime")
        if object["status"] != nil { object.edit("status") { $0.setDefault("replicas", 0) } }
    }

    func prepareForCreate(_ object: inout KubeObject, _ context: WriteContext) throws(Status) {
        object["status"] = ["replicas": 0]
    }

    func validate(
        _ object: KubeObject, old: KubeObject?, subresource: String?, _ context: WriteContext
    ) -> [FieldError] {
        if subresource == "status" {
            return WorkloadValidation.statusErrors(
                object.observed,
                counts: [
                    "replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas", "observedGeneration",
                ],
                notAbove: [
                    ("fullyLabeledReplicas", "replicas", "status.replicas"),
                    ("readyReplicas", "replicas", "status.replicas"),
                    ("availableReplicas", "replicas", "status.replicas"),
                    ("availableReplicas", "readyReplicas", "readyReplicas"),
                ])
        }
        let spec = object.specification
        var errors = FieldRules.nonNegative(spec, ["replicas", "minReadySeconds"], "spec")
        if isReplicationController { return errors + controllerErrors(spec) }
        errors += WorkloadValidation.selectorErrors(spec, kind: "deployment")
        errors += WorkloadValidation.templateErrors(spec, kind: "ReplicaSet")
        if let old { errors += FieldRules.immutable(spec["selector"], old.specification["selector"], "spec.selector") }
        return errors
    }

    private func controllerErrors(_ spec: JSONValue) -> [FieldError] {
        guard let selector = spec["selector"]?.stringMapValue, !selector.isEmpty else {
            return [.required("spec.selector")]
        }
        guard let template = spec["template"] else { return [.required("spec.template")] }
        var errors: [FieldError] = []
        let labels = template[path: "metadata", "labels"]
        if !LabelSelector(matching: selector).matches(labels?.stringMapValue ?? [:]) {
            errors.append(
                .invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`"))
        }
        errors += PodValidation.templateErrors(template, "spec.template")
        let policy = template[path: "spec", "restartPolicy"]?.stringValue ?? ""
        if ["OnFailure", "Never"].contains(policy) {
            errors.append(.notSupported("spec.template.spec.restartPolicy", .string(policy), ["Always"]))
        }
        return errors
    }

    func warnings(_ object: KubeObject, old: KubeObject?) -> [String] {
        PodWarnings.ofTemplate(object, old: old, "spec", "template")
    }

    var selectableFields: [String] { ["status.replicas"] }

    private static func table(_ kind: String) -> [TableColumn] {
        [
            .name, .field("Desired", "\(kind)Spec", "replicas", is: "integer"),
            .field("Current", "\(kind)Status", "replicas", is: "integer"),
            .field("Ready", "\(kind)Status", "readyReplicas", is: "integer"), .age, .containers, .images,
            .field("Selector", "\(kind)Spec", "selector", priority: 1),
        ]
    }
    private static let setTable = table("apps.v1.ReplicaSet")
    private static let controllerTable = table("core.v1.ReplicationController")

    var columns: [TableColumn] { isReplicationController ? Self.controllerTable : Self.setTable }
    func cells(of object: KubeObject, now: Timestamp) -> [JSONValue] {
        let (spec, status) = (object.specification, object.observed)
        let selector = isReplicationController ? Cell.labels(spec["selector"]) : Cell.selector(spec["selector"])
        return [
            Cell.name(object), Cell.number(spec["replicas"]), Cell.number(status["replicas"]),
            Cell.number(status["readyReplicas"]), Cell.age(object, now),
        ] + Cell.containers(spec["template"]) + [selector]
    }
}
