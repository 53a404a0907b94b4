import HTTPTransport
import KubeCore

/// Makes a Status of whatever a failed request was answered with.
enum StatusDecoding {
    /// How much of an answer that is no Status is quoted.
    private static let quotedBytes = 512

    static func status(code: Int, headers: HTTPHeaders, body: [UInt8], request: APIRequest) -> Status {
        var status: Status
        if let value = try? JSONValue(parsing: body), let decoded = Status(value) {
            status = decoded
            if status.code == 0 { status.code = code }
        } else {
            status = made(code: code, body: body, request: request)
        }
        if status.code == 403, !status.message.contains("cannot \(request.verb.rawValue)") {
            status.message +=
                " (the request was to \(request.verb.rawValue) \(request.subject): see what RBAC grants its user)"
        }
        if let seconds = retryAfter(headers), status.details?.retryAfterSeconds == nil {
            var details = status.details ?? Status.Details()
            details.retryAfterSeconds = seconds
            status.details = details
        }
        return status
    }

    /// The server's `Retry-After`, where it is in whole seconds.
    static func retryAfter(_ headers: HTTPHeaders) -> Int? {
        headers["Retry-After"].flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil }
    }

    private static func made(code: Int, body: [UInt8], request: APIRequest) -> Status {
        var message = "the server answered \(code) to \(request.verb.rawValue) \(request.subject)"
        if !body.isEmpty {
            // An answer that is no Status may come from anything in between, so it is shown, in part and on one line.
            let quoted = String(decoding: body.prefix(quotedBytes), as: UTF8.self)
            message += ": " + quoted.split(whereSeparator: \.isNewline).joined(separator: " ")
        }
        return Status(code: code, reason: reason(code), message: message)
    }

    private static func reason(_ code: Int) -> Status.Reason {
        switch code {
        case 400: .badRequest
        case 401: .unauthorized
        case 403: .forbidden
        case 404: .notFound
        case 405: .methodNotAllowed
        case 406: .notAcceptable
        case 409: .conflict
        case 410: .gone
        case 413: .requestEntityTooLarge
        case 415: .unsupportedMediaType
        case 422: .invalid
        case 429: .tooManyRequests
        case 503: .serviceUnavailable
        case 504: .timeout
        case 500...: .internalError
        default: .unknown
        }
    }
}
