/// Decides whether writes may still happen.
///
/// Leader election implements it: once the lease may have lapsed, nothing is written any more, even by code that has
/// not heard of it yet. Consulted synchronously, immediately before each attempt of each mutating request.
public protocol WriteGate: Sendable {
    /// Throws where nothing may be written; the error's description says why and becomes
    /// ``KubeClientError/writeGateClosed(_:)``.
    func checkWrite() throws
}
