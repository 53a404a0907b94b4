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
            CustomResourceRules.converted(&result, storedAs: object.apiVersion, to: custom)
        } else if resource.type.groupVersion != resource.storageVersion {
            switch resource.type.kind {
            case "Event":
                rename(&result, eventMembers.map { ($0.core, $0.events) })
                // Unlike core/v1, this version leaves them out where they say nothing.
                for member in ["reportingController", "reportingInstance"] where result[member] == "" {
                    result[member] = nil
                }
            case "HorizontalPodAutoscaler": AutoscalerVersions.toV1(&result)
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
        case "HorizontalPodAutoscaler": AutoscalerVersions.toV2(&result)
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
