import KubeCore
import Testing

@testable import KubeRuntime

@Suite("Leader election, as a value")
struct LeaderElectionStateMachineTests {
    private typealias Machine = LeaderElectionStateMachine
    private let wall = Timestamp(seconds: 1_800_000_000)

    private func at(_ seconds: Double) -> RuntimeClock.Instant { .init(sinceOrigin: .seconds(seconds)) }

    private func machine() -> Machine {
        Machine(identity: "me", configuration: .init(), blank: LeaseRecord(namespace: "ns", name: "lease"))
    }

    private func lease(
        _ holder: String, duration: Int64 = 15, version: String = "1", renewed: Int64 = 0, transitions: Int64 = 4
    ) -> LeaseRecord {
        var record = LeaseRecord(namespace: "ns", name: "lease")
        record.object.resourceVersion = version
        record.holder = holder
        record.duration = .seconds(duration)
        record.acquireTime = Timestamp(seconds: 1)
        record.renewTime = Timestamp(seconds: renewed)
        record.transitions = transitions
        return record
    }

    /// A machine that holds the lease since second 0.
    private func leading() -> Machine {
        var machine = machine()
        _ = machine.begin(now: at(0), wall: wall)
        _ = machine.got(nil, now: at(0), wall: wall)
        machine.wrote(lease("me"))
        return machine
    }

    @Test("a lease that is not there is created, as the first of its line")
    func create() {
        var machine = machine()
        #expect(machine.begin(now: at(0), wall: wall) == .get)
        guard case .create(let claim) = machine.got(nil, now: at(0), wall: wall) else {
            Issue.record("not created")
            return
        }
        #expect(claim.holder == "me" && claim.duration == .seconds(15) && claim.transitions == 0)
        #expect(claim.renewTime == wall && claim.acquireTime == wall)
        #expect(machine.isHolder == false)
        machine.wrote(claim)
        #expect(machine.isHolder)
        #expect(machine.leadsUntil == at(15))
    }

    @Test("somebody else's lease is respected for as long as we have seen it unchanged, by its own duration")
    func respect() {
        var machine = machine()
        // What the remote clock says does not matter: this one was renewed in 1970.
        for second in [0.0, 10, 19.9] {
            _ = machine.begin(now: at(second), wall: wall)
            #expect(machine.got(lease("other", duration: 20), now: at(second), wall: wall) == .finished)
        }
        _ = machine.begin(now: at(20), wall: wall)
        guard case .update(let claim) = machine.got(lease("other", duration: 20), now: at(20), wall: wall) else {
            Issue.record("not taken over")
            return
        }
        #expect(claim.holder == "me" && claim.transitions == 5 && claim.acquireTime == wall)
        #expect(claim.object.resourceVersion == "1", "two who take it at once must conflict")
    }

    @Test("a renewal by the other starts the waiting anew")
    func renewedByOther() {
        var machine = machine()
        _ = machine.begin(now: at(0), wall: wall)
        _ = machine.got(lease("other"), now: at(0), wall: wall)
        _ = machine.begin(now: at(14), wall: wall)
        #expect(machine.got(lease("other", version: "2", renewed: 14), now: at(14), wall: wall) == .finished)
        _ = machine.begin(now: at(28), wall: wall)
        #expect(machine.got(lease("other", version: "2", renewed: 14), now: at(28), wall: wall) == .finished)
    }

    @Test("a lease given back is taken at once")
    func givenBack() {
        var machine = machine()
        _ = machine.begin(now: at(0), wall: wall)
        guard case .update = machine.got(lease("", duration: 1), now: at(0), wall: wall) else {
            Issue.record("not taken")
            return
        }
    }

    @Test("the leader renews without reading, and keeps when and how often it was acquired")
    func renew() {
        var machine = leading()
        guard case .update(let claim) = machine.begin(now: at(2), wall: wall) else {
            Issue.record("read before")
            return
        }
        #expect(claim.acquireTime == Timestamp(seconds: 1) && claim.transitions == 4)
        machine.wrote(claim)
        #expect(machine.leadsUntil == at(17), "counted from the start of the request")
    }

    @Test("a renewal that fails is followed by a read, which tells whether the lease is still ours")
    func failedRenewal() {
        var machine = leading()
        _ = machine.begin(now: at(2), wall: wall)
        #expect(machine.failed() == .get)
        guard case .update = machine.got(lease("me", version: "9"), now: at(3), wall: wall) else {
            Issue.record("not written again")
            return
        }
        #expect(machine.failed() == .finished)
        #expect(machine.isHolder, "a failed request takes nothing away")
        #expect(machine.leadsUntil == at(15))
    }

    @Test("who finds another in the lease does not lead any more")
    func taken() {
        var machine = leading()
        _ = machine.begin(now: at(2), wall: wall)
        _ = machine.failed()
        #expect(machine.got(lease("other", version: "9"), now: at(3), wall: wall) == .finished)
        #expect(!machine.isHolder)
        #expect(machine.leadsUntil == nil)
    }

    @Test("a leader whose lease lapsed while it slept reads before it writes")
    func lapsed() {
        var machine = leading()
        #expect(machine.begin(now: at(16), wall: wall) == .get)
    }

    @Test("giving back leaves the transitions, and touches only what is ours")
    func release() {
        let machine = leading()
        let released = machine.release(of: lease("me"), wall: wall)
        #expect(released?.holder == "")
        #expect(released?.duration == .seconds(1))
        #expect(released?.transitions == 4)
        #expect(machine.release(of: lease("other"), wall: wall) == nil)
        #expect(machine.release(of: nil, wall: wall) == nil)
    }

    @Test("what others put into the lease stays there")
    func foreignFields() {
        var machine = machine()
        var record = lease("")
        record.object.set("OldestEmulationVersion", at: "spec", "strategy")
        record.object.labels = ["team": "mesh"]
        _ = machine.begin(now: at(0), wall: wall)
        guard case .update(let claim) = machine.got(record, now: at(0), wall: wall) else {
            Issue.record("not taken")
            return
        }
        #expect(claim.object[path: "spec", "strategy"] == "OldestEmulationVersion")
        #expect(claim.object.labels == ["team": "mesh"])
    }
}
