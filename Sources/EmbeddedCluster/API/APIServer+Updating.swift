import KubeCore

/// Updates, and what updates and patches share.
extension APIServer {
    func update(_ context: RequestContext) async throws(Status) -> APIResponse {
        let options = try WriteOptions(context.request, kind: "UpdateOptions", verb: "update")
        let decoded = try decode(context, options)
        let target = WriteTarget(context, options)
        var sent = decoded.object
        try checkScope(&sent, target)
        if context.resource.strategy.createsOnUpdate, target.subresource == nil,
            store.get(context.resource.storage, key: target.key) == nil
        {
            let written = try await createObject(sent, target)
            return try answer(written.object, context, status: 201, warnings: decoded.warnings + written.warnings)
        }
        let written = try await updateObject(target, replacing: sent)
        return try answer(written.object, context, warnings: decoded.warnings + written.warnings)
    }

    /// Replaces an object by another; the resource version in it, if any, must be the current one.
    func updateObject(_ target: WriteTarget, replacing sent: KubeObject) async throws(Status) -> Written {
        let resource = target.resource
        let given = sent.resourceVersion ?? ""
        let unconditional = given.isEmpty || (given == "0" && !resource.isCustom)
        return try await changeObject(target, retries: unconditional ? 5 : 0) { live throws(Status) in
            if let uid = sent.uid, let current = live.uid, uid != current {
                throw .conflict(
                    group: target.type.group, resource: target.type.plural, name: sent.name,
                    """
                    StorageError: invalid object, Code: 4, Key: \(Self.storageKey(target)), ResourceVersion: 0, \
                    AdditionalErrorMsg: Precondition failed: UID in precondition: \(uid), UID in object meta: \(current)
                    """)
            }
            if unconditional {
                if resource.isCustom || !resource.strategy.allowsUnconditionalUpdate {
                    throw .invalid(
                        GroupKind(group: target.type.group, kind: target.type.plural), sent.name,
                        [.invalid("metadata.resourceVersion", 0, "must be specified for an update")])
                }
            } else if UInt64(given) == nil {
                let quoted = JSONValue.string(given).serialized()
                throw .internalFailure("strconv.ParseUint: parsing \(quoted): invalid syntax")
            } else if given != live.resourceVersion {
                throw .modified(target.type, sent.name)
            }
            return Change(object: sent)
        }
    }

    private static func storageKey(_ target: WriteTarget) -> String {
        let group = target.type.group.isEmpty || !target.resource.isCustom ? "" : target.type.group + "/"
        return "/registry/\(group)\(target.type.plural)/\(target.key)"
    }

    /// What a write makes of the stored object, in the version of the request.
    struct Change {
        var object: KubeObject
        /// Whether its managed fields have been worked out already, as by an apply.
        var isManaged = false
        var warnings: [String] = []
    }

    /// Changes a stored object: the one path of every update and patch.
    ///
    /// - Parameters:
    ///   - retries: how often the change is worked out anew if another write comes between.
    ///   - settles: whether what the write entails is carried out.
    ///   - change: makes the new object of the stored one, both in the version of the request.
    func changeObject(
        _ target: WriteTarget, retries: Int, settles: Bool = true, _ change: (KubeObject) throws(Status) -> Change
    ) async throws(Status) -> Written {
        var attempts = retries
        while true {
            guard let current = store.get(target.resource.storage, key: target.key) else {
                throw .notFound(target.type, target.name ?? "")
            }
            let live = VersionConversion.view(current, as: target.resource)
            let changed = try change(live)
            let prepared = try await prepare(changed, over: current, live: live, target)
            guard let written = try commit(prepared.object, over: current, target) else {
                guard attempts > 0 else { throw .modified(target.type, target.name ?? "") }
                attempts -= 1
                continue
            }
            if settles {
                try await afterCommit(written, target)
                if store.get(target.resource.storage, key: target.key) == nil {
                    try await afterRemoval(written, target)
                }
            }
            return Written(
                object: VersionConversion.fromStorage(written, to: target.resource),
                warnings: changed.warnings + prepared.warnings
                    + target.resource.strategy.warnings(prepared.object, old: current.object))
        }
    }

    /// Makes of a changed object, in the version of the request, what is to be stored.
    private func prepare(
        _ change: Change, over current: StoredObject, live: KubeObject, _ target: WriteTarget
    ) async throws(Status) -> (object: KubeObject, warnings: [String]) {
        let (resource, context) = (target.resource, writeContext(target))
        let old = current.object
        var object = change.object
        try checkScope(&object, target)
        let givenUID = object.uid
        var stored = VersionConversion.toStorage(object, from: resource)
        carryOver(&stored, from: old, target)
        ready(&stored, resource)
        // An empty list asks for an object without managers, and must not be lost among the other empty lists.
        if let managers = object.metadata["managedFields"] { stored.set(managers, at: "metadata", "managedFields") }
        if change.isManaged {
            let view = VersionConversion.fromStorage(stored, to: resource)
            let settled = FieldManagement.withoutTimestampChanges(from: live, to: view)
            stored.set(settled.metadata["managedFields"], at: "metadata", "managedFields")
        } else {
            recordManagers(of: &stored, live: live, target)
        }
        if target.subresource == "scale" { Self.forgetScaleTimes(&stored) }
        var warnings = try await admit(&stored, old: old, target)
        try confirmNoEscalation(stored, old: old, target)
        try resource.strategy.prepareForUpdate(&stored, old: old, subresource: target.subresource, context)
        ObjectMetadata.normalize(&stored)
        if resource.countsGenerations {
            // A binding is none of the pod's owner's doing.
            let isCounted = target.subresource != "binding"
            let raised = isCounted && resource.changesGeneration(old, stored) ? 1 : 0
            stored.set(.integer(old.generation + Int64(raised)), at: "metadata", "generation")
        }
        var errors = ObjectMetadata.errorsOfChange(stored, old: old)
        if let givenUID, let uid = old.uid, givenUID != uid {
            errors.append(.invalid("metadata.uid", .string(givenUID), "field is immutable"))
        }
        // The real server checks the change of the metadata for all kinds, and each kind does so again.
        errors += errors
        errors += ObjectMetadata.finalizerErrors(stored)
        let findings = validate(stored, old: old, target, context)
        errors += findings.errors
        guard errors.isEmpty else { throw .invalid(resource.storageKind.groupKind, stored.name, errors) }
        warnings += try await admitFinally(stored, old: old, target)
        return (stored, warnings + findings.warnings)
    }

    /// Managers that wrote through the scale are kept without the time, as the real server keeps them.
    private static func forgetScaleTimes(_ object: inout KubeObject) {
        guard let managers = object.metadata["managedFields"]?.arrayValue else { return }
        let timeless = managers.map { manager -> JSONValue in
            guard manager["subresource"]?.stringValue == "scale", case .object(var members) = manager else {
                return manager
            }
            members["time"] = nil
            return .object(members)
        }
        object.set(.array(timeless), at: "metadata", "managedFields")
    }

    /// What a client may not change stays as it was; a subresource changes nothing else.
    private func carryOver(_ object: inout KubeObject, from old: KubeObject, _ target: WriteTarget) {
        let resource = target.resource
        if target.subresource == "status" {
            let status = object["status"]
            var metadata = resource.isCustom ? old.metadata : object.metadata
            metadata["managedFields"] = object.metadata["managedFields"]
            metadata["labels"] = old.metadata["labels"]
            object.json = old.json
            object["status"] = status
            object.metadata = metadata
        } else if resource.hasStatus, target.subresource == nil {
            object["status"] = old["status"]
        }
        for member in [
            "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation",
            "resourceVersion",
        ] {
            object.set(old.metadata[member], at: "metadata", member)
        }
        object.set(nil, at: "metadata", "selfLink")
    }

    /// Stores a changed object, or removes one whose deletion nothing holds any more.
    ///
    /// - Returns: the object; nil if another write came between.
    private func commit(
        _ object: KubeObject, over current: StoredObject, _ target: WriteTarget
    ) throws(Status) -> KubeObject? {
        let (storage, strategy) = (target.resource.storage, target.resource.strategy)
        if target.options.isDryRun { return object }
        let isLet =
            object.isBeingDeleted && !strategy.isHeld(object) && strategy.isHeld(current.object)
            && (object[path: "metadata", "deletionGracePeriodSeconds"]?.integerValue ?? 0) == 0
        do {
            if isLet {
                _ = try store.remove(storage, key: current.key, expected: current.resourceVersion) {
                    target.record($0, name: current.name)
                }
                return object
            }
            if object == current.object { return object }
            return try store.put(
                object, in: storage, expected: current.resourceVersion,
                schemaIdentity: target.resource.custom?.writtenIdentity ?? 0
            ) { target.record($0, name: current.name) }.object
        } catch {
            return nil
        }
    }
}
