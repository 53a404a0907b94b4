import HTTPTransport
import KubeCore

/// Why a request to the API server failed.
public enum KubeClientError: Error, Sendable, CustomStringConvertible {
    /// The server answered with a failure. Where the answer was no Status object (a proxy's page, say), one was made
    /// from its code and the request.
    case api(Status)
    /// There was no complete answer.
    case transport(HTTPTransportError)
    /// The answer is not what it should be.
    case decoding(String)
    /// The client's configuration does not work: kubeconfig, credentials, certificates.
    case configuration(String)
    /// The server has no resource of this kind or name: its definition is missing, or the name is wrong.
    case noMatch(String)
    /// The write gate was closed, so the request was not sent.
    case writeGateClosed(String)

    /// The server's or transport's own words, with what to look at where that is not plain from them.
    public var description: String {
        switch self {
        case .api(let status): status.description
        case .transport(let error): error.description + (Self.advice(error).map { ": \($0)" } ?? "")
        case .decoding(let reason): "the API server's answer cannot be read: \(reason)"
        case .configuration(let reason), .noMatch(let reason): reason
        case .writeGateClosed(let reason): "nothing was written: \(reason)"
        }
    }

    private static func advice(_ error: HTTPTransportError) -> String? {
        switch error.kind {
        case .nameResolution: "is the server's name in the kubeconfig right, and can this machine resolve it?"
        case .connectionRefused: "is the API server running, and is this its address?"
        case .connectionFailed, .timeout(.connect): "is there a way from here to the API server's address and port?"
        case .tls where error.reason.contains("SSL certificate problem"):
            "is certificate-authority in the kubeconfig that of this server, and is the clock right?"
        case .tls where error.reason.contains("no alternative certificate subject name"):
            "the server's certificate is for other names: use one of them, or set tls-server-name"
        case .tls where error.reason.contains("alert"):
            "the server refused this client's certificate: has it expired, and was it issued for this cluster?"
        case .proxy: "see proxy-url in the kubeconfig, HTTPS_PROXY and NO_PROXY"
        case .timeout(.idle), .timeout(.whole): "the server has the connection but does not answer"
        default: nil
        }
    }

    /// The server's Status, where it gave one.
    public var status: Status? {
        if case .api(let status) = self { status } else { nil }
    }

    /// Discovery knows no such kind.
    public var isNoMatch: Bool {
        if case .noMatch = self { true } else { false }
    }
    /// There is no such object, or no such resource.
    public var isNotFound: Bool { status?.code == 404 }
    /// The object has changed, a precondition failed, or another manager owns a field. Not: the object exists already.
    public var isConflict: Bool { status?.code == 409 && !isAlreadyExists }
    /// An object of this name exists already.
    public var isAlreadyExists: Bool { status?.reason == .alreadyExists }
    /// The resource version or continue token is too old to go on from.
    public var isExpired: Bool { status?.code == 410 || status?.reason == .expired || status?.reason == .gone }
    /// The server cannot serve a resource version that new yet.
    public var isResourceVersionTooLarge: Bool {
        status?.reason == .timeout
            && status?.details?.causes.contains { $0.reason == "ResourceVersionTooLarge" } == true
    }
    /// The object is not valid; the causes name the fields.
    public var isInvalid: Bool { status?.code == 422 }
    /// The request itself is malformed.
    public var isBadRequest: Bool { status?.code == 400 }
    /// The user may not do this.
    public var isForbidden: Bool { status?.code == 403 }
    /// No or wrong credentials.
    public var isUnauthorized: Bool { status?.code == 401 }
    /// The server asks for fewer requests.
    public var isTooManyRequests: Bool { status?.code == 429 }
    /// The resource does not support the method or the patch type.
    public var isUnsupported: Bool { status.map { [405, 406, 415].contains($0.code) } ?? false }
    /// The namespace is being deleted, so that nothing can be made in it.
    public var isNamespaceTerminating: Bool {
        status?.details?.causes.contains { $0.reason == "NamespaceTerminating" } == true
    }
    /// The calling task was cancelled.
    public var isCancellation: Bool {
        if case .transport(let error) = self { error.isCancellation } else { false }
    }
    /// Nobody listens at the server's address.
    public var isConnectionRefused: Bool {
        if case .transport(let error) = self { error.kind == .connectionRefused } else { false }
    }

    /// Whether the same request may succeed later without anybody changing anything: overload, failures of the server,
    /// and everything that befell the connection.
    public var isTransient: Bool {
        switch self {
        case .api(let status): return status.code == 429 || status.code >= 500
        case .transport(let error): return error.kind != .invalidRequest && error.kind != .bodyTooLarge
        case .decoding, .configuration, .noMatch, .writeGateClosed: return false
        }
    }

    /// After how long the server suggests another attempt.
    public var retryAfter: Duration? {
        status?.details?.retryAfterSeconds.map { .seconds($0) }
    }
}
