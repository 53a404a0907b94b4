import KubeCore

/// Reads `metadata.managedFields` (KEP-555): who wrote a field.
enum FieldManagers {
    /// The manager beside ourselves that last wrote a field, or anything in it; nil if the server does not say.
    ///
    /// - Parameter path: a JSON pointer; a list index matches any element, since managed fields name elements by keys.
    static func lastWriter(of path: String, in object: KubeObject) -> String? {
        let segments = JSONPointer(parsing: path)?.segments ?? []
        let entries = object[path: "metadata", "managedFields"]?.arrayValue ?? []
        return entries.filter { entry in
            entry["manager"]?.stringValue != Labels.manager && owns(entry["fieldsV1"], segments[...])
        }
        .max { ($0["time"]?.stringValue ?? "") < ($1["time"]?.stringValue ?? "") }?["manager"]?.stringValue
    }

    private static func owns(_ fields: JSONValue?, _ segments: ArraySlice<String>) -> Bool {
        guard let fields else { return false }
        guard let first = segments.first else { return true }
        let rest = segments.dropFirst()
        if let field = fields["f:\(first)"] { return field.objectValue?.isEmpty ?? true || owns(field, rest) }
        guard first.allSatisfy(\.isNumber) else { return false }
        return (fields.objectValue ?? [:]).contains { key, element in
            ["k:", "v:", "i:"].contains { key.hasPrefix($0) } && owns(element, rest)
        }
    }
}
