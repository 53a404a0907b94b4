import KubeCore

/// Pods: mostly immutable, and given time to end.
struct PodStrategy: KindStrategy {
    var hasStatus: Bool { true }
    var generationMembers: [String]? { ["spec"] }
    var returnsDeletedObject: Bool { true }

    func applyDefaults(_ object: inout KubeObject) {
        object.edit("spec") { spec in
            PodDefaults.applyToSpec(&spec)
            spec.setDefault("enableServiceLinks", true)
            for member in ["containers", "initContainers"] {
                spec.editEach(member) { Self.defaultRequests(&$0) }
            }
        }
        PodStatusDefaults.apply(&object)
    }

    /// What is limited is asked for in the same amount if nothing else is said.
    private static func defaultRequests(_ container: inout JSONValue) {
        guard let limits = container[path: "resources", "limits"]?.objectValue else { return }
        for (name, limit) in limits where container[path: "resources", "requests", name] == nil {
            container.set(limit, at: "resources", "requests", name)
        }
    }

    func prepareForCreate(_ object: inout KubeObject, _ context: WriteContext) throws(Status) {
        object["status"] = ["phase": "Pending", "qosClass": .string(QualityOfService.of(object.specification))]
        try PodAdmission.setPriority(&object, context)
        object.editMaking("spec") { PodAdmission.addTolerations(&$0) }
    }

    func prepareForUpdate(
        _ object: inout KubeObject, old: KubeObject, subresource: String?, _ context: WriteContext
    ) throws(Status) {
        switch subresource {
        case nil, "ephemeralcontainers", "resize":
            object["status"] = old["status"]
            object.edit("spec") { spec in
                // What admission once added stays, though a client leaves it out.
                for member in ["priority", "preemptionPolicy"] {
                    if let value = old.specification[member] { spec.setDefault(member, value) }
                }
                PodAdmission.addTolerations(&spec)
            }
            if subresource == "ephemeralcontainers" {
                let containers = object.specification["ephemeralContainers"]
                object["spec"] = old["spec"]
                object.set(containers, at: "spec", "ephemeralContainers")
            }
        case "status":
            object.editMaking("status") { status in
                if let quality = old.observed["qosClass"] { status.setDefault("qosClass", quality) }
            }
        default: break
        }
    }

    func validate(
        _ object: KubeObject, old: KubeObject?, subresource: String?, _ context: WriteContext
    ) -> [FieldError] {
        guard let old else { return PodValidation.errors(object.specification, "spec") }
        switch subresource {
        case nil: return PodUpdateRules.errors(object.specification, old: old.specification)
        case "ephemeralcontainers", "resize": return PodValidation.errors(object.specification, "spec")
        default: return []
        }
    }

    func warnings(_ object: KubeObject, old: KubeObject?) -> [String] {
        if let old, old.specification == object.specification { return [] }
        return PodWarnings.warnings(object.specification, "spec")
    }

    func gracePeriod(of object: KubeObject, _ requested: Int64?) -> Int64 {
        guard !object.specification.text("nodeName").isEmpty,
            !["Failed", "Succeeded"].contains(object.observed.text("phase"))
        else { return 0 }
        let period = requested ?? object.specification["terminationGracePeriodSeconds"]?.integerValue ?? 30
        return period < 0 ? 1 : period
    }

    var endsGracefully: Bool { true }

    var columns: [TableColumn] { PodTable.columns }
    func cells(of object: KubeObject, now: Timestamp) -> [JSONValue] { PodTable.cells(of: object, now: now) }
    func rowConditions(of object: KubeObject) -> [JSONValue] { PodTable.conditions(of: object) }

    var selectableFields: [String] {
        [
            "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork",
            "status.phase", "status.podIP", "status.podIPs", "status.nominatedNodeName",
        ]
    }

    func selectableField(_ label: String, of object: KubeObject) -> String {
        let path = label.split(separator: ".").map(String.init)
        let value = object.value.value(at: path[...])
        switch label {
        case "spec.hostNetwork": return value?.boolValue == true ? "true" : "false"
        case "status.podIPs": return object.observed.list("podIPs").first?.text("ip") ?? ""
        default: return value?.stringValue ?? ""
        }
    }
}

/// What the API server fills into the status of pods: members that Go always writes.
enum PodStatusDefaults {
    static func apply(_ object: inout KubeObject) {
        ConditionTimes.fill(&object, "lastProbeTime", "lastTransitionTime")
        object.edit("status") { status in
            for member in ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"] {
                status.editEach(member) { container in
                    container.setDefault("lastState", [:])
                    container.setDefault("state", [:])
                    container.setDefault("ready", false)
                    container.setDefault("restartCount", 0)
                    container.setDefault("image", "")
                    container.setDefault("imageID", "")
                    for state in ["state", "lastState"] { container.edit(state) { applyToState(&$0) } }
                }
            }
            // The first of several addresses is the one of old.
            for (single, several) in [("podIP", "podIPs"), ("hostIP", "hostIPs")] {
                let address = status.text(single)
                if !address.isEmpty, status.lacks(several) {
                    status.set([["ip": .string(address)]], at: several)
                } else if address.isEmpty, let first = status.list(several).first {
                    status.set(first["ip"], at: single)
                }
            }
        }
    }

    private static func applyToState(_ state: inout JSONValue) {
        state.edit("running") { $0.setDefault("startedAt", .null) }
        state.edit("terminated") { terminated in
            terminated.setDefault("exitCode", 0)
            terminated.setDefault("startedAt", .null)
            terminated.setDefault("finishedAt", .null)
        }
    }
}
