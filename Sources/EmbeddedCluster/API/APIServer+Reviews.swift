import KubeCore

/// Reviews: questions about users and permissions, answered and not stored.
extension APIServer {
    func review(_ context: RequestContext) async throws(Status) -> APIResponse {
        let options = try WriteOptions(context.request, kind: "CreateOptions", verb: "create")
        let decoded = try decode(context, options)
        if context.type.kind == "Binding", let pods = registry.find(ResourceType.pods.groupVersion, "pods") {
            // The older way to bind: the binding says which pod it is about.
            var binding = context
            (binding.resource, binding.subresource, binding.name) = (pods, "binding", decoded.object.name)
            return try await bind(binding)
        }
        var object = decoded.object
        let now = environment.now()
        if context.resource.type.isNamespaced { try checkScope(&object, WriteTarget(context, options)) }
        object["status"] = nil
        if context.type.kind != "SelfSubjectReview", context.type.kind != "SelfSubjectRulesReview" {
            object = FieldManagement.update(
                live: nil, new: object, schema: context.resource.schema, manager: options.fieldManager,
                filter: .everything, now: now)
        }
        let user = context.request.user ?? .administrator
        switch context.type.kind {
        case "SelfSubjectReview":
            object.set(.string(now.description), at: "metadata", "creationTimestamp")
            object["status"] = ["userInfo": user.value]
        case "SelfSubjectAccessReview": object["status"] = try accessStatus(object, user)
        case "SubjectAccessReview", "LocalSubjectAccessReview":
            let spec = object.specification
            var subject = APIRequest.User(
                name: spec.text("user"), groups: spec["groups"]?.stringArrayValue ?? [], uid: spec.text("uid"))
            for (key, values) in spec["extra"]?.objectValue ?? [:] { subject.extra[key] = values.stringArrayValue }
            object["status"] = try accessStatus(object, subject)
        case "SelfSubjectRulesReview":
            object["status"] = try rulesStatus(object, user)
        default: object["status"] = try tokenStatus(object)
        }
        ObjectMetadata.normalize(&object)
        return try answer(object, context, status: 201, warnings: decoded.warnings)
    }

    private func accessStatus(_ review: KubeObject, _ user: APIRequest.User) throws(Status) -> JSONValue {
        let errors = AccessReviewValidation.errors(review)
        guard errors.isEmpty else { throw .invalid(AccessReviewValidation.kind, "", errors) }
        let resource = review[path: "spec", "resourceAttributes"]
        let other = review[path: "spec", "nonResourceAttributes"]
        let attributes = AccessAttributes(resource: resource, path: other)
        let decision = authorizer.decide(attributes, user)
        var status: JSONObject = ["allowed": .bool(decision.isAllowed)]
        if !decision.reason.isEmpty { status["reason"] = .string(decision.reason) }
        return .object(status)
    }

    private func rulesStatus(_ review: KubeObject, _ user: APIRequest.User) throws(Status) -> JSONValue {
        let namespace = review.specification.text("namespace")
        guard !namespace.isEmpty else { throw .badRequest("no namespace on request") }
        let (rules, failures) = authorizer.rules(of: user, namespace: namespace)
        var status: JSONObject = [
            "resourceRules": .array(rules.filter { $0.paths.isEmpty }.map(\.value)),
            "nonResourceRules": .array(rules.filter { !$0.paths.isEmpty }.map(\.value)), "incomplete": false,
        ]
        if !failures.isEmpty { status["evaluationError"] = .string(failures.joined(separator: ", ")) }
        return .object(status)
    }

    private func tokenStatus(_ review: KubeObject) throws(Status) -> JSONValue {
        let text = review[path: "spec", "token"]?.stringValue ?? ""
        guard !text.isEmpty else { throw .badRequest("token is required for TokenReview in authentication") }
        let wanted = review[path: "spec", "audiences"]?.stringArrayValue ?? []
        guard let token = validToken(text) else {
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
        return ["authenticated": true, "user": token.user.value, "audiences": JSONValue(common)]
    }
}

extension APIRequest.User {
    /// The user as `authentication.k8s.io/v1` UserInfo.
    var value: JSONValue {
        var object: JSONObject = ["username": .string(name)]
        if !uid.isEmpty { object["uid"] = .string(uid) }
        object["groups"] = JSONValue(groups)
        if !extra.isEmpty {
            var values: JSONObject = [:]
            for (key, texts) in extra.sorted(by: { $0.key.utf8Less(than: $1.key) }) { values[key] = JSONValue(texts) }
            object["extra"] = .object(values)
        }
        return .object(object)
    }
}
