import KubeCore

/// A token of a service account: a JSON web token (RFC 7519), signed with a key that only this server has.
struct ServiceAccountToken {
    var namespace: String
    var name: String
    var uid: String
    var audiences: [String]
    var expiry: Timestamp
    /// What tells this token from all others (`jti`).
    var identifier: String

    /// Whom tokens are for if nobody else is named: the API server itself.
    static let defaultAudience = "https://kubernetes.default.svc"

    /// The name under which the bearer is known.
    var user: APIRequest.User {
        var user = Self.user(namespace: namespace, name: name)
        user.uid = uid
        if !identifier.isEmpty { user.extra = ["authentication.kubernetes.io/credential-id": ["JTI=\(identifier)"]] }
        return user
    }

    /// The user that an account acts as, without what a token adds.
    static func user(namespace: String, name: String) -> APIRequest.User {
        APIRequest.User(
            name: prefix + "\(namespace):\(name)", groups: groups(namespace: namespace) + ["system:authenticated"])
    }

    private static let prefix = "system:serviceaccount:"

    /// The groups that the accounts of a namespace are in.
    static func groups(namespace: String) -> [String] {
        ["system:serviceaccounts", "system:serviceaccounts:\(namespace)"]
    }

    /// The account that a user name stands for; nil if it is none of an account.
    static func account(named user: String) -> (namespace: String, name: String)? {
        guard user.hasPrefix(prefix) else { return nil }
        let parts = user.dropFirst(prefix.count).split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, Names.errors(String(parts[0]), .label, isPrefix: false).isEmpty,
            Names.subdomainErrors(String(parts[1])).isEmpty
        else { return nil }
        return (String(parts[0]), String(parts[1]))
    }

    init(
        namespace: String, name: String, uid: String, audiences: [String], expiry: Timestamp, identifier: String
    ) {
        self.namespace = namespace
        self.name = name
        self.uid = uid
        self.audiences = audiences
        self.expiry = expiry
        self.identifier = identifier
    }

    /// The token in its compact form.
    func text(now: Timestamp, key: [UInt8]) -> String {
        let header: JSONValue = ["alg": "HS256", "typ": "JWT"]
        let payload: JSONValue = [
            "aud": JSONValue(audiences), "exp": .integer(expiry.seconds), "iat": .integer(now.seconds),
            "iss": .string(Self.defaultAudience), "jti": .string(identifier),
            "kubernetes.io": [
                "namespace": .string(namespace), "serviceaccount": ["name": .string(name), "uid": .string(uid)],
            ],
            "nbf": .integer(now.seconds), "sub": .string(user.name),
        ]
        let signed = Base64.encodeURL(header.serializedBytes()) + "." + Base64.encodeURL(payload.serializedBytes())
        return signed + "." + Base64.encodeURL(Self.signature(of: signed, key))
    }

    /// Reads a token; nil if this server has not issued it or it has expired.
    init?(_ text: String, now: Timestamp, key: [UInt8]) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3,
            Base64.encodeURL(Self.signature(of: "\(parts[0]).\(parts[1])", key)) == parts[2],
            case .success(let bytes) = Base64.decodeURL(parts[1]),
            let payload = try? JSONValue(parsing: bytes), let seconds = payload["exp"]?.integerValue,
            seconds > now.seconds, let claims = payload["kubernetes.io"],
            let namespace = claims["namespace"]?.stringValue,
            let name = claims[path: "serviceaccount", "name"]?.stringValue,
            let uid = claims[path: "serviceaccount", "uid"]?.stringValue
        else { return nil }
        self.init(
            namespace: namespace, name: name, uid: uid, audiences: payload["aud"]?.stringArrayValue ?? [],
            expiry: Timestamp(seconds: seconds), identifier: payload["jti"]?.stringValue ?? "")
    }

    /// HMAC-SHA-256 (RFC 2104) of a text.
    private static func signature(of text: String, _ key: [UInt8]) -> [UInt8] {
        let padded = key + [UInt8](repeating: 0, count: 64 - key.count)
        let inner = SHA256.digest(padded.map { $0 ^ 0x36 } + Array(text.utf8))
        return SHA256.digest(padded.map { $0 ^ 0x5C } + inner)
    }
}
