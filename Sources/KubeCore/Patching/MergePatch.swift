/// JSON merge patch (RFC 7386): objects merge, null removes, everything else replaces.
public enum MergePatch {
    /// The target after the patch.
    public static func apply(_ patch: JSONValue, to target: JSONValue) -> JSONValue {
        guard case .object(let changes) = patch else { return patch }
        var result = target.objectValue ?? JSONObject()
        for (key, change) in changes {
            if change.isNull {
                result[key] = nil
            } else {
                result[key] = apply(change, to: result[key] ?? .null)
            }
        }
        return .object(result)
    }

    /// The patch that makes one value of another; an empty object if they are equal.
    ///
    /// A merge patch cannot set a member to null, so members that are null in `modified` are removed by it.
    public static func difference(from original: JSONValue, to modified: JSONValue) -> JSONValue {
        guard case .object(let before) = original, case .object(let after) = modified else { return modified }
        var patch = JSONObject()
        for (key, value) in after {
            guard let previous = before[key] else {
                patch[key] = value
                continue
            }
            if previous == value { continue }
            if previous.objectValue != nil, value.objectValue != nil {
                patch[key] = difference(from: previous, to: value)
            } else {
                patch[key] = value
            }
        }
        for key in before.keys where !after.contains(key) { patch[key] = .null }
        return .object(patch)
    }
}
