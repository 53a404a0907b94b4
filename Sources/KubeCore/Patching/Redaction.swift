/// Hides what must not be shown: the contents of Secrets.
public enum Redaction {
    /// What stands in place of a hidden value.
    public static let placeholder = "(redacted)"

    /// The object with every value of a Secret's `data` and `stringData` hidden, in it and in the annotation in which
    /// kubectl keeps the last applied configuration. Objects of other kinds come back as they are.
    public static func redacted(_ object: KubeObject) -> KubeObject {
        guard object.kind == "Secret", object.apiVersion == "v1" else { return object }
        var result = object
        for field in ["data", "stringData"] {
            guard let members = result[field]?.objectValue else { continue }
            result[field] = .object(members.mapValues { _ in .string(placeholder) })
        }
        let lastApplied = "kubectl.kubernetes.io/last-applied-configuration"
        if result.annotations[lastApplied] != nil { result.annotations[lastApplied] = placeholder }
        return result
    }

    /// Differences of an object of this kind with the values of a Secret hidden, equal ones as well as unequal ones.
    public static func redacted(_ differences: [Difference], of kind: GroupVersionKind) -> [Difference] {
        guard kind.group.isEmpty, kind.kind == "Secret" else { return differences }
        return differences.map { difference in
            guard let first = difference.path.segments.first,
                first == "data" || first == "stringData"
                    || difference.path.segments.starts(with: ["metadata", "annotations"])
            else { return difference }
            return Difference(
                path: difference.path, before: difference.before.map { _ in .string(placeholder) },
                after: difference.after.map { _ in .string(placeholder) })
        }
    }
}
