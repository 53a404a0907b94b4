import KubeCore

/// What follows a write: definitions of custom resources begin, change and cease to be served.
extension APIServer {
    static let definitions = StorageKey(
        group: "apiextensions.k8s.io", resource: "customresourcedefinitions")

    private func isDefinition(_ target: WriteTarget) -> Bool {
        target.resource.storage == Self.definitions && !target.options.isDryRun
    }

    /// Carries out what a committed write entails: what the real server's controllers do a moment later.
    func afterCommit(_ object: KubeObject, _ target: WriteTarget) async throws(Status) {
        if isDefinition(target) {
            try await serveDefinition(named: object.name)
        } else if let custom = target.resource.custom, custom.definition.isTerminating, !target.options.isDryRun {
            try await cleanUp(definition: custom.definition.object.name)
        }
    }

    /// Carries out what a removal entails.
    func afterRemoval(_ object: KubeObject, _ target: WriteTarget) async throws(Status) {
        guard !target.options.isDryRun else { return }
        if isDefinition(target) {
            endServing(object.name)
        } else if let custom = target.resource.custom {
            let name = custom.definition.object.name
            let isTerminating = store.get(Self.definitions, key: name)?.object.isBeingDeleted ?? false
            if isTerminating { try await cleanUp(definition: name) }
        }
    }

    /// Settles the names of a definition, serves what it defines, and deletes its objects once it is being deleted.
    private func serveDefinition(named name: String) async throws(Status) {
        guard let stored = store.get(Self.definitions, key: name)?.object else { return endServing(name) }
        if stored.isBeingDeleted { return try await cleanUp(definition: name) }
        var definition = CustomResourceDefinition(stored)
        let settled = definition.withConditions(others: otherNames(definition), now: environment.now())
        let isNew = !definition.isEstablished && CustomResourceDefinition(settled).isEstablished
        if isNew {
            // The names come first, and the resource is served before anybody can see that it is established.
            var named = settled
            named.setEstablished(false, "Installing")
            guard try await writeStatus(named) else { return }
            serve(CustomResourceDefinition(settled))
            _ = try await writeStatus(settled)
        } else if settled != stored {
            guard try await writeStatus(settled) else { return }
        }
        guard let current = store.get(Self.definitions, key: name)?.object else { return endServing(name) }
        definition = CustomResourceDefinition(current)
        serve(definition)
    }

    private func serve(_ definition: CustomResourceDefinition) {
        let name = definition.object.name
        let before = registry.resources(of: name)
        let resources = CustomResourceVersion.resources(of: definition)
        if before.isEmpty, let first = resources.first { store.begin(first.storage) }
        registry.define(name, resources)
    }

    private func endServing(_ name: String) {
        let before = registry.resources(of: name)
        registry.undefine(name)
        if let first = before.first { store.endWatches(of: first.storage) }
    }

    private func otherNames(_ definition: CustomResourceDefinition) -> [CustomResourceDefinition.Names] {
        store.list(Self.definitions).objects.filter { $0.name != definition.object.name }
            .map { CustomResourceDefinition($0.object) }.filter { $0.group == definition.group }.map(\.acceptedNames)
    }

    /// Writes the status of a definition as the server itself.
    ///
    /// - Returns: whether the definition was still there.
    private func writeStatus(_ object: KubeObject) async throws(Status) -> Bool {
        guard let resource = registry.find(Self.definitions) else { return false }
        let target = WriteTarget(
            resource: resource, namespace: nil, name: object.name, subresource: "status",
            options: WriteOptions(fieldManager: "kube-apiserver", userAgent: "kube-apiserver", verb: "update"))
        do {
            _ = try await changeObject(target, retries: 5, settles: false) { live throws(Status) in
                var changed = live
                changed["status"] = object["status"]
                return Change(object: changed)
            }
            return true
        } catch  where error.reason == .notFound {
            return false
        }
    }

    /// Deletes the objects of a definition that is being deleted, and lets it go when there are none left.
    private func cleanUp(definition name: String) async throws(Status) {
        guard let stored = store.get(Self.definitions, key: name)?.object,
            stored.finalizers.contains(CustomResourceDefinition.cleanupFinalizer)
        else { return }
        if let resource = registry.resources(of: name).first {
            // New objects are refused from now on.
            registry.define(name, CustomResourceVersion.resources(of: CustomResourceDefinition(stored)))
            for object in store.list(resource.storage).objects where !object.object.isBeingDeleted {
                let target = WriteTarget(
                    resource: resource, namespace: object.namespace, name: object.name,
                    options: WriteOptions(
                        fieldManager: "kube-apiserver", userAgent: "kube-apiserver", verb: "delete"))
                do {
                    _ = try await deleteObject(target, DeleteOptions(), settles: false)
                } catch  where error.reason == .notFound {
                    continue
                }
            }
            guard store.list(resource.storage).objects.isEmpty else { return }
        }
        guard let resource = registry.find(Self.definitions) else { return }
        let target = WriteTarget(
            resource: resource, namespace: nil, name: name,
            options: WriteOptions(fieldManager: "kube-apiserver", userAgent: "kube-apiserver", verb: "update"))
        do {
            _ = try await changeObject(target, retries: 5, settles: false) { live throws(Status) in
                var changed = live
                changed.finalizers.removeAll { $0 == CustomResourceDefinition.cleanupFinalizer }
                return Change(object: changed)
            }
        } catch  where error.reason == .notFound {
            // Somebody else has let it go.
        }
        if store.get(Self.definitions, key: name) == nil { endServing(name) }
    }
}

extension KubeObject {
    fileprivate mutating func setEstablished(_ isEstablished: Bool, _ reason: String) {
        var conditions = self[path: "status", "conditions"]?.arrayValue ?? []
        for index in conditions.indices where conditions[index]["type"]?.stringValue == "Established" {
            conditions[index].set(isEstablished ? "True" : "False", at: "status")
            conditions[index].set(.string(reason), at: "reason")
        }
        set(.array(conditions), at: "status", "conditions")
    }
}
