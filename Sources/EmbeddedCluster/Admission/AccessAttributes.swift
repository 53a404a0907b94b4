import KubeCore

/// What somebody wants to do: to a resource, or to a path that is none.
struct AccessAttributes: Sendable, Hashable {
    var verb: String
    var group = ""
    var resource = ""
    var subresource = ""
    var namespace = ""
    var name = ""
    /// The path, for what is no resource.
    var path: String?

    init(verb: String, path: String) {
        self.verb = verb
        self.path = path
    }

    init(verb: String, group: String = "", resource: String, name: String = "") {
        self.verb = verb
        self.group = group
        self.resource = resource
        self.name = name
    }

    /// Reads the attributes in the `spec` of an access review.
    init(resource: JSONValue?, path: JSONValue?) {
        verb = (resource ?? path)?["verb"]?.stringValue ?? ""
        if let path, resource == nil { self.path = path["path"]?.stringValue ?? "" }
        group = resource?["group"]?.stringValue ?? ""
        self.resource = resource?["resource"]?.stringValue ?? ""
        subresource = resource?["subresource"]?.stringValue ?? ""
        namespace = resource?["namespace"]?.stringValue ?? ""
        name = resource?["name"]?.stringValue ?? ""
    }

    /// What a request wants.
    init(_ request: APIRequest) {
        self.init(verb: request.method.lowercased(), path: request.path)
        guard let target = RequestTarget(path: request.path) else { return }
        path = nil
        group = target.groupVersion.group
        resource = target.resource
        subresource = target.subresource ?? ""
        namespace = target.namespace ?? ""
        name = target.name ?? ""
        // A namespace is an object in itself, so that who has rights in it may read it.
        if group.isEmpty, resource == "namespaces" { namespace = name }
        verb = Self.verb(of: request, target)
        // A list of the one object of a name is a request for that object.
        if name.isEmpty, ["GET", "HEAD"].contains(request.method) { name = Self.selectedName(request) ?? "" }
    }

    /// What a request does to the resource that its path names.
    static func verb(of request: APIRequest, _ target: RequestTarget) -> String {
        switch request.method {
        case "GET", "HEAD":
            if target.isWatchPath || (target.name == nil && request.flag("watch")) { return "watch" }
            return target.name == nil ? "list" : "get"
        case "POST": return "create"
        case "PUT": return "update"
        case "PATCH": return "patch"
        case "DELETE": return target.name == nil ? "deletecollection" : "delete"
        default: return request.method.lowercased()
        }
    }

    /// The name that a field selector asks for, if it asks for one.
    private static func selectedName(_ request: APIRequest) -> String? {
        guard let selector = request.value(of: "fieldSelector") else { return nil }
        for term in selector.split(separator: ",") {
            for prefix in ["metadata.name==", "metadata.name="] where term.hasPrefix(prefix) {
                return String(term.dropFirst(prefix.count))
            }
        }
        return nil
    }

    /// What is to be touched, with its subresource.
    var combinedResource: String { subresource.isEmpty ? resource : "\(resource)/\(subresource)" }
}

extension Status {
    /// A user may not do this; the words of kube-apiserver.
    static func forbidden(
        _ attributes: AccessAttributes, _ user: APIRequest.User, _ reason: String
    ) -> Status {
        func quoted(_ text: String) -> String { JSONValue.string(text).serialized() }
        let suffix = reason.isEmpty ? "" : ": \(reason)"
        if let path = attributes.path {
            return Status(
                code: 403, reason: .forbidden,
                message: "forbidden: User \(quoted(user.name)) cannot \(attributes.verb) path \(quoted(path))\(suffix)",
                details: Details())
        }
        let group = attributes.group
        let scope =
            attributes.namespace.isEmpty
            ? "at the cluster scope" : "in the namespace \(quoted(attributes.namespace))"
        let qualified = group.isEmpty ? attributes.resource : "\(attributes.resource).\(group)"
        let name = attributes.name.isEmpty ? "" : " \(quoted(attributes.name))"
        return Status(
            code: 403, reason: .forbidden,
            message: """
                \(qualified)\(name) is forbidden: User \(quoted(user.name)) cannot \(attributes.verb) resource \
                \(quoted(attributes.combinedResource)) in API group \(quoted(group)) \(scope)\(suffix)
                """,
            details: Details(name: attributes.name, group: group, kind: attributes.resource))
    }
}
