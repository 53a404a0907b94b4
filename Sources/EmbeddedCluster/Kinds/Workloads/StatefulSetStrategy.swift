import KubeCore

/// Stateful sets.
struct StatefulSetStrategy: KindStrategy {
    var hasStatus: Bool { true }
    var generationMembers: [String]? { ["spec"] }

    func applyDefaults(_ object: inout KubeObject) {
        object.editMaking("spec") { spec in
            spec.setDefaultText("podManagementPolicy", "OrderedReady")
            spec.setDefault("replicas", 1)
            spec.setDefault("revisionHistoryLimit", 10)
            spec.setDefault("template", [:])
            spec.edit("template") { PodDefaults.applyToTemplate(&$0) }
            spec.setDefault("updateStrategy", [:])
            spec.edit("updateStrategy") { strategy in
                strategy.setDefaultText("type", "RollingUpdate")
                guard strategy.text("type") == "RollingUpdate" else { return }
                strategy.setDefault("rollingUpdate", [:])
                strategy.edit("rollingUpdate") { $0.setDefault("partition", 0) }
            }
            spec.setDefault("persistentVolumeClaimRetentionPolicy", [:])
            spec.edit("persistentVolumeClaimRetentionPolicy") { policy in
                policy.setDefaultText("whenDeleted", "Retain")
                policy.setDefaultText("whenScaled", "Retain")
            }
            spec.editEach("volumeClaimTemplates") { claim in
                claim.setDefault("apiVersion", "v1")
                claim.setDefault("kind", "PersistentVolumeClaim")
                if claim["metadata"] == nil { claim.set([:], at: "metadata") }
                claim.edit("spec") { ClaimDefaults.applyToSpec(&$0) }
                if claim["status"] == nil { claim.set([:], at: "status") }
                claim.edit("status") { $0.setDefaultText("phase", "Pending") }
            }
        }
        ConditionTimes.fill(&object, "lastTransitionTime")
        object.edit("status") { status in
            status.setDefault("replicas", 0)
            status.setDefault("availableReplicas", 0)
        }
    }

    func prepareForCreate(_ object: inout KubeObject, _ context: WriteContext) throws(Status) {
        object["status"] = ["replicas": 0, "availableReplicas": 0]
    }

    private static let mutable = [
        "replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit",
        "persistentVolumeClaimRetentionPolicy", "minReadySeconds",
    ]

    func validate(
        _ object: KubeObject, old: KubeObject?, subresource: String?, _ context: WriteContext
    ) -> [FieldError] {
        if subresource == "status" {
            return WorkloadValidation.statusErrors(
                object.observed,
                counts: [
                    "replicas", "readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas",
                    "observedGeneration", "collisionCount",
                ],
                notAbove: [
                    ("readyReplicas", "replicas", "status.replicas"),
                    ("currentReplicas", "replicas", "status.replicas"),
                    ("updatedReplicas", "replicas", "status.replicas"),
                    ("availableReplicas", "readyReplicas", "status.readyReplicas"),
                ])
        }
        let spec = object.specification
        var errors = specErrors(spec)
        if let old {
            var settled = spec
            for member in Self.mutable { settled.set(old.specification[member], at: member) }
            if settled != old.specification {
                errors.append(
                    .forbidden(
                        "spec",
                        """
                        updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', \
                        'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and \
                        'minReadySeconds' are forbidden
                        """))
            }
        }
        return errors
    }

    private func specErrors(_ spec: JSONValue) -> [FieldError] {
        var errors = FieldRules.oneOf(
            spec["podManagementPolicy"], ["OrderedReady", "Parallel"], "spec.podManagementPolicy", required: true)
        let strategy = spec["updateStrategy"] ?? [:]
        switch strategy.text("type") {
        case "OnDelete":
            if strategy["rollingUpdate"] != nil {
                errors.append(
                    .invalid(
                        "spec.updateStrategy.rollingUpdate", strategy["rollingUpdate"],
                        "only allowed for updateStrategy 'RollingUpdate'"))
            }
        case "RollingUpdate":
            let path = "spec.updateStrategy.rollingUpdate"
            let rolling = strategy["rollingUpdate"] ?? [:]
            errors += FieldRules.nonNegative(rolling["partition"], "\(path).partition")
            if let unavailable = rolling["maxUnavailable"] {
                errors += FieldRules.countOrPercent(unavailable, "\(path).maxUnavailable")
                if FieldRules.amount(unavailable) == 0 {
                    errors.append(.invalid("\(path).maxUnavailable", unavailable, "cannot be 0"))
                }
                errors += FieldRules.notAboveHundredPercent(unavailable, "\(path).maxUnavailable")
            }
        default:
            errors.append(.notSupported("spec.updateStrategy.type", strategy["type"], ["OnDelete", "RollingUpdate"]))
        }
        for member in ["whenDeleted", "whenScaled"] {
            errors += FieldRules.oneOf(
                spec[path: "persistentVolumeClaimRetentionPolicy", member], ["Delete", "Retain"],
                "spec.persistentVolumeClaimRetentionPolicy.\(member)")
        }
        errors += FieldRules.nonNegative(spec, ["replicas", "minReadySeconds", "revisionHistoryLimit"], "spec")
        errors += FieldRules.nonNegative(spec[path: "ordinals", "start"], "spec.ordinals.start")
        errors += WorkloadValidation.selectorErrors(spec, kind: "statefulset")
        return errors + templateErrors(spec)
    }

    /// Claims of the set become volumes of its pods, so mounts may name them.
    private func templateErrors(_ spec: JSONValue) -> [FieldError] {
        let claims = spec.list("volumeClaimTemplates").compactMap { $0[path: "metadata", "name"]?.stringValue }
        let missing = Set(
            claims.map { FieldError.notFound("", .string($0)).message })
        return WorkloadValidation.templateErrors(spec, kind: "StatefulSet").filter { error in
            !(error.reason == "FieldValueNotFound" && missing.contains(error.message))
        }
    }

    func warnings(_ object: KubeObject, old: KubeObject?) -> [String] {
        PodWarnings.ofTemplate(object, old: old, "spec", "template")
    }

    private static let table: [TableColumn] = [
        .name, TableColumn("Ready", description: "Number of the pod with ready state"), .age, .containers, .images,
    ]

    var columns: [TableColumn] { Self.table }
    func cells(of object: KubeObject, now: Timestamp) -> [JSONValue] {
        let ready = "\(object.observed.number("readyReplicas"))/\(object.specification.number("replicas"))"
        return [Cell.name(object), .string(ready), Cell.age(object, now)]
            + Cell.containers(object.specification["template"])
    }
}
