import KubeCore

/// Finds resources by what people and manifests call them; pure. Of equal names the server's order decides.
struct ResourceIndex: Sendable {
    let found: ServerResources
    private var byKind: [GroupVersionKind: ResourceType] = [:]
    private var byGroupKind: [GroupKind: ResourceType] = [:]
    private var byName: [String: [DiscoveredResource]] = [:]

    init(_ found: ServerResources) {
        self.found = found
        for resource in found.resources {
            let type = resource.type
            if byKind[type.groupVersionKind] == nil { byKind[type.groupVersionKind] = type }
            if byGroupKind[type.groupVersionKind.groupKind] == nil {
                byGroupKind[type.groupVersionKind.groupKind] = type
            }
            let names = [type.plural, resource.singular, type.kind.lowercased()] + resource.shortNames
            for name in Set(names) where !name.isEmpty { byName[name, default: []].append(resource) }
        }
    }

    func type(for kind: GroupVersionKind) -> ResourceType? { byKind[kind] }

    func type(for kind: GroupKind) -> ResourceType? { byGroupKind[kind] }

    /// Plural, singular, kind or short name, with a group (`deployments.apps`), or a version and a group
    /// (`deployments.v1.apps`), if need be. Full names win over short ones, and built-in groups over others.
    func type(named text: String) -> ResourceType? {
        let parts = text.lowercased().split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard let name = parts.first, let candidates = byName[name] else { return nil }
        let rest = parts.dropFirst()
        let matching = candidates.filter { resource in
            rest.isEmpty || resource.type.group == rest.joined(separator: ".")
                || (resource.type.version == rest.first
                    && resource.type.group == rest.dropFirst().joined(separator: "."))
        }
        let full = matching.filter { !$0.shortNames.contains(name) }
        return (full.isEmpty ? matching : full).first?.type
    }

    /// Why nothing can be said of a group, if its server was down.
    func failure(group: String, version: String?) -> String? {
        found.failures.first { $0.key.group == group && (version == nil || $0.key.version == version) }?.value
    }
}
