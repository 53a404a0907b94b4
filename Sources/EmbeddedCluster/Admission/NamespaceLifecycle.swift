import KubeCore

/// Admission: what must hold in the cluster for a write to be let in.
extension APIServer {
    /// Lets a write in, or refuses it; may change the object, which is then defaulted once more.
    ///
    /// - Returns: warnings for the client.
    func admit(
        _ object: inout KubeObject, old: KubeObject?, _ target: WriteTarget
    ) async throws(Status) -> [String] {
        let namespace = try admitIntoNamespace(object, old: old, target)
        // A binding is admitted as the object that it is, not as the change of the pod that it makes.
        guard target.subresource != "binding" else { return [] }
        var request = admissionRequest(old == nil ? .create : .update, object, old: old, target)
        let asked = request.object
        let warnings = try await mutate(&request)
        if let changed = request.object, changed != asked {
            let whole =
                target.subresource == "scale"
                ? ScaleView(target.resource).applying(
                    changed, to: VersionConversion.fromStorage(object, to: target.resource))
                : changed
            object = VersionConversion.toStorage(whole, from: target.resource)
            ready(&object, target.resource)
        }
        if let namespace { try inject(&object, in: namespace, target) }
        return warnings
    }

    /// Lets the policies and webhooks that only judge have a look at an object as it is to be stored.
    ///
    /// - Returns: warnings for the client.
    func admitFinally(_ object: KubeObject, old: KubeObject?, _ target: WriteTarget) async throws(Status) -> [String] {
        guard target.subresource != "binding" else { return [] }
        return try await judge(admissionRequest(old == nil ? .create : .update, object, old: old, target))
    }

    /// Lets a deletion happen, or refuses it.
    ///
    /// - Returns: warnings for the client.
    func admitDeletion(of object: KubeObject, _ target: WriteTarget) async throws(Status) -> [String] {
        var request = admissionRequest(.delete, nil, old: object, target)
        let warnings = try await mutate(&request)
        return warnings + (try await judge(request))
    }

    /// Lets a request to a subresource that takes objects of its own happen, or refuses it.
    ///
    /// - Returns: warnings for the client.
    func admit(
        _ object: inout KubeObject, _ kind: GroupVersionKind, _ target: WriteTarget
    ) async throws(Status) -> [String] {
        var request = admissionRequest(.create, nil, old: nil, target)
        (request.kind, request.object) = (kind, object)
        let warnings = try await mutate(&request)
        if let changed = request.object { object = changed }
        return warnings + (try await judge(request))
    }

    /// Sees that an object comes into a namespace that is there and stays.
    ///
    /// - Returns: the namespace of a new object.
    private func admitIntoNamespace(
        _ object: KubeObject, old: KubeObject?, _ target: WriteTarget
    ) throws(Status) -> StoredObject? {
        if old == nil, let custom = target.resource.custom, custom.definition.isTerminating {
            throw .forbidden(
                target.type, object.name, "create not allowed while custom resource definition is terminating")
        }
        guard old == nil, let namespace = target.namespace else { return nil }
        guard let found = store.get(StorageKey(group: "", resource: "namespaces"), key: namespace) else {
            throw .notFound(.namespaces, namespace)
        }
        guard found.object.isBeingDeleted else { return found }
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
        let outcome = SidecarInjector.admit(
            object, namespace: namespace.name, namespaceLabels: namespace.labels,
            webhooks: configurations("mutatingwebhookconfigurations").map { simulated($0) }, revisions: injector.current
        )
        switch outcome {
        case .unchanged: break
        case .injected(let pod):
            object = pod
            ready(&object, target.resource)
        case .refused(let status): throw status
        }
    }

    /// A configuration without the webhooks that are called for real.
    private func simulated(_ configuration: KubeObject) -> KubeObject {
        guard webhookCaller != nil else { return configuration }
        let real = Set(callable(Webhook.all([configuration])).map(\.name))
        guard !real.isEmpty else { return configuration }
        var rest = configuration
        rest["webhooks"] = .array(configuration.value.list("webhooks").filter { !real.contains($0.text("name")) })
        return rest
    }
}
