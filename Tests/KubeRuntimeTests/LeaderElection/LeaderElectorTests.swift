import KubeCore
import ServiceLifecycle
import Testing

@testable import KubeRuntime

@Suite("Leader elector")
struct LeaderElectorTests {
    private func elector(
        _ identity: String, _ store: FakeLeaseStore, _ clock: RuntimeClock, seed: UInt64 = 1,
        metrics: MetricsRegistry? = nil, body: @escaping LeaderElector.Body
    ) throws -> LeaderElector {
        try LeaderElector(
            store: store, identity: identity, leaseName: "boltrope", clock: clock, random: .seeded(seed),
            metrics: metrics, logger: .silent, body: body)
    }

    @Test(
        "one leads, the other waits; at a shutdown the work ends before the lease is given back, and the other starts")
    func handOver() async throws {
        try await VirtualTime.run { time in
            let lease = FakeLease()
            let log = Log<String>()
            let registry = MetricsRegistry()
            let first = try elector("first", FakeLeaseStore(lease, clock: time.clock), time.clock, metrics: registry) {
                log.append("first leads")
                try? await gracefulShutdownSignal()
                try await time.clock.sleep(for: .seconds(3))
                log.append("first has ended, the lease is \(lease.current?.holder ?? "")'s")
            }
            let second = try elector("second", FakeLeaseStore(lease, clock: time.clock), time.clock, seed: 2) {
                log.append("second leads")
                try await time.clock.sleep(for: .seconds(1_000_000))
            }
            let group = ServiceGroup(services: [first], logger: .silent)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                try await time.clock.sleep(for: .seconds(1))
                tasks.addTask { try? await second.run() }
                try await time.clock.sleep(for: .seconds(60))
                #expect(log.entries == ["first leads"])
                #expect(first.isLeader && !second.isLeader && second.leader == "first")
                #expect(registry.render().contains(#"leader_election_master_status{name="boltrope"} 1"#))
                await group.triggerGracefulShutdown()
                try await time.clock.sleep(for: .seconds(8))
                #expect(
                    log.entries == ["first leads", "first has ended, the lease is first's", "second leads"])
                #expect(!first.isLeader)
                #expect(registry.render().contains(#"leader_election_master_status{name="boltrope"} 0"#))
                tasks.cancelAll()
            }
        }
    }

    /// Returns at a graceful shutdown, without leaving the executor.
    private func gracefulShutdownSignal() async throws {
        let latch = Latch()
        try await withGracefulShutdownHandler {
            try await latch.wait()
        } onGracefulShutdown: {
            latch.open()
        }
    }

    @Test("a leader that is cut off gives up within the renew deadline, writes nothing after, and says so")
    func cutOff() async throws {
        try await VirtualTime.run { time in
            let lease = FakeLease()
            let network = Box(false)
            let store = FakeLeaseStore(lease, clock: time.clock) {
                (network.value ? .hangs : .fine, .milliseconds(5))
            }
            let log = Log<RuntimeClock.Instant>()
            let elector = try elector("me", store, time.clock) {
                do {
                    try await time.clock.sleep(for: .seconds(1_000_000))
                } catch {
                    log.append(time.now)
                }
            }
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask {
                    await #expect(throws: LeadershipLost.self) { try await elector.run() }
                }
                try await time.clock.sleep(for: .seconds(30))
                try elector.writeGate.checkWrite()
                network.value = true
                let start = time.now
                try await tasks.waitForAll()
                let givenUp = try #require(log.entries.first)
                #expect(start.duration(to: givenUp) <= .seconds(10))
                #expect(throws: LeadershipLost.self) { try elector.writeGate.checkWrite() }
            }
        }
    }

    @Test("after a suspension of the machine the first write is refused, before any timer has fired")
    func suspension() async throws {
        try await VirtualTime.run { time in
            let elector = try elector("me", FakeLeaseStore(FakeLease(), clock: time.clock), time.clock) {
                try await time.clock.sleep(for: .seconds(1_000_000))
            }
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try? await elector.run() }
                try await time.clock.sleep(for: .seconds(5))
                try elector.writeGate.checkWrite()
                time.suspendMachine(for: .seconds(20))
                #expect(throws: LeadershipLost.self) { try elector.writeGate.checkWrite() }
                tasks.cancelAll()
            }
        }
    }

    @Test("the body's own error ends the election, and the lease is given back")
    func bodyFails() async throws {
        struct Broken: Error {}
        try await VirtualTime.run { time in
            let lease = FakeLease()
            let elector = try elector("me", FakeLeaseStore(lease, clock: time.clock), time.clock) { throw Broken() }
            await #expect(throws: Broken.self) { try await elector.run() }
            #expect(lease.current?.holder == "")
        }
    }

    @Test("identities differ, and begin with the host's name")
    func identity() {
        let (first, second) = (LeaderElector.defaultIdentity(), LeaderElector.defaultIdentity())
        #expect(first != second)
        #expect(first.contains("_"))
    }

    private struct Write {
        let at: RuntimeClock.Instant
        let holder: Int
    }

    /// The property that counts: whatever the network does, however fast the clocks run (within what the times allow),
    /// nobody writes while another may; and in fair weather somebody leads again.
    @Test("of five electors in any weather no two ever write in overlapping terms", arguments: seeds(100))
    func exclusion(seed: UInt64) async throws {
        try await VirtualTime.run(seed: seed) { time in
            let lease = FakeLease()
            let writes = Log<Write>()
            let calm = Box(false)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for number in 0..<5 {
                    let random = RandomSource.seeded(seed &* 31 &+ UInt64(number))
                    // 15 s of lease against 10 s to give up leave room for clocks that differ by far more than this.
                    let clock = time.clock(rate: 0.95 + 0.1 * random.chance())
                    let store = FakeLeaseStore(lease, clock: time.clock) {
                        let delay = Duration.milliseconds(Int(random.chance() * 400))
                        guard !calm.value else { return (.fine, delay) }
                        return switch random.chance() {
                        case ..<0.6: (.fine, delay)
                        case ..<0.75: (.requestLost, delay)
                        case ..<0.9: (.answerLost, delay)
                        default: (.hangs, delay)
                        }
                    }
                    tasks.addTask {
                        var life = 0
                        // A process that lost its lease ends, and is started anew.
                        while !Task.isCancelled {
                            life += 1
                            let gate = Box<LeaseWriteGate?>(nil)
                            let id = number
                            let elector = try LeaderElector(
                                store: store, identity: "\(number)-\(life)", clock: clock, random: random,
                                logger: .silent
                            ) {
                                // Deaf to cancellation for a while, as work in progress is.
                                for _ in 0..<Int(random.chance() * 300) {
                                    if (try? gate.value?.checkWrite()) != nil {
                                        writes.append(Write(at: time.now, holder: id))
                                    }
                                    try? await time.clock.sleep(for: .milliseconds(100))
                                    if Task.isCancelled, random.chance() < 0.1 { return }
                                    if Task.isCancelled { await Task.yield() }
                                }
                            }
                            gate.value = elector.writeGate
                            try? await elector.run()
                            try? await time.clock.sleep(for: .milliseconds(Int(random.chance() * 3000)))
                        }
                    }
                }
                try await time.clock.sleep(for: .seconds(240))
                calm.value = true
                try await time.clock.sleep(for: .seconds(90))
                tasks.cancelAll()
            }
            // Terms: stretches of writes by one holder. Sorted by time, holders must not alternate: a term that has
            // ended does not come back without having acquired the lease again, which takes longer than a write.
            let history = writes.entries
            #expect(!history.isEmpty, "nobody ever led")
            #expect(history.contains { $0.at.sinceOrigin > .seconds(240) }, "nobody led in fair weather")
            for (earlier, later) in zip(history, history.dropFirst()) where earlier.holder != later.holder {
                #expect(earlier.at < later.at, "two wrote at the same moment")
            }
            // Each pair of writes of one life encloses no write of another.
            var last: [Int: RuntimeClock.Instant] = [:]
            var previous: Write?
            for write in history {
                if let previous, previous.holder != write.holder, let mine = last[write.holder] {
                    let pause = mine.duration(to: write.at)
                    #expect(pause > .milliseconds(150), "the terms of \(previous.holder) and \(write.holder) overlap")
                }
                last[write.holder] = write.at
                previous = write
            }
        }
    }
}
