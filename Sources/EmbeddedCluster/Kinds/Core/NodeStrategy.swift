import KubeCore

/// Nodes.
struct NodeStrategy: KindStrategy {
    private static let information = [
        "architecture", "bootID", "containerRuntimeVersion", "kernelVersion", "kubeProxyVersion", "kubeletVersion",
        "machineID", "operatingSystem", "osImage", "systemUUID",
    ]

    var hasStatus: Bool { true }
    var keepsStatusOnCreate: Bool { true }  // kubelets register with it

    func applyDefaults(_ object: inout KubeObject) {
        ConditionTimes.fill(&object, "lastHeartbeatTime", "lastTransitionTime")
        object.edit("status") { status in
            status.edit("capacity") { CanonicalQuantity.canonize(&$0) }
            status.edit("allocatable") { CanonicalQuantity.canonize(&$0) }
            if let capacity = status["capacity"] { status.setDefault("allocatable", capacity) }
        }
    }

    func prepareForCreate(_ object: inout KubeObject, _ context: WriteContext) throws(Status) {
        addStatus(&object)
        // A node takes no pods before it has said that it is ready.
        object.editMaking("spec") { spec in
            let key = "node.kubernetes.io/not-ready"
            var taints = spec.list("taints")
            guard !taints.contains(where: { $0.text("key") == key && $0.text("effect") == "NoSchedule" }) else {
                return
            }
            taints.append(["key": .string(key), "effect": "NoSchedule"])
            spec.set(.array(taints), at: "taints")
        }
    }

    func prepareForUpdate(
        _ object: inout KubeObject, old: KubeObject, subresource: String?, _ context: WriteContext
    ) throws(Status) {
        addStatus(&object)
        if object["spec"] == nil { object["spec"] = [:] }
    }

    /// Go writes these even if they say nothing.
    private func addStatus(_ object: inout KubeObject) {
        object.editMaking("status") { status in
            if status[path: "daemonEndpoints", "kubeletEndpoint", "Port"] == nil {
                status.set(0, at: "daemonEndpoints", "kubeletEndpoint", "Port")
            }
            for member in Self.information where status[path: "nodeInfo", member] == nil {
                status.set("", at: "nodeInfo", member)
            }
        }
    }

    func validate(
        _ object: KubeObject, old: KubeObject?, subresource: String?, _ context: WriteContext
    ) -> [FieldError] {
        var errors: [FieldError] = []
        let taints = object.specification.list("taints")
        for (index, taint) in taints.enumerated() {
            let field = "spec.taints[\(index)]"
            let isRepeated = taints[..<index].contains {
                $0.text("key") == taint.text("key") && $0.text("effect") == taint.text("effect")
            }
            if isRepeated {
                errors.append(
                    FieldError(
                        reason: "FieldValueDuplicate", field: field,
                        message: """
                            Duplicate value: {"Key":\(JSONValue.string(taint.text("key")).serialized()),"Value":\
                            \(JSONValue.string(taint.text("value")).serialized()),"Effect":\
                            \(JSONValue.string(taint.text("effect")).serialized()),"TimeAdded":\
                            \((taint["timeAdded"] ?? .null).serialized())}: taints must be unique by key and effect pair
                            """))
            }
            errors += Names.labelValueErrors(taint.text("value")).map { .invalid("\(field).value", taint["value"], $0) }
            errors += Names.qualifiedNameErrors(taint.text("key")).map {
                .invalid("\(field).key", .string(taint.text("key")), $0)
            }
            errors += FieldRules.oneOf(
                taint["effect"], ["NoSchedule", "PreferNoSchedule", "NoExecute"], "\(field).effect", required: true)
        }
        return errors
    }

    var selectableFields: [String] { ["spec.unschedulable"] }
    func selectableField(_ label: String, of object: KubeObject) -> String {
        object.specification["unschedulable"]?.boolValue == true ? "true" : "false"
    }

    private static let table: [TableColumn] = [
        .name, TableColumn("Status", description: "The status of the node"),
        TableColumn("Roles", description: "The roles of the node"), .age,
        .field("Version", "core.v1.NodeSystemInfo", "kubeletVersion"),
        .field("Internal-IP", "core.v1.NodeStatus", "addresses", priority: 1),
        .field("External-IP", "core.v1.NodeStatus", "addresses", priority: 1),
        .field("OS-Image", "core.v1.NodeSystemInfo", "osImage", priority: 1),
        .field("Kernel-Version", "core.v1.NodeSystemInfo", "kernelVersion", priority: 1),
        .field("Container-Runtime", "core.v1.NodeSystemInfo", "containerRuntimeVersion", priority: 1),
    ]

    var columns: [TableColumn] { Self.table }
    func cells(of object: KubeObject, now: Timestamp) -> [JSONValue] {
        let (status, info) = (object.observed, object.observed["nodeInfo"] ?? [:])
        func address(_ type: String) -> JSONValue {
            status.list("addresses").first { $0.text("type") == type }?["address"] ?? "<none>"
        }
        func known(_ member: String) -> JSONValue { .string(info.lacks(member) ? "<unknown>" : info.text(member)) }
        var kernel = info.lacks("kernelVersion") ? "<unknown>" : info.text("kernelVersion")
        if !info.lacks("architecture") { kernel += " (\(info.text("architecture")))" }
        return [
            Cell.name(object), .string(Self.condition(object)), .string(Self.roles(object)), Cell.age(object, now),
            .string(info.text("kubeletVersion")), address("InternalIP"), address("ExternalIP"), known("osImage"),
            .string(kernel), known("containerRuntimeVersion"),
        ]
    }

    private static func condition(_ node: KubeObject) -> String {
        let ready = node.observed.list("conditions").first { $0.text("type") == "Ready" }
        var text = ready.map { $0.text("status") == "True" ? "Ready" : "NotReady" } ?? "Unknown"
        if node.specification["unschedulable"]?.boolValue == true { text += ",SchedulingDisabled" }
        return text
    }

    private static func roles(_ node: KubeObject) -> String {
        var roles: Set<String> = []
        for (label, value) in node.labels {
            let prefix = "node-role.kubernetes.io/"
            if label.hasPrefix(prefix), label.count > prefix.count {
                roles.insert(String(label.dropFirst(prefix.count)))
            } else if label == "kubernetes.io/role", !value.isEmpty {
                roles.insert(value)
            }
        }
        return roles.isEmpty ? "<none>" : roles.sorted().joined(separator: ",")
    }
}
