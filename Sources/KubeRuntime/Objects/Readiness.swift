import KubeCore

/// Whether an object has become what its specification asks for: the reading of status that kstatus and
/// `kubectl rollout status` share. A pure function of the object.
public enum Readiness: Sendable, Hashable, CustomStringConvertible {
    /// It is as specified, and the controller has seen the newest specification.
    case ready
    /// It is on its way.
    case inProgress(reason: String)
    /// It will not get there without somebody changing something.
    case failed(reason: String)
    /// It is being deleted.
    case terminating
    /// It says nothing that could be read. Never to be taken for ready, nor for failed.
    case unknown(reason: String)

    /// Whether it is ready.
    public var isReady: Bool { self == .ready }

    /// The state and its reason.
    public var description: String {
        switch self {
        case .ready: "ready"
        case .inProgress(let reason): "in progress: \(reason)"
        case .failed(let reason): "failed: \(reason)"
        case .terminating: "being deleted"
        case .unknown(let reason): "unknown: \(reason)"
        }
    }

    /// Reads an object of any kind.
    public static func of(_ object: KubeObject) -> Readiness {
        if object.isBeingDeleted { return .terminating }
        guard let type = object.groupVersionKind else {
            return .unknown(reason: "the object does not say its kind")
        }
        let status = Status(object)
        if let observed = status.observedGeneration, observed < object.generation {
            return .inProgress(
                reason: "generation \(object.generation) has not been observed yet, only \(observed)")
        }
        switch (type.group, type.kind) {
        case ("apps", "Deployment"): return deployment(object, status)
        case ("apps", "DaemonSet"): return daemonSet(object, status)
        case ("apps", "StatefulSet"): return statefulSet(object, status)
        case ("apps", "ReplicaSet"): return replicaSet(object, status)
        case ("batch", "Job"): return job(object, status)
        case ("", "Pod"): return pod(object, status)
        case ("", "Service"): return service(object)
        case ("", "PersistentVolumeClaim"): return claim(object)
        case ("", "Namespace"):
            return status.phase == "Terminating" ? .terminating : .ready
        case ("policy", "PodDisruptionBudget"): return .ready
        case ("apiextensions.k8s.io", "CustomResourceDefinition"): return definition(status)
        case ("apiregistration.k8s.io", "APIService"): return apiService(status)
        default: return byConditions(object, status)
        }
    }

    // MARK: Kinds

    private static func deployment(_ object: KubeObject, _ status: Status) -> Readiness {
        // A deployment whose controller has not written anything yet looks complete when it wants nothing.
        guard status.observedGeneration != nil else {
            return .inProgress(reason: "the Deployment controller has not seen it yet")
        }
        if let progressing = status.condition("Progressing"), progressing.reason == "ProgressDeadlineExceeded" {
            return .failed(reason: progressing.text(or: "the rollout made no progress within its deadline"))
        }
        let wanted = object[path: "spec", "replicas"]?.intValue ?? 1
        let (replicas, updated) = (status.count("replicas"), status.count("updatedReplicas"))
        let available = status.count("availableReplicas")
        if updated < wanted { return .inProgress(reason: "\(updated) of \(wanted) replicas are updated") }
        if replicas > updated { return .inProgress(reason: "\(replicas - updated) old replicas are still there") }
        if available < updated { return .inProgress(reason: "\(available) of \(updated) replicas are available") }
        return .ready
    }

    private static func daemonSet(_ object: KubeObject, _ status: Status) -> Readiness {
        guard status.observedGeneration != nil else {
            return .inProgress(reason: "the DaemonSet controller has not seen it yet")
        }
        let wanted = status.count("desiredNumberScheduled")
        if object[path: "spec", "updateStrategy", "type"]?.stringValue != "OnDelete" {
            let updated = status.count("updatedNumberScheduled")
            if updated < wanted { return .inProgress(reason: "\(updated) of \(wanted) pods are updated") }
        }
        let available = status.count("numberAvailable")
        if available < wanted { return .inProgress(reason: "\(available) of \(wanted) pods are available") }
        return .ready
    }

    private static func statefulSet(_ object: KubeObject, _ status: Status) -> Readiness {
        guard status.observedGeneration != nil else {
            return .inProgress(reason: "the StatefulSet controller has not seen it yet")
        }
        let wanted = object[path: "spec", "replicas"]?.intValue ?? 1
        let ready = status.count("readyReplicas")
        if ready < wanted { return .inProgress(reason: "\(ready) of \(wanted) replicas are ready") }
        if object[path: "spec", "updateStrategy", "type"]?.stringValue == "OnDelete" { return .ready }
        let partition = object[path: "spec", "updateStrategy", "rollingUpdate", "partition"]?.intValue ?? 0
        let updated = status.count("updatedReplicas")
        if partition > 0 {
            let toUpdate = max(0, wanted - partition)
            return updated < toUpdate
                ? .inProgress(reason: "\(updated) of \(toUpdate) replicas above the partition are updated") : .ready
        }
        let (current, update) = (status.text("currentRevision"), status.text("updateRevision"))
        if current != update { return .inProgress(reason: "\(updated) of \(wanted) replicas are updated") }
        return .ready
    }

    private static func replicaSet(_ object: KubeObject, _ status: Status) -> Readiness {
        guard status.observedGeneration != nil else {
            return .inProgress(reason: "the ReplicaSet controller has not seen it yet")
        }
        if let failure = status.condition("ReplicaFailure"), failure.status == "True" {
            return .inProgress(reason: failure.text(or: "replicas cannot be made"))
        }
        let wanted = object[path: "spec", "replicas"]?.intValue ?? 1
        let available = status.count("availableReplicas")
        return available < wanted ? .inProgress(reason: "\(available) of \(wanted) replicas are available") : .ready
    }

    private static func job(_ object: KubeObject, _ status: Status) -> Readiness {
        if let failed = status.condition("Failed"), failed.status == "True" {
            return .failed(reason: failed.text(or: "the job failed"))
        }
        if let complete = status.condition("Complete"), complete.status == "True" { return .ready }
        if object[path: "spec", "suspend"]?.boolValue == true { return .inProgress(reason: "the job is suspended") }
        let wanted = object[path: "spec", "completions"]?.intValue ?? 1
        return .inProgress(reason: "\(status.count("succeeded")) of \(wanted) completions")
    }

    private static func pod(_ object: KubeObject, _ status: Status) -> Readiness {
        switch status.phase {
        case "Succeeded": return .ready
        case "Failed": return .failed(reason: status.message ?? "the pod failed")
        case "Running", "Pending":
            if let ready = status.condition("Ready"), ready.status == "True" { return .ready }
            let containers =
                (status.json?["initContainerStatuses"]?.arrayValue ?? [])
                + (status.json?["containerStatuses"]?.arrayValue ?? [])
            for container in containers {
                guard let waiting = container[path: "state", "waiting"],
                    let reason = waiting["reason"]?.stringValue,
                    reason != "ContainerCreating", reason != "PodInitializing"
                else { continue }
                let name = container["name"]?.stringValue ?? ""
                // All of these are tried again by the kubelet; whether they will pass nobody can tell.
                return .inProgress(reason: "container \(name): \(reason)")
            }
            if let scheduled = status.condition("PodScheduled"), scheduled.status == "False" {
                return .inProgress(reason: scheduled.text(or: "the pod cannot be scheduled"))
            }
            return .inProgress(reason: "the pod is not ready")
        case let phase?: return .unknown(reason: "the pod's phase is \(phase)")
        case nil: return .inProgress(reason: "the pod has no phase yet")
        }
    }

    private static func service(_ object: KubeObject) -> Readiness {
        guard object[path: "spec", "type"]?.stringValue == "LoadBalancer" else { return .ready }
        let ingress = object[path: "status", "loadBalancer", "ingress"]?.arrayValue ?? []
        return ingress.isEmpty ? .inProgress(reason: "no address has been assigned yet") : .ready
    }

    private static func claim(_ object: KubeObject) -> Readiness {
        switch object[path: "status", "phase"]?.stringValue {
        case "Bound": .ready
        case "Lost": .failed(reason: "the volume is lost")
        case let phase: .inProgress(reason: "the claim is \(phase ?? "not seen yet")")
        }
    }

    private static func definition(_ status: Status) -> Readiness {
        if let names = status.condition("NamesAccepted"), names.status == "False" {
            return .failed(reason: names.text(or: "its names are taken"))
        }
        if let established = status.condition("Established"), established.status == "True" { return .ready }
        return .inProgress(reason: "it is not established yet")
    }

    private static func apiService(_ status: Status) -> Readiness {
        guard let available = status.condition("Available") else {
            return .inProgress(reason: "its availability is not known yet")
        }
        return available.status == "True" ? .ready : .inProgress(reason: available.text(or: "it is not available"))
    }

    /// Kinds that nobody knows: what the conditions say that kstatus asks for; objects without any are ready as soon
    /// as they are stored.
    private static func byConditions(_ object: KubeObject, _ status: Status) -> Readiness {
        if let stalled = status.condition("Stalled"), stalled.status == "True" {
            return .failed(reason: stalled.text(or: "it is stalled"))
        }
        if let reconciling = status.condition("Reconciling"), reconciling.status == "True" {
            return .inProgress(reason: reconciling.text(or: "it is being reconciled"))
        }
        guard let ready = status.condition("Ready") else { return .ready }
        switch ready.status {
        case "True": return .ready
        case "False": return .inProgress(reason: ready.text(or: "it is not ready"))
        default: return .unknown(reason: ready.text(or: "its condition Ready is \(ready.status)"))
        }
    }

    // MARK: Reading

    private struct Condition {
        let status: String
        let reason: String
        let message: String

        func text(or fallback: String) -> String {
            if !message.isEmpty { return message }
            return reason.isEmpty ? fallback : reason
        }
    }

    private struct Status {
        let json: JSONObject?

        init(_ object: KubeObject) { json = object["status"]?.objectValue }

        var observedGeneration: Int64? { json?["observedGeneration"]?.integerValue }
        var phase: String? { json?["phase"]?.stringValue }
        var message: String? { json?["message"]?.stringValue }
        func count(_ field: String) -> Int { json?[field]?.intValue ?? 0 }
        func text(_ field: String) -> String { json?[field]?.stringValue ?? "" }

        func condition(_ type: String) -> Condition? {
            for condition in json?["conditions"]?.arrayValue ?? [] where condition["type"]?.stringValue == type {
                return Condition(
                    status: condition["status"]?.stringValue ?? "", reason: condition["reason"]?.stringValue ?? "",
                    message: condition["message"]?.stringValue ?? "")
            }
            return nil
        }
    }
}
