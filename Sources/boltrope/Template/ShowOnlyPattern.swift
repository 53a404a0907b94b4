import Foundation

/// The path of `--show-only`, in which `*` stands for anything within a folder.
struct ShowOnlyPattern {
    private let parts: [Substring]

    init(_ pattern: String) {
        parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
    }

    /// Whether a path within the chart is meant.
    func matches(_ path: String) -> Bool {
        guard parts.count > 1 else { return parts.first.map(String.init) == path }
        guard path.hasPrefix(parts[0]), path.hasSuffix(parts[parts.count - 1]) else { return false }
        var rest = path.dropFirst(parts[0].count)
        for part in parts.dropFirst().dropLast() {
            guard let range = rest.range(of: String(part)) else { return false }
            rest = rest[range.upperBound...]
        }
        return rest.count >= parts[parts.count - 1].count
    }
}
