import KubeCore

/// Reads the documents of discovery; pure.
enum DiscoveryDocuments {
    /// What asks for the aggregated form first and still accepts the legacy one.
    static let accept =
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
        + "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json"

    /// Reads an `apidiscovery.k8s.io` APIGroupDiscoveryList; nil if the value is none.
    static func aggregated(_ value: JSONValue) -> ServerResources? {
        guard value["kind"]?.stringValue == "APIGroupDiscoveryList" else { return nil }
        var found = ServerResources()
        for item in value["items"]?.arrayValue ?? [] {
            let group = item[path: "metadata", "name"]?.stringValue ?? ""
            for version in item["versions"]?.arrayValue ?? [] {
                guard let name = version["version"]?.stringValue else { continue }
                let groupVersion = GroupVersion(group: group, version: name)
                if version["freshness"]?.stringValue == "Stale" {
                    found.failures[groupVersion] = "the API server cannot reach the server of \(groupVersion)"
                }
                for resource in version["resources"]?.arrayValue ?? [] {
                    if let discovered = aggregatedResource(resource, groupVersion) {
                        found.resources.append(discovered)
                    }
                }
            }
        }
        return found
    }

    private static func aggregatedResource(_ value: JSONValue, _ groupVersion: GroupVersion) -> DiscoveredResource? {
        // A resource without a kind only groups subresources.
        guard let plural = value["resource"]?.stringValue,
            let kind = value[path: "responseKind", "kind"]?.stringValue, !kind.isEmpty
        else { return nil }
        return DiscoveredResource(
            type: ResourceType(
                group: groupVersion.group, version: groupVersion.version, plural: plural, kind: kind,
                isNamespaced: value["scope"]?.stringValue == "Namespaced"),
            singular: value["singularResource"]?.stringValue ?? "",
            shortNames: value["shortNames"]?.stringArrayValue ?? [],
            categories: value["categories"]?.stringArrayValue ?? [],
            verbs: value["verbs"]?.stringArrayValue ?? [],
            subresources: (value["subresources"]?.arrayValue ?? []).compactMap { $0["subresource"]?.stringValue })
    }

    /// The groups and versions of an APIVersions (`/api`) or APIGroupList (`/apis`), each group's preferred version
    /// first.
    static func groupVersions(_ value: JSONValue) -> [GroupVersion] {
        if value["kind"]?.stringValue == "APIVersions" {
            return (value["versions"]?.stringArrayValue ?? []).map { GroupVersion(group: "", version: $0) }
        }
        var versions: [GroupVersion] = []
        for group in value["groups"]?.arrayValue ?? [] {
            let preferred = group[path: "preferredVersion", "groupVersion"]?.stringValue
            let names = (group["versions"]?.arrayValue ?? []).compactMap { $0["groupVersion"]?.stringValue }
            for name in names.filter({ $0 == preferred }) + names.filter({ $0 != preferred }) {
                if let groupVersion = GroupVersion(apiVersion: name) { versions.append(groupVersion) }
            }
        }
        return versions
    }

    /// Reads an APIResourceList.
    static func legacy(_ value: JSONValue, _ groupVersion: GroupVersion) -> [DiscoveredResource] {
        var resources: [DiscoveredResource] = []
        var subresources: [String: [String]] = [:]
        for entry in value["resources"]?.arrayValue ?? [] {
            guard let name = entry["name"]?.stringValue else { continue }
            if let slash = name.firstIndex(of: "/") {
                subresources[String(name[..<slash]), default: []].append(String(name[name.index(after: slash)...]))
                continue
            }
            guard let kind = entry["kind"]?.stringValue else { continue }
            resources.append(
                DiscoveredResource(
                    type: ResourceType(
                        group: groupVersion.group, version: groupVersion.version, plural: name, kind: kind,
                        isNamespaced: entry["namespaced"]?.boolValue ?? false),
                    singular: entry["singularName"]?.stringValue ?? "",
                    shortNames: entry["shortNames"]?.stringArrayValue ?? [],
                    categories: entry["categories"]?.stringArrayValue ?? [],
                    verbs: entry["verbs"]?.stringArrayValue ?? []))
        }
        return resources.map { resource in
            var resource = resource
            resource.subresources = subresources[resource.type.plural] ?? []
            return resource
        }
    }
}
