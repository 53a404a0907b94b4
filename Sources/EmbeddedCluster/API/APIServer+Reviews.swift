import KubeCore

/// Reviews: questions about users and permissions, answered and not stored.
extension APIServer {
    func review(_ context: RequestContext) async throws(Status) -> APIResponse {
        let options = try WriteOptions(context.request, kind: "CreateOptions", verb: "create")
        let decoded = try decode(context, options)
        var object = decoded.object
        let user = authenticated(context.request)
        switch context.type.kind {
        case "SelfSubjectReview":
            object.set(.string(environment.now().description), at: "metadata", "creationTimestamp")
            object["status"] = ["userInfo": Self.value(of: user)]
        case "SelfSubjectAccessReview", "SubjectAccessReview", "LocalSubjectAccessReview":
            object["status"] = ["allowed": true]
        case "SelfSubjectRulesReview":
            object["status"] = [
                "resourceRules": [["verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]]],
                "nonResourceRules": [["verbs": ["*"], "nonResourceURLs": ["*"]]], "incomplete": false,
            ]
        default: object["status"] = ["user": [:]]
        }
        return try answer(object, context, status: 201, warnings: decoded.warnings)
    }

    /// Who makes a request.
    func authenticated(_ request: APIRequest) -> APIRequest.User {
        request.user ?? .administrator
    }

    private static func value(of user: APIRequest.User) -> JSONValue {
        ["username": .string(user.name), "groups": JSONValue(user.groups)]
    }
}
