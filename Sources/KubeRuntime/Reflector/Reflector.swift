import KubeCore
import Logging
import Synchronization

/// Keeps an ``ObjectStore`` equal to a collection on the server, through whatever happens to connections.
///
/// The thin shell of `ReflectorStateMachine`: it performs the requests that the machine asks for, and puts what comes
/// back where the machine says.
struct Reflector: Sendable {
    /// Seconds of silence that are added to the time after which the server ends a watch by itself.
    static let idleMargin = Duration.seconds(5)
    /// How long initial events may pause; a server that ignores the wish for them sends no end either.
    static let initialEventsPatience = Duration.seconds(60)

    private let source: any ObjectSource
    private let store: ObjectStore
    private let clock: RuntimeClock
    private let random: RandomSource
    private let logger: Logger
    private let configuration: ReflectorStateMachine.Configuration

    init(
        source: any ObjectSource, store: ObjectStore, clock: RuntimeClock, random: RandomSource, logger: Logger,
        configuration: ReflectorStateMachine.Configuration = .init()
    ) {
        self.source = source
        self.store = store
        self.clock = clock
        self.random = random
        self.logger = logger
        self.configuration = configuration
    }

    /// What a run has in its hands between two requests.
    private struct Progress {
        var machine: ReflectorStateMachine
        /// Objects of an incomplete collection, by key, so that later pages and events replace earlier ones.
        var staged: [ObjectKey: StoredObject] = [:]
    }

    /// Reflects until the task is cancelled.
    ///
    /// - Parameter deliver: takes what has changed in the store, in order; true with the changes of a full read.
    func run(deliver: @Sendable ([ObjectChange], Bool) -> Void) async {
        var progress = Progress(machine: ReflectorStateMachine(configuration: configuration))
        while !Task.isCancelled {
            switch progress.machine.next(now: clock.now, chance: random.chance()) {
            case .wait(let delay):
                // A cancelled sleep ends the loop by its condition.
                try? await clock.sleep(for: delay)
            case .list(let request): await list(request, &progress, deliver)
            case .watch(let request): await watch(request, &progress, deliver)
            }
        }
    }

    private func list(
        _ request: ListRequest, _ progress: inout Progress, _ deliver: ([ObjectChange], Bool) -> Void
    ) async {
        if request.continueToken.isEmpty { progress.staged = [:] }
        var staged = progress.staged
        progress.staged = [:]
        do {
            let end = try await source.list(request) { json in
                if let object = parse(json) { staged[object.key] = object }
            }
            progress.staged = staged
            let effect = progress.machine.listed(
                resourceVersion: end.resourceVersion, continueToken: end.continueToken, now: clock.now)
            perform(effect, object: nil, &progress, deliver)
        } catch {
            guard !Task.isCancelled else { return }
            let failure = Self.failure(error)
            logger.warning("Listing failed", metadata: ["error": "\(failure)"])
            progress.machine.listFailed(failure, now: clock.now, chance: random.chance())
        }
    }

    private func watch(
        _ request: WatchRequest, _ progress: inout Progress, _ deliver: ([ObjectChange], Bool) -> Void
    ) async {
        progress.staged = [:]
        var failure: SourceFailure?
        do {
            failure = try await read(request, &progress, deliver)
        } catch {
            guard !Task.isCancelled else { return }
            failure = Self.failure(error)
        }
        if progress.machine.state == .streaming || progress.machine.state == .watching {
            let level: Logger.Level = failure == nil ? .debug : .info
            logger.log(
                level: level, "Watch ended",
                metadata: [
                    "resourceVersion": "\(progress.machine.lastResourceVersion)",
                    "reason": "\(failure?.description ?? "the server's time limit")",
                ])
        }
        progress.machine.watchEnded(failure, now: clock.now, chance: random.chance())
        progress.staged = [:]
    }

    /// Reads a watch to its end, and returns the failure that ended it, nil for a clean end.
    private func read(
        _ request: WatchRequest, _ progress: inout Progress, _ deliver: ([ObjectChange], Bool) -> Void
    ) async throws -> SourceFailure? {
        let watchdog = Watchdog(clock: clock, limit: request.timeout + Self.idleMargin)
        if request.sendsInitialEvents { watchdog.setLimit(Self.initialEventsPatience) }
        let source = source
        return try await watchdog.read {
            try await source.watch(request)
        } consume: { batch in
            for event in batch {
                if let failure = receive(event, &progress, deliver) { return failure }
            }
            if progress.machine.state == .watching { watchdog.setLimit(request.timeout + Self.idleMargin) }
            return nil
        }
    }

    /// Takes an event; returns the failure if it is one.
    private func receive(
        _ event: SourceEvent, _ progress: inout Progress, _ deliver: ([ObjectChange], Bool) -> Void
    ) -> SourceFailure? {
        let json: ArraySlice<UInt8>
        var isDeletion = false
        switch event {
        case .error(let failure): return failure
        case .bookmark(let version, let endsInitialEvents):
            let effect = progress.machine.received(
                .bookmark(resourceVersion: version, endsInitialEvents: endsInitialEvents), now: clock.now)
            perform(effect, object: nil, &progress, deliver)
            return nil
        case .added(let bytes), .modified(let bytes): json = bytes
        case .deleted(let bytes):
            json = bytes
            isDeletion = true
        }
        guard let object = parse(json) else { return nil }
        let effect = progress.machine.received(.change(resourceVersion: object.resourceVersion), now: clock.now)
        perform(effect, object: (object, isDeletion), &progress, deliver)
        return nil
    }

    private func perform(
        _ effect: ReflectorStateMachine.Effect, object: (StoredObject, isDeletion: Bool)?,
        _ progress: inout Progress, _ deliver: ([ObjectChange], Bool) -> Void
    ) {
        switch effect {
        case .stage:
            guard let (object, isDeletion) = object else { return }
            progress.staged[object.key] = isDeletion ? nil : object
        case .apply:
            guard let (object, isDeletion) = object else { return }
            deliver(isDeletion ? store.remove(object) : store.put(object), false)
        case .replace(let version):
            let changes = store.replace(with: Array(progress.staged.values), resourceVersion: version)
            progress.staged = [:]
            deliver(changes, true)
        case .advance(let version): store.advance(to: version)
        case .ignore: return
        }
    }

    /// The object, or nil where the server sent something that is none: logged and left out, so that one bad object
    /// does not hide all others.
    private func parse(_ json: ArraySlice<UInt8>) -> StoredObject? {
        do {
            return try store.parse(json)
        } catch {
            logger.error("An object was left out because it cannot be read", metadata: ["error": "\(error)"])
            return nil
        }
    }

    private static func failure(_ error: any Error) -> SourceFailure {
        error as? SourceFailure ?? .other("\(error)")
    }
}
