import KubeCore

/// The generated tables of the built-in kinds, as text, and how to read them.
///
/// Nothing is parsed before it is asked for, so that a process pays for the kinds that it uses.
enum SchemaTables {
    /// Where each definition's text is.
    private static let definitions = index(definitionLines)
    private static let descriptions = lines(descriptionLines)
    /// The parameters of operations, by name, as OpenAPI v3 writes them.
    static let parameters = index(parameterLines).mapValues { parsed($0) }

    /// The names of the definitions in the order of the table.
    static let names = definitions.keys.sorted()

    /// The definition of each kind.
    static let definitionNames: [GroupVersionKind: String] = {
        var result: [GroupVersionKind: String] = [:]
        for (name, text) in definitions where text.contains(#""x-kubernetes-group-version-kind""#) {
            let kinds = parsed(text)["x-kubernetes-group-version-kind"]?.arrayValue ?? []
            for kind in kinds {
                let type = GroupVersionKind(
                    group: kind["group"]?.stringValue ?? "", version: kind["version"]?.stringValue ?? "",
                    kind: kind["kind"]?.stringValue ?? "")
                // Options and events of watches belong to every group; the first is as good as any.
                if result[type] == nil || name < (result[type] ?? "") { result[type] = name }
            }
        }
        return result
    }()

    /// A definition as the table has it: references are bare names, descriptions numbers.
    static func source(of name: String) -> JSONValue? { definitions[name].map { parsed($0) } }

    /// The text behind a description's number.
    static func description(_ number: Int) -> String? {
        guard descriptions.indices.contains(number) else { return nil }
        return parsed(descriptions[number]).stringValue
    }

    /// The served paths with their operations.
    static let paths: [Path] = lines(pathLines).map { line in
        let parts = line.split(separator: "\t").map { String($0) }
        return Path(
            path: parts[0], parameters: names(parts[1]),
            operations: parts.dropFirst(2).map { operation($0) })
    }

    /// A served path.
    struct Path: Sendable {
        var path: String
        var parameters: [String]
        var operations: [Operation]
    }

    /// One method of a path.
    struct Operation: Sendable {
        var method: String
        var action: String?
        var kind: GroupVersionKind?
        var parameters: [String]
        var body: String?
        var response: String?
        var identifier: String
    }

    private static func operation(_ text: String) -> Operation {
        let parts = text.split(separator: " ").map { $0 == "-" ? nil : String($0) }
        let kind = (parts[2] ?? "").split(separator: "/", omittingEmptySubsequences: false).map { String($0) }
        return Operation(
            method: parts[0] ?? "", action: parts[1],
            kind: kind.count == 3 ? GroupVersionKind(group: kind[0], version: kind[1], kind: kind[2]) : nil,
            parameters: names(parts[3] ?? "-"), body: parts[4], response: parts[5], identifier: parts[6] ?? "")
    }

    private static func names(_ text: String) -> [String] {
        text == "-" ? [] : text.split(separator: ",").map { String($0) }
    }

    private static func lines(_ text: StaticString) -> [String] {
        text.withUTF8Buffer { String(decoding: $0, as: UTF8.self) }.split(separator: "\n").map { String($0) }
    }

    private static func index(_ text: StaticString) -> [String: String] {
        var result: [String: String] = [:]
        for line in lines(text) {
            guard let tab = line.firstIndex(of: "\t") else { continue }
            result[String(line[..<tab])] = String(line[line.index(after: tab)...])
        }
        return result
    }

    private static func parsed(_ text: String) -> JSONValue {
        do {
            return try JSONValue(parsing: text)
        } catch {
            preconditionFailure("a generated table is damaged: \(error)")
        }
    }
}
