import KubeCore

/// Members of the objects that controllers work with, read the way the controllers mean them.
extension KubeObject {
    /// The `spec`; null if missing.
    var spec: JSONValue { json["spec"] ?? .null }
    /// The `status`; empty if missing.
    var status: JSONObject { json["status"]?.objectValue ?? JSONObject() }
    /// The owner that manages this object.
    var controller: OwnerReference? { ownerReferences.first { $0.isController == true } }
    /// The node that a pod is bound to.
    var nodeName: String? {
        json["spec"]?["nodeName"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
    }
    /// The phase of a pod or namespace.
    var phase: String { json["status"]?["phase"]?.stringValue ?? "" }
    /// Whether a pod has ended, well or not.
    var isFinishedPod: Bool { phase == "Succeeded" || phase == "Failed" }
    /// Whether a pod counts for its controller: neither ended nor being deleted.
    var isActivePod: Bool { !isFinishedPod && !isBeingDeleted }
    /// Whether the `Ready` condition is true.
    var isReady: Bool { condition("Ready")?["status"]?.stringValue == "True" }
    /// The desired number of replicas: `spec.replicas`, 1 if missing.
    var specReplicas: Int { spec["replicas"]?.intValue ?? 1 }

    /// A counter in the status; 0 if missing.
    func statusCount(_ member: String) -> Int { json["status"]?[member]?.intValue ?? 0 }

    /// A condition in the status.
    func condition(_ type: String) -> JSONValue? {
        (json["status"]?["conditions"]?.arrayValue ?? []).first { $0["type"]?.stringValue == type }
    }

    /// An annotation.
    func annotation(_ key: String) -> String? { json["metadata"]?["annotations"]?[key]?.stringValue }
    /// A label.
    func label(_ key: String) -> String? { json["metadata"]?["labels"]?[key]?.stringValue }

    /// Whether a pod has been ready for so many seconds.
    func isAvailable(minReadySeconds: Int, now: Timestamp) -> Bool {
        guard isReady else { return false }
        guard minReadySeconds > 0 else { return true }
        guard let since = readySince else { return false }
        return since.advanced(by: .seconds(minReadySeconds)) <= now
    }

    /// Since when a pod is ready.
    var readySince: Timestamp? {
        condition("Ready")?["lastTransitionTime"]?.stringValue.flatMap { Timestamp($0) }
    }

    /// A reference that makes this object the controller of another.
    func controllerReference(_ type: ResourceType) -> OwnerReference {
        OwnerReference(
            apiVersion: type.apiVersion, kind: type.kind, name: name, uid: uid ?? "", isController: true,
            blocksOwnerDeletion: true)
    }
}

extension ResourceType {
    /// `batch/v1` CronJob.
    static let cronJobs = ResourceType(
        group: "batch", version: "v1", plural: "cronjobs", kind: "CronJob", isNamespaced: true)
    /// `apps/v1` ControllerRevision.
    static let controllerRevisions = ResourceType(
        group: "apps", version: "v1", plural: "controllerrevisions", kind: "ControllerRevision", isNamespaced: true)
    /// `v1` PersistentVolumeClaim.
    static let persistentVolumeClaims = ResourceType(
        group: "", version: "v1", plural: "persistentvolumeclaims", kind: "PersistentVolumeClaim", isNamespaced: true)
    /// `v1` Endpoints.
    static let endpoints = ResourceType(
        group: "", version: "v1", plural: "endpoints", kind: "Endpoints", isNamespaced: true)
}
