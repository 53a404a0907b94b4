import KubeCore

/// Creates.
extension APIServer {
    func create(_ context: RequestContext) async throws(Status) -> APIResponse {
        let options = try WriteOptions(context.request, kind: "CreateOptions", verb: "create")
        let decoded = try decode(context, options)
        let object = try await createObject(decoded.object, WriteTarget(context, options))
        return try answer(
            object.object, context, status: 201, warnings: decoded.warnings + object.warnings)
    }

    /// An object as it was written, in the version of the request, and what the client is to be warned of.
    struct Written {
        var object: KubeObject
        var warnings: [String] = []
    }

    /// Makes an object.
    ///
    /// - Parameter isManaged: whether its managed fields have been worked out already, as by an apply.
    func createObject(
        _ sent: KubeObject, _ target: WriteTarget, isManaged: Bool = false
    ) async throws(Status) -> Written {
        var target = target
        let (resource, strategy) = (target.resource, target.resource.strategy)
        var object = sent
        try checkScope(&object, target)
        if let version = object.resourceVersion, !version.isEmpty {
            throw .internalFailure("resourceVersion should not be set on objects to be created")
        }
        for member in ["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"] {
            object.set(nil, at: "metadata", member)
        }
        object.set(nil, at: "metadata", "resourceVersion")
        if resource.hasStatus, !strategy.keepsStatusOnCreate { object["status"] = nil }
        var stored = VersionConversion.toStorage(object, from: resource)
        ready(&stored, resource)
        if !isManaged { recordManagers(of: &stored, live: nil, target) }
        let context = writeContext(target)
        var warnings = try await admit(&stored, old: nil, target)
        try confirmNoEscalation(stored, old: nil, target)
        if object.name.isEmpty, let prefix = stored[path: "metadata", "generateName"]?.stringValue, !prefix.isEmpty {
            stored.name = String(prefix.prefix(58)) + nameSuffix()
        }
        target.name = stored.name
        stored.uid = newIdentifier()
        stored.set(.string(context.now.description), at: "metadata", "creationTimestamp")
        if resource.countsGenerations { stored.set(1, at: "metadata", "generation") }
        try strategy.prepareForCreate(&stored, context)
        ObjectMetadata.normalize(&stored)
        let findings = validate(stored, old: nil, target, context)
        let errors =
            ObjectMetadata.errorsOfNew(stored, resource)
            + findings.errors
        guard errors.isEmpty else { throw .invalid(resource.storageKind.groupKind, stored.name, errors) }
        warnings += try await admitFinally(stored, old: nil, target)
        warnings += strategy.warnings(stored, old: nil) + findings.warnings
        let written = try commitNew(stored, target, isGenerated: object.name.isEmpty)
        try await afterCommit(written, target)
        return Written(object: VersionConversion.fromStorage(written, to: resource), warnings: warnings)
    }

    /// Stores a new object; a generated name that is taken is generated again, a few times.
    private func commitNew(
        _ object: KubeObject, _ target: WriteTarget, isGenerated: Bool
    ) throws(Status) -> KubeObject {
        var object = object
        let storage = target.resource.storage
        for attempt in 0..<8 {
            let name = object.name
            if target.options.isDryRun {
                let key = StoredObject.key(namespace: object.namespace, name: name)
                guard let existing = store.get(storage, key: key) else { return object }
                throw .alreadyExists(target.type, name, isBeingDeleted: existing.object.isBeingDeleted)
            }
            do {
                return try store.put(
                    object, in: storage, expected: nil, schemaIdentity: target.resource.custom?.writtenIdentity ?? 0
                ) { target.record($0, name: name) }.object
            } catch {
                if case .exists(let existing) = error, !isGenerated || attempt == 7 {
                    throw .alreadyExists(target.type, name, isBeingDeleted: existing.object.isBeingDeleted)
                }
                let prefix = object[path: "metadata", "generateName"]?.stringValue ?? ""
                object.name = String(prefix.prefix(58)) + nameSuffix()
            }
        }
        throw .alreadyExists(target.type, object.name, isBeingDeleted: false)
    }

    /// Checks an object against the path of the request, and fills in what the path says.
    func checkScope(_ object: inout KubeObject, _ target: WriteTarget) throws(Status) {
        if let namespace = target.namespace {
            if let given = object.namespace, given != namespace {
                throw .badRequest(
                    "the namespace of the provided object does not match the namespace sent on the request")
            }
            object.namespace = namespace
        } else if !target.type.isNamespaced, object.namespace != nil {
            throw .badRequest("namespace may not be set on a cluster-scoped object")
        }
        if let name = target.name {
            guard !object.name.isEmpty else {
                throw .badRequest(
                    "the name of the object (\(name) based on URL) was undeterminable: name must be provided")
            }
            guard object.name == name else {
                throw .badRequest(
                    "the name of the object (\(object.name)) does not match the name on the URL (\(name))")
            }
        }
        object.apiVersion = target.type.apiVersion
        object.kind = target.type.kind
    }

    /// Defaults an object in its storage version, and prunes what its schema does not know.
    func ready(_ object: inout KubeObject, _ resource: ServedResource) {
        if let custom = resource.custom {
            CustomResourceRules.readied(&object, custom)
        } else {
            BuiltInRules.normalize(&object, resource)
            resource.strategy.applyDefaults(&object)
        }
    }

    /// Records who owns which field after an update of an object in its storage version.
    func recordManagers(of stored: inout KubeObject, live: KubeObject?, _ target: WriteTarget) {
        let resource = target.resource
        let updated = FieldManagement.update(
            live: live, new: VersionConversion.fromStorage(stored, to: resource), schema: resource.schema,
            manager: target.options.fieldManager, subresource: target.subresource,
            versions: resource.custom?.definition.versionedTypes, filter: resource.fieldFilter(target.subresource),
            now: environment.now())
        stored.set(updated.metadata["managedFields"], at: "metadata", "managedFields")
    }

    /// The faults of an object in its storage version.
    func validate(
        _ object: KubeObject, old: KubeObject?, _ target: WriteTarget, _ context: WriteContext
    ) -> CustomResourceValidation.Findings {
        if let custom = target.resource.custom {
            return CustomResourceValidation.validate(object, old: old, custom.version, kind: target.type.kind)
        }
        return CustomResourceValidation.Findings(
            errors: target.resource.strategy.validate(object, old: old, subresource: target.subresource, context),
            warnings: [])
    }
}

extension ServedResource {
    /// Whether the status is written through its subresource alone.
    var hasStatus: Bool { custom?.hasStatus ?? strategy.hasStatus }

    /// Whether changes of the specification are counted.
    var countsGenerations: Bool { isCustom || strategy.generationMembers != nil }

    /// The schema in the version of the resource.
    var schema: Schema? { custom?.schema ?? BuiltInSchemas.schema(for: type.groupVersionKind) }

    /// The fields that have owners when a subresource is written.
    func fieldFilter(_ subresource: String?) -> FieldFilter {
        guard hasStatus else { return .everything }
        return FieldManagement.defaultFilter(subresource)
    }

    /// Whether a change of an object counts as one of its specification.
    func changesGeneration(_ old: KubeObject, _ new: KubeObject) -> Bool {
        guard let custom else {
            return (strategy.generationMembers ?? []).contains { old[$0] != new[$0] }
        }
        func counted(_ object: KubeObject) -> JSONObject {
            object.json.filter { key, _ in key != "metadata" && !(key == "status" && custom.hasStatus) }
        }
        return counted(old) != counted(new)
    }
}
