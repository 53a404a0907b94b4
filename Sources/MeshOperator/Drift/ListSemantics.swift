import KubeCore

/// How server-side apply merges a list: what its schema says by `x-kubernetes-list-type`.
enum ListSemantics: Equatable {
    /// The list belongs to one writer as a whole.
    case atomic
    /// Each element belongs to whoever added it.
    case set
    /// Elements are told apart by fields; further elements may be others'.
    case map(keys: [String])

    /// What a list is in the API's own kinds; lists of custom resources count as atomic, which is OpenAPI's default.
    ///
    /// - Parameters:
    ///   - field: the name of the list's member.
    ///   - type: the type of the object that it is in.
    static func of(_ field: String, in type: GroupKind) -> ListSemantics {
        if field == "finalizers" { return .set }
        guard isBuiltIn(type.group) else { return .atomic }
        switch field {
        case "containers", "initContainers", "ephemeralContainers", "env", "volumes", "webhooks", "imagePullSecrets",
            "secrets", "schedulingGates", "resourceClaims", "matchConditions", "variables":
            return .map(keys: ["name"])
        case "ports":
            switch type.kind {
            case "Service": return .map(keys: ["port", "protocol"])
            case "NetworkPolicy": return .atomic
            default: return .map(keys: ["containerPort", "protocol"])
            }
        case "volumeMounts": return .map(keys: ["mountPath"])
        case "volumeDevices": return .map(keys: ["devicePath"])
        case "hostAliases": return .map(keys: ["ip"])
        case "topologySpreadConstraints": return .map(keys: ["topologyKey", "whenUnsatisfiable"])
        default: return .atomic
        }
    }

    /// The key of an element, in which a missing protocol is TCP as the API defaults it; nil if it has none.
    static func key(of element: JSONValue, by keys: [String]) -> [JSONValue]? {
        var key: [JSONValue] = []
        for field in keys {
            guard let value = element[field] ?? (field == "protocol" ? "TCP" : nil) else { return nil }
            key.append(value)
        }
        return key
    }

    /// Whether a group is served by the API server itself.
    static func isBuiltIn(_ group: String) -> Bool {
        ["", "apps", "batch", "autoscaling", "policy"].contains(group)
            || group.hasSuffix(".k8s.io") && group != "gateway.networking.k8s.io" && !group.hasSuffix(".x-k8s.io")
    }
}
