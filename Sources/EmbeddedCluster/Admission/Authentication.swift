import KubeCore

/// Who makes a request.
extension APIServer {
    /// The user that a request is carried out as: whoever its credentials say, or whom that user impersonates.
    func identify(_ request: APIRequest) throws(Status) -> APIRequest.User {
        let user = try authenticated(request)
        guard let impersonation = try Impersonation(request) else { return user }
        if isAuthorizing {
            for attributes in impersonation.attributes {
                let decision = authorizer.decide(attributes, user)
                guard decision.isAllowed else { throw .forbidden(attributes, user, decision.reason) }
            }
        }
        return impersonation.user
    }

    /// Whoever the token says, and the administrator without any.
    private func authenticated(_ request: APIRequest) throws(Status) -> APIRequest.User {
        if let user = request.user { return user }
        guard let header = request.header("Authorization") else { return .administrator }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return .administrator }
        if let token = validToken(String(parts[1])), token.audiences.contains(ServiceAccountToken.defaultAudience) {
            return token.user
        }
        guard isAuthorizing else { return .administrator }
        throw Status(code: 401, reason: .unauthorized, message: "Unauthorized")
    }

    /// A token that this server issued, that has not expired, and whose account is still there.
    func validToken(_ text: String) -> ServiceAccountToken? {
        guard let token = ServiceAccountToken(text, now: environment.now(), key: tokenKey) else { return nil }
        let accounts = StorageKey(group: "", resource: "serviceaccounts")
        let account = store.get(accounts, key: StoredObject.key(namespace: token.namespace, name: token.name))
        return account?.uid == token.uid ? token : nil
    }
}
