import KubeCore

/// The answers of the real API server to what can go wrong, in its words.
extension Status {
    /// There is no object of this name.
    package static func notFound(_ type: ResourceType, _ name: String) -> Status {
        Status(
            code: 404, reason: .notFound, message: "\(type.qualifiedName) \"\(name)\" not found",
            details: Details(name: name, group: type.group, kind: type.plural))
    }

    /// An object of this name exists.
    package static func alreadyExists(_ type: ResourceType, _ name: String, isBeingDeleted: Bool) -> Status {
        Status(
            code: 409, reason: .alreadyExists,
            message: (isBeingDeleted ? "object is being deleted: " : "")
                + "\(type.qualifiedName) \"\(name)\" already exists",
            details: Details(name: name, group: type.group, kind: type.plural))
    }

    /// A write met a state that it cannot be done on.
    package static func conflict(group: String, resource: String, name: String, _ problem: String) -> Status {
        let qualified = group.isEmpty ? resource : "\(resource).\(group)"
        return Status(
            code: 409, reason: .conflict,
            message: "Operation cannot be fulfilled on \(qualified) \"\(name)\": \(problem)",
            details: Details(name: name, group: group, kind: resource))
    }

    /// The object has changed since the client read it.
    package static func modified(_ type: ResourceType, _ name: String) -> Status {
        conflict(
            group: type.group, resource: type.plural, name: name,
            "the object has been modified; please apply your changes to the latest version and try again")
    }

    /// The object is not valid.
    package static func invalid(_ kind: GroupKind, _ name: String, _ errors: [FieldError]) -> Status {
        var texts: [String] = []
        for error in errors {
            let text = "\(error.field): \(error.message)"
            if !texts.contains(text) { texts.append(text) }
        }
        return Status(
            code: 422, reason: .invalid,
            message: "\(kind) \"\(name)\" is invalid" + (errors.isEmpty ? "" : ": \(GoErrors.aggregate(texts))"),
            details: Details(
                name: name, group: kind.group, kind: kind.kind,
                causes: errors.map { Cause(reason: $0.reason, message: $0.message, field: $0.field) }))
    }

    /// The parameters of the request are not valid.
    package static func invalidOptions(_ kind: String, _ errors: [FieldError]) -> Status {
        invalid(GroupKind(group: "meta.k8s.io", kind: kind), "", errors)
    }

    /// The request is malformed.
    package static func badRequest(_ message: String) -> Status {
        Status(code: 400, reason: .badRequest, message: message)
    }

    /// The user may not do this.
    package static func forbidden(
        _ type: ResourceType, _ name: String, _ problem: String, causes: [Cause] = []
    ) -> Status {
        Status(
            code: 403, reason: .forbidden, message: "\(type.qualifiedName) \"\(name)\" is forbidden: \(problem)",
            details: Details(name: name, group: type.group, kind: type.plural, causes: causes))
    }

    /// An error that the real server does not translate.
    package static func internalFailure(_ message: String) -> Status {
        Status(code: 500, reason: .unknown, message: message)
    }

    /// The path is none that the server knows.
    package static let unknownResource = Status(
        code: 404, reason: .notFound, message: "the server could not find the requested resource", details: Details())

    /// The resource does not have this verb.
    package static let methodNotAllowed = Status(
        code: 405, reason: .methodNotAllowed,
        message: "the server does not allow this method on the requested resource", details: Details())

    /// A patch cannot be applied; the real server says no more than this.
    package static let unprocessable = Status(
        code: 422, reason: .invalid, message: "the server rejected our request due to an error in our request",
        details: Details())

    /// None of the accepted media types can be given.
    package static let notAcceptable = Status(
        code: 406, reason: .notAcceptable,
        message: """
            406: Not Acceptable

            Available representations: application/json, application/yaml, application/vnd.kubernetes.protobuf, \
            application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch
            """,
        details: Details())

    /// None of the accepted forms of a media type can be given.
    package static let formNotAcceptable = Status(
        code: 406, reason: .notAcceptable,
        message: """
            only the following media types are accepted: application/json, application/yaml, \
            application/vnd.kubernetes.protobuf
            """)

    /// The body's media type is not known here.
    package static func unsupportedMediaType(_ accepted: [String]) -> Status {
        Status(
            code: 415, reason: .unsupportedMediaType,
            message: """
                the body of the request was in an unknown format - accepted media types include: \
                \(accepted.joined(separator: ", "))
                """)
    }

    /// The version that the client asked for is ahead of the store.
    package static func tooLargeResourceVersion(_ asked: UInt64, current: UInt64, retryAfter: Int?) -> Status {
        Status(
            code: 504, reason: .timeout,
            message: "Timeout: Too large resource version: \(asked), current: \(current)",
            details: Details(
                causes: [Cause(reason: "ResourceVersionTooLarge", message: "Too large resource version")],
                retryAfterSeconds: retryAfter))
    }

    /// The snapshot or the events that the client asked for have been forgotten.
    package static func expired(_ message: String, continueToken: String? = nil) -> Status {
        Status(code: 410, reason: .expired, message: message, continueToken: continueToken)
    }
}
