import KubeCore

/// What strategic merge patches must know of the kinds that `k8s` settings patch: which lists merge, and by what
/// (`patchStrategy` and `patchMergeKey` in the API's types).
struct WorkloadPatchSchema: PatchSchema {
    private let kind: String
    private let name: String

    /// The schema of an object of a kind.
    init(kind: String) { self.init(kind: kind, name: "") }

    private init(kind: String, name: String) {
        self.kind = kind
        self.name = name
    }

    func field(_ name: String) -> WorkloadPatchSchema? { WorkloadPatchSchema(kind: kind, name: name) }

    /// An element's members are found by their own names.
    var element: WorkloadPatchSchema? { WorkloadPatchSchema(kind: kind, name: "") }

    var mergesLists: Bool { mergeKey != nil || name == "finalizers" }

    var replacesMaps: Bool { false }

    var mergeKey: String? {
        switch name {
        case "containers", "initContainers", "ephemeralContainers", "env", "volumes", "imagePullSecrets",
            "schedulingGates", "resourceClaims":
            "name"
        case "ports": kind == "Service" ? "port" : "containerPort"
        case "volumeMounts": "mountPath"
        case "volumeDevices": "devicePath"
        case "hostAliases": "ip"
        case "topologySpreadConstraints": "topologyKey"
        default: nil
        }
    }
}
