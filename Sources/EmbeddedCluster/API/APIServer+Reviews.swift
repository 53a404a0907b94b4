import KubeCore

/// Reviews: questions about users and permissions, answered and not stored.
extension APIServer {
    func review(_ context: RequestContext) async throws(Status) -> APIResponse {
        let options = try WriteOptions(context.request, kind: "CreateOptions", verb: "create")
        let decoded = try decode(context, options)
        var object = decoded.object
        let now = environment.now()
        if context.resource.type.isNamespaced { try checkScope(&object, WriteTarget(context, options)) }
        object["status"] = nil
        if context.type.kind != "SelfSubjectReview", context.type.kind != "SelfSubjectRulesReview" {
            object = FieldManagement.update(
                live: nil, new: object, schema: context.resource.schema, manager: options.fieldManager,
                filter: .everything, now: now)
        }
        let user = try authenticated(context.request)
        switch context.type.kind {
        case "SelfSubjectReview":
            object.set(.string(now.description), at: "metadata", "creationTimestamp")
            object["status"] = ["userInfo": Self.value(of: user)]
        case "SelfSubjectAccessReview": object["status"] = try accessStatus(object, user)
        case "SubjectAccessReview", "LocalSubjectAccessReview":
            let subject = APIRequest.User(
                name: object[path: "spec", "user"]?.stringValue ?? "",
                groups: object[path: "spec", "groups"]?.stringArrayValue ?? [])
            object["status"] = try accessStatus(object, subject)
        case "SelfSubjectRulesReview":
            object["status"] = authorizer.rules(
                of: user, namespace: object[path: "spec", "namespace"]?.stringValue ?? "")
        default: object["status"] = tokenStatus(object, now)
        }
        ObjectMetadata.normalize(&object)
        return try answer(object, context, status: 201, warnings: decoded.warnings)
    }

    /// Who makes a request: whoever the token says, and the administrator without any.
    func authenticated(_ request: APIRequest) throws(Status) -> APIRequest.User {
        if let user = request.user { return user }
        guard let header = request.header("Authorization") else { return .administrator }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return .administrator }
        if let token = ServiceAccountToken(String(parts[1]), now: environment.now(), key: tokenKey) {
            return token.user
        }
        guard isAuthorizing else { return .administrator }
        throw Status(code: 401, reason: .unauthorized, message: "Unauthorized")
    }

    private func accessStatus(_ review: KubeObject, _ user: APIRequest.User) throws(Status) -> JSONValue {
        let resource = review[path: "spec", "resourceAttributes"]
        let other = review[path: "spec", "nonResourceAttributes"]
        let kind = GroupKind(group: "authorization.k8s.io", kind: "")
        func printed(_ value: JSONValue?, _ key: String) -> JSONValue { value?[key] ?? "" }
        switch (resource, other) {
        case (nil, nil):
            throw .invalid(
                kind, "",
                [
                    .invalid(
                        "spec.resourceAttributes", nil,
                        "exactly one of nonResourceAttributes or resourceAttributes must be specified")
                ])
        case (_?, _?):
            throw .invalid(
                kind, "",
                [
                    .invalid(
                        "spec.nonResourceAttributes",
                        ["Path": printed(other, "path"), "Verb": printed(other, "verb")],
                        "cannot be specified in combination with resourceAttributes")
                ])
        default: break
        }
        let attributes = AccessAttributes(resource: resource, path: other)
        if let reason = authorizer.reasonToAllow(attributes, user) {
            return reason.isEmpty ? ["allowed": true] : ["allowed": true, "reason": .string(reason)]
        }
        return ["allowed": false]
    }

    private func tokenStatus(_ review: KubeObject, _ now: Timestamp) -> JSONValue {
        let text = review[path: "spec", "token"]?.stringValue ?? ""
        let wanted = review[path: "spec", "audiences"]?.stringArrayValue ?? []
        guard let token = ServiceAccountToken(text, now: now, key: tokenKey) else {
            return ["user": [:], "error": "the token is none that this server issued, or has expired"]
        }
        let audiences = wanted.isEmpty ? [ServiceAccountToken.defaultAudience] : wanted
        let common = audiences.filter { token.audiences.contains($0) }
        guard !common.isEmpty else {
            return [
                "user": [:],
                "error": .string("token audiences \(token.audiences) is invalid for the target audiences \(audiences)"),
            ]
        }
        var user = Self.value(of: token.user)
        user.set(.string(token.uid), at: "uid")
        return ["authenticated": true, "user": user, "audiences": JSONValue(common)]
    }

    private static func value(of user: APIRequest.User) -> JSONValue {
        ["username": .string(user.name), "groups": JSONValue(user.groups)]
    }
}
