import EmbeddedCluster
import KubeClient
import KubeCore
import KubeRuntime
import Logging
import Synchronization

/// What came of one run.
struct RunOutcome: Sendable {
    /// The cluster after each step.
    var states: [EndState] = []
    var trace: [TraceEntry] = []
    var count = WriteCount()
    var violations: [Violation] = []
    /// Whether every fault of the plan found its point.
    var isSpent = true
}

/// What an undisturbed run has shown, for others to be compared with.
struct BaselineRecord: Sendable {
    var states: [EndState]
    /// Of each step, what is different from one undisturbed run to another.
    var masks: [EndStateMask]
    var trace: [TraceEntry]
    var count: WriteCount
}

/// One run of a scenario under a plan: a cluster of its own, in a world with its own time.
final class ScenarioRun: Sendable {
    let scenario: ControllerScenario
    let plan: FaultPlan
    let cluster: EmbeddedCluster
    let clock: RuntimeClock
    let injector: FaultInjector
    let ledger: WriteLedger
    let timeline: ClusterTimeline
    let supervisor = InstanceSupervisor()
    let logger: Logger
    /// Whether what happens is noted, for plans to be made from.
    let isRecording: Bool

    private struct State {
        var step = 0
        var downUntil: RuntimeClock.Instant?
        var stormUntil: RuntimeClock.Instant?
        /// The cluster as it was when people had acted.
        var backup: ClusterBackup?
        var hasGoneBack = false
        /// Until when the plan's faults may have effects.
        var disturbedUntil: RuntimeClock.Instant
        var random: SeededRandom
        var violations: [Violation] = []
    }

    private let baseline: BaselineRecord?
    private let state: Mutex<State>

    /// Ends a run that has nothing more to show.
    private struct GivenUp: Error {}

    private init(_ scenario: ControllerScenario, _ plan: FaultPlan, _ baseline: BaselineRecord?, _ time: VirtualTime) {
        self.scenario = scenario
        self.plan = plan
        self.baseline = baseline
        clock = time.clock
        injector = FaultInjector(plan)
        let limit = baseline.map { $0.count.writes * 4 + 100 } ?? scenario.writeLimit
        ledger = WriteLedger(now: time.now, writeLimit: limit)
        timeline = ClusterTimeline(scenario, now: time.now)
        isRecording = baseline == nil
        state = Mutex(State(disturbedUntil: time.now, random: SeededRandom(seed: plan.seed)))
        var logger = Logger(label: "harness") { label -> any LogHandler in
            scenario.logLevel == nil ? SwiftLogNoOpLogHandler() : StreamLogHandler.standardError(label: label)
        }
        logger.logLevel = scenario.logLevel ?? .critical
        self.logger = logger
        var options = EmbeddedCluster.Options()
        let (clock, chance) = (time.clock, RandomSource.seeded(plan.seed &+ 1))
        options.controllers = scenario.clusterControllers
        options.clock = clock
        options.now = { clock.wallNow }
        options.random = { Int(chance.chance() * Double($0)) }
        options.logger = logger
        cluster = EmbeddedCluster(options: options)
    }

    /// Runs a scenario under a plan.
    ///
    /// - Parameter baseline: what to compare with; nil for a run that is to become the baseline.
    static func perform(
        _ scenario: ControllerScenario, _ plan: FaultPlan, against baseline: BaselineRecord? = nil
    ) async -> RunOutcome {
        await VirtualTime.run(seed: plan.seed == 0 ? nil : plan.seed) { time in
            await ScenarioRun(scenario, plan, baseline, time).perform()
        }
    }

    private func perform() async -> RunOutcome {
        var outcome = RunOutcome()
        do {
            outcome.states = try await withThrowingTaskGroup(of: [EndState]?.self) { group in
                group.addTask {
                    try await self.follow()
                    return nil
                }
                group.addTask {
                    try await self.cluster.runControllers()
                    return nil
                }
                group.addTask {
                    await self.supervisor.run(self)
                    return nil
                }
                group.addTask { try await self.walk() }
                defer { group.cancelAll() }
                while let states = try await group.next() {
                    if let states { return states }
                }
                return []
            }
        } catch is GivenUp {
            // What is wrong has been noted.
        } catch {
            complain(.scenario, "\(error)")
        }
        judge(&outcome)
        return outcome
    }

    private func judge(_ outcome: inout RunOutcome) {
        for line in ledger.unlicensed.prefix(3) { complain(.lease, line) }
        // What is made again after the cluster went back counts twice, as it should.
        if let baseline, !state.withLock({ $0.hasGoneBack }) {
            for line in WriteLedger.excess(ledger.count, over: baseline.count, budget: scenario.writeBudget) {
                complain(.writeBudget, line)
            }
        }
        outcome.trace = ledger.trace
        outcome.count = ledger.count
        outcome.violations = state.withLock { $0.violations }
        outcome.isSpent = injector.isSpent
    }

    /// Follows the cluster; from the beginning again whenever it has gone back to a backup.
    private func follow() async throws {
        let access = cluster.access(userAgent: "harness")
        while !Task.isCancelled {
            let changes = access.changes()
            var view = ClusterView()
            for type in await access.resourceTypes() {
                for object in try await access.list(type, namespace: nil, labelSelector: nil) {
                    view.put(object, at: ClusterView.Key(group: type.group, plural: type.plural, key: object.key))
                }
            }
            timeline.reset(to: view, now: clock.now)
            for await change in changes { timeline.record(change, now: clock.now) }
        }
    }

    // MARK: The steps

    private func walk() async throws -> [EndState] {
        let client = KubeClient(
            configuration: ClientConfiguration(server: "http://cluster"), exchange: UserExchange(cluster: cluster),
            clock: clock, logger: logger)
        var user = client
        user.userAgent = "person"
        try await prepare(user)
        supervisor.start()
        var states: [EndState] = []
        for (position, step) in scenario.steps.enumerated() {
            state.withLock { $0.step = position }
            try await step.act(ScenarioUser(client: user, clock: clock))
            let backup = cluster.backup()
            state.withLock { $0.backup = backup }
            if step.settles { try await settle(position, isLast: position == scenario.steps.count - 1) }
            states.append(EndState(timeline.view, scenario: scenario))
            for (oracle, line) in timeline.takeComplaints() { complain(oracle, line) }
        }
        return states
    }

    private func prepare(_ client: KubeClient) async throws {
        let mapper = ResourceMapper(client: client, clock: clock)
        for object in scenario.objects {
            guard let kind = object.groupVersionKind else { continue }
            let type = try await mapper.type(for: kind)
            _ = try await client.create(type, object)
            guard type == .customResourceDefinitions else { continue }
            while try await !Readiness.of(client.get(type, name: object.name)).isReady {
                try await clock.sleep(for: .milliseconds(10))
            }
        }
        for object in scenario.objects where object.groupVersionKind == nil {
            complain(.scenario, "an object of the scenario has no apiVersion or kind: \(object.key)")
        }
    }

    /// Waits until nothing is written any more and, in a disturbed run, all is as after the undisturbed step.
    private func settle(_ position: Int, isLast: Bool) async throws {
        let start = clock.now
        let deadline = start.advanced(by: scenario.timeLimit)
        var compared: (version: UInt64, differences: [String])?
        while true {
            try checkProgress()
            let now = clock.now
            var quietAt = max(ledger.lastWrite, timeline.lastChange, start).advanced(by: scenario.quietPeriod)
            let isQuiet = now >= quietAt
            if isQuiet {
                let differences = compared?.version == timeline.version ? compared?.differences : nil
                let found = differences ?? self.differences(position)
                compared = (timeline.version, found)
                if found.isEmpty {
                    let calm = state.withLock { $0.disturbedUntil }.advanced(by: scenario.quietPeriod)
                    if !isLast || now >= calm { break }
                    quietAt = calm
                } else {
                    quietAt = now.advanced(by: .seconds(10))
                }
            }
            guard now < deadline else {
                let lines = (compared?.differences ?? []).prefix(5).joined(separator: "; ")
                if isQuiet {
                    complain(.endState, lines)
                } else {
                    complain(.quiet, "still written after \(scenario.timeLimit): \(recentWrites)")
                }
                throw GivenUp()
            }
            try await clock.sleep(until: min(quietAt, deadline))
        }
        let orphans = timeline.orphans
        if !orphans.isEmpty { complain(.orphan, "the owners are gone of \(orphans.joined(separator: ", "))") }
    }

    private func differences(_ position: Int) -> [String] {
        guard let baseline, position < baseline.states.count else { return [] }
        return EndState(timeline.view, scenario: scenario)
            .differences(from: baseline.states[position], mask: baseline.masks[position])
    }

    private func checkProgress() throws {
        if ledger.isOverflowing {
            complain(.quiet, "there is no end to writing: \(recentWrites)")
            throw GivenUp()
        }
        if let loop = supervisor.crashLoop {
            complain(.crashLoop, loop)
            throw GivenUp()
        }
    }

    private var recentWrites: String { ledger.lastRequests.joined(separator: ", ") }

    private func complain(_ oracle: Violation.Oracle, _ message: String) {
        state.withLock { state in
            let name = scenario.steps.indices.contains(state.step) ? scenario.steps[state.step].name : ""
            state.violations.append(Violation(oracle: oracle, step: name, message: message))
        }
    }

    // MARK: What goes wrong

    /// Something happens: what of the plan is due with it.
    func arrive(_ happening: String, isRequest: Bool) -> [Fault.Kind] {
        let (point, faults) = injector.arrive(happening)
        state.withLock { state in
            for fault in faults {
                state.disturbedUntil = max(state.disturbedUntil, clock.now.advanced(by: fault.aftermath))
            }
        }
        if isRecording {
            ledger.note(TraceEntry(point: point, isRequest: isRequest, step: state.withLock { $0.step }))
        }
        return faults
    }

    /// The time that a message takes.
    func networkDelay() async throws {
        let delay = state.withLock { state in
            plan.seed == 0 ? Duration.milliseconds(1) : .microseconds(Int.random(in: 100...4000, using: &state.random))
        }
        try await clock.sleep(for: delay)
    }

    /// Whether the server takes requests.
    var isServing: Bool { state.withLock { $0.downUntil.map { clock.now >= $0 } ?? true } }

    func stopServing(for duration: Duration) {
        state.withLock { $0.downUntil = clock.now.advanced(by: duration) }
    }

    /// Whether the server forgets its past with every request.
    var isStorming: Bool { state.withLock { $0.stormUntil.map { clock.now < $0 } ?? false } }

    func storm(for duration: Duration) { state.withLock { $0.stormUntil = clock.now.advanced(by: duration) } }

    /// Sets the cluster back to what it was when people had acted.
    func restore() {
        guard
            let backup = state.withLock({ state in
                state.hasGoneBack = true
                return state.backup
            })
        else { return }
        cluster.restore(backup)
    }

    /// Answers the controller from a cache that is as old as the step, for a while.
    func showPast(for duration: Duration) {
        guard let backup = state.withLock({ $0.backup }) else { return }
        cluster.pin(
            userAgent: InstanceSupervisor.program,
            to: PinnedView(resourceVersion: backup.resourceVersion, scope: .cache))
        supervisor.after(duration) { [cluster] in cluster.unpin(userAgent: InstanceSupervisor.program) }
    }
}
