import KubeClient
import KubeRuntime
import Logging
import Synchronization

/// Keeps the controller running as a Deployment would: starts processes, and another when one has ended.
final class InstanceSupervisor: Sendable {
    private enum Command: Sendable {
        case start
        case act(after: Duration, @Sendable () -> Void)
    }

    /// What every process calls itself to the server, before the identity of its own.
    static let program = "controller"

    private struct State {
        var started = 0
        var exits: [String] = []
    }

    /// How long it takes until a process that has ended is replaced.
    static let restartDelay = Duration.seconds(1)
    /// How often a process may end by itself in a run: with each lease that is lost, for example.
    static let patience = 10

    private let commands: AsyncStream<Command>
    private let continuation: AsyncStream<Command>.Continuation
    private let state = Mutex(State())

    init() { (commands, continuation) = AsyncStream.makeStream(of: Command.self) }

    /// Starts a process beside those that run.
    func start() { continuation.yield(.start) }

    /// Lets a process die after a while.
    func kill(_ process: ControllerProcess, after delay: Duration) { after(delay) { process.die() } }

    /// Lets something happen after a while.
    func after(_ delay: Duration, _ act: @escaping @Sendable () -> Void) { continuation.yield(.act(after: delay, act)) }

    /// What processes have ended of by themselves, beyond what is to be expected.
    var crashLoop: String? {
        state.withLock { state in
            state.exits.count > Self.patience
                ? "the process ended \(state.exits.count) times by itself, last: \(state.exits.last ?? "")" : nil
        }
    }

    /// Runs processes until the task is cancelled.
    func run(_ run: ScenarioRun) async {
        await withDiscardingTaskGroup { group in
            for await command in commands {
                group.addTask {
                    switch command {
                    case .start: await self.live(run)
                    case .act(let delay, let act):
                        // A cancelled sleep means that the run is over.
                        try? await run.clock.sleep(for: delay)
                        act()
                    }
                }
            }
        }
    }

    private func live(_ run: ScenarioRun) async {
        let number = state.withLock { state in
            state.started += 1
            return state.started
        }
        let process = ControllerProcess(number: number)
        let exit = await perform(process, run)
        process.die()
        guard !Task.isCancelled else { return }
        if let exit {
            state.withLock { $0.exits.append(exit) }
            guard crashLoop == nil else { return }
        }
        guard !process.isReplaced, (try? await run.clock.sleep(for: Self.restartDelay)) != nil else { return }
        continuation.yield(.start)
    }

    /// Runs a process to its end; returns what it ended of, nil if it was killed.
    private func perform(_ process: ControllerProcess, _ run: ScenarioRun) async -> String? {
        let clock = process.clock(run.clock)
        var client = KubeClient(
            configuration: ClientConfiguration(server: "http://cluster"),
            exchange: InstanceExchange(run: run, process: process), clock: clock, logger: run.logger)
        // One program, whose field manager is the same in every life.
        client.userAgent = "\(Self.program)/\(process.identity)"
        let instance = ControllerInstance(
            client: client, clock: clock, random: .seeded(run.plan.seed ^ UInt64(process.identity.utf8.last ?? 0)),
            identity: process.identity, logger: run.logger)
        return await withTaskGroup(of: String?.self) { group in
            group.addTask {
                do {
                    try await run.scenario.controller(instance)
                    return "it returned"
                } catch {
                    return "\(error)"
                }
            }
            group.addTask {
                try? await process.crash.wait()
                return nil
            }
            group.addTask {
                await withDiscardingTaskGroup { pumps in
                    for await pump in process.pumps { pumps.addTask { await pump.run() } }
                    pumps.cancelAll()
                }
                return nil
            }
            // The body or the crash; the pumps end with either of them.
            let exit = await group.next() ?? nil
            let wasKilled = process.isDead
            process.die()
            group.cancelAll()
            return wasKilled ? nil : exit
        }
    }
}
