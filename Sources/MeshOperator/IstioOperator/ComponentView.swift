import KubeCore

/// What one component's chart is told: the merged values, and what the component itself says, where the chart looks for
/// it.
struct ComponentView {
    let kind: IstioOperatorComponentKind
    /// What the document says of the component.
    let instance: JSONValue

    func values(of document: IstioOperatorDocument) -> JSONValue {
        var values = document.values
        func set(_ value: JSONValue, _ path: String...) { values.set(value, at: (kind.values + path)[...]) }
        let settings = instance["k8s"]
        if kind.isGateway {
            set(instance["name"] ?? "", "name")
            set(instance["label"] ?? [:], "labels")
            if let ports = settings?[path: "service", "ports"]?.arrayValue, !ports.isEmpty {
                set(.array(ports), "ports")
            }
        }
        if kind.workload?.kind == "Deployment" {
            // The chart makes an autoscaler or a disruption budget only where it is told these.
            if let least = settings?[path: "hpaSpec", "minReplicas"] { set(least, "autoscaleMin") }
            if let most = settings?[path: "hpaSpec", "maxReplicas"], most != 0 { set(most, "autoscaleMax") }
            if let count = settings?["replicaCount"], count != 0 { set(count, "replicaCount") }
        }
        for bound in ["limits", "requests"] {
            guard let cpu = settings?[path: "resources", bound, "cpu"] else { continue }
            set(.string(GoText.plain(cpu)), "resources", bound, "cpu")
        }
        if let hub = instance["hub"]?.stringValue, !hub.isEmpty { set(SetPath.scalar(hub), "hub") }
        if let tag = instance["tag"], !tag.isNull { set(SetPath.scalar(GoText.plain(tag)), "tag") }
        return kind.isFlat ? flattened(values) : values
    }

    /// The component's own values at the top, beside what is global and what is no section of another component.
    private func flattened(_ values: JSONValue) -> JSONValue {
        guard let own = values.value(at: kind.values[...])?.objectValue else { return values }
        var flat: JSONObject = [:]
        flat["global"] = values["global"]
        for (key, value) in values.objectValue ?? [:] where value.objectValue == nil { flat[key] = value }
        for (key, value) in own { flat[key] = value }
        return .object(flat)
    }
}
