import KubeCore

/// A CustomResourceDefinition, read into what serving its resources takes.
package struct CustomResourceDefinition: Sendable {
    /// The object itself.
    package let object: KubeObject
    package let group: String
    package let isNamespaced: Bool
    package let names: Names
    package let versions: [Version]

    /// The names of a resource: `spec.names`, or the accepted ones of `status.acceptedNames`.
    package struct Names: Sendable, Hashable {
        package var plural: String
        package var singular: String
        package var kind: String
        package var listKind: String
        package var shortNames: [String]
        package var categories: [String]
    }

    /// One version of the resource.
    package struct Version: Sendable {
        package let name: String
        package let isServed: Bool
        package let isStorage: Bool
        /// What clients of a deprecated version are told; nil for versions that are not deprecated.
        package let deprecationWarning: String?
        /// The schema of whole objects.
        package let schema: Schema
        package let hasStatus: Bool
        package let scale: Scale?
        package let printerColumns: [PrinterColumn]
        /// JSON paths of the fields that field selectors may name, such as `.spec.color`.
        package let selectableFields: [String]
        /// What checks `x-kubernetes-validations`; nil if the schema has no rules.
        let validator: RuleValidator?
    }

    /// The scale subresource: where its values are, as paths of members.
    package struct Scale: Sendable, Hashable {
        package var specReplicasPath: [String]
        package var statusReplicasPath: [String]
        package var labelSelectorPath: [String]?
    }

    /// A column of `kubectl get`.
    package struct PrinterColumn: Sendable, Hashable {
        package var name: String
        package var type: String
        package var format: String
        package var description: String
        package var priority: Int
        package var jsonPath: String
    }

    /// Reads a definition that was validated and defaulted.
    package init(_ object: KubeObject) {
        self.object = object
        let spec = object["spec"] ?? .null
        group = spec["group"]?.stringValue ?? ""
        isNamespaced = spec["scope"]?.stringValue == "Namespaced"
        names = Names(spec["names"] ?? .null)
        let kind = names.kind
        let group = group
        let preferred = Self.preferredVersion(spec)
        versions = (spec["versions"]?.arrayValue ?? []).map {
            Version($0, group: group, kind: kind, preferred: preferred)
        }
    }

    /// The version whose use deprecated versions recommend: the highest that is served and not deprecated.
    private static func preferredVersion(_ spec: JSONValue) -> String? {
        (spec["versions"]?.arrayValue ?? []).filter {
            $0["served"]?.boolValue == true && $0["deprecated"]?.boolValue != true
        }.compactMap { $0["name"]?.stringValue }.max { VersionPriority($0) < VersionPriority($1) }
    }

    /// The version that is stored.
    package var storageVersion: Version? { versions.first(where: \.isStorage) }
    /// The version of this name, served or not.
    package func version(_ name: String) -> Version? { versions.first { $0.name == name } }
    /// The served versions in the order of discovery: the most stable and newest first.
    package var servedVersions: [Version] {
        versions.filter(\.isServed).sorted { VersionPriority($1.name) < VersionPriority($0.name) }
    }
    /// The names that no other definition holds; empty until they are accepted.
    package var acceptedNames: Names { Names(object[path: "status", "acceptedNames"] ?? .null) }
    /// Whether its resources are served.
    package var isEstablished: Bool { condition("Established")?["status"] == "True" }
    /// Whether it is being deleted.
    package var isTerminating: Bool { condition("Terminating")?["status"] == "True" }

    func condition(_ type: String) -> JSONValue? {
        object[path: "status", "conditions"]?.arrayValue?.first { $0["type"]?.stringValue == type }
    }

    /// The object at another version of the same resource: nothing but `apiVersion` differs (strategy `None`).
    package func convert(_ object: KubeObject, to version: String) -> KubeObject? {
        guard self.version(version) != nil else { return nil }
        var converted = object
        converted.apiVersion = "\(group)/\(version)"
        return converted
    }

    /// The versions as field management sees them.
    package var versionedTypes: VersionedTypes {
        let definition = self
        return VersionedTypes(
            schema: { apiVersion in
                GroupVersion(apiVersion: apiVersion).flatMap { definition.version($0.version)?.schema }
            },
            convert: { object, apiVersion in
                guard let version = GroupVersion(apiVersion: apiVersion), version.group == definition.group else {
                    return nil
                }
                return definition.convert(object, to: version.version)
            })
    }
}

extension CustomResourceDefinition.Names {
    init(_ source: JSONValue) {
        plural = source["plural"]?.stringValue ?? ""
        singular = source["singular"]?.stringValue ?? ""
        kind = source["kind"]?.stringValue ?? ""
        listKind = source["listKind"]?.stringValue ?? ""
        shortNames = source["shortNames"]?.stringArrayValue ?? []
        categories = source["categories"]?.stringArrayValue ?? []
    }

    /// The names as a definition carries them.
    var value: JSONValue {
        var object: JSONObject = ["plural": .string(plural)]
        if !singular.isEmpty { object["singular"] = .string(singular) }
        if !shortNames.isEmpty { object["shortNames"] = JSONValue(shortNames) }
        object["kind"] = .string(kind)
        if !listKind.isEmpty { object["listKind"] = .string(listKind) }
        if !categories.isEmpty { object["categories"] = JSONValue(categories) }
        return .object(object)
    }
}

extension CustomResourceDefinition.Version {
    init(_ source: JSONValue, group: String, kind: String, preferred: String?) {
        let name = source["name"]?.stringValue ?? ""
        self.name = name
        isServed = source["served"]?.boolValue ?? false
        isStorage = source["storage"]?.boolValue ?? false
        if source["deprecated"]?.boolValue == true {
            let replacement = preferred.map { "; use \(group)/\($0) \(kind)" } ?? ""
            deprecationWarning =
                source["deprecationWarning"]?.stringValue ?? "\(group)/\(name) \(kind) is deprecated\(replacement)"
        } else {
            deprecationWarning = nil
        }
        let schema = Schema(
            openAPIV3Schema: source[path: "schema", "openAPIV3Schema"] ?? [:], isResourceRoot: true)
        self.schema = schema
        let subresources = source["subresources"]
        hasStatus = subresources?["status"] != nil
        scale = subresources?["scale"].flatMap { scale in
            guard let spec = scale["specReplicasPath"]?.stringValue,
                let status = scale["statusReplicasPath"]?.stringValue
            else { return nil }
            return CustomResourceDefinition.Scale(
                specReplicasPath: Self.members(spec), statusReplicasPath: Self.members(status),
                labelSelectorPath: scale["labelSelectorPath"]?.stringValue.map(Self.members))
        }
        printerColumns = (source["additionalPrinterColumns"]?.arrayValue ?? []).map {
            CustomResourceDefinition.PrinterColumn(
                name: $0["name"]?.stringValue ?? "", type: $0["type"]?.stringValue ?? "",
                format: $0["format"]?.stringValue ?? "", description: $0["description"]?.stringValue ?? "",
                priority: $0["priority"]?.intValue ?? 0, jsonPath: $0["jsonPath"]?.stringValue ?? "")
        }
        selectableFields = (source["selectableFields"]?.arrayValue ?? []).compactMap { $0["jsonPath"]?.stringValue }
        validator = RuleValidator(schema)
    }

    private static func members(_ path: String) -> [String] { path.split(separator: ".").map { String($0) } }

    /// The value of a selectable field as field selectors compare it; nil if the field is not set.
    package func selectableValue(_ path: String, of object: KubeObject) -> String? {
        switch object.value.value(at: Self.members(path)[...]) {
        case .string(let text)?: text
        case .bool(let flag)?: flag ? "true" : "false"
        case .integer(let number)?: String(number)
        default: nil
        }
    }
}

/// The rank of a version among others: `v2` before `v1` before `v1beta2` before `v1alpha1` before anything else.
package struct VersionPriority: Comparable {
    private let name: String
    private let rank: [Int]

    package init(_ name: String) {
        self.name = name
        rank = Self.rank(name) ?? []
    }

    private static func rank(_ name: String) -> [Int]? {
        guard name.hasPrefix("v") else { return nil }
        for (stage, word) in ["alpha", "beta"].enumerated() {
            if let range = name.range(of: word) {
                guard let major = Int(name[name.index(after: name.startIndex)..<range.lowerBound]),
                    let minor = Int(name[range.upperBound...])
                else { return nil }
                return [stage, major, minor]
            }
        }
        return Int(name.dropFirst()).map { [2, $0, 0] }
    }

    package static func < (left: VersionPriority, right: VersionPriority) -> Bool {
        if left.rank.isEmpty || right.rank.isEmpty {
            if left.rank.isEmpty != right.rank.isEmpty { return left.rank.isEmpty }
            return right.name.utf8Less(than: left.name)
        }
        return left.rank.lexicographicallyPrecedes(right.rank)
    }
}

extension String {
    /// The first occurrence of a text.
    fileprivate func range(of text: String) -> Range<Index>? { firstRange(of: text) }
}
