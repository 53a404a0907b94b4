import KubeCore

/// Field management: who owns which field of an object, and what becomes of it when managers write.
///
/// Pure functions; the caller reads and stores. The chain is that of the real server: managers of old updates are folded,
/// objects without owners get `before-first-apply` on their first apply, what identifies an object is owned by nobody,
/// and kubectl's move from client-side to server-side apply is eased.
package enum FieldManagement {
    /// The annotation in which kubectl's client-side apply keeps what it applied.
    static let lastAppliedAnnotation = "kubectl.kubernetes.io/last-applied-configuration"

    /// Fields that identify an object or belong to the server.
    private static let identity = FieldSet(
        [["apiVersion"], ["kind"], ["metadata"]].map { $0.map { .field($0) } }
            + [
                "name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName", "generation",
                "managedFields", "resourceVersion",
            ].map { [.field("metadata"), .field($0)] })

    /// Applies an object: merges it into the live one and works out ownership.
    ///
    /// - Parameters:
    ///   - live: the stored object at the request's version, or nil to create it.
    ///   - applied: the body of the request.
    ///   - schema: the schema of the kind at the request's version; nil deduces types from values.
    ///   - manager: the field manager.
    ///   - force: whether to take fields that others own with other values.
    ///   - subresource: the subresource that is written, or nil.
    ///   - versions: the other versions of the kind; by default they differ in `apiVersion` alone.
    ///   - filter: the fields that count; by default all but the status for the main resource, and the status alone for
    ///     the status.
    ///   - now: the time to record.
    /// - Returns: the merged object with its managers, before defaulting; the live one itself if nothing changed at all.
    /// - Throws: 400 for a body that is no apply of this kind, 409 with one cause for each contested field, 500 for a
    ///   body that does not fit the schema, as the real server does.
    package static func apply(
        live: KubeObject?, applied: KubeObject, schema: Schema?, manager: String, force: Bool,
        subresource: String? = nil, versions: VersionedTypes? = nil, filter: FieldFilter? = nil, now: Timestamp
    ) throws(Status) -> KubeObject {
        if let fields = applied.metadata["managedFields"], !fields.isNull {
            throw Status(code: 400, reason: .badRequest, message: "metadata.managedFields must be nil")
        }
        let types = versions ?? .default(schema, kind: applied.kind)
        let type = types.type(applied.apiVersion)
        if let fault = TypedValidation.fault(of: applied.value, type, allowsDuplicates: false) {
            let message = "failed to create typed patch object (\(name(of: applied))): \(fault)"
            throw Status(code: 500, reason: .unknown, message: message)
        }
        let stored = live ?? empty(like: applied, schema)
        var managed = ManagedFields(stored.metadata["managedFields"]) ?? ManagedFields()
        let bare = withoutManagedFields(stored)
        let updater = OwnershipUpdater(
            types: types, apiVersion: applied.apiVersion, filter: filter ?? defaultFilter(subresource))
        if managed.entries.isEmpty, live != nil {
            adoptUnowned(bare, like: applied, schema, subresource, &managed, updater, now)
        }
        let owner = ManagedFields.Manager(
            name: manager, isApplier: true, apiVersion: applied.apiVersion, subresource: subresource ?? "")
        let before = managed
        var result = updater.apply(applied, to: bare, &managed, by: owner, force: force)
        if case .failure(let failure) = result {
            guard manager == "kubectl", let allowed = ownedByLastApplied(bare, applied.apiVersion, type) else {
                throw failure.conflicts.status
            }
            let rest = failure.conflicts.excluding(allowed)
            guard rest.fields.isEmpty else { throw rest.status }
            managed = before
            result = updater.apply(applied, to: bare, &managed, by: owner, force: true)
        }
        var merged = bare
        if case .success(let changed?) = result {
            merged = changed
            managed.entries[owner]?.time = now
        }
        managed.remove(identity, from: owner)
        managed.foldOldUpdaters()
        if manager == "kubectl", let annotation = bare.annotations[lastAppliedAnnotation], !annotation.isEmpty {
            merged.set(.string(lastApplied(applied)), at: "metadata", "annotations", lastAppliedAnnotation)
        }
        merged.set(managed.value, at: "metadata", "managedFields")
        return withoutTimestampChanges(from: live, to: merged)
    }

    /// Records the owners of a create, an update or a patch that is no apply.
    ///
    /// - Parameters:
    ///   - live: the stored object at the request's version, or nil for a create.
    ///   - new: the object as it is about to be stored, with the `managedFields` that the request gave.
    ///   - schema: the schema of the kind at the request's version; nil deduces types from values.
    ///   - manager: the field manager.
    ///   - subresource: the subresource that is written, or nil.
    ///   - versions: the other versions of the kind; by default they differ in `apiVersion` alone.
    ///   - filter: the fields that count; as for an apply.
    ///   - now: the time to record.
    /// - Returns: `new` with its managers; nothing but `managedFields` differs.
    package static func update(
        live: KubeObject?, new: KubeObject, schema: Schema?, manager: String, subresource: String? = nil,
        versions: VersionedTypes? = nil, filter: FieldFilter? = nil, now: Timestamp
    ) -> KubeObject {
        var managed = managersToKeep(live, new, ignoresNew: subresource != nil)
        let bare = withoutManagedFields(new)
        // Who asked for an object without managers gets one.
        guard !managed.entries.isEmpty || live == nil else { return bare }
        let old = withoutManagedFields(live ?? empty(like: new, schema))
        let updater = OwnershipUpdater(
            types: versions ?? .default(schema, kind: new.kind), apiVersion: new.apiVersion,
            filter: filter ?? defaultFilter(subresource))
        record(from: old, to: bare, manager, subresource, &managed, updater, now)
        managed.foldOldUpdaters()
        var result = bare
        result.set(managed.value, at: "metadata", "managedFields")
        return withoutTimestampChanges(from: live, to: result)
    }

    /// The new object, with the stored one's times of management if nothing else differs, so that a write without effect
    /// is no write. Call it once more after defaulting an applied object.
    package static func withoutTimestampChanges(from live: KubeObject?, to new: KubeObject) -> KubeObject {
        guard let live else { return new }
        guard withoutManagedFields(live).json == withoutManagedFields(new).json,
            let before = ManagedFields(live.metadata["managedFields"]),
            let after = ManagedFields(new.metadata["managedFields"]),
            before.entries.mapValues({ $0.withoutTime }) == after.entries.mapValues({ $0.withoutTime })
        else { return new }
        return live
    }

    /// The fields that count when a subresource of a kind with a status is written.
    package static func defaultFilter(_ subresource: String?) -> FieldFilter {
        switch subresource {
        case nil: .excluding("status")
        case "status": .only(["status"])
        default: .everything
        }
    }

    /// Records one update under its manager, beside what the manager owned before.
    private static func record(
        from old: KubeObject, to new: KubeObject, _ manager: String, _ subresource: String?,
        _ managed: inout ManagedFields, _ updater: OwnershipUpdater, _ now: Timestamp
    ) {
        // An owner of its own for the change, so that the manager's earlier fields are checked like everybody's.
        let change = ManagedFields.Manager(
            name: "current-operation", isApplier: true, apiVersion: updater.apiVersion, subresource: "\u{0}")
        updater.update(from: old, to: new, &managed, by: change)
        managed.remove(identity, from: change)
        guard let taken = managed.entries.removeValue(forKey: change) else { return }
        let owner = ManagedFields.Manager(
            name: manager, isApplier: false, apiVersion: updater.apiVersion, subresource: subresource ?? "")
        managed.entries[owner] = ManagedFields.Entry(
            apiVersion: updater.apiVersion, set: taken.set.union(managed.entries[owner]?.set ?? FieldSet()), time: now)
    }

    /// Gives the fields of an object that nobody owns to `before-first-apply`.
    private static func adoptUnowned(
        _ live: KubeObject, like applied: KubeObject, _ schema: Schema?, _ subresource: String?,
        _ managed: inout ManagedFields, _ updater: OwnershipUpdater, _ now: Timestamp
    ) {
        record(
            from: empty(like: applied, schema), to: live, "before-first-apply", subresource, &managed, updater, now)
    }

    /// The managers that a request starts from: its own if it gives valid ones, none if it resets them, else the stored
    /// ones, so that clients that know nothing of managers do not lose them.
    private static func managersToKeep(_ live: KubeObject?, _ new: KubeObject, ignoresNew: Bool) -> ManagedFields {
        let stored = ManagedFields(live?.metadata["managedFields"]) ?? ManagedFields()
        guard !ignoresNew, let given = new.metadata["managedFields"], !given.isNull else { return stored }
        if let list = given.arrayValue, list.isEmpty || list == [.object([:])] { return ManagedFields() }
        guard let managed = ManagedFields(given), !managed.entries.isEmpty else { return stored }
        return managed
    }

    /// The fields that kubectl's client-side apply set and that still have its values; nil if it has set none.
    private static func ownedByLastApplied(
        _ live: KubeObject, _ apiVersion: String, _ type: MergeType
    ) -> FieldSet? {
        guard let text = live.annotations[lastAppliedAnnotation], !text.isEmpty,
            let last = (try? JSONValue(parsing: text)), last["apiVersion"]?.stringValue == apiVersion,
            TypedValidation.fault(of: last, type, allowsDuplicates: false) == nil
        else { return nil }
        let changes = TypedComparison(from: last, to: live.value, type)
        return TypedFieldSet.of(last, type).difference(changes.modified).difference(changes.added)
            .difference(changes.removed)
    }

    /// The applied object as kubectl's client-side apply would record it.
    private static func lastApplied(_ applied: KubeObject) -> String {
        var object = applied
        if let annotations = object.metadata["annotations"]?.objectValue, annotations.contains(lastAppliedAnnotation) {
            object.set(nil, at: "metadata", "annotations", lastAppliedAnnotation)
        }
        return object.value.serialized(JSONFormat(sortsKeys: true, escapesHTML: true)) + "\n"
    }

    private static func withoutManagedFields(_ object: KubeObject) -> KubeObject {
        guard object.metadata.contains("managedFields") else { return object }
        var result = object
        result.set(nil, at: "metadata", "managedFields")
        return result
    }

    /// The object before anything is set. Built-in kinds have empty structures where Go has them, which nobody owns.
    private static func empty(like object: KubeObject, _ schema: Schema?) -> KubeObject {
        var empty = KubeObject(schema?.emptyValue.objectValue ?? [:])
        empty.apiVersion = object.apiVersion
        empty.kind = object.kind
        return empty
    }

    /// `namespace/name; group/version, Kind=kind`, as the real server's errors name an object.
    private static func name(of object: KubeObject) -> String {
        let version = GroupVersion(apiVersion: object.apiVersion)
        return "\(object.namespace ?? "")/\(object.name); \(version?.group ?? "")/\(version?.version ?? ""), "
            + "Kind=\(object.kind)"
    }
}

extension ManagedFields.Entry {
    fileprivate var withoutTime: ManagedFields.Entry {
        var entry = self
        entry.time = nil
        return entry
    }
}
