import KubeCore

/// What a test lets happen to a request.
///
/// The answers are those of the real server, so that clients classify them as they would in earnest. A *reset* closes
/// the connection without an answer: over HTTP for real; in process the answer says so by
/// ``APIResponse/isConnectionReset``, and whoever carries it to a client fails the exchange as a closed connection does.
public enum RequestFault: Sendable {
    /// The request is answered with this failure and not carried out.
    case fail(Status)
    /// The request is carried out after a while on the server's clock.
    case delay(Duration)
    /// The request is carried out at once, and answered after a while on the server's clock.
    case delayAnswer(Duration)
    /// The request is answered with a time-out (504) and not carried out.
    case timeOutBeforeCommit
    /// The request is carried out, and answered with a time-out (504) all the same.
    case timeOutAfterCommit
    /// The connection is closed; the request is not carried out.
    case resetBeforeCommit
    /// The request is carried out, and the connection closed without an answer.
    case resetAfterCommit

    /// 409: somebody else has written the object.
    public static func conflict(_ type: ResourceType, name: String) -> RequestFault { .fail(.modified(type, name)) }

    /// 410: the version or the continue token is too old.
    public static let expired = RequestFault.fail(
        .expired("The resourceVersion for the provided list is too old."))

    /// 429: too many requests.
    ///
    /// - Parameter retryAfter: the `Retry-After` header, in seconds; nil leaves it out. The default is 1.
    public static func tooManyRequests(retryAfter: Int? = 1) -> RequestFault {
        .fail(
            Status(
                code: 429, reason: .tooManyRequests, message: "Too many requests, please try again later.",
                details: Status.Details(retryAfterSeconds: retryAfter)))
    }

    /// 500: what the server says when its storage fails.
    public static let internalError = RequestFault.fail(.internalError("etcdserver: leader changed"))

    /// 503: the server is not able to answer now.
    ///
    /// - Parameter retryAfter: the `Retry-After` header, in seconds; nil (the default) leaves it out.
    public static func unavailable(retryAfter: Int? = nil) -> RequestFault {
        .fail(
            Status(
                code: 503, reason: .serviceUnavailable,
                message: "the server is currently unable to handle the request",
                details: Status.Details(retryAfterSeconds: retryAfter)))
    }
}

/// Decides what happens to requests, for fault injection; every request is shown to it before it is handled.
public struct RequestHooks: Sendable {
    private let decide: (@Sendable (APIRequest) async -> RequestFault?)?

    /// Hooks that ask this function about every request, in the order of their arrival; nil lets the request pass.
    public init(_ decide: @escaping @Sendable (APIRequest) async -> RequestFault?) {
        self.decide = decide
    }

    private init() { decide = nil }

    /// Lets every request pass.
    public static let none = RequestHooks()

    func fault(for request: APIRequest) async -> RequestFault? { await decide?(request) }
}
