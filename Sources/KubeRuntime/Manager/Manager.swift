import Logging
import ServiceLifecycle
import UnixSignals

/// When a part of a process starts. Parts stop in the opposite order, each group after the one that follows it has ended.
public enum ManagerPhase: Int, Sendable, Hashable, Comparable, CaseIterable {
    /// Probes and metrics: there first, so that a start that hangs can be looked at, and there last.
    case http
    /// Informers: nothing can be decided without them, and nothing is decided any more when they stop.
    case caches
    /// The event recorder: it outlives whoever records, and still writes what they left.
    case events
    /// What every process does, leader or not.
    case others
    /// What only the leader does: it stops first, and gives its lease back when it has.
    case leaderElected

    /// Orders by start.
    public static func < (left: ManagerPhase, right: ManagerPhase) -> Bool { left.rawValue < right.rawValue }
}

/// A service with its place in the order.
public struct ManagedService: Sendable {
    /// When it starts and stops.
    public var phase: ManagerPhase
    /// What runs.
    public var service: any Service

    /// A service in its place.
    public init(_ phase: ManagerPhase, _ service: any Service) {
        self.phase = phase
        self.service = service
    }
}

/// Runs the parts of an operator: starts and stops them in order, ends on SIGTERM or SIGINT, and when any of them ends.
///
/// A second signal is not needed: what has not ended within the grace period is cancelled. A lost lease ends the process
/// with ``LeadershipLost``.
public struct Manager: Service {
    /// What ``Manager`` is made from.
    public struct Options: Sendable {
        /// How long parts may take to end by themselves before they are cancelled: 25 s by default, within the 30 s that
        /// a pod is given; less where the pod has less.
        public var gracePeriod = Duration.seconds(25)
        /// How long cancelled parts may take before the process is ended hard: 5 s by default.
        public var cancellationPeriod = Duration.seconds(5)
        /// On which signals to end; none where somebody else listens.
        public var signals: [UnixSignal] = [.sigterm, .sigint]

        /// The defaults.
        public init() {}
    }

    /// The parts in the order in which they start.
    public let services: [ManagedService]
    private let options: Options
    private let logger: Logger

    /// A manager of these parts; within a phase they start in the order given.
    public init(
        _ services: [ManagedService], options: Options = Options(), logger: Logger = Logger(label: "boltrope.manager")
    ) {
        self.services = Self.ordered(services)
        self.options = options
        self.logger = logger
    }

    /// The order in which parts start.
    static func ordered(_ services: [ManagedService]) -> [ManagedService] {
        services.enumerated().sorted {
            ($0.element.phase.rawValue, $0.offset) < ($1.element.phase.rawValue, $1.offset)
        }.map(\.element)
    }

    /// Runs all parts until one ends or the process is told to.
    ///
    /// - Throws: the first error of a part.
    public func run() async throws {
        var configuration = ServiceGroupConfiguration(
            services: services.map { managed in
                ServiceGroupConfiguration.ServiceConfiguration(
                    service: managed.service, successTerminationBehavior: .gracefullyShutdownGroup,
                    // Who lost the lease must not take its time.
                    failureTerminationBehavior: managed.phase == .leaderElected
                        ? .cancelGroup : .gracefullyShutdownGroup)
            },
            gracefulShutdownSignals: options.signals, logger: logger)
        configuration.maximumGracefulShutdownDuration = options.gracePeriod
        configuration.maximumCancellationDuration = options.cancellationPeriod
        try await ServiceGroup(configuration: configuration).run()
    }
}

/// Several services as one, for the body of a leader elector: all start together; the end of one ends all.
public struct ServiceBundle: Service {
    private let services: [any Service]
    private let logger: Logger

    /// A bundle.
    public init(_ services: [any Service], logger: Logger = Logger(label: "boltrope.manager")) {
        self.services = services
        self.logger = logger
    }

    /// Runs all services until one ends, the task is cancelled, or the process shuts down.
    public func run() async throws {
        let configuration = ServiceGroupConfiguration(
            services: services.map {
                ServiceGroupConfiguration.ServiceConfiguration(
                    service: $0, successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .gracefullyShutdownGroup)
            },
            logger: logger)
        try await ServiceGroup(configuration: configuration).run()
    }
}
