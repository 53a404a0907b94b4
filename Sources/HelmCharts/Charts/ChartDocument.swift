import KubeCore

/// The types of `Chart.yaml` and `Chart.lock`, refused in the words of Go's decoder where they do not fit.
enum ChartDocument {
    private enum FieldType {
        case string, bool, strings, maintainers, dependencies, annotations

        var goName: String {
            switch self {
            case .string: "string"
            case .bool: "bool"
            case .strings: "[]string"
            case .maintainers: "[]*v2.Maintainer"
            case .dependencies: "[]*v2.Dependency"
            case .annotations: "map[string]string"
            }
        }
    }

    private static let fields: [String: FieldType] = [
        "name": .string, "home": .string, "sources": .strings, "version": .string, "description": .string,
        "keywords": .strings, "maintainers": .maintainers, "icon": .string, "apiVersion": .string,
        "condition": .string, "tags": .string, "appVersion": .string, "deprecated": .bool,
        "annotations": .annotations, "kubeVersion": .string, "dependencies": .dependencies, "type": .string,
    ]

    /// Why the document is no chart's metadata; nil if it is.
    static func problem(in document: JSONValue) -> String? {
        guard case .object(let object) = document else { return mismatch(document, "Go value of type v2.Metadata") }
        for (key, value) in object.sorted {
            guard let type = fields[key], !value.isNull else { continue }
            func field(_ value: JSONValue, _ type: String) -> String {
                mismatch(value, "Go struct field Metadata.\(key) of type \(type)") ?? ""
            }
            switch type {
            case .string: if !isScalar(value) { return field(value, type.goName) }
            case .bool: if value.boolValue == nil { return field(value, type.goName) }
            case .strings:
                guard let elements = value.arrayValue else { return field(value, type.goName) }
                if let element = elements.first(where: { !isScalar($0) && !$0.isNull }) {
                    return field(element, "string")
                }
            case .maintainers, .dependencies: if value.arrayValue == nil { return field(value, type.goName) }
            case .annotations:
                guard let members = value.objectValue else { return field(value, type.goName) }
                if let member = members.sorted.first(where: { !isScalar($0.value) && !$0.value.isNull }) {
                    return field(member.value, "string")
                }
            }
        }
        return nil
    }

    /// Refuses a lock that is no document of its kind.
    static func checkLock(_ file: ChartFile) throws(ChartError) {
        let document: JSONValue
        do {
            document = try YAML.value(in: file.bytes)
        } catch {
            throw ChartError("cannot load \(file.path): error converting YAML to JSON: \(error.goDescription)")
        }
        guard document.objectValue == nil, let problem = mismatch(document, "Go value of type v2.Lock") else { return }
        throw ChartError("cannot load \(file.path): error unmarshaling JSON: while decoding JSON: \(problem)")
    }

    /// A scalar becomes the string that its field is; a list or a map does not.
    private static func isScalar(_ value: JSONValue) -> Bool { value.arrayValue == nil && value.objectValue == nil }

    private static func mismatch(_ value: JSONValue, _ target: String) -> String? {
        if value.isNull { return nil }
        let kind = value.isNumber ? "number" : value.boolValue != nil ? "bool" : value.typeName
        return "json: cannot unmarshal \(kind) into \(target)"
    }
}
