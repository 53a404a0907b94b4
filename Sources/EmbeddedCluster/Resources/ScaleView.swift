import KubeCore

/// How the replicas of a resource are seen and changed through its `scale` subresource (`autoscaling/v1` Scale).
struct ScaleView {
    var replicas: [String]
    var statusReplicas: [String]
    var isCustom: Bool
    private var labelSelector: [String]?

    init(_ resource: ServedResource) {
        isCustom = resource.isCustom
        if let scale = resource.custom?.version.scale {
            replicas = scale.specReplicasPath
            statusReplicas = scale.statusReplicasPath
            labelSelector = scale.labelSelectorPath
        } else {
            replicas = ["spec", "replicas"]
            statusReplicas = ["status", "replicas"]
        }
    }

    /// The scale of an object.
    func scale(of object: KubeObject) -> KubeObject {
        var metadata = JSONObject()
        for member in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
            if let value = object.metadata[member] { metadata[member] = value }
        }
        let wanted = object.value.value(at: replicas[...])?.integerValue ?? 0
        var status: JSONObject = [
            "replicas": .integer(object.value.value(at: statusReplicas[...])?.integerValue ?? 0)
        ]
        let selector = selector(of: object)
        if !selector.isEmpty { status["selector"] = .string(selector) }
        return KubeObject(
            [
                "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": .object(metadata),
                "spec": wanted == 0 ? [:] : ["replicas": .integer(wanted)], "status": .object(status),
            ] as JSONObject)
    }

    private func selector(of object: KubeObject) -> String {
        if isCustom {
            return labelSelector.flatMap { object.value.value(at: $0[...])?.stringValue } ?? ""
        }
        guard let value = object[path: "spec", "selector"] else { return "" }
        // Replication controllers have a plain map of labels.
        let isPlain = value["matchLabels"] == nil && value["matchExpressions"] == nil
        let selector = isPlain ? value.stringMapValue.map { LabelSelector(matching: $0) } : LabelSelector(value)
        return selector?.description ?? ""
    }

    /// The object with the replicas of a scale.
    func applying(_ scale: KubeObject, to object: KubeObject) -> KubeObject {
        var value = object.value
        value.set(.integer(scale[path: "spec", "replicas"]?.integerValue ?? 0), at: replicas[...])
        return KubeObject(value) ?? object
    }

    /// What is wrong with a scale.
    func errors(_ scale: KubeObject) -> [FieldError] {
        let replicas = scale[path: "spec", "replicas"]?.integerValue ?? 0
        guard replicas < 0 else { return [] }
        if isCustom {
            return [
                .invalid(
                    "." + self.replicas.joined(separator: "."), .integer(replicas),
                    "should be a non-negative integer")
            ]
        }
        return [.invalid("spec.replicas", .integer(replicas), "must be greater than or equal to 0")]
    }
}
