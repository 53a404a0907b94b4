/// One thing that goes wrong, at one point.
public struct Fault: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// What can go wrong, the simpler first.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        // MARK: At requests
        /// The request is answered with 409 Conflict and not carried out.
        case conflict = "fail-409"
        /// The request is answered with 500 and not carried out.
        case internalError = "fail-500"
        /// The request is answered with 503 and not carried out.
        case unavailable = "fail-503"
        /// The request is answered with 429 and a `Retry-After` of two seconds, and not carried out.
        case tooManyRequests = "fail-429"
        /// A read is answered with 410 Gone.
        case expired = "fail-410"
        /// No answer comes in time; the request was not carried out.
        case timeoutBefore = "timeout-before"
        /// No answer comes in time; the request was carried out.
        case timeoutAfter = "timeout-after"
        /// The connection breaks; the request was not carried out.
        case resetBefore = "reset-before"
        /// The connection breaks; the request was carried out.
        case resetAfter = "reset-after"
        /// The request reaches the server five seconds late.
        case slow
        /// The process dies before the request reaches the server, and another is started.
        case crashBefore = "crash-before"
        /// The process dies after the request was carried out and before it hears of it; another is started.
        case crashAfter = "crash-after"

        // MARK: At writes, in the world around them
        /// For ten seconds the server forgets its past at every request, and ends every watch at the start.
        case expiryStorm = "410-storm"
        /// The server is gone for five seconds: watches end, connections are refused.
        case serverRestart = "server-restart"
        /// The server comes back with the state that it had when the step had begun, versions included.
        case serverRestore = "server-restore"
        /// The process dies before the request reaches the server; the next one sees, from caches of the server, nothing
        /// that happened since the step began, for two minutes.
        case staleRestart = "stale-restart"
        /// The wall clock of the process jumps an hour ahead.
        case wallForward = "wall+1h"
        /// The wall clock of the process jumps back an hour.
        case wallBackward = "wall-1h"
        /// The machine of the process is suspended for twenty seconds, just after the request was carried out. Where a
        /// leader is elected, a second process on another machine is started.
        case suspension = "suspend-20s"
        /// A second process runs beside the first for thirty seconds, then the first one dies.
        case secondInstance = "second-instance"
        /// For a minute the process cannot reach its lease but everything else, and a second one is started.
        case leasePartition = "lease-partition"

        // MARK: At events of watches
        /// The watch ends before the event, in order.
        case watchEnded = "watch-ended"
        /// The connection breaks in the middle of the event.
        case watchCut = "watch-cut"
        /// The event comes twice.
        case eventDuplicated = "event-duplicated"
        /// The event, and all after it on the same watch, come five minutes late.
        case eventDelayed = "event-delayed"
        /// As delayed, and of each object only the last event comes.
        case eventsCoalesced = "events-coalesced"
        /// The watch ends before the event; when it is opened again, 20 s later, the event has been forgotten: 410.
        case eventLost = "event-lost"
        /// From before the event on, the watch is silent for ever, as a connection that is half open.
        case watchSilent = "watch-silent"

        /// Whether the fault is one of an event, not of a request.
        public var isOfEvents: Bool {
            switch self {
            case .watchEnded, .watchCut, .eventDuplicated, .eventDelayed, .eventsCoalesced, .eventLost, .watchSilent:
                true
            default: false
            }
        }

        /// For how long after its point the fault may have effects that the controller cannot have seen.
        var aftermath: Duration {
            switch self {
            case .eventDelayed, .eventsCoalesced: WatchPump.delay
            // Until the process takes the connection for dead: ten minutes and some seconds.
            case .watchSilent: .seconds(660)
            case .leasePartition, .secondInstance: .seconds(60)
            case .staleRestart: .seconds(120)
            case .timeoutBefore, .timeoutAfter, .expiryStorm, .eventLost, .suspension: .seconds(30)
            default: .seconds(10)
            }
        }
    }

    /// What goes wrong.
    public var kind: Kind
    /// When.
    public var point: InjectionPoint

    /// A fault.
    public init(_ kind: Kind, at point: InjectionPoint) {
        self.kind = kind
        self.point = point
    }

    /// `kind=point`.
    public var description: String { "\(kind.rawValue)=\(point)" }

    /// Orders by point, then by kind.
    public static func < (left: Fault, right: Fault) -> Bool {
        (left.point, left.kind.rawValue) < (right.point, right.kind.rawValue)
    }
}
