import KubeCore

/// Rules that hold for every change of every object, whoever made it.
enum ObjectRules {
    static func check(_ change: ModelRun.Change, _ model: ModelKind) throws {
        guard let new = change.new else { return }
        let metadata = new["metadata"] ?? .null
        guard metadata["resourceVersion"]?.stringValue == String(change.revision) else {
            throw Violation("the object's version is not that of its write: \(new)")
        }
        try checkOwners(new, model)
        guard let old = change.old else {
            if model.hasGeneration, metadata["generation"] != 1 {
                throw Violation("a new object's generation is not 1: \(new)")
            }
            return
        }
        guard old[path: "metadata", "uid"] == metadata["uid"] else { throw Violation("the identifier changed: \(new)") }
        guard significant(old) != significant(new) else {
            throw Violation("a write that changes nothing made a new version:\n\(old)\n\(new)")
        }
        guard model.hasGeneration else { return }
        let isDeletion = old[path: "metadata", "deletionTimestamp"] == nil && metadata["deletionTimestamp"] != nil
        let expected =
            (old[path: "metadata", "generation"]?.integerValue ?? 0)
            + (specification(old) != specification(new) || isDeletion ? 1 : 0)
        guard metadata["generation"]?.integerValue == expected else {
            throw Violation("the generation should be \(expected):\n\(old)\n\(new)")
        }
    }

    /// Everything that is owned exists, and nobody owns nothing.
    private static func checkOwners(_ object: JSONValue, _ model: ModelKind) throws {
        for entry in ModelOwner.all(in: object) {
            guard !entry.paths.isEmpty else { throw Violation("\(entry.name) owns nothing: \(object)") }
            for path in entry.paths
            where FieldPath.value(at: path[...], in: object) == nil && !droppedByDefaulting.contains(path)
                && !isContainer(path, model)
            {
                throw Violation("\(entry.name) owns \(path.joined(separator: ".")), which is not there: \(object)")
            }
        }
    }

    /// Whether a path is a map or list that holds fields. When the last of them goes, Go leaves out the empty rest, and who
    /// owned that keeps owning it, in the real server too.
    private static func isContainer(_ path: [String], _ model: ModelKind) -> Bool {
        (model.fields + model.statusFields).contains { $0.path.count > path.count && $0.path.starts(with: path) }
    }

    /// Fields that defaulting takes away from a service which changes its affinity. Defaults come after the managers of an
    /// apply are recorded, in the real server too, so that a manager may be left with a field that has gone.
    private static let droppedByDefaulting: Set<[String]> = [
        ["f:spec", "f:sessionAffinityConfig"],
        ["f:spec", "f:sessionAffinityConfig", "f:clientIP"],
        ["f:spec", "f:sessionAffinityConfig", "f:clientIP", "f:timeoutSeconds"],
    ]

    private static func significant(_ object: JSONValue) -> JSONValue {
        var object = object
        object.set(nil, at: "metadata", "resourceVersion")
        let entries = (object[path: "metadata", "managedFields"]?.arrayValue ?? []).map { entry in
            var entry = entry
            entry.set(nil, at: "time")
            return entry.serialized()
        }
        object.set(JSONValue(entries.sorted()), at: "metadata", "managedFields")
        return object
    }

    private static func specification(_ object: JSONValue) -> JSONValue {
        var object = object
        object.set(nil, at: "metadata")
        object.set(nil, at: "status")
        return object
    }
}

/// An entry of managed fields.
struct ModelOwner {
    var name: String
    var isApplier: Bool
    var subresource: String?
    var paths: Set<[String]>

    static func all(in object: JSONValue?) -> [ModelOwner] {
        (object?[path: "metadata", "managedFields"]?.arrayValue ?? []).map { entry in
            ModelOwner(
                name: entry["manager"]?.stringValue ?? "", isApplier: entry["operation"] == "Apply",
                subresource: entry["subresource"]?.stringValue, paths: FieldPath.owned(entry["fieldsV1"]))
        }
    }
}

/// What must hold after an apply.
struct ApplyRules {
    let operation: ModelOperation
    let fields: [(path: [String], value: JSONValue)]
    let isForced: Bool
    let before: JSONValue?
    let after: JSONValue?

    init(
        _ operation: ModelOperation, _ choices: [ModelKind.Choice], _ isForced: Bool, _ before: JSONValue?,
        _ after: JSONValue?
    ) {
        self.operation = operation
        fields = choices.map {
            let field = operation.model.fields[$0.field]
            return (field.path, field.values[$0.value])
        }
        self.isForced = isForced
        self.before = before
        self.after = after
    }

    private func isMine(_ owner: ModelOwner) -> Bool {
        owner.name == operation.manager && owner.isApplier && owner.subresource == nil
    }

    private func others(_ object: JSONValue?, owning path: [String]) -> [ModelOwner] {
        let owners = ModelOwner.all(in: object)
        // An object without managers belongs, at its first apply, to one who stands for all that was before.
        if let object, owners.isEmpty {
            let isThere = FieldPath.value(at: path[...], in: object) != nil
            let before = ModelOwner(name: "before-first-apply", isApplier: false, subresource: nil, paths: [path])
            return isThere ? [before] : []
        }
        return owners.filter { !isMine($0) && $0.paths.contains(path) }
    }

    /// The fields that somebody else owns with another value.
    private var conflicting: [[String]] {
        guard let before else { return [] }
        return fields.filter { field in
            field.path.last?.hasPrefix("v:") == false
                && FieldPath.value(at: field.path[...], in: before) != field.value
                && !others(before, owning: field.path).isEmpty
        }.map(\.path)
    }

    func checkRefusal(_ answer: ModelWriter.Answer) throws {
        let isConflict = answer.status == 409
        let conflicting = isForced ? [] : conflicting
        guard isConflict == !conflicting.isEmpty else {
            throw Violation(
                "conflicts should be about \(conflicting), but the answer is \(answer.body); it was \(before ?? .null)")
        }
        guard isConflict else { return }
        let causes = answer.body[path: "details", "causes"]?.arrayValue ?? []
        let count = conflicting.reduce(0) { $0 + others(before, owning: $1).count }
        guard causes.count == count else {
            throw Violation("there should be \(count) conflicts, about \(conflicting): \(answer.body)")
        }
    }

    func check() throws {
        guard isForced || conflicting.isEmpty else {
            throw Violation("it should have been refused for \(conflicting): \(before ?? .null)")
        }
        guard let after else { return }
        let mine = ModelOwner.all(in: after).first(where: isMine)?.paths ?? []
        let expected = fields.reduce(into: Set<[String]>()) { $0.formUnion(FieldPath.ownedByApplying($1.path)) }
        guard mine == expected else {
            throw Violation(
                """
                the applier should own what it applied: missing \(expected.subtracting(mine)), \
                too much \(mine.subtracting(expected)): \(after)
                """)
        }
        for field in fields {
            let value = FieldPath.value(at: field.path[...], in: after)
            guard value == field.value else {
                throw Violation("\(field.path.joined(separator: ".")) should be \(field.value): \(after)")
            }
            let isChanged = before != nil && FieldPath.value(at: field.path[...], in: before ?? .null) != value
            let left = others(after, owning: field.path)
            guard !isChanged || left.isEmpty || field.path.last?.hasPrefix("v:") == true else {
                throw Violation("\(left.map(\.name)) still own \(field.path), which was taken from them: \(after)")
            }
            guard isChanged || left.count == others(before, owning: field.path).count else {
                throw Violation("owners of \(field.path) who agreed lost it: \(before ?? .null)\n\(after)")
            }
        }
        try checkRemovals(mine, after)
    }

    /// What is applied no longer goes if nobody else wants it, and stays as it is if somebody does.
    private func checkRemovals(_ mine: Set<[String]>, _ after: JSONValue) throws {
        guard let before, let last = ModelOwner.all(in: before).first(where: isMine)?.paths else { return }
        for field in operation.model.fields
        where last.contains(field.path) && !mine.contains(field.path) && !field.hasDefault {
            let value = FieldPath.value(at: field.path[...], in: after)
            if others(before, owning: field.path).isEmpty {
                guard value == nil else { throw Violation("\(field.path) should be gone: \(before)\n\(after)") }
            } else if value != FieldPath.value(at: field.path[...], in: before) {
                throw Violation("\(field.path) belongs to others and should have stayed: \(before)\n\(after)")
            }
        }
    }
}

/// What must hold after a write that is no apply: who changes a field owns it, and nobody else any longer.
struct UpdateRules {
    let operation: ModelOperation
    let before: JSONValue?
    let after: JSONValue

    init(_ operation: ModelOperation, _ before: JSONValue?, _ after: JSONValue) {
        self.operation = operation
        self.before = before
        self.after = after
    }

    func check() throws {
        let owners = ModelOwner.all(in: after)
        // Of an object that has no managers nobody keeps account before somebody applies it.
        guard before == nil || !ModelOwner.all(in: before).isEmpty else { return }
        for field in operation.model.fields {
            let value = FieldPath.value(at: field.path[...], in: after)
            guard let value, value != before.flatMap({ FieldPath.value(at: field.path[...], in: $0) }) else { continue }
            let owning = owners.filter { $0.paths.contains(field.path) }
            // What the server put there of its own accord may be nobody's.
            guard !(owning.isEmpty && field.hasDefault) else { continue }
            guard owning.count == 1, owning[0].name == operation.manager, !owning[0].isApplier else {
                throw Violation(
                    """
                    \(field.path.joined(separator: ".")) was set by \(operation.manager) and is owned by \
                    \(owning.map(\.name)): \(after)
                    """)
            }
        }
    }
}
