import KubeCore

/// Gathers into a ClusterRole with an `aggregationRule` the rules of the ClusterRoles that it selects.
struct RoleAggregationController: ClusterController {
    private static let clusterRoles = ResourceType(
        group: Authorizer.group, version: "v1", plural: "clusterroles", kind: "ClusterRole", isNamespaced: false)

    var name: String { "clusterrole-aggregation-controller" }

    func requests(for change: ClusterChange, in cache: ClusterCache) -> [ResourceKey] {
        guard change.type == Self.clusterRoles else { return [] }
        // Any role may begin or cease to be selected by any other.
        return cache.objects(Self.clusterRoles).filter { $0["aggregationRule"] != nil }
            .map { ResourceKey(Self.clusterRoles, $0) }.sorted()
    }

    func decide(_ key: ResourceKey, _ context: inout ControllerContext) -> [ControllerAction] {
        guard let role = context.cache.object(key), !role.isBeingDeleted,
            let selectors = role[path: "aggregationRule", "clusterRoleSelectors"]?.arrayValue
        else { return [] }
        var others: [String: KubeObject] = [:]
        for selector in selectors.compactMap({ LabelSelector($0) }) {
            for other in context.cache.objects(Self.clusterRoles)
            where other.name != role.name && selector.matches(other.labels) {
                others[other.name] = other
            }
        }
        var rules: [JSONValue] = []
        for (_, other) in others.sorted(by: { $0.key.utf8Less(than: $1.key) }) {
            for rule in other["rules"]?.arrayValue ?? [] where !rules.contains(rule) { rules.append(rule) }
        }
        guard (role["rules"]?.arrayValue ?? []) != rules else { return [] }
        return [.patch(Self.clusterRoles, key, ["rules": rules.isEmpty ? .null : .array(rules)])]
    }
}
