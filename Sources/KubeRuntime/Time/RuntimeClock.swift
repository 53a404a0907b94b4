import KubeCore

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The time that every part of the runtime is given: a monotonic clock to wait by, and the wall clock to write down.
///
/// The default keeps counting while the machine is suspended (`CLOCK_BOOTTIME`), which leader election depends on.
/// Tests pass the clock of a ``VirtualTime``.
public struct RuntimeClock: Clock {
    /// The unit of the clock.
    public typealias Duration = Swift.Duration

    /// An instant on a monotonic clock. Instants of different clocks must not be mixed.
    public struct Instant: InstantProtocol, CustomStringConvertible {
        /// The time since the clock's origin.
        public var sinceOrigin: Swift.Duration

        /// An instant so long after the clock's origin.
        public init(sinceOrigin: Swift.Duration) { self.sinceOrigin = sinceOrigin }

        /// This instant moved by a duration.
        public func advanced(by duration: Swift.Duration) -> Instant {
            Instant(sinceOrigin: sinceOrigin + duration)
        }
        /// The time from this instant to another.
        public func duration(to other: Instant) -> Swift.Duration { other.sinceOrigin - sinceOrigin }
        /// Orders by time.
        public static func < (left: Instant, right: Instant) -> Bool { left.sinceOrigin < right.sinceOrigin }
        /// The time since the origin.
        public var description: String { sinceOrigin.description }
    }

    @usableFromInline let readNow: @Sendable () -> Instant
    private let readWall: @Sendable () -> Timestamp
    private let waitUntil: @Sendable (Instant) async throws -> Void

    /// A clock made of its three readings; `sleep` must end with `CancellationError` when its task is cancelled.
    public init(
        now: @escaping @Sendable () -> Instant,
        wallNow: @escaping @Sendable () -> Timestamp,
        sleep: @escaping @Sendable (Instant) async throws -> Void
    ) {
        readNow = now
        readWall = wallNow
        waitUntil = sleep
    }

    /// The clock of the machine: monotonic, counting through suspension, beside its wall clock.
    public static let continuous: RuntimeClock = {
        let clock = ContinuousClock()
        let origin = clock.now
        return RuntimeClock(
            now: { Instant(sinceOrigin: origin.duration(to: clock.now)) },
            wallNow: {
                var time = timespec()
                clock_gettime(CLOCK_REALTIME, &time)
                return Timestamp(seconds: Int64(time.tv_sec), nanoseconds: Int32(time.tv_nsec))
            },
            sleep: { try await clock.sleep(until: origin.advanced(by: $0.sinceOrigin)) })
    }()

    /// The monotonic time.
    @inlinable public var now: Instant { readNow() }
    /// The time on the wall, for what people and other machines read; never compared with ``now``.
    public var wallNow: Timestamp { readWall() }
    /// The smallest step that waiting can make.
    public var minimumResolution: Swift.Duration { .nanoseconds(1) }

    /// Waits until an instant.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    public func sleep(until deadline: Instant, tolerance: Swift.Duration? = nil) async throws {
        try await waitUntil(deadline)
    }
}

extension Duration {
    /// The duration in seconds, for metrics and messages.
    package var inSeconds: Double { self / .seconds(1) }
}
