import KubeCore

/// What the API server warns of in specifications of pods: legal, but most likely not meant.
enum PodWarnings {
    /// The warnings for the template of a workload.
    static func ofTemplate(_ object: KubeObject, old: KubeObject?, _ path: String...) -> [String] {
        guard let template = object.value.value(at: path[...]), template != old?.value.value(at: path[...]) else {
            return []
        }
        return warnings(template["spec"] ?? [:], path.joined(separator: ".") + ".spec")
    }

    /// The warnings for a specification.
    static func warnings(_ spec: JSONValue, _ path: String) -> [String] {
        var result: [String] = []
        for (label, replacement) in deprecatedNodeLabels where spec[path: "nodeSelector", label] != nil {
            result.append("\(path).nodeSelector[\(label)]: \(replacement)")
        }
        result += scheduling(spec, path)
        for (index, secret) in spec.list("imagePullSecrets").enumerated() where secret.text("name").isEmpty {
            result.append("\(path).imagePullSecrets[\(index)].name: invalid empty name \"\"")
        }
        for member in ["initContainers", "containers"] {
            for (index, container) in spec.list(member).enumerated() {
                result += self.container(container, "\(path).\(member)[\(index)]")
            }
        }
        if spec.number("terminationGracePeriodSeconds") < 0 {
            result.append(
                "\(path).terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1"
            )
        }
        return result
    }

    private static let deprecatedNodeLabels = [
        ("beta.kubernetes.io/arch", "deprecated since v1.14; use \"kubernetes.io/arch\" instead"),
        ("beta.kubernetes.io/os", "deprecated since v1.14; use \"kubernetes.io/os\" instead"),
        (
            "failure-domain.beta.kubernetes.io/region",
            "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead"
        ),
        (
            "failure-domain.beta.kubernetes.io/zone",
            "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead"
        ),
        (
            "beta.kubernetes.io/instance-type",
            "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead"
        ),
    ]

    private static let nullSelector = "a null labelSelector results in matching no pod"

    private static func scheduling(_ spec: JSONValue, _ path: String) -> [String] {
        var result: [String] = []
        for (index, constraint) in spec.list("topologySpreadConstraints").enumerated()
        where constraint["labelSelector"] == nil {
            result.append("\(path).topologySpreadConstraints[\(index)].labelSelector: \(nullSelector)")
        }
        for kind in ["podAffinity", "podAntiAffinity"] {
            guard let affinity = spec[path: "affinity", kind] else { continue }
            let field = "\(path).affinity.\(kind)"
            for (index, term) in affinity.list("requiredDuringSchedulingIgnoredDuringExecution").enumerated()
            where term["labelSelector"] == nil {
                result.append(
                    "\(field).requiredDuringSchedulingIgnoredDuringExecution[\(index)].labelSelector: \(nullSelector)")
            }
            for (index, term) in affinity.list("preferredDuringSchedulingIgnoredDuringExecution").enumerated()
            where term[path: "podAffinityTerm", "labelSelector"] == nil {
                result.append(
                    """
                    \(field).preferredDuringSchedulingIgnoredDuringExecution[\(index)].podAffinityTerm.labelSelector: \
                    \(nullSelector)
                    """)
            }
        }
        return result
    }

    private static func container(_ container: JSONValue, _ field: String) -> [String] {
        var result: [String] = []
        var seen: [String: String] = [:]
        for (index, variable) in container.list("env").enumerated() {
            let (name, value) = (variable.text("name"), variable.text("value"))
            if let previous = seen[name] {
                // `A: $(A) more` builds on the previous definition and does not hide it.
                if !value.contains("$(\(name))"), previous != value || variable["valueFrom"] != nil {
                    result.append(
                        "\(field).env[\(index)]: hides previous definition of \(JSONValue.string(name).serialized()), which may be dropped when using apply"
                    )
                }
            }
            seen[name] = value
        }
        for kind in ["limits", "requests"] {
            for resource in ["memory", "ephemeral-storage"] {
                guard let value = container[path: "resources", kind, resource], let quantity = Quantity(value),
                    quantity.nanos % 1_000_000_000 != 0
                else { continue }
                result.append(
                    "\(field).resources.\(kind)[\(resource)]: fractional byte value \(value.serialized()) is invalid, must be an integer"
                )
            }
        }
        return result
    }
}
