import KubeCore

/// What the impersonation headers of a request ask for: to be carried out as somebody else.
struct Impersonation {
    /// Whom the request is carried out as.
    private(set) var user: APIRequest.User
    /// What the user who asks must be allowed to do, one entry for each thing impersonated.
    private(set) var attributes: [AccessAttributes] = []

    private static let anonymous = "system:anonymous"
    private static let authenticated = "system:authenticated"
    private static let unauthenticated = "system:unauthenticated"
    private static let extraPrefix = "impersonate-extra-"

    /// Reads the headers; nil if there are none.
    ///
    /// - Throws: if groups, extras or a UID are asked for without a user.
    init?(_ request: APIRequest) throws(Status) {
        let headers = request.headers.map { (name: $0.name.lowercased(), value: $0.value) }
            .filter { $0.name.hasPrefix("impersonate-") }
        guard !headers.isEmpty else { return nil }
        let name = headers.first { $0.name == "impersonate-user" }?.value ?? ""
        let groups = headers.filter { $0.name == "impersonate-group" }.map(\.value)
        let uid = headers.first { $0.name == "impersonate-uid" }?.value ?? ""
        let extras = headers.filter { $0.name.hasPrefix(Self.extraPrefix) }.map {
            (key: String(percentDecoding: $0.name.dropFirst(Self.extraPrefix.count)), value: $0.value)
        }
        guard !name.isEmpty else {
            if groups.isEmpty, extras.isEmpty, uid.isEmpty { return nil }
            throw .badRequest("requested \(Self.references(groups, extras, uid)) without impersonating a user")
        }
        user = APIRequest.User(name: name, groups: groups, uid: uid)
        if let account = ServiceAccountToken.account(named: name) {
            var wanted = AccessAttributes(verb: "impersonate", resource: "serviceaccounts", name: account.name)
            wanted.namespace = account.namespace
            attributes.append(wanted)
            if groups.isEmpty { user.groups = ServiceAccountToken.groups(namespace: account.namespace) }
        } else {
            attributes.append(AccessAttributes(verb: "impersonate", resource: "users", name: name))
        }
        attributes += groups.map { AccessAttributes(verb: "impersonate", resource: "groups", name: $0) }
        for extra in extras {
            user.extra[extra.key, default: []].append(extra.value)
            var wanted = AccessAttributes(verb: "impersonate", resource: "userextras", name: extra.value)
            (wanted.group, wanted.subresource) = ("authentication.k8s.io", extra.key)
            attributes.append(wanted)
        }
        if !uid.isEmpty {
            var wanted = AccessAttributes(verb: "impersonate", resource: "uids", name: uid)
            wanted.group = "authentication.k8s.io"
            attributes.append(wanted)
        }
        addCommonGroup()
    }

    /// Everybody is either authenticated or not, and in the group that says so.
    private mutating func addCommonGroup() {
        if user.name == Self.anonymous {
            if !user.groups.contains(Self.unauthenticated) { user.groups.append(Self.unauthenticated) }
        } else if !user.groups.contains(Self.authenticated), !user.groups.contains(Self.unauthenticated) {
            user.groups.append(Self.authenticated)
        }
    }

    /// What was asked for, as Go prints a list of object references.
    private static func references(
        _ groups: [String], _ extras: [(key: String, value: String)], _ uid: String
    ) -> String {
        let version = "authentication.k8s.io/v1"
        var texts = groups.map { "{Group  \($0)    }" }
        texts += extras.map { "{UserExtra  \($0.value)  \(version)  \($0.key)}" }
        if !uid.isEmpty { texts.append("{UID  \(uid)  \(version)  }") }
        return "[\(texts.joined(separator: " "))]"
    }
}
