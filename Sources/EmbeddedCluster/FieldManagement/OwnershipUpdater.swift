import KubeCore

/// How the fields of a kind look through each of its versions.
package struct VersionedTypes: Sendable {
    /// The schema of a version; nil where there is none, so that types are deduced from values.
    package var schema: @Sendable (_ apiVersion: String) -> Schema?
    /// The object at another version; nil if that version is gone, whose owners are then forgotten.
    package var convert: @Sendable (_ object: KubeObject, _ apiVersion: String) -> KubeObject?

    /// Versions of a kind.
    package init(
        schema: @escaping @Sendable (_ apiVersion: String) -> Schema?,
        convert: @escaping @Sendable (_ object: KubeObject, _ apiVersion: String) -> KubeObject?
    ) {
        self.schema = schema
        self.convert = convert
    }

    /// Versions that all look alike and differ in nothing but `apiVersion`, as those of a custom resource without
    /// conversion do.
    package static func same(_ schema: Schema?) -> VersionedTypes {
        VersionedTypes(
            schema: { _ in schema },
            convert: { object, apiVersion in
                var converted = object
                converted.apiVersion = apiVersion
                return converted
            })
    }

    /// The versions of a built-in kind, each with its own schema, or one schema for all versions of any other kind.
    static func `default`(_ schema: Schema?, kind: String) -> VersionedTypes {
        guard schema?.isBuiltIn ?? false else { return .same(schema) }
        var types = VersionedTypes.same(schema)
        types.schema = { apiVersion in
            GroupVersionKind(apiVersion: apiVersion, kind: kind).flatMap { BuiltInSchemas.schema(for: $0) } ?? schema
        }
        return types
    }

    func type(_ apiVersion: String) -> MergeType { schema(apiVersion).map { .schema($0) } ?? .deduced }
}

/// Works out ownership: the heart of server-side apply, after sigs.k8s.io/structured-merge-diff's updater.
struct OwnershipUpdater {
    let types: VersionedTypes
    /// The version of the request.
    let apiVersion: String
    /// Which fields count in this request.
    let filter: FieldFilter

    private var type: MergeType { types.type(apiVersion) }

    /// Takes the changed fields from all other managers.
    ///
    /// - Returns: what changed, or the conflicts where `force` is false and others own changed fields.
    func transfer(
        from old: KubeObject, to new: KubeObject, _ managed: inout ManagedFields,
        by manager: ManagedFields.Manager, force: Bool
    ) -> Result<TypedComparison, FieldConflictsError> {
        let comparison = TypedComparison(from: old.value, to: new.value, type)
        var versions = [apiVersion: comparison.filtered(filter)]
        var conflicts: [ManagedFields.Manager: FieldSet] = [:]
        var removals: [ManagedFields.Manager: FieldSet] = [:]
        for (other, entry) in managed.entries where other != manager {
            let changes: TypedComparison
            if let known = versions[entry.apiVersion] {
                changes = known
            } else if let oldThere = types.convert(old, entry.apiVersion),
                let newThere = types.convert(new, entry.apiVersion)
            {
                changes = TypedComparison(from: oldThere.value, to: newThere.value, types.type(entry.apiVersion))
                    .filtered(filter)
                versions[entry.apiVersion] = changes
            } else {
                managed.entries[other] = nil
                continue
            }
            let contested = entry.set.intersection(changes.modified.union(changes.added))
            if !contested.isEmpty { conflicts[other] = contested }
            if !changes.removed.isEmpty { removals[other] = changes.removed }
        }
        if !force, !conflicts.isEmpty {
            return .failure(FieldConflictsError(conflicts: FieldConflicts(fields: conflicts)))
        }
        for (other, fields) in conflicts { managed.remove(fields, from: other) }
        for (other, fields) in removals { managed.remove(fields, from: other) }
        managed.entries = managed.entries.filter { !$0.value.set.isEmpty }
        return .success(comparison)
    }

    /// Gives the changed fields of an update to its manager.
    func update(
        from old: KubeObject, to new: KubeObject, _ managed: inout ManagedFields, by manager: ManagedFields.Manager
    ) {
        reconcile(&managed)
        guard case .success(let comparison) = transfer(from: old, to: new, &managed, by: manager, force: true) else {
            return
        }
        let previous = managed.entries[manager]
        let changed = comparison.modified.union(comparison.added)
        let set = filter.apply((previous?.set ?? FieldSet()).difference(comparison.removed).union(changed))
        managed.entries[manager] =
            set.isEmpty ? nil : ManagedFields.Entry(apiVersion: apiVersion, set: set, time: previous?.time)
    }

    /// Merges an applied object into the live one and gives its fields to its manager.
    ///
    /// - Returns: the merged object, or nil if the live one has it all already.
    func apply(
        _ applied: KubeObject, to live: KubeObject, _ managed: inout ManagedFields,
        by manager: ManagedFields.Manager, force: Bool
    ) -> Result<KubeObject?, FieldConflictsError> {
        reconcile(&managed)
        let merged = KubeObject(TypedMerge.merge(live.value, applied.value, type) ?? [:]) ?? live
        let previous = managed.entries[manager]
        let set = filter.apply(TypedFieldSet.of(applied.value, type))
        managed.entries[manager] = ManagedFields.Entry(apiVersion: apiVersion, set: set, time: previous?.time)
        let pruned = prune(merged, managed, manager, previous)
        if case .failure(let conflicts) = transfer(from: live, to: pruned, &managed, by: manager, force: force) {
            return .failure(conflicts)
        }
        return .success(pruned.value == live.value ? nil : pruned)
    }

    /// Removes what the manager applied last time and does not apply now, unless somebody else owns it.
    private func prune(
        _ merged: KubeObject, _ managed: ManagedFields, _ manager: ManagedFields.Manager,
        _ previous: ManagedFields.Entry?
    ) -> KubeObject {
        guard let previous, !previous.set.isEmpty, let there = types.convert(merged, previous.apiVersion) else {
            return merged
        }
        let thereType = types.type(previous.apiVersion)
        let pruned = remove(previous.set.withNamedFieldsAsMembers(thereType), from: there, thereType)
        let withOwned = addBackOwned(there, pruned, previous.apiVersion, managed)
        let withDangling = addBackDangling(there, withOwned, previous)
        return types.convert(withDangling, apiVersion) ?? merged
    }

    /// Adds back the removed fields that any manager, or the new configuration, claims.
    private func addBackOwned(
        _ merged: KubeObject, _ pruned: KubeObject, _ version: String, _ managed: ManagedFields
    ) -> KubeObject {
        var owned: [String: FieldSet] = [:]
        for entry in managed.entries.values {
            owned[entry.apiVersion] = (owned[entry.apiVersion] ?? FieldSet()).union(entry.set)
        }
        var merged = merged
        var pruned = pruned
        // The version of the pruned fields first, since a conversion may need what is added back there.
        let others = owned.keys.filter { $0 != version }.sorted()
        for version in (owned[version] == nil ? [] : [version]) + others {
            guard let mergedThere = types.convert(merged, version), let prunedThere = types.convert(pruned, version)
            else { continue }
            let type = types.type(version)
            let kept = TypedFieldSet.of(prunedThere.value, type).withNamedFieldsAsMembers(type)
                .union((owned[version] ?? FieldSet()).withNamedFieldsAsMembers(type))
            let all = TypedFieldSet.of(mergedThere.value, type).withNamedFieldsAsMembers(type)
            merged = mergedThere
            pruned = remove(all.difference(kept), from: mergedThere, type)
        }
        return types.convert(pruned, version) ?? pruned
    }

    /// Adds back the removed fields that the manager never owned.
    private func addBackDangling(
        _ merged: KubeObject, _ pruned: KubeObject, _ previous: ManagedFields.Entry
    ) -> KubeObject {
        let type = types.type(previous.apiVersion)
        let kept = TypedFieldSet.of(pruned.value, type).withNamedFieldsAsMembers(type)
        let all = TypedFieldSet.of(merged.value, type).withNamedFieldsAsMembers(type)
        let last = previous.set.withNamedFieldsAsMembers(type)
        return remove(all.difference(kept).intersection(last), from: merged, type)
    }

    private func remove(_ fields: FieldSet, from object: KubeObject, _ type: MergeType) -> KubeObject {
        KubeObject(TypedRemoval.remove(fields, from: object.value, type)) ?? KubeObject([:])
    }

    /// Fits the owned paths to a schema that has changed since: what became atomic is owned as a whole. What was atomic
    /// and is no longer stays owned as it is, without its fields, as on the real server.
    private func reconcile(_ managed: inout ManagedFields) {
        for (manager, entry) in managed.entries {
            if let fitted = entry.set.fitted(to: types.type(entry.apiVersion)) {
                managed.entries[manager]?.set = fitted
            }
        }
    }
}

/// Conflicts, as a failure.
struct FieldConflictsError: Error {
    var conflicts: FieldConflicts
}

extension FieldSet {
    /// The set with paths that fit a schema; nil if they all fit already.
    func fitted(to type: MergeType) -> FieldSet? {
        var result = self
        var hasChanged = false
        for child in children {
            guard let part = type.part(child.element) else { continue }
            if part.isWhole {
                // The parts of a whole are owned by who owns any of them.
                result.setChild(child.element, FieldSet())
                result.insertMember(child.element)
                hasChanged = true
            } else if let fitted = child.set.fitted(to: part) {
                result.setChild(child.element, fitted)
                hasChanged = true
            }
        }
        return hasChanged ? result : nil
    }
}

extension MergeType {
    /// Whether the schema makes the value one whole.
    fileprivate var isWhole: Bool {
        switch structure {
        case .list(let list)?: list.isAtomic
        case .map(let map)?: map.isAtomic
        default: false
        }
    }

    /// The type of a part of a value.
    fileprivate func part(_ element: PathElement) -> MergeType? {
        switch (element, structure) {
        case (.field(let name), .map(let map)?): map.type(of: name)
        case (.key, .list(let list)?): list.element
        default: nil
        }
    }
}
