import KubeCore

/// What is there from the beginning.
extension APIServer {
    /// Makes the namespaces and the roles that every cluster has.
    func bootstrap() {
        let namespaces = builtIn(ResourceType.namespaces.groupVersion, "namespaces")
        for name in ["kube-system", "kube-public", "kube-node-lease", "default"] {
            var namespace = KubeObject(type: .namespaces, name: name)
            namespace.labels = [NamespaceStrategy.nameLabel: name]
            namespace.set(["kubernetes"], at: "spec", "finalizers")
            namespace.set("Active", at: "status", "phase")
            make(namespace, namespaces)
        }
        let version = GroupVersion(group: Authorizer.group, version: "v1")
        for (plural, objects) in [
            ("clusterroles", DefaultRoles.clusterRoles), ("clusterrolebindings", DefaultRoles.clusterRoleBindings),
        ] {
            let resource = builtIn(version, plural)
            for object in objects { make(object, resource, isManaged: true) }
        }
    }

    private func make(_ object: KubeObject, _ resource: ServedResource, isManaged: Bool = false) {
        var object = object
        let target = WriteTarget(
            resource: resource, namespace: nil, name: object.name,
            options: WriteOptions(fieldManager: "kube-apiserver", userAgent: "kube-apiserver", verb: "create"))
        if isManaged { recordManagers(of: &object, live: nil, target) }
        object.uid = newIdentifier()
        object.set(.string(environment.now().description), at: "metadata", "creationTimestamp")
        do {
            _ = try store.put(object, in: resource.storage, expected: nil) { target.record($0, name: object.name) }
        } catch {
            preconditionFailure("the store is empty at the beginning: \(error)")
        }
    }

    private func builtIn(_ version: GroupVersion, _ plural: String) -> ServedResource {
        guard let found = registry.find(version, plural) else {
            preconditionFailure("\(plural) are a built-in resource")
        }
        return found
    }
}
