import KubeCore

/// Converts objects between the versions of one storage.
enum VersionConversion {
    /// Whether a stored object reads the same in a version.
    static func isIdentity(_ stored: StoredObject, as resource: ServedResource) -> Bool {
        guard resource.type.groupVersion == resource.storageVersion else { return false }
        return resource.custom.map { $0.identity == stored.schemaIdentity } ?? true
    }

    /// A stored object in the version of a resource.
    static func view(_ stored: StoredObject, as resource: ServedResource) -> KubeObject {
        isIdentity(stored, as: resource) ? stored.object : fromStorage(stored.object, to: resource)
    }

    /// An object as it is stored, in the version of a resource.
    static func fromStorage(_ object: KubeObject, to resource: ServedResource) -> KubeObject {
        var result = object
        result.apiVersion = resource.type.apiVersion
        if let custom = resource.custom {
            CustomResourceRules.readied(&result, custom)
        } else if resource.type.groupVersion != resource.storageVersion {
            switch resource.type.kind {
            case "Event": rename(&result, eventMembers.map { ($0.core, $0.events) })
            case "HorizontalPodAutoscaler": AutoscalerConversion.toV1(&result)
            default: break
            }
        }
        return result
    }

    /// An object that a client sent, in the version that is stored.
    static func toStorage(_ object: KubeObject, from resource: ServedResource) -> KubeObject {
        guard resource.type.groupVersion != resource.storageVersion else { return object }
        var result = object
        result.apiVersion = resource.storageVersion.apiVersion
        guard !resource.isCustom else { return result }
        switch resource.type.kind {
        case "Event": rename(&result, eventMembers.map { ($0.events, $0.core) })
        case "HorizontalPodAutoscaler": AutoscalerConversion.toV2(&result)
        default: break
        }
        return result
    }

    /// How `core/v1` and `events.k8s.io/v1` name the same members.
    private static let eventMembers = [
        (core: "involvedObject", events: "regarding"), (core: "message", events: "note"),
        (core: "source", events: "deprecatedSource"), (core: "firstTimestamp", events: "deprecatedFirstTimestamp"),
        (core: "lastTimestamp", events: "deprecatedLastTimestamp"), (core: "count", events: "deprecatedCount"),
        (core: "reportingComponent", events: "reportingController"),
    ]

    private static func rename(_ object: inout KubeObject, _ names: [(String, String)]) {
        for (old, new) in names {
            if let value = object.json.removeValue(forKey: old) { object[new] = value }
        }
    }
}

/// Autoscalers in `autoscaling/v1`: one target of processor use, the rest in annotations.
enum AutoscalerConversion {
    private static let annotation = "autoscaling.alpha.kubernetes.io/metrics"

    static func toV1(_ object: inout KubeObject) {
        object.apiVersion = "autoscaling/v1"
        var others: [JSONValue] = []
        for metric in object[path: "spec", "metrics"]?.arrayValue ?? [] {
            let resource = metric["resource"]
            if metric["type"]?.stringValue == "Resource", resource?["name"]?.stringValue == "cpu",
                let target = resource?["target"]?["averageUtilization"]
            {
                object.set(target, at: "spec", "targetCPUUtilizationPercentage")
            } else {
                others.append(metric)
            }
        }
        object.set(nil, at: "spec", "metrics")
        if !others.isEmpty {
            object.set(.string(JSONValue.array(others).serialized()), at: "metadata", "annotations", annotation)
        }
    }

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
        if let text = object.annotations[annotation], let others = (try? JSONValue(parsing: text))?.arrayValue {
            metrics += others
            object.annotations[annotation] = nil
        }
        if !metrics.isEmpty { object.set(.array(metrics), at: "spec", "metrics") }
    }
}
