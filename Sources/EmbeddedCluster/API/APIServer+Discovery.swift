import KubeCore

/// Discovery: what is served, for clients that map kinds to paths.
extension APIServer {
    func discovery(_ request: APIRequest, _ segments: [String]) throws(Status) -> APIResponse {
        guard request.method == "GET" || request.method == "HEAD" else { throw .methodNotAllowed }
        let isCore = segments[0] == "api"
        switch (isCore, segments.count) {
        case (_, 1):
            if Self.wantsAggregated(request) { return aggregatedDiscovery(request, isCore: isCore) }
            return .json(isCore ? Self.coreVersions : groupList)
        case (true, 2): return try resourceList(GroupVersion(group: "", version: segments[1]))
        case (false, 2):
            guard let group = groups.first(where: { $0.name == segments[1] }) else { return .pageNotFound }
            var value = JSONObject([("kind", "APIGroup"), ("apiVersion", "v1")])
            for (key, member) in Self.groupValue(group) { value[key] = member }
            return .json(.object(value))
        default:
            let version = GroupVersion(group: segments[1], version: segments[2])
            let isBuiltIn = BuiltInResources.all.contains { $0.type.group == version.group }
            guard isBuiltIn || registry.all.contains(where: { $0.type.groupVersion == version }) else {
                return .pageNotFound
            }
            return try resourceList(version)
        }
    }

    /// A group with its versions, the preferred one first.
    struct Group {
        var name: String
        var versions: [GroupVersion]
    }

    /// All groups but the core one, built-in ones first.
    var groups: [Group] {
        var groups: [Group] = []
        for resource in registry.all where !resource.type.group.isEmpty {
            let version = resource.type.groupVersion
            if let index = groups.firstIndex(where: { $0.name == version.group }) {
                if !groups[index].versions.contains(version) { groups[index].versions.append(version) }
            } else {
                groups.append(Group(name: version.group, versions: [version]))
            }
        }
        for index in groups.indices {
            groups[index].versions.sort { VersionPriority($0.version) > VersionPriority($1.version) }
        }
        return groups
    }

    private static let coreVersions: JSONValue = [
        "kind": "APIVersions", "versions": ["v1"],
        "serverAddressByClientCIDRs": [["clientCIDR": "0.0.0.0/0", "serverAddress": "127.0.0.1"]],
    ]

    private var groupList: JSONValue {
        [
            "kind": "APIGroupList", "apiVersion": "v1",
            "groups": .array(groups.map { .object(Self.groupValue($0)) }),
        ]
    }

    private static func groupValue(_ group: Group) -> JSONObject {
        func value(_ version: GroupVersion) -> JSONValue {
            ["groupVersion": .string(version.apiVersion), "version": .string(version.version)]
        }
        return [
            "name": .string(group.name), "versions": .array(group.versions.map(value)),
            "preferredVersion": group.versions.first.map(value) ?? .null,
        ]
    }

    private func resourceList(_ version: GroupVersion) throws(Status) -> APIResponse {
        let resources = registry.all.filter { $0.type.groupVersion == version }
        guard !resources.isEmpty else { throw .unknownResource }
        var entries: [JSONValue] = []
        for resource in resources.sorted(by: { $0.type.plural < $1.type.plural }) {
            var entry: JSONObject = [
                "name": .string(resource.type.plural), "singularName": .string(resource.singular),
                "namespaced": .bool(resource.type.isNamespaced), "kind": .string(resource.type.kind),
                "verbs": JSONValue(resource.isCustom ? Self.customVerbs : resource.verbs),
            ]
            if !resource.shortNames.isEmpty { entry["shortNames"] = JSONValue(resource.shortNames) }
            if !resource.categories.isEmpty { entry["categories"] = JSONValue(resource.categories) }
            entries.append(.object(entry))
            for subresource in resource.subresources {
                var entry: JSONObject = [
                    "name": .string("\(resource.type.plural)/\(subresource.name)"), "singularName": "",
                    "namespaced": .bool(resource.type.isNamespaced),
                ]
                if subresource.kind.groupVersion != version, !subresource.kind.group.isEmpty {
                    entry["group"] = .string(subresource.kind.group)
                    entry["version"] = .string(subresource.kind.version)
                }
                entry["kind"] = .string(subresource.kind.kind)
                entry["verbs"] = JSONValue(subresource.verbs)
                entries.append(.object(entry))
            }
        }
        return .json([
            "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": .string(version.apiVersion),
            "resources": .array(entries),
        ])
    }

    /// Custom resources list their verbs in an order of their own.
    private static let customVerbs = [
        "delete", "deletecollection", "get", "list", "patch", "create", "update", "watch",
    ]

    // MARK: Aggregated discovery (KEP-3352)

    private static func wantsAggregated(_ request: APIRequest) -> Bool {
        for clause in (request.header("Accept") ?? "").split(separator: ",").map({ MediaType($0) }) {
            if clause.parameters["as"] == "APIGroupDiscoveryList" {
                if clause.parameters["g"] == "apidiscovery.k8s.io", clause.parameters["v"] == "v2" { return true }
            } else if clause.name == MediaType.json || clause.name == "*/*" {
                return false
            }
        }
        return false
    }

    private func aggregatedDiscovery(_ request: APIRequest, isCore: Bool) -> APIResponse {
        let resources = registry.all
        let names = isCore ? [Group(name: "", versions: [GroupVersion(group: "", version: "v1")])] : groups
        let items = names.map { group -> JSONValue in
            [
                "metadata": group.name.isEmpty ? [:] : ["name": .string(group.name)],
                "versions": .array(
                    group.versions.map { version in
                        [
                            "version": .string(version.version),
                            "resources": .array(
                                resources.filter { $0.type.groupVersion == version }
                                    .sorted { $0.type.plural < $1.type.plural }.map(Self.aggregated)),
                            "freshness": "Current",
                        ]
                    }),
            ]
        }
        let value: JSONValue = [
            "kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": [:],
            "items": .array(items),
        ]
        let bytes = value.serializedBytes()
        let tag = "\"\(SHA256.hexadecimal(bytes).uppercased())\""
        let headers = [
            APIRequest.Header(
                "Content-Type", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"),
            APIRequest.Header("ETag", tag), APIRequest.Header("Vary", "Accept"),
            APIRequest.Header("Cache-Control", "public"),
        ]
        if request.header("If-None-Match") == tag { return APIResponse(status: 304, headers: headers) }
        return APIResponse(status: 200, headers: headers, body: .bytes(bytes))
    }

    private static func aggregated(_ resource: ServedResource) -> JSONValue {
        func kind(_ kind: GroupVersionKind) -> JSONValue {
            let isOwn = !resource.isCustom && kind.groupVersion == resource.type.groupVersion
            return [
                "group": .string(isOwn ? "" : kind.group), "version": .string(isOwn ? "" : kind.version),
                "kind": .string(kind.kind),
            ]
        }
        var entry: JSONObject = [
            "resource": .string(resource.type.plural), "responseKind": kind(resource.type.groupVersionKind),
            "scope": resource.type.isNamespaced ? "Namespaced" : "Cluster",
            "singularResource": .string(resource.singular),
            "verbs": JSONValue(resource.isCustom ? customVerbs : resource.verbs),
        ]
        if !resource.shortNames.isEmpty { entry["shortNames"] = JSONValue(resource.shortNames) }
        if !resource.categories.isEmpty { entry["categories"] = JSONValue(resource.categories) }
        if !resource.subresources.isEmpty {
            entry["subresources"] = .array(
                resource.subresources.map { subresource in
                    [
                        "subresource": .string(subresource.name), "responseKind": kind(subresource.kind),
                        "verbs": JSONValue(subresource.verbs),
                    ]
                })
        }
        return .object(entry)
    }
}
