import KubeCore
import Synchronization

/// What a test lets happen to a request.
public enum RequestFault: Sendable {
    /// The request is answered with this failure and not carried out.
    case fail(Status)
    /// The request is carried out after a while on the server's clock.
    case delay(Duration)
    /// The request is answered with a time-out and not carried out.
    case timeOutBeforeCommit
    /// The request is carried out, and answered with a time-out all the same.
    case timeOutAfterCommit
    /// The request is carried out, and the connection closed without an answer (over HTTP; in process, a time-out).
    case drop
}

/// Decides what happens to requests, for fault injection; every request is shown to it before it is handled.
public struct RequestHooks: Sendable {
    private let decide: @Sendable (APIRequest) async -> RequestFault?

    /// Hooks that ask this function about every request; nil lets the request pass.
    public init(_ decide: @escaping @Sendable (APIRequest) async -> RequestFault?) {
        self.decide = decide
    }

    /// Lets every request pass.
    public static let none = RequestHooks { _ in nil }

    func fault(for request: APIRequest) async -> RequestFault? { await decide(request) }
}
