import KubeCore

/// A token of a service account: a JSON web token (RFC 7519), signed with a key that only this server has.
struct ServiceAccountToken {
    var namespace: String
    var name: String
    var uid: String
    var audiences: [String]
    var expiry: Timestamp

    /// Whom tokens are for if nobody else is named: the API server itself.
    static let defaultAudience = "https://kubernetes.default.svc"

    /// The name under which the bearer is known.
    var user: APIRequest.User {
        APIRequest.User(
            name: "system:serviceaccount:\(namespace):\(name)",
            groups: ["system:serviceaccounts", "system:serviceaccounts:\(namespace)", "system:authenticated"])
    }

    init(namespace: String, name: String, uid: String, audiences: [String], expiry: Timestamp) {
        self.namespace = namespace
        self.name = name
        self.uid = uid
        self.audiences = audiences
        self.expiry = expiry
    }

    /// The token in its compact form.
    func text(now: Timestamp, key: [UInt8]) -> String {
        let header: JSONValue = ["alg": "HS256", "typ": "JWT"]
        let payload: JSONValue = [
            "aud": JSONValue(audiences), "exp": .integer(expiry.seconds), "iat": .integer(now.seconds),
            "iss": .string(Self.defaultAudience),
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
            expiry: Timestamp(seconds: seconds))
    }

    /// HMAC-SHA-256 (RFC 2104) of a text.
    private static func signature(of text: String, _ key: [UInt8]) -> [UInt8] {
        let padded = key + [UInt8](repeating: 0, count: 64 - key.count)
        let inner = SHA256.digest(padded.map { $0 ^ 0x36 } + Array(text.utf8))
        return SHA256.digest(padded.map { $0 ^ 0x5C } + inner)
    }
}
