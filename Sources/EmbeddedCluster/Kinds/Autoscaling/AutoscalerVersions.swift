import KubeCore

/// Autoscalers in `autoscaling/v1`, which has fields for the use of processors alone: the rest is kept in annotations,
/// so that nothing is lost on the way to `autoscaling/v2` and back.
enum AutoscalerVersions {
    private static let prefix = "autoscaling.alpha.kubernetes.io/"

    /// Turns an autoscaler of version 2 into one of version 1.
    static func toV1(_ object: inout KubeObject) {
        object.apiVersion = "autoscaling/v1"
        var others: [JSONValue] = []
        for metric in object[path: "spec", "metrics"]?.arrayValue ?? [] {
            if let use = processorUse(metric, "target"), object[path: "spec", "targetCPUUtilizationPercentage"] == nil {
                object.set(use, at: "spec", "targetCPUUtilizationPercentage")
            } else {
                others.append(MetricForms.flat(metric, values: "target", prefix: "target"))
            }
        }
        annotate(&object, "metrics", others.isEmpty ? nil : .array(others))
        annotate(&object, "behavior", object[path: "spec", "behavior"].map(internalForm))
        object.set(nil, at: "spec", "metrics")
        object.set(nil, at: "spec", "behavior")
        statusToV1(&object)
    }

    private static func statusToV1(_ object: inout KubeObject) {
        guard object["status"] != nil else { return }
        var current: [JSONValue] = []
        for metric in object[path: "status", "currentMetrics"]?.arrayValue ?? [] {
            if let use = processorUse(metric, "current") {
                object.set(use, at: "status", "currentCPUUtilizationPercentage")
            }
            current.append(MetricForms.flat(metric, values: "current", prefix: "current"))
        }
        annotate(&object, "current-metrics", current.isEmpty ? nil : .array(current))
        annotate(&object, "conditions", object[path: "status", "conditions"])
        object.edit("status") { status in
            status.set(nil, at: "currentMetrics")
            status.set(nil, at: "conditions")
            status.setDefault("currentReplicas", 0)
            status.setDefault("desiredReplicas", 0)
        }
    }

    /// Turns an autoscaler of version 1 into one of version 2.
    static func toV2(_ object: inout KubeObject) {
        object.apiVersion = "autoscaling/v2"
        var metrics: [JSONValue] = []
        if let target = object[path: "spec", "targetCPUUtilizationPercentage"] {
            object.set(nil, at: "spec", "targetCPUUtilizationPercentage")
            metrics.append([
                "type": "Resource",
                "resource": ["name": "cpu", "target": ["type": "Utilization", "averageUtilization": target]],
            ])
        }
        for metric in take(&object, "metrics")?.arrayValue ?? [] {
            metrics.append(MetricForms.nested(metric, values: "target", prefix: "target"))
        }
        if !metrics.isEmpty { object.set(.array(metrics), at: "spec", "metrics") }
        if let behavior = take(&object, "behavior") { object.set(publicForm(behavior), at: "spec", "behavior") }
        object.edit("status") { $0.set(nil, at: "currentCPUUtilizationPercentage") }
        if let current = take(&object, "current-metrics")?.arrayValue, object["status"] != nil {
            let metrics = current.map { MetricForms.nested($0, values: "current", prefix: "current") }
            object.set(.array(metrics), at: "status", "currentMetrics")
        }
        if let conditions = take(&object, "conditions"), object["status"] != nil {
            object.set(conditions, at: "status", "conditions")
        }
    }

    /// The use of processors in percent, if a metric is about it.
    private static func processorUse(_ metric: JSONValue, _ member: String) -> JSONValue? {
        guard metric.text("type") == "Resource", metric[path: "resource", "name"] == "cpu" else { return nil }
        return metric[path: "resource", member, "averageUtilization"]
    }

    private static func annotate(_ object: inout KubeObject, _ name: String, _ value: JSONValue?) {
        guard let value else { return }
        object.set(.string(value.serialized(.compact)), at: "metadata", "annotations", prefix + name)
    }

    /// Takes a value out of its annotation; one that cannot be read is dropped, as the real server does.
    private static func take(_ object: inout KubeObject, _ name: String) -> JSONValue? {
        guard let text = object.annotations[prefix + name] else { return nil }
        object.annotations[prefix + name] = nil
        do {
            return try JSONValue(parsing: text)
        } catch {
            return nil
        }
    }

    private static let rules = ["scaleUp", "scaleDown"]
    private static let ruleMembers = ["stabilizationWindowSeconds", "selectPolicy", "policies", "tolerance"]
    private static let policyMembers = ["type", "value", "periodSeconds"]

    /// The behavior as the annotation has it: with the names and the order of Go's structures.
    private static func internalForm(_ behavior: JSONValue) -> JSONValue {
        members(behavior, rules, named: \.capitalizedFirst) { rule in
            members(rule, ruleMembers, named: \.capitalizedFirst) { member in
                guard case .array(let policies) = member else { return member }
                return .array(policies.map { members($0, policyMembers, named: \.capitalizedFirst) { $0 } })
            }
        }
    }

    private static func publicForm(_ behavior: JSONValue) -> JSONValue {
        func known(_ value: JSONValue, _ names: [String], _ change: (JSONValue) -> JSONValue) -> JSONValue {
            var result = JSONObject()
            for name in names {
                guard let member = value[name.capitalizedFirst], !member.isNull else { continue }
                result[name] = change(member)
            }
            return .object(result)
        }
        return known(behavior, rules) { rule in
            known(rule, ruleMembers) { member in
                guard case .array(let policies) = member else { return member }
                return .array(policies.map { known($0, policyMembers) { $0 } })
            }
        }
    }

    private static func members(
        _ value: JSONValue, _ names: [String], named rename: (String) -> String,
        _ change: (JSONValue) -> JSONValue
    ) -> JSONValue {
        .object(JSONObject(names.map { (rename($0), value[$0].map(change) ?? .null) }))
    }
}

/// Metrics in the flat form of version 1 and the nested one of version 2.
enum MetricForms {
    /// A metric of version 2 with its values beside its name.
    ///
    /// - Parameters:
    ///   - values: the member with the values: `target` or `current`.
    ///   - prefix: how the names of the flat values begin.
    static func flat(_ metric: JSONValue, values: String, prefix: String) -> JSONValue {
        let type = metric.text("type")
        let member = sourceName(type)
        guard let source = metric[member] else { return metric }
        let amounts = source[values] ?? [:]
        var result = JSONObject()
        func set(_ name: String, _ value: JSONValue?) {
            if let value { result[name] = value }
        }
        switch type {
        case "Resource", "ContainerResource":
            set("name", source["name"])
            set("\(prefix)AverageUtilization", amounts["averageUtilization"])
            set("\(prefix)AverageValue", amounts["averageValue"])
            set("container", source["container"])
        case "Pods":
            set("metricName", source[path: "metric", "name"])
            set("\(prefix)AverageValue", amounts["averageValue"])
            set("selector", source[path: "metric", "selector"])
        case "Object":
            set("target", source["describedObject"])
            set("metricName", source[path: "metric", "name"])
            set("\(prefix)Value", amounts["value"] ?? "0")
            set("selector", source[path: "metric", "selector"])
            set("averageValue", amounts["averageValue"])
        default:
            set("metricName", source[path: "metric", "name"])
            set("metricSelector", source[path: "metric", "selector"])
            set("\(prefix)Value", amounts["value"])
            set("\(prefix)AverageValue", amounts["averageValue"])
        }
        return ["type": .string(type), member: .object(result)]
    }

    /// A metric of version 1 with its values in a structure of their own.
    static func nested(_ metric: JSONValue, values: String, prefix: String) -> JSONValue {
        let type = metric.text("type")
        let member = sourceName(type)
        guard let source = metric[member] else { return metric }
        var amounts = JSONObject()
        for (flat, nested) in [
            ("\(prefix)Value", "value"), ("\(prefix)AverageUtilization", "averageUtilization"),
            ("\(prefix)AverageValue", "averageValue"), ("averageValue", "averageValue"),
        ] {
            if let value = source[flat], !(type == "Object" && value == "0") { amounts[nested] = value }
        }
        if values == "target" {
            let kind =
                amounts["averageUtilization"] != nil
                ? "Utilization" : amounts["averageValue"] != nil ? "AverageValue" : "Value"
            amounts["type"] = .string(kind)
        }
        var result: JSONObject = [values: .object(amounts)]
        for name in ["name", "container"] {
            if let value = source[name] { result[name] = value }
        }
        if let name = source["metricName"] {
            var described: JSONObject = ["name": name]
            if let selector = source["selector"] ?? source["metricSelector"] { described["selector"] = selector }
            result["metric"] = .object(described)
        }
        if type == "Object", let target = source["target"] { result["describedObject"] = target }
        return ["type": .string(type), member: .object(result)]
    }

    private static func sourceName(_ type: String) -> String { type.prefix(1).lowercased() + type.dropFirst() }
}
