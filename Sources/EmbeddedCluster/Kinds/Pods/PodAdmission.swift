import KubeCore

/// What admission adds to new pods: priority and default tolerations.
enum PodAdmission {
    private static let priorityClasses = [
        "system-cluster-critical": 2_000_000_000, "system-node-critical": 2_000_001_000,
    ]

    /// The number behind the name of a priority class.
    static func setPriority(_ pod: inout KubeObject, _ context: WriteContext) throws(Status) {
        let name = pod.specification.text("priorityClassName")
        var priority = 0
        if !name.isEmpty {
            guard let known = priorityClasses[name] else {
                throw .forbidden(context.type, pod.name, "no PriorityClass with name \(name) was found")
            }
            priority = known
        }
        if let given = pod.specification["priority"]?.integerValue, given != Int64(priority) {
            throw .forbidden(
                context.type, pod.name,
                "the integer value of priority (\(given)) must not be provided in pod spec; priority admission controller computed \(priority) from the given PriorityClass name"
            )
        }
        pod.set(.integer(Int64(priority)), at: "spec", "priority")
        pod.edit("spec") { $0.setDefault("preemptionPolicy", "PreemptLowerPriority") }
    }

    /// Pods stay for five minutes on nodes that become unready or unreachable.
    static func addTolerations(_ spec: inout JSONValue) {
        var tolerations = spec.list("tolerations")
        for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
            let isTolerated = tolerations.contains { toleration in
                (toleration.text("key") == key || toleration.text("key").isEmpty)
                    && ["NoExecute", ""].contains(toleration.text("effect"))
            }
            guard !isTolerated else { continue }
            tolerations.append([
                "key": .string(key), "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300,
            ])
        }
        spec.set(.array(tolerations), at: "tolerations")
    }
}

/// How a pod is treated when a node runs short (`ComputePodQOS`).
enum QualityOfService {
    static func of(_ spec: JSONValue) -> String {
        let containers = spec.list("containers") + spec.list("initContainers")
        var isGuaranteed = true
        var asksForAnything = false
        for container in containers {
            for resource in ["cpu", "memory"] {
                let limit = amount(container[path: "resources", "limits", resource])
                let request = amount(container[path: "resources", "requests", resource])
                if limit != nil || request != nil { asksForAnything = true }
                if limit == nil || limit != (request ?? limit) { isGuaranteed = false }
            }
        }
        guard asksForAnything else { return "BestEffort" }
        return isGuaranteed ? "Guaranteed" : "Burstable"
    }

    private static func amount(_ value: JSONValue?) -> Quantity? {
        guard let quantity = value.flatMap({ Quantity($0) }), quantity.nanos > 0 else { return nil }
        return quantity
    }
}

/// What may change in a pod that exists.
enum PodUpdateRules {
    /// The time that a pod has may only become shorter.
    private static func deadlineErrors(_ new: JSONValue?, old: JSONValue?) -> [FieldError] {
        guard let before = old?.integerValue else { return [] }
        let field = "spec.activeDeadlineSeconds"
        guard let after = new?.integerValue else {
            return [.invalid(field, nil, "must not update from a positive integer to nil value")]
        }
        return after > before ? [.invalid(field, new, "must be less than or equal to previous value")] : []
    }

    static func errors(_ spec: JSONValue, old: JSONValue) -> [FieldError] {
        var errors = PodValidation.errors(spec, "spec")
        guard errors.isEmpty else { return errors }
        for member in ["containers", "initContainers"]
        where spec.list(member).count != old.list(member).count {
            return [.forbidden("spec.\(member)", "pod updates may not add or remove containers")]
        }
        errors += deadlineErrors(spec["activeDeadlineSeconds"], old: old["activeDeadlineSeconds"])
        guard errors.isEmpty else { return errors }
        var settled = spec
        for member in ["containers", "initContainers"] {
            let images = old.list(member).map { $0["image"] }
            var index = 0
            settled.editEach(member) { container in
                container.set(images[index], at: "image")
                index += 1
            }
        }
        for member in ["activeDeadlineSeconds", "tolerations"] { settled.set(old[member], at: member) }
        if old.number("terminationGracePeriodSeconds") < 0, spec.number("terminationGracePeriodSeconds") == 1 {
            settled.set(old["terminationGracePeriodSeconds"], at: "terminationGracePeriodSeconds")
        }
        if settled != old {
            errors.append(
                .forbidden(
                    "spec",
                    """
                    pod updates may not change fields other than \
                    `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,\
                    `spec.tolerations` (only additions to existing \
                    tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously \
                    negative)
                    """))
        }
        for toleration in old.list("tolerations") where !spec.list("tolerations").contains(toleration) {
            errors.append(
                .forbidden("spec.tolerations", "existing toleration can not be modified except its tolerationSeconds"))
        }
        return errors
    }
}
