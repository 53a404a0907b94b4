import KubeCore

/// What a request is about: what audit logs, fault rules and records of requests tell requests apart by.
public struct RequestAttributes: Sendable, Hashable {
    /// `get`, `list`, `watch`, `create`, `update`, `patch`, `apply` (a patch by server-side apply), `delete` or
    /// `deletecollection`; for paths that are no resource the method in lower case.
    public var verb: String
    /// The API group; empty for the core group and for paths that are no resource.
    public var group: String
    /// The plural; empty for paths that are no resource.
    public var resource: String
    /// The subresource, such as `status`; nil for the object itself.
    public var subresource: String?
    /// The namespace; nil for cluster-scoped objects and lists of all namespaces.
    public var namespace: String?
    /// The name; nil where the request is about a collection.
    public var name: String?
    /// The `User-Agent`; empty if there is none.
    public var userAgent: String

    /// The verbs that may change something.
    public static let writingVerbs: Set<String> = [
        "create", "update", "patch", "apply", "delete", "deletecollection",
    ]

    /// Whether the request may change something.
    public var isWrite: Bool { Self.writingVerbs.contains(verb) }
}

extension APIRequest {
    /// What the request is about.
    public var attributes: RequestAttributes {
        let userAgent = header("User-Agent") ?? ""
        guard let target = RequestTarget(path: path) else {
            return RequestAttributes(verb: method.lowercased(), group: "", resource: "", userAgent: userAgent)
        }
        var verb = AccessAttributes.verb(of: self, target)
        if verb == "patch", header("Content-Type")?.hasPrefix("application/apply-patch") == true { verb = "apply" }
        return RequestAttributes(
            verb: verb, group: target.groupVersion.group, resource: target.resource,
            subresource: target.subresource, namespace: target.namespace, name: target.name, userAgent: userAgent)
    }
}
