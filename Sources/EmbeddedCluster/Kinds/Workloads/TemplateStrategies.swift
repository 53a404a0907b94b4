import KubeCore

/// Templates of pods that stand by themselves.
struct PodTemplateStrategy: KindStrategy {
    var generationMembers: [String]? { ["template"] }
    var returnsDeletedObject: Bool { true }

    func applyDefaults(_ object: inout KubeObject) {
        object.editMaking("template") { PodDefaults.applyToTemplate(&$0) }
    }

    func validate(
        _ object: KubeObject, old: KubeObject?, subresource: String?, _ context: WriteContext
    ) -> [FieldError] {
        PodValidation.templateErrors(object["template"] ?? [:], "template")
    }

    func warnings(_ object: KubeObject, old: KubeObject?) -> [String] {
        PodWarnings.ofTemplate(object, old: old, "template")
    }

    private static let table: [TableColumn] = [
        .name, TableColumn("Containers", description: "Names of each container in the template."),
        TableColumn("Images", description: "Images referenced by each container in the template."),
        TableColumn("Pod Labels", description: "The labels for the pod template."),
    ]

    var columns: [TableColumn] { Self.table }
    func cells(of object: KubeObject, now: Timestamp) -> [JSONValue] {
        [Cell.name(object)] + Cell.containers(object["template"])
            + [Cell.labels(object[path: "template", "metadata", "labels"])]
    }
}

/// Revisions of stateful and daemon sets, whose content never changes.
struct ControllerRevisionStrategy: KindStrategy {
    func validate(
        _ object: KubeObject, old: KubeObject?, subresource: String?, _ context: WriteContext
    ) -> [FieldError] {
        var errors = FieldRules.nonNegative(object["revision"], "revision")
        if object["data"] == nil { errors.append(.required("data", "data is mandatory")) }
        if let old { errors += FieldRules.immutable(object["data"], old["data"], "data") }
        return errors
    }

    private static let table: [TableColumn] = [
        .name, TableColumn("Controller", description: "Controller of the object"),
        .field("Revision", "apps.v1.ControllerRevision", "revision"), .age,
    ]

    var columns: [TableColumn] { Self.table }
    func cells(of object: KubeObject, now: Timestamp) -> [JSONValue] {
        var controller = "<none>"
        for reference in object[path: "metadata", "ownerReferences"]?.arrayValue ?? []
        where reference["controller"]?.boolValue == true {
            let apiVersion = GroupVersion(apiVersion: reference.text("apiVersion"))
            let kind = reference.text("kind").lowercased()
            let group = apiVersion?.group ?? ""
            controller = "\(group.isEmpty ? kind : "\(kind).\(group)")/\(reference.text("name"))"
        }
        return [Cell.name(object), .string(controller), Cell.number(object["revision"]), Cell.age(object, now)]
    }
}
