import KubeCore

/// Columns that show a field and are described as the field is.
extension TableColumn {
    /// A column with the documentation of a field of a type, such as `status` of `apps.v1.Deployment`.
    static func field(
        _ name: String, _ type: String, _ field: String, is valueType: String = "string", priority: Int = 0
    ) -> TableColumn {
        let definition = SchemaTables.source(of: "io.k8s.api.\(type)")
        let number = definition?[path: "properties", field, "description"]?.intValue
        let text = number.flatMap { SchemaTables.description($0) } ?? ""
        return TableColumn(name, type: valueType, description: prose(text), priority: priority)
    }

    /// The documentation without the list of values, which only the schema has.
    private static func prose(_ text: String) -> String {
        let mark = "\n\nPossible enum values:"
        var lines: [Substring] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line == mark.dropFirst(2) { break }
            lines.append(line)
        }
        while lines.last?.isEmpty == true { lines.removeLast() }
        return lines.joined(separator: "\n")
    }

    /// The time of creation, as kinds without other columns show it.
    static let createdAt = TableColumn("Created At", type: "date", description: TableColumn.age.description)
    /// The names of the containers of a template, in wide output.
    static let containers = TableColumn(
        "Containers", description: "Names of each container in the template.", priority: 1)
    /// The images of a template, in wide output.
    static let images = TableColumn(
        "Images", description: "Images referenced by each container in the template.", priority: 1)
}

/// Cells that many tables have.
enum Cell {
    /// The name of an object.
    static func name(_ object: KubeObject) -> JSONValue { .string(object.name) }

    /// The age of an object.
    static func age(_ object: KubeObject, _ now: Timestamp) -> JSONValue {
        .string(HumanDuration.age(of: object, now: now))
    }

    /// How long a moment is past, or `<unknown>`.
    static func since(_ value: JSONValue?, _ now: Timestamp) -> JSONValue {
        .string(value?.stringValue.flatMap { Timestamp($0) }.map { HumanDuration.since($0, now: now) } ?? "<unknown>")
    }

    /// The time of creation.
    static func created(_ object: KubeObject) -> JSONValue {
        object[path: "metadata", "creationTimestamp"] ?? .null
    }

    /// A label selector in its query form.
    static func selector(_ selector: JSONValue?) -> JSONValue {
        guard let selector, let parsed = LabelSelector(selector) else { return "<none>" }
        let text = parsed.sortedByKey.description
        return .string(text.isEmpty ? "<none>" : text)
    }

    /// A map of labels as `a=b,c=d`.
    static func labels(_ map: JSONValue?) -> JSONValue {
        let pairs = (map?.objectValue ?? JSONObject()).sorted.map { "\($0.key)=\($0.value.stringValue ?? "")" }
        return .string(pairs.isEmpty ? "<none>" : pairs.joined(separator: ","))
    }

    /// The names and images of the containers of a template.
    static func containers(_ template: JSONValue?) -> [JSONValue] {
        let containers = template?["spec"]?.list("containers") ?? []
        return ["name", "image"].map { member in
            .string(containers.map { $0.text(member) }.joined(separator: ","))
        }
    }

    /// A number, 0 if it is missing.
    static func number(_ value: JSONValue?) -> JSONValue { .integer(value?.integerValue ?? 0) }
}

extension LabelSelector {
    /// The same selector in the order in which it is printed.
    var sortedByKey: LabelSelector { LabelSelector(requirements.sorted { $0.key < $1.key }) }
}
