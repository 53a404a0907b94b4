import KubeCore

/// Deletions of one object and of collections.
extension APIServer {
    func delete(_ context: RequestContext) async throws(Status) -> APIResponse {
        let options = try deleteOptions(context)
        let target = WriteTarget(context, writeOptions(context, options))
        let outcome = try await deleteObject(target, options)
        let warnings = outcome.warnings
        switch outcome.result {
        case .removed(let object) where !target.resource.strategy.returnsDeletedObject:
            var details: JSONObject = ["name": .string(object.name)]
            if !target.type.group.isEmpty { details["group"] = .string(target.type.group) }
            details["kind"] = .string(target.type.plural)
            details["uid"] = .string(object.uid ?? "")
            return Self.response(
                [
                    "kind": "Status", "apiVersion": "v1", "metadata": .object(JSONObject()), "status": "Success",
                    "details": .object(details),
                ], .plain, warnings: warnings)
        case .removed(let object), .marked(let object):
            return try answer(
                VersionConversion.fromStorage(object, to: target.resource), context, warnings: warnings)
        }
    }

    func deleteCollection(_ context: RequestContext) async throws(Status) -> APIResponse {
        let options = try deleteOptions(context)
        let listOptions = try ListOptions(context.request, isWatch: false)
        let filter = try ObjectFilter(listOptions, context.resource, namespace: context.namespace)
        let (objects, revision) = store.list(context.resource.storage, namespace: context.namespace)
        let selected = objects.filter(filter.matches)
        for object in selected {
            let target = WriteTarget(
                resource: context.resource, namespace: object.namespace, name: object.name,
                options: writeOptions(context, options))
            do {
                _ = try await deleteObject(target, options)
            } catch  where error.reason == .notFound {
                continue  // somebody else was first
            }
        }
        // The objects as they were found, not as the deletion left them.
        return try answer(selected, metadata: listMetadata(revision, context), context)
    }

    private func writeOptions(_ context: RequestContext, _ options: DeleteOptions) -> WriteOptions {
        var result = WriteOptions(
            fieldManager: context.request.fieldManager, userAgent: context.request.header("User-Agent") ?? "",
            verb: "delete")
        result.isDryRun = options.isDryRun
        result.user = context.request.user
        return result
    }

    /// What became of an object that was to be deleted.
    struct DeleteOutcome {
        enum Result {
            /// It is gone; this was its last state.
            case removed(KubeObject)
            /// It is marked, and goes when nothing holds it.
            case marked(KubeObject)

            var object: KubeObject {
                switch self {
                case .removed(let object), .marked(let object): object
                }
            }
        }
        var result: Result
        var warnings: [String] = []
    }

    /// Deletes an object, or marks it if finalizers or a grace period hold it.
    ///
    /// - Parameter settles: whether what the write entails is carried out.
    func deleteObject(
        _ target: WriteTarget, _ options: DeleteOptions, settles: Bool = true
    ) async throws(Status) -> DeleteOutcome {
        let (resource, storage) = (target.resource, target.resource.storage)
        let strategy = resource.strategy
        while true {
            guard let current = store.get(storage, key: target.key) else {
                throw .notFound(target.type, target.name ?? "")
            }
            let old = current.object
            try checkMayBeDeleted(old, resource)
            try checkPreconditions(options, old, resource)
            var warnings = try await admitDeletion(of: old, target)
            if strategy.defaultPropagation == .orphan, options.propagationPolicy == nil,
                options.orphanDependents == nil
            {
                warnings += strategy.orphanWarning.map { [$0] } ?? []
            }
            var object = old
            object.finalizers = finalizers(of: old, options, strategy)
            if !old.isBeingDeleted { strategy.prepareForDeletion(&object, now: environment.now()) }
            let grace =
                options.gracePeriodSeconds == 0 && old.isBeingDeleted
                ? 0 : strategy.gracePeriod(of: old, options.gracePeriodSeconds)
            let isHeld = strategy.isHeld(object) || grace > 0
            do {
                guard isHeld else {
                    let removed = try remove(current, target)
                    if settles, !target.options.isDryRun { try await afterRemoval(removed, target) }
                    return DeleteOutcome(result: .removed(removed), warnings: warnings)
                }
                mark(&object, from: old, grace: grace, strategy)
                if object == old || target.options.isDryRun {
                    return DeleteOutcome(result: .marked(object), warnings: warnings)
                }
                let marked = try store.put(
                    object, in: storage, expected: current.resourceVersion, schemaIdentity: current.schemaIdentity
                ) { target.record($0, name: current.name) }
                if settles { try await afterCommit(marked.object, target) }
                return DeleteOutcome(result: .marked(marked.object), warnings: warnings)
            } catch let error as Status {
                throw error
            } catch {
                continue  // another write came between
            }
        }
    }

    /// Removes an object that nothing holds; one that ends gracefully is marked first, even if it has no time left.
    ///
    /// - Returns: its last state.
    private func remove(
        _ current: StoredObject, _ target: WriteTarget
    ) throws(Store.Conflict) -> KubeObject {
        let (resource, storage) = (target.resource, target.resource.storage)
        var (object, version) = (current.object, current.resourceVersion)
        if resource.strategy.endsGracefully {
            mark(&object, from: current.object, grace: 0, resource.strategy)
        }
        guard !target.options.isDryRun else { return object }
        if object != current.object {
            version =
                try store.put(object, in: storage, expected: version, schemaIdentity: current.schemaIdentity) {
                    target.record($0, name: current.name)
                }.resourceVersion
        }
        return try store.remove(storage, key: target.key, expected: version) {
            target.record($0, name: current.name)
        }.object
    }

    /// Namespaces without which there is no cluster.
    private static let immortalNamespaces = ["default", "kube-system", "kube-public"]

    private func checkMayBeDeleted(_ object: KubeObject, _ resource: ServedResource) throws(Status) {
        guard resource.type == .namespaces, Self.immortalNamespaces.contains(object.name) else { return }
        throw .forbidden(resource.type, object.name, "this namespace may not be deleted")
    }

    private func mark(_ object: inout KubeObject, from old: KubeObject, grace: Int64, _ strategy: any KindStrategy) {
        let now = environment.now()
        let oldGrace = old[path: "metadata", "deletionGracePeriodSeconds"]?.integerValue
        if old.isBeingDeleted {
            // A second deletion may only shorten the time that is left.
            guard let oldGrace, grace < oldGrace, let end = old.deletionTimestamp else { return }
            object.set(.integer(grace), at: "metadata", "deletionGracePeriodSeconds")
            object.set(
                .string(end.advanced(by: .seconds(grace - oldGrace)).description), at: "metadata", "deletionTimestamp")
            return
        }
        object.set(
            .string(now.advanced(by: .seconds(grace)).description), at: "metadata", "deletionTimestamp")
        if strategy.recordsGracePeriod { object.set(.integer(grace), at: "metadata", "deletionGracePeriodSeconds") }
        if old.generation > 0, strategy.recordsGracePeriod {
            object.set(.integer(old.generation + 1), at: "metadata", "generation")
        }
        strategy.markDeleted(&object)
    }

    private func checkPreconditions(
        _ options: DeleteOptions, _ object: KubeObject, _ resource: ServedResource
    ) throws(Status) {
        let uid = object.uid ?? ""
        if let wanted = options.uid, wanted != uid {
            throw .conflict(
                group: resource.type.group, resource: resource.type.kind, name: object.name,
                """
                the UID in the precondition (\(wanted)) does not match the UID in record (\(uid)). The object might \
                have been deleted and then recreated
                """)
        }
        let version = object.resourceVersion ?? ""
        if let wanted = options.resourceVersion, wanted != version {
            throw .conflict(
                group: resource.type.group, resource: resource.type.kind, name: object.name,
                """
                the ResourceVersion in the precondition (\(wanted)) does not match the ResourceVersion in record \
                (\(version)). The object might have been modified
                """)
        }
    }

    /// The finalizers of an object after its deletion was asked for: the propagation policy is one of them.
    private func finalizers(
        of object: KubeObject, _ options: DeleteOptions, _ strategy: any KindStrategy
    ) -> [String] {
        let (orphan, foreground) = ("orphan", "foregroundDeletion")
        let existing = object.finalizers
        var policy = options.propagationPolicy
        if let orphans = options.orphanDependents { policy = orphans ? .orphan : .background }
        if policy == nil, existing.contains(orphan) { policy = .orphan }
        if policy == nil, existing.contains(foreground) { policy = .foreground }
        var result = existing.filter { $0 != orphan && $0 != foreground }
        switch policy ?? strategy.defaultPropagation {
        case .orphan: result.append(orphan)
        case .foreground: result.append(foreground)
        case .background: break
        }
        return Set(result) == Set(existing) ? existing : result
    }

    /// The options in the query and body of a deletion.
    private func deleteOptions(_ context: RequestContext) throws(Status) -> DeleteOptions {
        let request = context.request
        var options = DeleteOptions()
        var policy = request.value(of: "propagationPolicy")
        options.gracePeriodSeconds = try ListOptions.integer(request, "gracePeriodSeconds")
        if request.value(of: "orphanDependents") != nil { options.orphanDependents = request.flag("orphanDependents") }
        var errors = WriteOptions.dryRunErrors(request)
        options.isDryRun = request.value(of: "dryRun") != nil
        if !request.body.isEmpty {
            let kind = GroupVersionKind(group: "meta.k8s.io", version: "v1", kind: "DeleteOptions")
            let body = try Self.value(in: request.body, of: request, kind)
            let given = body["kind"]?.stringValue ?? "DeleteOptions"
            if given != "DeleteOptions" {
                throw .badRequest(
                    """
                    no kind "\(given)" is registered for version "\(body["apiVersion"]?.stringValue ?? "")" in scheme \
                    "k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27"
                    """)
            }
            policy = body["propagationPolicy"]?.stringValue ?? policy
            options.gracePeriodSeconds = body["gracePeriodSeconds"]?.integerValue ?? options.gracePeriodSeconds
            options.orphanDependents = body["orphanDependents"]?.boolValue ?? options.orphanDependents
            options.uid = body[path: "preconditions", "uid"]?.stringValue
            options.resourceVersion = body[path: "preconditions", "resourceVersion"]?.stringValue
            let dryRun = body["dryRun"]?.stringArrayValue ?? []
            if !dryRun.isEmpty { options.isDryRun = true }
            if !dryRun.allSatisfy({ $0 == "All" }) {
                errors.append(.notSupported("dryRun", JSONValue(dryRun), ["All"]))
            }
        }
        if let policy {
            options.propagationPolicy = DeleteOptions.PropagationPolicy(rawValue: policy)
            if options.propagationPolicy == nil {
                errors.append(
                    .notSupported(
                        "propagationPolicy", .string(policy), ["Foreground", "Background", "Orphan", "nil"]))
            } else if options.orphanDependents != nil {
                errors.append(
                    .invalid(
                        "propagationPolicy", .string(policy),
                        "orphanDependents and deletionPropagation cannot be both set"))
            }
        }
        guard errors.isEmpty else { throw .invalidOptions("DeleteOptions", errors) }
        return options
    }
}
