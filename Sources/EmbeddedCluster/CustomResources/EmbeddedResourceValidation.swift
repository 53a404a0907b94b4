import KubeCore

/// Checks the objects inside of custom resources (`x-kubernetes-embedded-resource`): what they are and their metadata.
enum EmbeddedResourceValidation {
    /// What is wrong with the embedded objects of a value.
    static func faults(of value: JSONValue, _ schema: Schema, at path: String) -> [FieldError] {
        var faults: [FieldError] = []
        switch value {
        case .object(let object):
            if schema.isEmbeddedResource { faults += resourceFaults(object, path) }
            for (key, member) in object.sorted {
                if let property = schema.properties[key] {
                    faults += self.faults(of: member, property, at: path.isEmpty ? key : "\(path).\(key)")
                } else if let values = schema.additionalPropertiesSchema {
                    faults += self.faults(of: member, values, at: "\(path)[\(key)]")
                }
            }
        case .array(let items):
            guard let item = schema.items else { break }
            for (index, element) in items.enumerated() {
                faults += self.faults(of: element, item, at: "\(path)[\(index)]")
            }
        default: break
        }
        return faults
    }

    private static func resourceFaults(_ object: JSONObject, _ path: String) -> [FieldError] {
        var faults: [FieldError] = []
        for key in ["apiVersion", "kind"] {
            let field = "\(path).\(key)"
            guard let value = object[key] else {
                faults.append(.required(field))
                continue
            }
            guard let text = value.stringValue else {
                faults.append(.invalid(field, value, "must be a string"))
                continue
            }
            if text.isEmpty {
                faults.append(.invalid(field, "", "must not be empty"))
            } else if key == "apiVersion", text.filter({ $0 == "/" }).count > 1 {
                faults.append(.invalid(field, value, "unexpected GroupVersion string: \(text)"))
            } else if key == "kind", let fault = CustomResourceDefinition.labelFault(text.lowercased()) {
                faults.append(
                    .invalid(field, value, "may have mixed case, but should otherwise match: \(fault)"))
            }
        }
        guard let metadata = object["metadata"] else { return faults }
        guard case .object = metadata else {
            return faults + [.invalid("\(path).metadata", metadata, "must be an object")]
        }
        return faults + metadataFaults(metadata, "\(path).metadata")
    }

    private static func metadataFaults(_ metadata: JSONValue, _ path: String) -> [FieldError] {
        var faults: [FieldError] = []
        let name = metadata["name"]?.stringValue ?? ""
        if !name.isEmpty {
            faults += Names.errors(name, .pathSegment, isPrefix: false).map {
                .invalid("\(path).name", .string(name), $0)
            }
        }
        return faults + ObjectMetadata.labels(metadata["labels"]?.stringMapValue ?? [:], "\(path).labels")
    }
}
