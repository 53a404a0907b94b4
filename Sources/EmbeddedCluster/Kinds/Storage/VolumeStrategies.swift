import KubeCore

/// Claims of volumes.
struct PersistentVolumeClaimStrategy: KindStrategy {
    var hasStatus: Bool { true }
    var returnsDeletedObject: Bool { true }

    func applyDefaults(_ object: inout KubeObject) {
        object.editMaking("spec") { ClaimDefaults.applyToSpec(&$0) }
        ConditionTimes.fill(&object, "lastProbeTime", "lastTransitionTime")
        object.edit("status") { status in
            status.setDefaultText("phase", "Pending")
            status.edit("capacity") { CanonicalQuantity.canonize(&$0) }
        }
    }

    func prepareForCreate(_ object: inout KubeObject, _ context: WriteContext) throws(Status) {
        object["status"] = ["phase": "Pending"]
    }

    func validate(
        _ object: KubeObject, old: KubeObject?, subresource: String?, _ context: WriteContext
    ) -> [FieldError] {
        guard subresource != "status" else { return [] }
        let spec = object.specification
        var errors = ClaimValidation.errors(spec, "spec")
        if let old { errors += changeErrors(spec, old: old.specification) }
        return errors
    }

    private func changeErrors(_ spec: JSONValue, old: JSONValue) -> [FieldError] {
        var settled = spec
        settled.set(old["resources"], at: "resources")
        settled.set(old["volumeAttributesClassName"], at: "volumeAttributesClassName")
        if old.text("volumeName").isEmpty { settled.set(old["volumeName"], at: "volumeName") }
        guard settled != old else { return [] }
        return [
            .forbidden(
                "spec",
                "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"
            )
        ]
    }

    private static let table: [TableColumn] = [
        .name, .field("Status", "core.v1.PersistentVolumeClaimStatus", "phase"),
        .field("Volume", "core.v1.PersistentVolumeClaimSpec", "volumeName"),
        .field("Capacity", "core.v1.PersistentVolumeClaimStatus", "capacity"),
        .field("Access Modes", "core.v1.PersistentVolumeClaimStatus", "accessModes"),
        TableColumn("StorageClass", description: "StorageClass of the pvc"),
        TableColumn("VolumeAttributesClass", description: "VolumeAttributesClass of the pvc"), .age,
        .field("VolumeMode", "core.v1.PersistentVolumeClaimSpec", "volumeMode", priority: 1),
    ]

    var columns: [TableColumn] { Self.table }
    func cells(of object: KubeObject, now: Timestamp) -> [JSONValue] {
        let (spec, status) = (object.specification, object.observed)
        let isBound = !spec.text("volumeName").isEmpty
        let storage = isBound ? status[path: "capacity", "storage"]?.stringValue ?? "" : ""
        return [
            Cell.name(object), .string(object.isBeingDeleted ? "Terminating" : status.text("phase")),
            .string(spec.text("volumeName")), .string(storage),
            .string(isBound ? AccessModes.short(status.list("accessModes")) : ""),
            .string(spec.text("storageClassName")),
            .string(spec["volumeAttributesClassName"]?.stringValue ?? "<unset>"), Cell.age(object, now),
            .string(spec["volumeMode"]?.stringValue ?? "<unset>"),
        ]
    }
}

/// Volumes.
struct PersistentVolumeStrategy: KindStrategy {
    var hasStatus: Bool { true }
    var returnsDeletedObject: Bool { true }

    func applyDefaults(_ object: inout KubeObject) {
        object.editMaking("spec") { spec in
            spec.setDefaultText("persistentVolumeReclaimPolicy", "Retain")
            spec.setDefaultText("volumeMode", "Filesystem")
            spec.edit("capacity") { CanonicalQuantity.canonize(&$0) }
            spec.edit("hostPath") { $0.setDefault("type", "") }
        }
        object.edit("status") { $0.setDefaultText("phase", "Pending") }
    }

    func prepareForCreate(_ object: inout KubeObject, _ context: WriteContext) throws(Status) {
        object["status"] = [
            "phase": "Pending", "lastPhaseTransitionTime": .string(context.now.description),
        ]
    }

    func validate(
        _ object: KubeObject, old: KubeObject?, subresource: String?, _ context: WriteContext
    ) -> [FieldError] {
        guard subresource != "status" else { return [] }
        let spec = object.specification
        var errors: [FieldError] = []
        errors += ClaimValidation.accessModes(spec, "spec", "")
        if spec.lacks("capacity") { errors.append(.required("spec.capacity")) }
        let capacity = spec["capacity"]?.objectValue ?? JSONObject()
        if !capacity.isEmpty, capacity["storage"] == nil || capacity.count > 1 {
            errors.append(
                FieldError(
                    reason: "FieldValueNotSupported", field: "spec.capacity",
                    message:
                        "Unsupported value: \(JSONValue.object(capacity).serialized()): supported values: \"storage\""))
        }
        for (name, value) in capacity.sorted {
            guard let quantity = Quantity(value), quantity.nanos <= 0 else { continue }
            errors.append(.invalid("spec.capacity[\(name)]", value, "must be greater than zero"))
        }
        errors += sourceErrors(spec)
        return errors
            + FieldRules.oneOf(
                spec["persistentVolumeReclaimPolicy"], ["Delete", "Recycle", "Retain"],
                "spec.persistentVolumeReclaimPolicy")
    }

    private func sourceErrors(_ spec: JSONValue) -> [FieldError] {
        let sources = [
            "hostPath", "gcePersistentDisk", "awsElasticBlockStore", "glusterfs", "flocker", "nfs", "rbd", "quobyte",
            "cephfs", "iscsi", "cinder", "fc", "flexVolume", "azureFile", "vsphereVolume", "photonPersistentDisk",
            "portworxVolume", "azureDisk", "scaleIO", "local", "storageos", "csi",
        ].filter { spec[$0] != nil }
        if sources.isEmpty { return [.required("spec", "must specify a volume type")] }
        var errors: [FieldError] = sources.dropFirst().map {
            .forbidden("spec.\($0)", "may not specify more than 1 volume type")
        }
        if let source = spec["hostPath"], source.text("path").isEmpty {
            errors.append(.required("spec.hostPath.path"))
        }
        if let source = spec["csi"] {
            errors += VolumeValidation.driver(source["driver"], "spec.csi.driver")
            if source.text("volumeHandle").isEmpty { errors.append(.required("spec.csi.volumeHandle")) }
        }
        return errors
    }

    private static let table: [TableColumn] = [
        .name, .field("Capacity", "core.v1.PersistentVolumeSpec", "capacity"),
        .field("Access Modes", "core.v1.PersistentVolumeSpec", "accessModes"),
        .field("Reclaim Policy", "core.v1.PersistentVolumeSpec", "persistentVolumeReclaimPolicy"),
        .field("Status", "core.v1.PersistentVolumeStatus", "phase"),
        .field("Claim", "core.v1.PersistentVolumeSpec", "claimRef"),
        TableColumn("StorageClass", description: "StorageClass of the pv"),
        TableColumn("VolumeAttributesClass", description: "VolumeAttributesClass of the pv"),
        .field("Reason", "core.v1.PersistentVolumeStatus", "reason"), .age,
        .field("VolumeMode", "core.v1.PersistentVolumeSpec", "volumeMode", priority: 1),
    ]

    var columns: [TableColumn] { Self.table }
    func cells(of object: KubeObject, now: Timestamp) -> [JSONValue] {
        let (spec, status) = (object.specification, object.observed)
        let claim = spec["claimRef"].map { "\($0.text("namespace"))/\($0.text("name"))" } ?? ""
        return [
            Cell.name(object), .string(spec[path: "capacity", "storage"]?.stringValue ?? ""),
            .string(AccessModes.short(spec.list("accessModes"))), .string(spec.text("persistentVolumeReclaimPolicy")),
            .string(object.isBeingDeleted ? "Terminating" : status.text("phase")), .string(claim),
            .string(spec.text("storageClassName")),
            .string(spec["volumeAttributesClassName"]?.stringValue ?? "<unset>"), .string(status.text("reason")),
            Cell.age(object, now), .string(spec["volumeMode"]?.stringValue ?? "<unset>"),
        ]
    }
}

/// How volumes may be mounted, in short.
enum AccessModes {
    private static let names = [
        ("ReadWriteOnce", "RWO"), ("ReadOnlyMany", "ROX"), ("ReadWriteMany", "RWX"), ("ReadWriteOncePod", "RWOP"),
    ]

    static func short(_ modes: [JSONValue]) -> String {
        names.filter { modes.contains(.string($0.0)) }.map(\.1).joined(separator: ",")
    }
}
