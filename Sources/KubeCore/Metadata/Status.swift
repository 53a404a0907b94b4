/// The API server's answer to a request that failed: `meta/v1` Status.
///
/// Messages are those of the real API server, since scripts compare them.
public struct Status: Error, Sendable, Hashable, CustomStringConvertible {
    /// The HTTP status code.
    public var code: Int
    /// Why, in a word that programs test.
    public var reason: Reason
    /// Why, in words that people read.
    public var message: String
    /// What the failure is about.
    public var details: Details?
    /// The `continue` token of a list that expired, with which the client may go on inconsistently.
    public var continueToken: String?

    /// A status.
    public init(
        code: Int, reason: Reason, message: String, details: Details? = nil, continueToken: String? = nil
    ) {
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details
        self.continueToken = continueToken
    }

    /// The message with its reason.
    public var description: String { "\(message) (\(reason.rawValue.isEmpty ? "HTTP \(code)" : reason.rawValue))" }

    /// Machine-readable reasons: `meta/v1` StatusReason.
    public struct Reason: RawRepresentable, Sendable, Hashable, ExpressibleByStringLiteral {
        /// The reason as the API writes it.
        public var rawValue: String
        /// A reason, known or not.
        public init(rawValue: String) { self.rawValue = rawValue }
        /// A reason, known or not.
        public init(stringLiteral value: String) { rawValue = value }

        /// The server gave no reason.
        public static let unknown: Reason = ""
        /// 401: no or wrong credentials.
        public static let unauthorized: Reason = "Unauthorized"
        /// 403: the user may not do this.
        public static let forbidden: Reason = "Forbidden"
        /// 404: there is no such object or resource.
        public static let notFound: Reason = "NotFound"
        /// 409: an object of this name exists.
        public static let alreadyExists: Reason = "AlreadyExists"
        /// 409: the object has changed, or another manager owns a field.
        public static let conflict: Reason = "Conflict"
        /// 410: the object is no longer available here.
        public static let gone: Reason = "Gone"
        /// 422: the object is not valid.
        public static let invalid: Reason = "Invalid"
        /// 429 or 503: try again later.
        public static let serverTimeout: Reason = "ServerTimeout"
        /// 504: the request took too long.
        public static let timeout: Reason = "Timeout"
        /// 429: too many requests.
        public static let tooManyRequests: Reason = "TooManyRequests"
        /// 400: the request itself is malformed.
        public static let badRequest: Reason = "BadRequest"
        /// 405: the resource does not support this verb.
        public static let methodNotAllowed: Reason = "MethodNotAllowed"
        /// 406: none of the accepted content types can be given.
        public static let notAcceptable: Reason = "NotAcceptable"
        /// 413: the body is too large.
        public static let requestEntityTooLarge: Reason = "RequestEntityTooLarge"
        /// 415: the content type of the body is not supported.
        public static let unsupportedMediaType: Reason = "UnsupportedMediaType"
        /// 500: the server failed.
        public static let internalError: Reason = "InternalError"
        /// 410: a resource version or continue token is too old.
        public static let expired: Reason = "Expired"
        /// 503: the server is not able to answer now.
        public static let serviceUnavailable: Reason = "ServiceUnavailable"
    }

    /// What a failure is about: `meta/v1` StatusDetails.
    public struct Details: Sendable, Hashable {
        /// The name of the object.
        public var name: String?
        /// The API group of the object.
        public var group: String?
        /// The kind, or (as the API server often does) the plural of the resource.
        public var kind: String?
        /// The unique identifier of the object.
        public var uid: String?
        /// The single causes, for example one per bad field.
        public var causes: [Cause]
        /// After how many seconds a retry may succeed.
        public var retryAfterSeconds: Int?

        /// Details.
        public init(
            name: String? = nil, group: String? = nil, kind: String? = nil, uid: String? = nil,
            causes: [Cause] = [], retryAfterSeconds: Int? = nil
        ) {
            self.name = name
            self.group = group
            self.kind = kind
            self.uid = uid
            self.causes = causes
            self.retryAfterSeconds = retryAfterSeconds
        }
    }

    /// One cause of a failure: `meta/v1` StatusCause.
    public struct Cause: Sendable, Hashable {
        /// A machine-readable type, for example `FieldValueInvalid`.
        public var reason: String
        /// What is wrong, in words.
        public var message: String
        /// The path of the field, for example `spec.replicas`.
        public var field: String?

        /// A cause.
        public init(reason: String, message: String, field: String? = nil) {
            self.reason = reason
            self.message = message
            self.field = field
        }
    }
}

extension Status {
    /// Reads a Status object; nil if the value is none.
    public init?(_ value: JSONValue) {
        guard value["kind"]?.stringValue == "Status" else { return nil }
        self.init(
            code: value["code"]?.intValue ?? 0, reason: Reason(rawValue: value["reason"]?.stringValue ?? ""),
            message: value["message"]?.stringValue ?? "", details: value["details"].flatMap(Details.init),
            continueToken: value[path: "metadata", "continue"]?.stringValue)
    }

    /// The Status object as the API writes it.
    public var value: JSONValue {
        var metadata = JSONObject()
        if let continueToken { metadata["continue"] = .string(continueToken) }
        var object: JSONObject = [
            "kind": "Status", "apiVersion": "v1", "metadata": .object(metadata), "status": "Failure",
        ]
        if !message.isEmpty { object["message"] = .string(message) }
        if !reason.rawValue.isEmpty { object["reason"] = .string(reason.rawValue) }
        if let details { object["details"] = details.value }
        object["code"] = .integer(Int64(code))
        return .object(object)
    }
}

extension Status.Details {
    /// Reads the details; nil if the value is no object.
    public init?(_ value: JSONValue) {
        guard case .object(let object) = value else { return nil }
        self.init(
            name: object["name"]?.stringValue, group: object["group"]?.stringValue,
            kind: object["kind"]?.stringValue, uid: object["uid"]?.stringValue,
            causes: (object["causes"]?.arrayValue ?? []).map {
                Status.Cause(
                    reason: $0["reason"]?.stringValue ?? "", message: $0["message"]?.stringValue ?? "",
                    field: $0["field"]?.stringValue)
            },
            retryAfterSeconds: object["retryAfterSeconds"]?.intValue)
    }

    /// The details as the API writes them.
    public var value: JSONValue {
        var object = JSONObject()
        if let name, !name.isEmpty { object["name"] = .string(name) }
        if let group, !group.isEmpty { object["group"] = .string(group) }
        if let kind, !kind.isEmpty { object["kind"] = .string(kind) }
        if let uid, !uid.isEmpty { object["uid"] = .string(uid) }
        if !causes.isEmpty { object["causes"] = .array(causes.map(\.value)) }
        if let retryAfterSeconds { object["retryAfterSeconds"] = .integer(Int64(retryAfterSeconds)) }
        return .object(object)
    }
}

extension Status.Cause {
    /// The cause as the API writes it.
    public var value: JSONValue {
        var object = JSONObject()
        if !reason.isEmpty { object["reason"] = .string(reason) }
        if !message.isEmpty { object["message"] = .string(message) }
        if let field, !field.isEmpty { object["field"] = .string(field) }
        return .object(object)
    }
}
