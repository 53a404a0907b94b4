import KubeCore

/// What `Chart.yaml` says of a chart.
struct ChartMetadata: Sendable {
    var name = ""
    var home = ""
    var sources: [String] = []
    var version = ""
    var description = ""
    var keywords: [String] = []
    var maintainers: [Maintainer] = []
    var icon = ""
    var apiVersion = ""
    var condition = ""
    var tags = ""
    var appVersion = ""
    var isDeprecated = false
    var annotations: [String: String]?
    var kubeVersion = ""
    var dependencies: [ChartDependency]?
    var type = ""

    struct Maintainer: Sendable {
        var name = ""
        var email = ""
        var url = ""
    }

    var isLibrary: Bool { type == "library" }

    /// Reads the document, numbers where strings are due by their YAML text as Helm has them (`1.20` is `1.2`).
    init(_ json: JSONValue) {
        func text(_ key: String) -> String { Self.sanitized(json[key].flatMap(Self.text) ?? "") }
        name = text("name")
        home = text("home")
        sources = Self.texts(json["sources"])
        version = text("version")
        description = text("description")
        keywords = Self.texts(json["keywords"])
        maintainers = (json["maintainers"]?.arrayValue ?? []).map { entry in
            Maintainer(
                name: entry["name"].flatMap(Self.text) ?? "", email: entry["email"].flatMap(Self.text) ?? "",
                url: entry["url"].flatMap(Self.text) ?? "")
        }
        icon = text("icon")
        apiVersion = text("apiVersion")
        condition = text("condition")
        tags = text("tags")
        appVersion = text("appVersion")
        isDeprecated = json["deprecated"]?.boolValue ?? false
        if case .object(let object) = json["annotations"] {
            annotations = [:]
            for (key, value) in object { annotations?[key] = Self.text(value) ?? "" }
        }
        kubeVersion = text("kubeVersion")
        dependencies = json["dependencies"]?.arrayValue.map { $0.map { ChartDependency($0) } }
        type = text("type")
    }

    private static func text(_ value: JSONValue) -> String? {
        switch value {
        case .string(let text): text
        case .integer(let integer): String(integer)
        case .double(let double): GoNumberText.single(double)
        case .decimal(let text): text
        case .bool(let bool): bool ? "true" : "false"
        default: nil
        }
    }

    /// White space as spaces, and nothing that does not print.
    private static func sanitized(_ text: String) -> String {
        if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if scalar.properties.isWhitespace {
                result += " "
            } else if GoQuoting.isPrintable(scalar.value) {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func texts(_ value: JSONValue?) -> [String] {
        (value?.arrayValue ?? []).map { sanitized(text($0) ?? "") }
    }

    /// `.Chart` in templates: a map of Go's field names.
    func templateValue(isRoot: Bool) -> MapObject {
        let texts = (annotations ?? [:]).mapValues { Value.string($0) }
        let annotations = MapObject(texts, kind: annotations == nil ? .nilStrings : .strings)
        let maintainers = maintainers.map { maintainer in
            Value.map(
                MapObject([
                    "Name": .string(maintainer.name), "Email": .string(maintainer.email),
                    "URL": .string(maintainer.url),
                ]))
        }
        return MapObject([
            "Name": .string(name), "Home": .string(home), "Sources": .list(sources.map { .string($0) }),
            "Version": .string(version), "Description": .string(description),
            "Keywords": .list(keywords.map { .string($0) }), "Maintainers": .list(maintainers),
            "Icon": .string(icon), "APIVersion": .string(apiVersion), "Condition": .string(condition),
            "Tags": .string(tags), "AppVersion": .string(appVersion), "Deprecated": .bool(isDeprecated),
            "Annotations": .map(annotations), "KubeVersion": .string(kubeVersion),
            "Dependencies": .list((dependencies ?? []).map { .map($0.templateValue) }), "Type": .string(type),
            "IsRoot": .bool(isRoot),
        ])
    }
}

/// A chart that another depends on, as its `Chart.yaml` declares it.
struct ChartDependency: Sendable {
    var name: String
    var version: String
    var repository: String
    var condition: String
    var tags: [String]
    var isEnabled = false
    var importValues: [JSONValue]
    var alias: String

    init(_ json: JSONValue) {
        name = json["name"]?.stringValue ?? ""
        version = json["version"]?.stringValue ?? json["version"].map { $0.serialized() } ?? ""
        repository = json["repository"]?.stringValue ?? ""
        condition = json["condition"]?.stringValue ?? ""
        // YAML 1.1 reads a bare `y` as a boolean; Helm's JSON step then turns it into text.
        tags = (json["tags"]?.arrayValue ?? []).compactMap { tag in
            tag.stringValue ?? tag.boolValue.map { $0 ? "true" : "false" }
        }
        importValues = json["import-values"]?.arrayValue ?? []
        alias = json["alias"]?.stringValue ?? ""
    }

    var templateValue: MapObject {
        MapObject([
            "Name": .string(name), "Version": .string(version), "Repository": .string(repository),
            "Condition": .string(condition), "Tags": .strings(tags), "Enabled": .bool(isEnabled),
            "ImportValues": .list(importValues.map { Value(json: $0) }), "Alias": .string(alias),
        ])
    }
}
