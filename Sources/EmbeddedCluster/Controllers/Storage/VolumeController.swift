import KubeCore

/// Volumes: every claim that may be provisioned gets a volume of its own and is bound to it; the volume goes with the
/// claim unless its reclaim policy says otherwise.
///
/// A claim with an empty class waits for a volume that somebody makes for it, as in a real cluster. The simulation has
/// no topology, so it does not wait for the first consumer.
struct VolumeController: ClusterController {
    var name: String { "persistentvolume-binder" }

    static let bound = "pv.kubernetes.io/bind-completed"
    static let provisioner = "simulation.boltrope.dev/volumes"

    func requests(for change: ClusterChange, in cache: ClusterCache) -> [ResourceKey] {
        switch change.type {
        case .persistentVolumeClaims:
            let volume = change.object.spec["volumeName"]?.stringValue ?? ""
            return [ResourceKey(.persistentVolumeClaims, change.object)]
                + (volume.isEmpty
                    ? []
                    : [
                        ResourceKey(
                            resource: ResourceType.persistentVolumes.qualifiedName, namespace: nil, name: volume)
                    ])
        case .persistentVolumes:
            let claim = change.object.spec["claimRef"]
            guard let name = claim?["name"]?.stringValue else {
                return [ResourceKey(.persistentVolumes, change.object)]
            }
            return [
                ResourceKey(.persistentVolumes, change.object),
                ResourceKey(
                    resource: ResourceType.persistentVolumeClaims.qualifiedName,
                    namespace: claim?["namespace"]?.stringValue, name: name),
            ]
        default: return []
        }
    }

    func decide(_ key: ResourceKey, _ context: inout ControllerContext) -> [ControllerAction] {
        guard let object = context.cache.object(key), !object.isBeingDeleted else { return [] }
        return key.resource == ResourceType.persistentVolumes.qualifiedName
            ? volume(object, context.cache) : claim(object, context.cache)
    }

    private func claim(_ claim: KubeObject, _ cache: ClusterCache) -> [ControllerAction] {
        let named = claim.spec["volumeName"]?.stringValue ?? ""
        guard !named.isEmpty else {
            let found = cache.objects(.persistentVolumes).first {
                $0.spec[path: "claimRef", "uid"]?.stringValue == claim.uid
            }
            if let found {
                var new = claim
                new.set(.string(found.name), at: "spec", "volumeName")
                new.annotations[Self.bound] = "yes"
                return ControllerAction.patch(.persistentVolumeClaims, from: claim, to: new)
            }
            guard claim.spec["storageClassName"]?.stringValue != "" else { return [] }
            return [.create(.persistentVolumes, Self.volume(for: claim))]
        }
        guard let volume = cache.object(.persistentVolumes, namespace: nil, name: named) else {
            guard claim.annotation(Self.bound) != nil else { return [] }
            return status(of: claim, phase: "Lost", volume: nil)
        }
        return status(of: claim, phase: "Bound", volume: volume)
    }

    private func status(of claim: KubeObject, phase: String, volume: KubeObject?) -> [ControllerAction] {
        var status = claim.status
        status["phase"] = .string(phase)
        if let volume {
            status["capacity"] = volume.spec["capacity"]
            status["accessModes"] = volume.spec["accessModes"]
        }
        return ControllerAction.patchStatus(of: claim, .persistentVolumeClaims, to: status)
    }

    private func volume(_ volume: KubeObject, _ cache: ClusterCache) -> [ControllerAction] {
        var status = volume.status
        let reference = volume.spec["claimRef"]
        let owner = cache.object(
            .persistentVolumeClaims, namespace: reference?["namespace"]?.stringValue,
            name: reference?["name"]?.stringValue ?? "")
        if let uid = reference?["uid"]?.stringValue, owner?.uid != uid {
            // A claim that has not been seen yet is told from one that is gone by the phase that the volume had.
            guard ["Bound", "Released"].contains(status["phase"]?.stringValue ?? "") else { return [] }
            if volume.spec["persistentVolumeReclaimPolicy"]?.stringValue == "Delete" {
                return [.delete(.persistentVolumes, volume)]
            }
            status["phase"] = "Released"
        } else {
            status["phase"] = owner == nil ? "Available" : "Bound"
        }
        return ControllerAction.patchStatus(of: volume, .persistentVolumes, to: status)
    }

    private static func volume(for claim: KubeObject) -> KubeObject {
        var volume = KubeObject(type: .persistentVolumes, name: "pvc-\(claim.uid ?? "")")
        volume.annotations = ["pv.kubernetes.io/provisioned-by": provisioner]
        var spec: JSONObject = [
            "accessModes": claim.spec["accessModes"] ?? ["ReadWriteOnce"],
            "capacity": ["storage": claim.spec[path: "resources", "requests", "storage"] ?? "1Gi"],
            "claimRef": [
                "apiVersion": "v1", "kind": "PersistentVolumeClaim", "name": .string(claim.name),
                "namespace": .string(claim.namespace ?? ""), "uid": .string(claim.uid ?? ""),
            ],
            "hostPath": ["path": .string("/var/local/volumes/\(claim.uid ?? "")"), "type": ""],
            "persistentVolumeReclaimPolicy": "Delete",
            "volumeMode": claim.spec["volumeMode"] ?? "Filesystem",
        ]
        if let name = claim.spec["storageClassName"] { spec["storageClassName"] = name }
        volume["spec"] = .object(spec)
        return volume
    }
}

extension ResourceType {
    /// `v1` PersistentVolume.
    static let persistentVolumes = ResourceType(
        group: "", version: "v1", plural: "persistentvolumes", kind: "PersistentVolume", isNamespaced: false)
}
