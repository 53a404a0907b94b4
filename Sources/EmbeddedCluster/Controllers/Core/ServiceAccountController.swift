import KubeCore

/// Gives every namespace its `default` ServiceAccount and the ConfigMap with the cluster's root certificate.
struct ServiceAccountController: ClusterController {
    private static let configMap = "kube-root-ca.crt"

    var name: String { "service-account-controller" }

    func requests(for change: ClusterChange, in cache: ClusterCache) -> [ResourceKey] {
        let object = change.object
        let namespace: String
        switch change.type {
        case .namespaces where change.new != nil: namespace = object.name
        case .serviceAccounts where change.new == nil && object.name == "default": namespace = object.namespace ?? ""
        case .configMaps where object.name == Self.configMap: namespace = object.namespace ?? ""
        default: return []
        }
        return [ResourceKey(resource: ResourceType.namespaces.qualifiedName, namespace: nil, name: namespace)]
    }

    func decide(_ key: ResourceKey, _ context: inout ControllerContext) -> [ControllerAction] {
        guard let namespace = context.cache.object(key), !namespace.isBeingDeleted else { return [] }
        var actions: [ControllerAction] = []
        if context.cache.object(.serviceAccounts, namespace: key.name, name: "default") == nil {
            actions.append(
                .create(.serviceAccounts, KubeObject(type: .serviceAccounts, namespace: key.name, name: "default")))
        }
        let data: JSONValue = ["ca.crt": .string(context.settings.rootCertificate)]
        if let known = context.cache.object(.configMaps, namespace: key.name, name: Self.configMap) {
            if known["data"] != data {
                var new = known
                new["data"] = data
                actions.append(.update(.configMaps, new))
            }
        } else {
            var new = KubeObject(type: .configMaps, namespace: key.name, name: Self.configMap)
            new.annotations = [
                "kubernetes.io/description": "Contains a CA bundle that can be used to verify the kube-apiserver when "
                    + "using internal endpoints such as the internal service IP or kubernetes.default.svc. No other "
                    + "usage is guaranteed across distributions of Kubernetes clusters."
            ]
            new["data"] = data
            actions.append(.create(.configMaps, new))
        }
        return actions
    }
}
