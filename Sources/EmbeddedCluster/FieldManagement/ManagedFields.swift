import KubeCore

/// Who owns which fields of one object: the decoded `metadata.managedFields`.
struct ManagedFields: Sendable, Hashable {
    /// What tells entries apart: appliers keep one entry over all versions, updaters one for each.
    struct Manager: Sendable, Hashable {
        var name: String
        var isApplier: Bool
        /// The version through which an updater wrote; empty for appliers.
        var apiVersion: String
        var subresource: String

        init(name: String, isApplier: Bool, apiVersion: String, subresource: String) {
            self.name = name
            self.isApplier = isApplier
            self.apiVersion = isApplier ? "" : apiVersion
            self.subresource = subresource
        }

        /// The text by which the real server tells managers apart, and by which it sorts them.
        var identifier: String {
            var object: JSONObject = [:]
            if !name.isEmpty { object["manager"] = .string(name) }
            object["operation"] = .string(isApplier ? "Apply" : "Update")
            if !apiVersion.isEmpty { object["apiVersion"] = .string(apiVersion) }
            if !subresource.isEmpty { object["subresource"] = .string(subresource) }
            return JSONValue.object(object).serialized(JSONFormat(escapesHTML: true))
        }

        /// The manager as conflicts name it.
        var description: String {
            var text = JSONValue.string(name).serialized()
            if !subresource.isEmpty { text += " with subresource \(JSONValue.string(subresource).serialized())" }
            return isApplier ? text : "\(text) using \(apiVersion)"
        }
    }

    /// What one manager owns.
    struct Entry: Sendable, Hashable {
        var apiVersion: String
        var set: FieldSet
        /// When the manager last changed something; nil if it only ever agreed.
        var time: Timestamp?
    }

    var entries: [Manager: Entry] = [:]

    /// No owners.
    init() {}

    /// Reads `metadata.managedFields`; nil if an entry is malformed, which makes all of them void.
    init?(_ value: JSONValue?) {
        guard let value, !value.isNull else { return }
        guard case .array(let list) = value else { return nil }
        for entry in list {
            let operation = entry["operation"]?.stringValue ?? ""
            let apiVersion = entry["apiVersion"]?.stringValue ?? ""
            guard operation == "Apply" || operation == "Update", !apiVersion.isEmpty,
                entry["fieldsType"]?.stringValue == "FieldsV1",
                let set = FieldSet(fieldsV1: entry["fieldsV1"].flatMap { $0.isNull ? nil : $0 } ?? [:])
            else { return nil }
            let manager = Manager(
                name: entry["manager"]?.stringValue ?? "", isApplier: operation == "Apply", apiVersion: apiVersion,
                subresource: entry["subresource"]?.stringValue ?? "")
            entries[manager] = Entry(
                apiVersion: apiVersion, set: set, time: entry["time"]?.stringValue.flatMap { Timestamp($0) })
        }
    }

    /// The entries as `metadata.managedFields`, in the real server's order; nil if there are none.
    var value: JSONValue? {
        let sorted = entries.sorted { left, right in
            if left.key.isApplier != right.key.isApplier { return left.key.isApplier }
            let times = (left.value.time?.seconds ?? 0, right.value.time?.seconds ?? 0)
            if times.0 != times.1 { return times.0 < times.1 }
            if left.key.name != right.key.name { return left.key.name.utf8Less(than: right.key.name) }
            if left.value.apiVersion != right.value.apiVersion {
                return left.value.apiVersion.utf8Less(than: right.value.apiVersion)
            }
            return left.key.subresource.utf8Less(than: right.key.subresource)
        }
        guard !sorted.isEmpty else { return nil }
        return .array(
            sorted.map { manager, entry in
                var object: JSONObject = ["manager": .string(manager.name)]
                object["operation"] = .string(manager.isApplier ? "Apply" : "Update")
                object["apiVersion"] = .string(entry.apiVersion)
                if let time = entry.time { object["time"] = .string(time.description) }
                object["fieldsType"] = "FieldsV1"
                object["fieldsV1"] = entry.set.fieldsV1
                if !manager.subresource.isEmpty { object["subresource"] = .string(manager.subresource) }
                return .object(object)
            })
    }

    /// Takes fields from a manager, who goes when nothing is left.
    mutating func remove(_ fields: FieldSet, from manager: Manager) {
        guard var entry = entries[manager] else { return }
        entry.set = entry.set.difference(fields)
        entries[manager] = entry.set.isEmpty ? nil : entry
    }

    /// The most updaters that are kept apart; older ones are folded into `ancient-changes`.
    static let maximumUpdaters = 10

    /// Folds the oldest updaters into one for each version, until there are few enough.
    mutating func foldOldUpdaters() {
        var updaters = entries.keys.filter { !$0.isApplier }
        guard updaters.count > Self.maximumUpdaters else { return }
        updaters.sort { left, right in
            let times = (entries[left]?.time?.seconds ?? 0, entries[right]?.time?.seconds ?? 0)
            return times.0 != times.1 ? times.0 < times.1 : left.identifier.utf8Less(than: right.identifier)
        }
        var count = updaters.count
        var firstOfVersion: [String: Manager] = [:]
        for manager in updaters where count > Self.maximumUpdaters {
            guard let entry = entries[manager] else { continue }
            let bucket = Manager(
                name: "ancient-changes", isApplier: false, apiVersion: entry.apiVersion, subresource: "")
            guard let first = firstOfVersion[entry.apiVersion] else {
                firstOfVersion[entry.apiVersion] = manager
                continue
            }
            if entries[bucket] == nil {
                entries[bucket] = entries[first]
                entries[first] = nil
            }
            let folded = entries[bucket]?.set ?? FieldSet()
            entries[bucket]?.set = entry.set.union(folded)
            // The entry just folded in is the most recent of the bucket.
            entries[bucket]?.time = entry.time
            entries[manager] = nil
            count -= 1
        }
    }
}
