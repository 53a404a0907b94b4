import KubeClient
import Synchronization

/// Why nothing may be written any more.
public struct LeadershipLost: Error, CustomStringConvertible, Equatable {
    /// What happened, and what will.
    public let description: String

    /// An error with this text.
    public init(_ description: String) { self.description = description }
}

/// Lets writes through only while the lease is surely held.
///
/// Compares the clock at each write instead of trusting a timer to have fired: after a suspension of the machine, or a
/// long stall of the process, the first write is refused already.
public final class LeaseWriteGate: WriteGate {
    private let openUntil = Mutex<RuntimeClock.Instant?>(nil)
    private let clock: RuntimeClock

    /// A closed gate.
    public init(clock: RuntimeClock = .continuous) { self.clock = clock }

    /// Whether writes are let through now.
    public var isOpen: Bool { openUntil.withLock { $0 }.map { clock.now < $0 } ?? false }

    /// Throws unless the lease is surely held.
    public func checkWrite() throws {
        guard let deadline = openUntil.withLock({ $0 }) else {
            throw LeadershipLost("this process is not the leader")
        }
        let now = clock.now
        guard now < deadline else {
            throw LeadershipLost(
                "the leader's lease could not be renewed in time and may have lapsed "
                    + "\(deadline.duration(to: now).inSeconds) s ago; another process may be leading")
        }
    }

    func open(until deadline: RuntimeClock.Instant) { openUntil.withLock { $0 = deadline } }
    func close() { openUntil.withLock { $0 = nil } }
}
