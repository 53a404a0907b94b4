import KubeCore

/// Namespaces: they stay while their content is deleted, held by a finalizer in their `spec`.
package struct NamespaceStrategy: KindStrategy {
    package init() {}

    package var nameRule: NameRule { .label }
    package var hasStatus: Bool { true }
    package var returnsDeletedObject: Bool { true }
    package var selectableFields: [String] { ["name", "status.phase"] }

    /// The label by which selectors find a namespace of a certain name.
    static let nameLabel = "kubernetes.io/metadata.name"

    package func applyDefaults(_ object: inout KubeObject) {
        guard !object.name.isEmpty, object.labels[Self.nameLabel] != object.name else { return }
        object.set(.string(object.name), at: "metadata", "labels", Self.nameLabel)
    }

    package func prepareForCreate(_ object: inout KubeObject, _ context: WriteContext) throws(Status) {
        applyDefaults(&object)  // the name may have been generated since
        object.set(["phase": "Active"], at: "status")
        var finalizers = object[path: "spec", "finalizers"]?.stringArrayValue ?? []
        if !finalizers.contains("kubernetes") { finalizers.append("kubernetes") }
        object.set(JSONValue(finalizers), at: "spec", "finalizers")
    }

    package func prepareForUpdate(
        _ object: inout KubeObject, old: KubeObject, subresource: String?, _ context: WriteContext
    ) throws(Status) {
        if subresource != "finalize" { object["spec"] = old["spec"] }
        if subresource == "finalize" { object["status"] = old["status"] }
    }

    package func selectableField(_ label: String, of object: KubeObject) -> String {
        label == "name" ? object.name : object[path: "status", "phase"]?.stringValue ?? ""
    }

    package func isHeld(_ object: KubeObject) -> Bool {
        !object.finalizers.isEmpty || !(object[path: "spec", "finalizers"]?.arrayValue ?? []).isEmpty
    }

    package var recordsGracePeriod: Bool { false }

    package func markDeleted(_ object: inout KubeObject) {
        object.set("Terminating", at: "status", "phase")
    }

    package var columns: [TableColumn] {
        [.name, TableColumn("Status", description: "The status of the namespace"), .age]
    }

    package func cells(of object: KubeObject, now: Timestamp) -> [JSONValue] {
        [
            .string(object.name), .string(object[path: "status", "phase"]?.stringValue ?? ""),
            .string(HumanDuration.age(of: object, now: now)),
        ]
    }
}
