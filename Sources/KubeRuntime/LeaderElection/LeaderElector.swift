import KubeCore
import Logging
import ServiceLifecycle
import Synchronization

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Runs work in one process of several at a time.
///
/// Whoever holds a Lease leads. The leader runs the body; when the process shuts down, the body ends first and the lease
/// is given back after it, so that the next leader starts at once and never beside the old one. When the lease is lost,
/// the body is cancelled and awaited, and ``run()`` throws: the process must end then, since caches and queues are in
/// a state that nobody vouches for.
public final class LeaderElector: Service {
    /// What leading means: ends when the work is done, the task is cancelled, or the process shuts down gracefully.
    public typealias Body = @Sendable () async throws -> Void

    /// Lets writes through while this process leads. Give it to the client that the body writes with.
    public let writeGate: LeaseWriteGate
    /// The name of this process in the lease.
    public let identity: String

    private let store: any LeaseStore
    private let configuration: LeaderElectionConfiguration
    private let body: Body
    private let clock: RuntimeClock
    private let random: RandomSource
    private let logger: Logger
    private let machine: Mutex<LeaderElectionStateMachine>
    private let status: Gauge
    private let startedAt: RuntimeClock.Instant

    /// An elector.
    ///
    /// - Parameters:
    ///   - store: where the lease is kept.
    ///   - identity: must differ between all processes, also between two lives of one; see ``defaultIdentity(random:)``.
    ///   - leaseName: the `name` label of the metric.
    ///   - writeGate: the gate to open and close, for clients that are made before the elector; nil for a new one.
    ///   - body: the leader's work.
    /// - Throws: ``LeaderElectionConfiguration/Invalid``.
    public init(
        store: any LeaseStore, identity: String, configuration: LeaderElectionConfiguration = .init(),
        leaseName: String = "", writeGate: LeaseWriteGate? = nil, clock: RuntimeClock = .continuous,
        random: RandomSource = .system, metrics: MetricsRegistry? = nil,
        logger: Logger = Logger(label: "boltrope.leader-election"),
        body: @escaping Body
    ) throws(LeaderElectionConfiguration.Invalid) {
        try configuration.validate()
        self.store = store
        self.identity = identity
        self.configuration = configuration
        self.body = body
        self.clock = clock
        self.random = random
        var logger = logger
        logger[metadataKey: "identity"] = "\(identity)"
        self.logger = logger
        self.writeGate = writeGate ?? LeaseWriteGate(clock: clock)
        startedAt = clock.now
        machine = Mutex(
            LeaderElectionStateMachine(identity: identity, configuration: configuration, blank: store.blank))
        status = (metrics ?? MetricsRegistry()).gauge(
            "leader_election_master_status",
            help:
                "Gauge of if the reporting system is master of the relevant lease, 0 indicates backup, 1 indicates master.",
            labels: [("name", leaseName)])
    }

    /// `hostname_uuid`: tells pods apart, and the lives of one pod.
    public static func defaultIdentity(random: RandomSource = .system) -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        let length = buffer.count
        // The name is cut to the buffer; its last byte stays zero.
        let isKnown = gethostname(&buffer, length - 1) == 0
        let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return "\(isKnown ? String(decoding: bytes, as: UTF8.self) : "unknown")_\(random.uuid())"
    }

    /// Whether this process leads, as far as it knows.
    public var isLeader: Bool { writeGate.isOpen }
    /// Who held the lease when it was last seen; nil if nobody did.
    public var leader: String? { machine.withLock { $0.observedHolder } }

    /// For health checks: an error if this process thinks that it leads although its lease lapsed long ago.
    public func checkHealth(tolerance: Duration = .seconds(20)) throws {
        guard let until = machine.withLock({ $0.leadsUntil }) else { return }
        guard clock.now < until.advanced(by: tolerance) else {
            throw LeadershipLost("the lease has not been renewed since \(until) plus \(tolerance.inSeconds) s")
        }
    }

    /// Waits for the lease, leads, and gives it back. Returns when the body has ended by itself or by a shutdown.
    ///
    /// - Throws: what the body throws, or ``LeadershipLost``.
    public func run() async throws {
        guard await acquire() else { return }
        status.set(1)
        logger.notice("Leading")
        defer {
            writeGate.close()
            status.set(0)
        }
        try await lead()
    }

    /// Waits for the lease. False if the process is to end before.
    private func acquire() async -> Bool {
        logger.info("Waiting for the lease")
        var reported: String?
        while !Task.isCancelled, !Task.isShuttingDownGracefully {
            if await attempt() { return true }
            let holder = leader
            if holder != reported {
                reported = holder
                logger.info("Another process leads", metadata: ["leader": "\(holder ?? "nobody")"])
            }
            // Jittered, so that processes that started together do not ask together for ever.
            let pause = configuration.retryPeriod * (1 + 1.2 * random.chance())
            let clock = clock
            try? await cancelledByShutdown { try await clock.sleep(for: pause) }
        }
        // An attempt that was cut off may have succeeded on the server all the same.
        await release()
        return false
    }

    private enum Ending: Sendable {
        case body(Result<Void, any Error>)
        case lost(LeadershipLost)
        case stopped
    }

    private func lead() async throws {
        let ending: Ending = await withTaskGroup(of: Ending.self) { group in
            group.addTask {
                do {
                    try await self.body()
                    return .body(.success(()))
                } catch {
                    return .body(.failure(error))
                }
            }
            group.addTask { await self.renew() }
            let first = await group.next() ?? .stopped
            if case .lost = first { self.writeGate.close() }
            group.cancelAll()
            // The body may take its time to end. Until it has, nothing is given back; and nothing is written by it,
            // once the lease may have lapsed.
            await group.waitForAll()
            return first
        }
        writeGate.close()
        switch ending {
        case .body(let result):
            await release()
            try result.get()
        case .stopped: await release()
        case .lost(let error): throw error
        }
    }

    /// Renews the lease until it is lost or the task is cancelled.
    private func renew() async -> Ending {
        while true {
            guard let renewUntil = machine.withLock({ $0.renewUntil }) else { break }
            let pause = min(configuration.retryPeriod, clock.now.duration(to: renewUntil))
            do {
                try await clock.sleep(for: pause)
            } catch {
                return .stopped
            }
            let remaining = clock.now.duration(to: renewUntil)
            guard remaining > .zero else {
                logger.error("The lease could not be renewed in time")
                return .lost(
                    LeadershipLost(
                        "leader election lost: the lease could not be renewed within "
                            + "\(configuration.renewDeadline.inSeconds) s"))
            }
            // A request in flight is cut off too, so that giving up takes no longer than the deadline.
            let isHolder = try? await withDeadline(remaining, on: clock, "renewing the lease") {
                await self.attempt()
            }
            if Task.isCancelled { return .stopped }
            if isHolder == false { break }
        }
        let holder = leader ?? "nobody"
        logger.error("The lease was taken", metadata: ["leader": "\(holder)"])
        return .lost(LeadershipLost("leader election lost: the lease is held by \(holder)"))
    }

    /// Tries once to get or keep the lease; true if it is ours.
    private func attempt() async -> Bool {
        var step = machine.withLock { $0.begin(now: clock.now, wall: clock.wallNow) }
        while true {
            do {
                switch step {
                case .finished: return machine.withLock { $0.isHolder }
                case .get:
                    let record = try await request { try await self.store.get() }
                    step = machine.withLock { $0.got(record, now: clock.now, wall: clock.wallNow) }
                case .create(let claim):
                    wrote(try await request { try await self.store.create(claim) })
                    return true
                case .update(let claim):
                    wrote(try await request { try await self.store.update(claim) })
                    return true
                }
            } catch {
                if !Task.isCancelled {
                    logger.debug("A request for the lease failed", metadata: ["error": "\(error)"])
                }
                step = machine.withLock { $0.failed() }
            }
        }
    }

    private func request<Answer: Sendable>(
        _ perform: @escaping @Sendable () async throws -> Answer
    ) async throws -> Answer {
        try await withDeadline(configuration.requestTimeout, on: clock, "a request for the lease", perform)
    }

    private func wrote(_ record: LeaseRecord) {
        let until = machine.withLock { machine in
            machine.wrote(record)
            return machine.leadsUntil
        }
        if let until { writeGate.open(until: until.advanced(by: .zero - configuration.writeMargin)) }
    }

    /// Gives the lease back, after all work has ended, so that the next leader need not wait for it to lapse.
    private func release() async {
        machine.withLock { $0.stepDown() }
        var failure: (any Error)?
        // Somebody else may write the lease between reading and writing: a label, an annotation.
        for _ in 0..<3 {
            do {
                let record = try await request { try await self.store.get() }
                guard let released = machine.withLock({ $0.release(of: record, wall: clock.wallNow) }) else { return }
                _ = try await request { try await self.store.update(released) }
                logger.notice("Gave the lease back")
                return
            } catch {
                failure = error
            }
        }
        logger.warning(
            "The lease could not be given back; another process leads after it has lapsed",
            metadata: ["error": "\(failure.map { "\($0)" } ?? "")"])
    }
}
