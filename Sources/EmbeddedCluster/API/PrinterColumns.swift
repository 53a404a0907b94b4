import KubeCore

/// The cells of a custom resource's columns: JSON paths, printed by their type.
enum PrinterColumns {
    /// The columns of a version; its age alone if it declares none.
    static func columns(of version: CustomResourceDefinition.Version) -> [CustomResourceDefinition.PrinterColumn] {
        guard version.printerColumns.isEmpty else { return version.printerColumns }
        return [
            CustomResourceDefinition.PrinterColumn(
                name: "Age", type: "date", format: "", description: TableColumn.age.description, priority: 0,
                jsonPath: ".metadata.creationTimestamp")
        ]
    }

    /// The definition of a column; one without a description says where its values come from.
    static func tableColumn(_ column: CustomResourceDefinition.PrinterColumn) -> TableColumn {
        TableColumn(
            column.name, type: column.type, format: column.format,
            description: column.description.isEmpty
                ? "Custom resource definition column (in JSONPath format): \(column.jsonPath)" : column.description,
            priority: column.priority)
    }

    /// The cell of one column; null if the path finds nothing, or nothing of the column's type.
    static func cell(
        _ column: CustomResourceDefinition.PrinterColumn, of object: KubeObject, now: Timestamp
    ) -> JSONValue {
        guard let path = try? JSONPath(parsing: "{\(column.jsonPath)}") else { return .null }
        guard let first = path.values(in: object.value).first else { return .null }
        switch column.type {
        case "integer":
            if let integer = first.integerValue { return .integer(integer) }
            return first.doubleValue.map { .integer(Int64($0)) } ?? .null
        case "number": return first.isNumber ? first : .null
        case "boolean": return first.boolValue.map { .bool($0) } ?? .null
        case "string": return .string(text(of: first))
        case "date":
            guard let text = first.stringValue, let time = Timestamp(text) else { return .string("<invalid>") }
            return .string(HumanDuration.since(time, now: now))
        default: return .null
        }
    }

    private static func text(of value: JSONValue) -> String {
        value.stringValue ?? value.serialized(.canonical)
    }
}
