import KubeCore

/// Whether a request may be made at all, where access control is switched on.
extension APIServer {
    /// Refuses a request that its user may not make.
    func authorize(_ request: APIRequest) throws(Status) {
        guard isAuthorizing else { return }
        let user = try authenticated(request)
        let target = RequestTarget(path: request.path)
        let attributes =
            target.map {
                AccessAttributes($0, method: request.method, isWatch: request.flag("watch"))
            } ?? AccessAttributes(verb: request.method.lowercased(), path: request.path)
        guard authorizer.reasonToAllow(attributes, user) == nil else { return }
        let quoted = { (text: String) in JSONValue.string(text).serialized() }
        guard let target else {
            throw Status(
                code: 403, reason: .forbidden,
                message: "forbidden: User \(quoted(user.name)) cannot \(attributes.verb) path \(quoted(request.path))",
                details: Status.Details())
        }
        let resource =
            attributes.subresource.isEmpty
            ? attributes.resource : "\(attributes.resource)/\(attributes.subresource)"
        let group = target.groupVersion.group
        let scope =
            attributes.namespace.isEmpty
            ? "at the cluster scope" : "in the namespace \(quoted(attributes.namespace))"
        let qualified = group.isEmpty ? attributes.resource : "\(attributes.resource).\(group)"
        let name = attributes.name.isEmpty ? "" : " \(quoted(attributes.name))"
        throw Status(
            code: 403, reason: .forbidden,
            message: """
                \(qualified)\(name) is forbidden: User \(quoted(user.name)) cannot \(attributes.verb) resource \
                \(quoted(resource)) in API group \(quoted(group)) \(scope)
                """,
            details: Status.Details(name: attributes.name, group: group, kind: attributes.resource))
    }
}
