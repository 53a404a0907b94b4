/// How two JSON values differ, field by field: what plans, drift reports and test failures show.
public struct Difference: Sendable, Hashable, CustomStringConvertible {
    /// Where they differ.
    public var path: JSONPointer
    /// What was there; nil if nothing.
    public var before: JSONValue?
    /// What is there now; nil if nothing.
    public var after: JSONValue?

    /// A difference.
    public init(path: JSONPointer, before: JSONValue?, after: JSONValue?) {
        self.path = path
        self.before = before
        self.after = after
    }

    /// One line: `/spec/replicas: 1 → 2`.
    public var description: String {
        "\(path): \(before?.serialized() ?? "nothing") → \(after?.serialized() ?? "nothing")"
    }

    /// All differences between two values, in the order of the paths. Arrays are compared element by element.
    public static func between(_ before: JSONValue, _ after: JSONValue) -> [Difference] {
        var differences: [Difference] = []
        var path: [String] = []
        collect(before, after, &path, &differences)
        return differences
    }

    private static func collect(
        _ before: JSONValue, _ after: JSONValue, _ path: inout [String], _ differences: inout [Difference]
    ) {
        switch (before, after) {
        case (.object(let old), .object(let new)):
            if old == new { return }
            let keys = Set(old.keys).union(new.keys).sorted { $0.utf8Less(than: $1) }
            for key in keys {
                path.append(key)
                collect(old[key], new[key], &path, &differences)
                path.removeLast()
            }
        case (.array(let old), .array(let new)):
            for index in 0..<max(old.count, new.count) {
                path.append(String(index))
                collect(
                    index < old.count ? old[index] : nil, index < new.count ? new[index] : nil, &path, &differences)
                path.removeLast()
            }
        default:
            if before != after {
                differences.append(Difference(path: JSONPointer(path), before: before, after: after))
            }
        }
    }

    private static func collect(
        _ before: JSONValue?, _ after: JSONValue?, _ path: inout [String], _ differences: inout [Difference]
    ) {
        switch (before, after) {
        case (nil, nil): return
        case (let before?, let after?): collect(before, after, &path, &differences)
        default: differences.append(Difference(path: JSONPointer(path), before: before, after: after))
        }
    }
}
