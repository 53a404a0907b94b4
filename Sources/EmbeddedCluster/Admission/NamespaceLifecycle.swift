import KubeCore

/// Admission: what must hold in the cluster for a write to be let in.
extension APIServer {
    /// Lets a write in, or refuses it; may change the object, which is then defaulted once more.
    func admit(_ object: inout KubeObject, old: KubeObject?, _ target: WriteTarget) async throws(Status) {
        if old == nil, let custom = target.resource.custom, custom.definition.isTerminating {
            throw .forbidden(
                target.type, object.name, "create not allowed while custom resource definition is terminating")
        }
        guard old == nil, let namespace = target.namespace else { return }
        guard let found = store.get(StorageKey(group: "", resource: "namespaces"), key: namespace) else {
            throw .notFound(.namespaces, namespace)
        }
        guard found.object.isBeingDeleted else {
            return try inject(&object, in: found, target)
        }
        let problem = "unable to create new content in namespace \(namespace) because it is being terminated"
        throw .forbidden(
            target.type, object.name, problem,
            causes: [
                Status.Cause(
                    reason: "NamespaceTerminating", message: "namespace \(namespace) is being terminated",
                    field: "metadata.namespace")
            ])
    }

    /// Asks the injectors of service meshes about a new pod.
    private func inject(
        _ object: inout KubeObject, in namespace: StoredObject, _ target: WriteTarget
    ) throws(Status) {
        guard let injector, target.resource.storage == StorageKey(group: "", resource: "pods") else { return }
        let webhooks = StorageKey(group: "admissionregistration.k8s.io", resource: "mutatingwebhookconfigurations")
        let outcome = SidecarInjector.admit(
            object, namespace: namespace.name, namespaceLabels: namespace.labels,
            webhooks: store.list(webhooks).objects.map(\.object), revisions: injector.current)
        switch outcome {
        case .unchanged: break
        case .injected(let pod):
            object = pod
            ready(&object, target.resource)
        case .refused(let status): throw status
        }
    }
}
