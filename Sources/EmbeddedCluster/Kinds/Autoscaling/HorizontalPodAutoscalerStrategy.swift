import KubeCore

/// Horizontal pod autoscalers; kept as `autoscaling/v2`.
struct HorizontalPodAutoscalerStrategy: KindStrategy {
    var hasStatus: Bool { true }

    func applyDefaults(_ object: inout KubeObject) {
        object.editMaking("spec") { spec in
            spec.setDefault("minReplicas", 1)
            if spec.lacks("metrics") {
                spec.set(
                    [
                        [
                            "type": "Resource",
                            "resource": ["name": "cpu", "target": ["type": "Utilization", "averageUtilization": 80]],
                        ]
                    ], at: "metrics")
            }
            spec.editEach("metrics") { Self.canonize(&$0) }
            spec.edit("behavior") { ScalingBehavior.applyDefaults(&$0) }
        }
        ConditionTimes.fill(&object, "lastTransitionTime")
        object.edit("status") { Self.fill(&$0) }
    }

    private static func canonize(_ metric: inout JSONValue) {
        for source in ["resource", "containerResource", "pods", "object", "external"] {
            metric.edit(source) { source in
                source.edit("target") { target in
                    for member in ["value", "averageValue"] {
                        target.edit(member) { $0 = CanonicalQuantity.of($0) }
                    }
                }
            }
        }
    }

    /// Go writes these even if they say nothing.
    private static func fill(_ status: inout JSONValue) {
        status.setDefault("currentMetrics", .null)
        status.setDefault("desiredReplicas", 0)
    }

    func prepareForCreate(_ object: inout KubeObject, _ context: WriteContext) throws(Status) {
        object["status"] = ["currentMetrics": .null, "desiredReplicas": 0]
    }

    func prepareForUpdate(
        _ object: inout KubeObject, old: KubeObject, subresource: String?, _ context: WriteContext
    ) throws(Status) {
        object.editMaking("status") { Self.fill(&$0) }
    }

    func validate(
        _ object: KubeObject, old: KubeObject?, subresource: String?, _ context: WriteContext
    ) -> [FieldError] {
        if subresource == "status" {
            return FieldRules.nonNegative(object.observed, ["currentReplicas", "desiredReplicas"], "status")
        }
        let spec = object.specification
        var errors: [FieldError] = []
        let (minimum, maximum) = (spec.number("minReplicas"), spec.number("maxReplicas"))
        if spec["minReplicas"] != nil, minimum < 1 {
            errors.append(
                .invalid("spec.minReplicas", .integer(minimum), "must be greater than or equal to 1"))
        }
        if maximum < 1 { errors.append(.required("spec.maxReplicas", "must be set and greater than 0")) }
        if maximum < minimum {
            errors.append(
                .invalid("spec.maxReplicas", .integer(maximum), "must be greater than or equal to `minReplicas`"))
        }
        errors += target(spec["scaleTargetRef"] ?? [:])
        for (index, metric) in spec.list("metrics").enumerated() {
            errors += self.metric(metric, "spec.metrics[\(index)]")
        }
        if let behavior = spec["behavior"] { errors += ScalingBehavior.errors(behavior, "spec.behavior") }
        return errors
    }

    private func target(_ reference: JSONValue) -> [FieldError] {
        let path = "spec.scaleTargetRef"
        var errors: [FieldError] = []
        for member in ["kind", "name"] {
            errors += FieldRules.name(reference[member], "\(path).\(member)") {
                Names.errors($0, .pathSegment, isPrefix: false)
            }
        }
        let apiVersion = reference.text("apiVersion")
        let group = GroupVersion(apiVersion: apiVersion)?.group ?? ""
        if group.isEmpty, !(apiVersion == "v1" && reference.text("kind") == "ReplicationController") {
            errors.append(
                .invalid("\(path).apiVersion", .string(apiVersion), "apiVersion must specify API group"))
        }
        return errors
    }

    private func metric(_ metric: JSONValue, _ field: String) -> [FieldError] {
        let sources = [
            "ContainerResource": "containerResource", "External": "external", "Object": "object", "Pods": "pods",
            "Resource": "resource",
        ]
        let type = metric.text("type")
        guard !type.isEmpty else {
            return [.required("\(field).type", "must specify a metric source type")]
        }
        guard let member = sources[type] else {
            return [.notSupported("\(field).type", .string(type), sources.keys.sorted())]
        }
        guard let source = metric[member] else {
            return [
                .required("\(field).\(member)", "must populate information for the given metric source")
            ]
        }
        var errors: [FieldError] = []
        if ["resource", "containerResource"].contains(member), source.text("name").isEmpty {
            errors.append(.required("\(field).\(member).name", "must specify a resource name"))
        }
        let target = source["target"] ?? [:]
        let place = "\(field).\(member).target"
        errors += FieldRules.oneOf(
            target["type"], ["AverageValue", "Utilization", "Value"], "\(place).type", required: true,
            "must specify a metric target type")
        if let use = target["averageUtilization"]?.integerValue, use < 1 {
            errors.append(.invalid("\(place).averageUtilization", .integer(use), "must be greater than 0"))
        }
        for kind in ["value", "averageValue"] {
            if let amount = target[kind], let quantity = Quantity(amount), quantity.nanos <= 0 {
                errors.append(.invalid("\(place).\(kind)", amount, "must be positive"))
            }
        }
        return errors
    }

    private static let table: [TableColumn] = [
        .name, .field("Reference", "autoscaling.v2.HorizontalPodAutoscalerSpec", "scaleTargetRef"),
        .field("Targets", "autoscaling.v2.HorizontalPodAutoscalerSpec", "metrics"),
        .field("MinPods", "autoscaling.v2.HorizontalPodAutoscalerSpec", "minReplicas"),
        .field("MaxPods", "autoscaling.v2.HorizontalPodAutoscalerSpec", "maxReplicas"),
        .field("Replicas", "autoscaling.v2.HorizontalPodAutoscalerStatus", "currentReplicas"), .age,
    ]

    var columns: [TableColumn] { Self.table }
    func cells(of object: KubeObject, now: Timestamp) -> [JSONValue] {
        let (spec, status) = (object.specification, object.observed)
        let target = spec["scaleTargetRef"] ?? [:]
        let minimum = spec["minReplicas"]?.integerValue.map(String.init) ?? "<unset>"
        return [
            Cell.name(object), .string("\(target.text("kind"))/\(target.text("name"))"),
            .string(ScalingTargets.text(spec, status)), .string(minimum), Cell.number(spec["maxReplicas"]),
            Cell.number(status["currentReplicas"]), Cell.age(object, now),
        ]
    }
}

/// How fast an autoscaler may go up and down.
enum ScalingBehavior {
    static func applyDefaults(_ behavior: inout JSONValue) {
        if behavior["scaleUp"] == nil { behavior.set([:], at: "scaleUp") }
        if behavior["scaleDown"] == nil { behavior.set([:], at: "scaleDown") }
        behavior.edit("scaleUp") { rules in
            rules.setDefault("stabilizationWindowSeconds", 0)
            rules.setDefaultText("selectPolicy", "Max")
            if rules.lacks("policies") {
                rules.set(
                    [
                        ["type": "Pods", "value": 4, "periodSeconds": 15],
                        ["type": "Percent", "value": 100, "periodSeconds": 15],
                    ], at: "policies")
            }
        }
        behavior.edit("scaleDown") { rules in
            rules.setDefaultText("selectPolicy", "Max")
            if rules.lacks("policies") {
                rules.set([["type": "Percent", "value": 100, "periodSeconds": 15]], at: "policies")
            }
        }
        for direction in ["scaleUp", "scaleDown"] {
            behavior.edit(direction) { rules in rules.edit("tolerance") { $0 = CanonicalQuantity.of($0) } }
        }
    }

    static func errors(_ behavior: JSONValue, _ path: String) -> [FieldError] {
        var errors: [FieldError] = []
        for direction in ["scaleUp", "scaleDown"] {
            guard let rules = behavior[direction] else { continue }
            let field = "\(path).\(direction)"
            errors += FieldRules.nonNegative(rules["stabilizationWindowSeconds"], "\(field).stabilizationWindowSeconds")
            if rules.number("stabilizationWindowSeconds") > 3600 {
                errors.append(
                    .invalid(
                        "\(field).stabilizationWindowSeconds", rules["stabilizationWindowSeconds"],
                        "must be less than or equal to 3600"))
            }
            errors += FieldRules.oneOf(rules["selectPolicy"], ["Disabled", "Max", "Min"], "\(field).selectPolicy")
            for (index, policy) in rules.list("policies").enumerated() {
                let place = "\(field).policies[\(index)]"
                errors += FieldRules.oneOf(policy["type"], ["Percent", "Pods"], "\(place).type", required: true)
                for member in ["value", "periodSeconds"] where policy.number(member) <= 0 {
                    errors.append(.invalid("\(place).\(member)", policy[member], "must be greater than zero"))
                }
                if policy.number("periodSeconds") > 1800 {
                    errors.append(
                        .invalid(
                            "\(place).periodSeconds", policy["periodSeconds"], "must be less than or equal to 1800"))
                }
            }
        }
        return errors
    }
}

/// The metrics of an autoscaler beside their targets.
enum ScalingTargets {
    static func text(_ spec: JSONValue, _ status: JSONValue) -> String {
        let metrics = spec.list("metrics")
        guard !metrics.isEmpty else { return "<none>" }
        let current = status.list("currentMetrics")
        let texts = metrics.enumerated().map { index, metric in
            text(metric, index < current.count ? current[index] : nil)
        }
        let shown = texts.prefix(2).joined(separator: ", ")
        return texts.count > 2 ? "\(shown) + \(texts.count - 2) more..." : shown
    }

    private static func text(_ metric: JSONValue, _ status: JSONValue?) -> String {
        func value(_ source: JSONValue?, _ member: String) -> String {
            source?[member].map { $0.stringValue ?? $0.serialized() } ?? "<unknown>"
        }
        switch metric.text("type") {
        case "Resource", "ContainerResource":
            let member = metric.text("type") == "Resource" ? "resource" : "containerResource"
            let (target, current) = (metric[path: member, "target"], status?[path: member, "current"])
            let name = metric[member]?.text("name") ?? ""
            if target?["averageValue"] != nil {
                return "\(name): \(value(current, "averageValue"))/\(value(target, "averageValue"))"
            }
            let now = current?["averageUtilization"].map { "\($0.serialized())%" } ?? "<unknown>"
            let wanted = target?["averageUtilization"].map { "\($0.serialized())%" } ?? "<auto>"
            return "\(name): \(now)/\(wanted)"
        case "Pods":
            return
                "\(value(status?[path: "pods", "current"], "averageValue"))/\(value(metric[path: "pods", "target"], "averageValue"))"
        case "Object", "External":
            let member = metric.text("type").lowercased()
            let (target, current) = (metric[path: member, "target"], status?[path: member, "current"])
            if target?["averageValue"] != nil {
                return "\(value(current, "averageValue"))/\(value(target, "averageValue")) (avg)"
            }
            return "\(value(current, "value"))/\(value(target, "value"))"
        default: return "<unknown type>"
        }
    }
}
