import KubeCore

/// What the path of a request names.
package struct RequestTarget: Hashable {
    /// The API group and version.
    package var groupVersion: GroupVersion
    /// The plural.
    package var resource: String
    /// The namespace; nil for cluster-scoped resources, and for all namespaces.
    package var namespace: String?
    /// The object; nil for the collection.
    package var name: String?
    /// The subresource; nil for the object itself.
    package var subresource: String?
    /// Whether the path is one of the old `/watch/` ones.
    var isWatchPath = false

    /// Reads a path; nil if it is none of a resource.
    package init?(path: String) {
        // As in the real router, an escaped slash divides like any other, and nothing between two slashes is no name.
        var decoded = String(percentDecoding: path)[...]
        while decoded.hasPrefix("/") { decoded.removeFirst() }
        while decoded.hasSuffix("/") { decoded.removeLast() }
        var segments = decoded.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard !segments.contains("") else { return nil }
        switch segments.first {
        case "api" where segments.count >= 3:
            groupVersion = GroupVersion(group: "", version: segments[1])
            segments.removeFirst(2)
        case "apis" where segments.count >= 4:
            groupVersion = GroupVersion(group: segments[1], version: segments[2])
            segments.removeFirst(3)
        default: return nil
        }
        if segments.first == "watch", segments.count > 1 {
            isWatchPath = true
            segments.removeFirst()
        }
        // A namespace comes before a resource, but is a resource itself, with subresources of its own.
        if segments[0] == "namespaces", segments.count > 2,
            !["status", "finalize"].contains(segments[2]) || segments.count > 3
        {
            namespace = segments[1]
            segments.removeFirst(2)
        }
        resource = segments[0]
        name = segments.count > 1 ? segments[1] : nil
        subresource = segments.count > 2 ? segments[2...].joined(separator: "/") : nil
    }
}
