import KubeCore

/// The fields of an apply that other managers own with other values.
struct FieldConflicts {
    /// What each other manager owns of the fields that the apply would change.
    var fields: [ManagedFields.Manager: FieldSet]

    /// All contested fields.
    var union: FieldSet { fields.values.reduce(FieldSet()) { $0.union($1) } }

    /// The conflicts without those over some fields.
    func excluding(_ allowed: FieldSet) -> FieldConflicts {
        FieldConflicts(
            fields: fields.compactMapValues { set in
                let rest = set.difference(allowed)
                return rest.isEmpty ? nil : rest
            })
    }

    /// The 409 that names every field and its manager.
    var status: Status {
        let managers = fields.keys.sorted { $0.identifier.utf8Less(than: $1.identifier) }
        var causes: [Status.Cause] = []
        var lines: [String] = []
        for manager in managers {
            lines.append("conflicts with \(manager.description):")
            for path in fields[manager]?.paths ?? [] {
                let field = fieldPath(path)
                lines.append("- \(field)")
                causes.append(
                    Status.Cause(
                        reason: "FieldManagerConflict", message: "conflict with \(manager.description)", field: field))
            }
        }
        let message: String
        if causes.count == 1, let cause = causes.first {
            message = "Apply failed with 1 conflict: \(cause.message): \(cause.field ?? "")"
        } else {
            message = "Apply failed with \(causes.count) conflicts: \(lines.joined(separator: "\n"))"
        }
        return Status(code: 409, reason: .conflict, message: message, details: Status.Details(causes: causes))
    }
}
