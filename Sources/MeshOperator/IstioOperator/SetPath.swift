import KubeCore

/// The paths and values of `istioctl`'s `--set`: `components.ingressGateways[name:x].k8s.replicaCount=2`.
enum SetPath {
    /// Why a path cannot be set.
    struct Failure: Error, Hashable, CustomStringConvertible {
        var description: String
    }

    /// Paths whose values stay text, whatever they look like.
    private static let texts = [
        "spec.values.compatibilityVersion", "spec.tag", "spec.values.global.tag",
        "spec.meshConfig.defaultConfig.proxyMetadata.", "spec.values.meshConfig.defaultConfig.proxyMetadata.",
        "spec.compatibilityVersion",
    ]

    /// Sets what an argument `path=value` says, below `spec`.
    static func apply(_ argument: String, to document: inout JSONValue) throws(Failure) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let path = "spec." + trimmed(parts[0])
        let text = parts.count > 1 ? trimmed(parts[1]) : ""
        let value = texts.contains { path.hasPrefix($0) } ? .string(text) : scalar(text)
        try set(value, at: path, in: &document)
    }

    /// Sets a value; lists and maps on the way are made.
    static func set(_ value: JSONValue, at path: String, in document: inout JSONValue) throws(Failure) {
        document = try set(value, OverlayPath(path).steps[...], in: document, path)
    }

    /// The value of a text: an integer, a number, a boolean, or the text.
    static func scalar(_ text: String) -> JSONValue {
        if let integer = Int64(text) { return .integer(integer) }
        if text.utf8.contains(where: { (0x30...0x39).contains($0) }), let double = Double(text) {
            return .double(double)
        }
        switch text {
        case "1", "t", "T", "TRUE", "true", "True": return true
        case "0", "f", "F", "FALSE", "false", "False": return false
        default: return .string(text.split(separator: "\\,", omittingEmptySubsequences: false).joined(separator: ","))
        }
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }

    private static func set(
        _ value: JSONValue, _ steps: ArraySlice<String>, in node: JSONValue?, _ path: String
    ) throws(Failure) -> JSONValue {
        guard let step = steps.first else { return value }
        let further = steps.dropFirst()
        if step.hasPrefix("[") {
            var elements = node?.arrayValue ?? []
            guard let element = OverlayPath.element(step) else {
                throw Failure(description: "\(path): unknown segment \(step)")
            }
            switch element {
            case .position(let position) where elements.indices.contains(position):
                elements[position] = try set(value, further, in: elements[position], path)
            case .position: elements.append(try set(value, further, in: nil, path))
            case .member(let key, let text):
                guard let position = elements.firstIndex(where: { $0[key]?.stringValue == text }) else {
                    throw Failure(description: "\(path): element \(step) not found")
                }
                elements[position] = try set(value, further, in: elements[position], path)
            case .matching: throw Failure(description: "\(path): unknown segment \(step)")
            }
            return .array(elements)
        }
        var object = node?.objectValue ?? [:]
        if let node, !node.isNull, node.objectValue == nil {
            throw Failure(description: "\(path): what is before \(step) is a \(node.typeName)")
        }
        object[step] = try set(value, further, in: object[step], path)
        return .object(object)
    }
}
