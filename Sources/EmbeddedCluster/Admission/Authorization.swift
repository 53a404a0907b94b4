import KubeCore

/// Whether a request may be made at all, where access control is switched on.
extension APIServer {
    /// Refuses a request that its user may not make.
    func authorize(_ request: APIRequest) throws(Status) {
        guard isAuthorizing else { return }
        let (user, attributes) = (request.user ?? .administrator, AccessAttributes(request))
        let decision = authorizer.decide(attributes, user)
        guard decision.isAllowed else { throw .forbidden(attributes, user, decision.reason) }
    }
}
