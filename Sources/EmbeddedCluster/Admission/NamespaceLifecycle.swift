import KubeCore

/// Admission: what must hold in the cluster for a write to be let in.
extension APIServer {
    /// Lets a write in, or refuses it; may change the object.
    func admit(_ object: inout KubeObject, old: KubeObject?, _ target: WriteTarget) async throws(Status) {
        if old == nil, let custom = target.resource.custom, custom.definition.isTerminating {
            throw .forbidden(
                target.type, object.name, "create not allowed while custom resource definition is terminating")
        }
        guard old == nil, let namespace = target.namespace else { return }
        guard let found = store.get(StorageKey(group: "", resource: "namespaces"), key: namespace) else {
            throw .notFound(.namespaces, namespace)
        }
        guard found.object.isBeingDeleted else { return }
        let problem = "unable to create new content in namespace \(namespace) because it is being terminated"
        throw .forbidden(
            target.type, object.name, problem,
            causes: [
                Status.Cause(
                    reason: "NamespaceTerminating", message: "namespace \(namespace) is being terminated",
                    field: "metadata.namespace")
            ])
    }
}
