import KubeCore

/// A value of the `authorizer` library: a check of permissions on its way from the authoriser to a decision.
struct AuthorizationValue: Sendable, Hashable {
    /// What answers checks; two are equal if they are the same.
    final class Authority: Sendable, Hashable {
        let decide: @Sendable (AccessAttributes, APIRequest.User) -> Authorizer.Decision

        init(_ decide: @escaping @Sendable (AccessAttributes, APIRequest.User) -> Authorizer.Decision) {
            self.decide = decide
        }

        static func == (left: Authority, right: Authority) -> Bool { left === right }
        func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
    }

    /// How far the check has come.
    enum Stage: Sendable, Hashable {
        case authorizer
        case path(String)
        case group(String)
        case resource(AccessAttributes)
        case decision(Authorizer.Decision)
    }

    var authority: Authority
    /// Whose permissions are checked.
    var user: APIRequest.User
    var stage = Stage.authorizer

    /// The name of its type.
    var typeName: String {
        let name =
            switch stage {
            case .authorizer: "Authorizer"
            case .path: "PathCheck"
            case .group: "GroupCheck"
            case .resource: "ResourceCheck"
            case .decision: "Decision"
            }
        return "kubernetes.authorization.\(name)"
    }

    private func at(_ stage: Stage) -> CELValue {
        var next = self
        next.stage = stage
        return .authorization(next)
    }

    /// Applies a function of the library; nil if it has none of this name for this stage.
    func apply(_ name: String, _ arguments: [CELValue]) throws(CELEvaluationError) -> CELValue? {
        let texts = arguments.compactMap { if case .string(let text) = $0 { text } else { nil } }
        guard texts.count == arguments.count else { throw .noOverload }
        let isBlank = texts.first?.allSatisfy(\.isWhitespace) ?? true
        switch (stage, name, texts.count) {
        case (.authorizer, "path", 1):
            if isBlank { throw CELEvaluationError("path must not be empty") }
            return at(.path(texts[0]))
        case (.authorizer, "group", 1): return at(.group(texts[0]))
        case (.authorizer, "serviceAccount", 2):
            var next = self
            next.user = try Self.account(namespace: texts[0], name: texts[1])
            return .authorization(next)
        case (.group(let group), "resource", 1):
            if isBlank { throw CELEvaluationError("resource must not be empty") }
            return at(.resource(AccessAttributes(verb: "", group: group, resource: texts[0])))
        case (.resource(var wanted), "subresource", 1):
            wanted.subresource = texts[0]
            return at(.resource(wanted))
        case (.resource(var wanted), "namespace", 1):
            wanted.namespace = texts[0]
            return at(.resource(wanted))
        case (.resource(var wanted), "name", 1):
            wanted.name = texts[0]
            return at(.resource(wanted))
        // Roles know no selectors: they narrow the request, and what is allowed without them is allowed with them.
        case (.resource, "fieldSelector", 1), (.resource, "labelSelector", 1): return .authorization(self)
        case (.resource(var wanted), "check", 1):
            wanted.verb = texts[0]
            return at(.decision(authority.decide(wanted, user)))
        case (.path(let path), "check", 1):
            return at(.decision(authority.decide(AccessAttributes(verb: texts[0], path: path), user)))
        case (.decision(let decision), "allowed", 0): return .bool(decision.isAllowed)
        case (.decision(let decision), "reason", 0): return .string(decision.reason)
        case (.decision, "errored", 0): return .bool(false)
        case (.decision, "error", 0): return .string("")
        default: return nil
        }
    }

    private static func account(namespace: String, name: String) throws(CELEvaluationError) -> APIRequest.User {
        guard Names.subdomainErrors(name).isEmpty else { throw CELEvaluationError("Invalid service account name") }
        guard Names.errors(namespace, .label, isPrefix: false).isEmpty else {
            throw CELEvaluationError("Invalid service account namespace")
        }
        return ServiceAccountToken.user(namespace: namespace, name: name)
    }
}
