import KubeCore

/// Leader election as a value: what to ask the API server next, and what its answers mean.
///
/// The algorithm is client-go's (`tools/leaderelection`): no clock of another machine is ever compared with ours. What
/// counts is for how long *we* have seen the lease unchanged, against the duration that its holder promised.
struct LeaderElectionStateMachine: Sendable {
    /// What an attempt to get or keep the lease asks for next.
    enum Step: Equatable {
        case get
        case create(LeaseRecord)
        case update(LeaseRecord)
        /// The attempt is over.
        case finished
    }

    /// Which request of an attempt is in flight.
    private enum Flight: Equatable {
        case none
        case reading
        /// A renewal without reading before, from the record as we wrote it last.
        case renewing
        case writing
    }

    let identity: String
    private let configuration: LeaderElectionConfiguration
    private let blank: LeaseRecord
    private var flight = Flight.none
    private var writeStartedAt = RuntimeClock.Instant(sinceOrigin: .zero)

    /// The lease as last seen.
    private(set) var observed: LeaseRecord?
    /// When it was first seen so; for our own writes, when we began them.
    private(set) var observedAt = RuntimeClock.Instant(sinceOrigin: .zero)
    /// When the last write began with which we got or kept the lease; nil while we do not hold it.
    private(set) var renewedAt: RuntimeClock.Instant?

    init(identity: String, configuration: LeaderElectionConfiguration, blank: LeaseRecord) {
        self.identity = identity
        self.configuration = configuration
        self.blank = blank
    }

    /// Who held the lease when it was last seen; nil if nobody did.
    var observedHolder: String? { observed.flatMap { $0.holder.isEmpty ? nil : $0.holder } }

    /// Whether the lease was ours when it was last seen.
    var isHolder: Bool { renewedAt != nil && observed?.holder == identity }

    /// Until when we may act as leader: the others may take the lease from then on.
    var leadsUntil: RuntimeClock.Instant? { renewedAt?.advanced(by: configuration.leaseDuration) }

    /// Until when renewing may be tried before giving up.
    var renewUntil: RuntimeClock.Instant? { renewedAt?.advanced(by: configuration.renewDeadline) }

    /// Begins an attempt to get or keep the lease.
    mutating func begin(now: RuntimeClock.Instant, wall: Timestamp) -> Step {
        if isHolder, let observed, isValid(observed, now) {
            flight = .renewing
            writeStartedAt = now
            return .update(claim(observed, wall))
        }
        flight = .reading
        return .get
    }

    /// The lease was read; nil if there is none.
    mutating func got(_ record: LeaseRecord?, now: RuntimeClock.Instant, wall: Timestamp) -> Step {
        guard flight == .reading else { return .finished }
        guard let record else {
            observed = nil
            renewedAt = nil
            startWriting(now)
            return .create(claim(blank, wall))
        }
        if observed.map({ !$0.saysTheSame(as: record) }) ?? true { observedAt = now }
        observed = record
        if record.holder != identity { renewedAt = nil }
        let isFree = record.holder.isEmpty || record.holder == identity || !isValid(record, now)
        guard isFree else {
            flight = .none
            return .finished
        }
        startWriting(now)
        return .update(claim(record, wall))
    }

    /// The lease was written, and is ours.
    mutating func wrote(_ record: LeaseRecord) {
        guard flight == .writing || flight == .renewing else { return }
        flight = .none
        observed = record
        // Counted from before the request: others may have seen the new state any time after.
        observedAt = writeStartedAt
        renewedAt = writeStartedAt
    }

    /// The request failed. A renewal from memory is followed by a read, since somebody else may have written.
    mutating func failed() -> Step {
        defer { if flight != .reading { flight = .none } }
        guard flight == .renewing else {
            flight = .none
            return .finished
        }
        flight = .reading
        return .get
    }

    /// The record that gives the lease back; nil if it is not ours.
    func release(of record: LeaseRecord?, wall: Timestamp) -> LeaseRecord? {
        guard var record, record.holder == identity else { return nil }
        record.holder = ""
        record.duration = .seconds(1)
        record.acquireTime = wall
        record.renewTime = wall
        return record
    }

    /// Forgets that the lease was ours.
    mutating func stepDown() { renewedAt = nil }

    private func isValid(_ record: LeaseRecord, _ now: RuntimeClock.Instant) -> Bool {
        observedAt.advanced(by: record.duration) > now
    }

    private func claim(_ record: LeaseRecord, _ wall: Timestamp) -> LeaseRecord {
        var claim = record
        claim.renewTime = wall
        claim.duration = configuration.leaseDuration
        if record.holder != identity {
            claim.holder = identity
            claim.acquireTime = wall
            // The first holder ever is no transition.
            claim.transitions = record.object.resourceVersion == nil ? 0 : record.transitions + 1
        }
        return claim
    }

    private mutating func startWriting(_ now: RuntimeClock.Instant) {
        flight = .writing
        writeStartedAt = now
    }
}
