import KubeCore
import KubeRuntime
import Synchronization

/// A lease as storage keeps it: each version can be replaced once.
final class FakeLease: Sendable {
    struct Conflict: Error {}

    private let record = Mutex<LeaseRecord?>(nil)
    private let version = Mutex(0)

    var current: LeaseRecord? { record.withLock { $0 } }

    func create(_ new: LeaseRecord) throws -> LeaseRecord {
        try record.withLock { record in
            guard record == nil else { throw Conflict() }
            return store(new, &record)
        }
    }

    func update(_ new: LeaseRecord) throws -> LeaseRecord {
        try record.withLock { record in
            guard let old = record, old.object.resourceVersion == new.object.resourceVersion else { throw Conflict() }
            return store(new, &record)
        }
    }

    func delete() { record.withLock { $0 = nil } }

    private func store(_ new: LeaseRecord, _ record: inout LeaseRecord?) -> LeaseRecord {
        var new = new
        new.object.resourceVersion = version.withLock { version in
            version += 1
            return String(version)
        }
        record = new
        return new
    }
}

/// One process's way to the lease, with a network that delays, loses requests, and loses answers.
struct FakeLeaseStore: LeaseStore {
    struct Lost: Error {}

    /// What the network does to a request.
    enum Weather: Sendable {
        case fine
        /// Neither request nor answer arrives.
        case requestLost
        /// The request takes effect, but its answer is lost.
        case answerLost
        /// Nothing happens for longer than anybody waits.
        case hangs
    }

    let lease: FakeLease
    let clock: RuntimeClock
    let weather: @Sendable () -> (Weather, Duration)

    init(
        _ lease: FakeLease, clock: RuntimeClock,
        weather: @escaping @Sendable () -> (Weather, Duration) = { (.fine, .milliseconds(5)) }
    ) {
        self.lease = lease
        self.clock = clock
        self.weather = weather
    }

    var blank: LeaseRecord { LeaseRecord(namespace: "ns", name: "lease") }
    func get() async throws -> LeaseRecord? { try await travel { lease.current } }
    func create(_ record: LeaseRecord) async throws -> LeaseRecord { try await travel { try lease.create(record) } }
    func update(_ record: LeaseRecord) async throws -> LeaseRecord { try await travel { try lease.update(record) } }

    private func travel<Answer>(_ act: () throws -> Answer) async throws -> Answer {
        let (weather, delay) = weather()
        try await clock.sleep(for: delay)
        switch weather {
        case .fine:
            let answer = try act()
            try await clock.sleep(for: delay)
            return answer
        case .requestLost: throw Lost()
        case .answerLost:
            _ = try act()
            throw Lost()
        case .hangs:
            try await clock.sleep(for: .seconds(3600))
            throw Lost()
        }
    }
}
