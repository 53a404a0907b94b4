import Testing

@testable import KubeRuntime

@Suite("Work queue, as a value")
struct WorkQueueStateMachineTests {
    private typealias Machine = WorkQueueStateMachine<Int>

    private func machine() -> Machine {
        Machine(itemBackoff: Backoff(base: .milliseconds(5), cap: .seconds(1000)), maximumWait: .seconds(30))
    }

    private func at(_ seconds: Double) -> RuntimeClock.Instant { .init(sinceOrigin: .seconds(seconds)) }

    private func take(_ machine: inout Machine, _ seconds: Double = 0) -> Int? {
        if case .item(let item) = machine.next(now: at(seconds)) { item.key } else { nil }
    }

    @Test("a key that waits already is not added twice")
    func deduplication() {
        var machine = machine()
        #expect(machine.add(1, priority: .normal, now: at(0)) == true)
        #expect(machine.add(1, priority: .normal, now: at(0)) == false)
        #expect(take(&machine) == 1)
        #expect(take(&machine) == nil)
    }

    @Test("a key added while a worker has it comes up again when the worker is done, not before")
    func addedWhileProcessing() {
        var machine = machine()
        _ = machine.add(1, priority: .normal, now: at(0))
        #expect(take(&machine) == 1)
        #expect(machine.add(1, priority: .normal, now: at(0)) == false)
        #expect(take(&machine) == nil)
        #expect(machine.done(1, now: at(1)).isReady == true)
        #expect(take(&machine) == 1)
        #expect(machine.done(1, now: at(1)).isReady == false)
        #expect(take(&machine) == nil)
    }

    @Test("urgent keys go first, equal ones in the order of their adding")
    func priorities() {
        var machine = machine()
        _ = machine.add(1, priority: .low, now: at(0))
        _ = machine.add(2, priority: .normal, now: at(0))
        _ = machine.add(3, priority: 10, now: at(0))
        _ = machine.add(4, priority: .normal, now: at(0))
        #expect((0..<4).map { _ in take(&machine) } == [3, 2, 4, 1])
    }

    @Test("a key that becomes more urgent moves to the back of its new level, and is there once")
    func raised() {
        var machine = machine()
        _ = machine.add(1, priority: .low, now: at(0))
        _ = machine.add(2, priority: .normal, now: at(0))
        _ = machine.add(1, priority: .normal, now: at(0))
        #expect(machine.depth == 2)
        #expect((0..<3).map { _ in take(&machine) } == [2, 1, nil])
    }

    @Test("a key of low priority goes first once it has waited too long")
    func ageBound() {
        var machine = machine()
        _ = machine.add(1, priority: .low, now: at(0))
        _ = machine.add(2, priority: .normal, now: at(20))
        _ = machine.add(3, priority: .normal, now: at(20))
        #expect(take(&machine, 20) == 2)
        #expect(take(&machine, 31) == 1)
    }

    @Test("of several delays the earliest counts, and fires once")
    func earliest() {
        var machine = machine()
        #expect(machine.add(1, at: at(10), priority: .normal) == true)
        #expect(machine.add(1, at: at(5), priority: .normal) == true)
        #expect(machine.add(1, at: at(20), priority: .normal) == false)
        #expect(machine.nextDeadline == at(5))
        #expect(machine.fire(now: at(4)) == 0)
        #expect(machine.fire(now: at(5)) == 1)
        #expect(take(&machine, 5) == 1)
        _ = machine.done(1, now: at(5))
        #expect(machine.fire(now: at(100)) == 0)
    }

    @Test("failures are counted until they are forgotten")
    func failures() {
        var machine = machine()
        #expect((0..<3).map { _ in machine.failed(1) } == [.milliseconds(5), .milliseconds(10), .milliseconds(20)])
        #expect(machine.failures(of: 1) == 3)
        machine.forget(1)
        #expect(machine.failures(of: 1) == 0)
        #expect(machine.failed(1) == .milliseconds(5))
    }

    @Test("after a shutdown nothing is added; what waits is drained, or discarded")
    func shutDown() {
        for discarding in [false, true] {
            var machine = machine()
            _ = machine.add(1, priority: .normal, now: at(0))
            _ = machine.add(2, at: at(1), priority: .normal)
            machine.shutDown(discarding: discarding)
            #expect(machine.add(3, priority: .normal, now: at(0)) == false)
            #expect(machine.fire(now: at(5)) == 0)
            #expect(take(&machine) == (discarding ? nil : 1))
            guard case .finished = machine.next(now: at(0)) else {
                Issue.record("the queue is not finished")
                return
            }
        }
    }

    @Test("the slowest worker is known")
    func longest() {
        var machine = machine()
        _ = machine.add(1, priority: .normal, now: at(0))
        _ = machine.add(2, priority: .normal, now: at(0))
        _ = take(&machine, 1)
        _ = take(&machine, 3)
        let (longest, sum) = machine.processing(now: at(10))
        #expect(longest == .seconds(9))
        #expect(sum == .seconds(16))
    }
}
