import Logging

/// Brings the world from what it is to what a key's object says it should be.
///
/// Called with one key at a time per key, as often as anything about it may have changed. It must look at state, not at
/// events, and be harmless to repeat: the process may end after any write.
public protocol Reconciler<Key>: Sendable {
    /// What names a piece of work; for most controllers an ``/KubeCore/ObjectKey``.
    associatedtype Key: Hashable & Sendable

    /// Makes one key's world right, or says when to look again.
    ///
    /// - Throws: whatever went wrong; the key comes up again after its back-off, except after a ``TerminalError``.
    func reconcile(_ key: Key, _ context: ReconcileContext) async throws -> ReconcileOutcome
}

/// What a reconcile is told beside its key.
public struct ReconcileContext: Sendable {
    /// Names this one call in logs and traces.
    public let reconcileID: String
    /// Logs with the controller, the key and the reconcile's identifier.
    public let logger: Logger
    /// How often the key has failed in a row before.
    public let failures: Int
    /// The time that the controller lives by.
    public let clock: RuntimeClock

    /// A context, for calling a reconciler without a controller.
    public init(
        reconcileID: String = "0", logger: Logger = Logger(label: "boltrope.reconcile"), failures: Int = 0,
        clock: RuntimeClock = .continuous
    ) {
        self.reconcileID = reconcileID
        self.logger = logger
        self.failures = failures
        self.clock = clock
    }
}

/// How a reconcile ended that did not fail.
public enum ReconcileOutcome: Sendable, Hashable {
    /// All is as it should be. The key comes up again when something changes.
    case done
    /// Look again after this long, or sooner if something changes.
    case requeue(after: Duration)
    /// Look again after the key's back-off, as after an error, without there being one: somebody else is not ready.
    case retry
}

/// A failure that trying again cannot mend: the key comes up again only when something changes.
public struct TerminalError: Error, CustomStringConvertible {
    /// What went wrong.
    public let underlying: any Error

    /// Marks an error as terminal.
    public init(_ underlying: any Error) { self.underlying = underlying }

    /// What went wrong.
    public var description: String { "\(underlying)" }
}
