import KubeCore

/// Finds the fields of an object that its schema does not declare, for `fieldValidation`.
package enum UnknownFields {
    /// The paths of the undeclared fields, as the real server words them (`spec.containers[0].imagee`), sorted.
    package static func find(in object: JSONValue, schema: Schema) -> [String] {
        var found: [String] = []
        collect(object, schema, "", &found)
        return found.sorted { $0.utf8Less(than: $1) }
    }

    private static func collect(_ value: JSONValue, _ node: Schema, _ path: String, _ found: inout [String]) {
        let schema = node.resolved
        switch value {
        case .object(let object):
            if schema.isIntOrString { return }
            let carriesMetadata = schema.carriesObjectMetadata
            for (key, member) in object {
                let child = path.isEmpty ? key : "\(path).\(key)"
                if carriesMetadata, key == "apiVersion" || key == "kind" { continue }
                if carriesMetadata, key == "metadata" {
                    if let metadata = BuiltInSchemas.objectMetadata { collect(member, metadata, child, &found) }
                } else if let property = schema.properties[key] {
                    collect(member, property, child, &found)
                } else if let property = schema.additionalPropertiesSchema {
                    collect(member, property, child, &found)
                } else if isOpen(schema) {
                    continue
                } else {
                    found.append(child)
                }
            }
        case .array(let items):
            guard let item = schema.items else { return }
            for (index, element) in items.enumerated() { collect(element, item, "\(path)[\(index)]", &found) }
        default: return
        }
    }

    /// Whether an object may have members that no schema describes.
    private static func isOpen(_ schema: Schema) -> Bool {
        if schema.preservesUnknownFields { return true }
        if case .allowed(true) = schema.additionalProperties { return true }
        // A built-in definition without properties is free-form; a custom resource's object without them has none.
        return schema.isFreeForm
    }
}
