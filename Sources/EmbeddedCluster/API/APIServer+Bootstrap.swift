import KubeCore

/// What is there from the beginning.
extension APIServer {
    /// Makes the namespaces that every cluster has.
    func bootstrap() {
        for name in ["kube-system", "kube-public", "kube-node-lease", "default"] {
            var namespace = KubeObject(type: .namespaces, name: name)
            namespace.uid = newIdentifier()
            namespace.set(.string(environment.now().description), at: "metadata", "creationTimestamp")
            namespace.labels = [NamespaceStrategy.nameLabel: name]
            namespace.set(["kubernetes"], at: "spec", "finalizers")
            namespace.set("Active", at: "status", "phase")
            let target = WriteTarget(
                resource: Self.namespaces, namespace: nil, name: name,
                options: WriteOptions(fieldManager: "kube-apiserver", userAgent: "kube-apiserver", verb: "create"))
            do {
                _ = try store.put(namespace, in: Self.namespaces.storage, expected: nil) {
                    target.record($0, name: name)
                }
            } catch {
                preconditionFailure("the store is empty at the beginning: \(error)")
            }
        }
    }

    private static let namespaces: ServedResource = {
        guard let found = BuiltInResources.all.first(where: { $0.type == .namespaces }) else {
            preconditionFailure("namespaces are a built-in resource")
        }
        return found
    }()
}
