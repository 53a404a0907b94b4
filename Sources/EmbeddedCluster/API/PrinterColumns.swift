import KubeCore

/// The cells of a custom resource's columns: JSON paths, printed by their type.
enum PrinterColumns {
    /// The columns of a definition's version; its age alone if it has none.
    static func columns(of version: JSONValue) -> [CustomResourceVersion.PrinterColumn] {
        let declared = version["additionalPrinterColumns"]?.arrayValue ?? []
        guard !declared.isEmpty else {
            return [
                CustomResourceVersion.PrinterColumn(
                    column: TableColumn(
                        "Age", type: "date",
                        description:
                            "Custom resource definition column (in JSONPath format): .metadata.creationTimestamp"),
                    path: ".metadata.creationTimestamp")
            ]
        }
        return declared.map { column in
            let path = column["jsonPath"]?.stringValue ?? ""
            let description = column["description"]?.stringValue ?? ""
            return CustomResourceVersion.PrinterColumn(
                column: TableColumn(
                    column["name"]?.stringValue ?? "", type: column["type"]?.stringValue ?? "string",
                    format: column["format"]?.stringValue ?? "",
                    description: description.isEmpty
                        ? "Custom resource definition column (in JSONPath format): \(path)" : description,
                    priority: column["priority"]?.intValue ?? 0),
                path: path)
        }
    }

    /// The cell of one column; null if the path finds nothing, or nothing of the column's type.
    static func cell(
        _ column: CustomResourceVersion.PrinterColumn, of object: KubeObject, now: Timestamp
    ) -> JSONValue {
        guard let path = try? JSONPath(parsing: "{\(column.path)}") else { return .null }
        guard let first = path.values(in: object.value).first else { return .null }
        switch column.column.type {
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
