import KubeCore

/// Which objects a list or watch is about: a namespace and selectors.
struct ObjectFilter: Sendable {
    let labels: LabelSelector
    let fields: FieldSelector
    let namespace: String?
    let resource: ServedResource

    /// Whether every object of the namespace passes.
    var isTrivial: Bool { labels.requirements.isEmpty && fields.requirements.isEmpty }

    init(_ options: ListOptions, _ resource: ServedResource, namespace: String?, name: String? = nil) throws(Status) {
        labels = options.labelSelector
        self.namespace = namespace
        self.resource = resource
        var requirements = options.fieldSelector.requirements
        for requirement in requirements { try Self.check(requirement.field, resource) }
        if let name { requirements.append(FieldSelector.Requirement(field: "metadata.name", value: name)) }
        fields = FieldSelector(requirements)
    }

    /// Kinds without labels of their own say which there are; others only that it is not supported.
    private static func check(_ field: String, _ resource: ServedResource) throws(Status) {
        guard field != "metadata.name", field != "metadata.namespace" else { return }
        if let custom = resource.custom {
            guard custom.version.selectableFields.contains("." + field) else {
                throw .badRequest("field label not supported: \(field)")
            }
            return
        }
        let selectable = resource.strategy.selectableFields
        guard !selectable.contains(field) else { return }
        if selectable.isEmpty {
            throw .badRequest(
                """
                \(JSONValue.string(field).serialized()) is not a known field selector: only "metadata.name", \
                "metadata.namespace"
                """)
        }
        throw .badRequest("field label not supported: \(field)")
    }

    func matches(_ stored: StoredObject) -> Bool {
        if let namespace, stored.namespace != namespace { return false }
        guard labels.matches(stored.labels) else { return false }
        guard !fields.requirements.isEmpty else { return true }
        var object: KubeObject?
        return fields.matches { label in
            switch label {
            case "metadata.name": return stored.name
            case "metadata.namespace": return stored.namespace ?? ""
            default:
                let whole = object ?? stored.object
                object = whole
                guard let custom = resource.custom else {
                    return resource.strategy.selectableField(label, of: whole)
                }
                return custom.version.selectableValue("." + label, of: whole) ?? ""
            }
        }
    }
}
