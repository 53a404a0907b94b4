import KubeCore

/// Something that the server does, told to whoever observes it, as it happens.
public enum ClusterObservation: Sendable {
    /// A request has arrived; hooks have not been asked yet.
    case began(RequestRecord)
    /// A request has been carried out, or refused, and its answer is about to go out. Of a watch: it begins.
    case answered(RequestRecord)
    /// An event is about to go to a watch, or is kept from it by a fault.
    case event(WatchedEvent, fault: EventFault?)
}

/// A request as the server saw it.
public struct RequestRecord: Sendable {
    /// Counts the requests of the server from 1, in the order of their arrival.
    public let sequence: UInt64
    /// What it is about.
    public let attributes: RequestAttributes
    /// The path with its query, as sent.
    public let target: String
    /// When it arrived, by the server's wall clock.
    public let arrival: Timestamp
    /// The HTTP status of the answer; nil before there is one and if the connection was closed instead.
    public internal(set) var status: Int?
    /// The store's version when the answer was made; nil before.
    public internal(set) var resourceVersion: UInt64?
    /// What a test let happen to it.
    public internal(set) var fault: RequestFault?
}

extension RequestRecord {
    /// The record as `/debug/requests` shows it.
    var value: JSONValue {
        var object: JSONObject = [
            "sequence": .integer(Int64(clamping: sequence)), "verb": .string(attributes.verb),
            "group": .string(attributes.group), "resource": .string(attributes.resource),
            "target": .string(target), "userAgent": .string(attributes.userAgent),
            "arrival": .string(arrival.microTime),
        ]
        if let subresource = attributes.subresource { object["subresource"] = .string(subresource) }
        if let namespace = attributes.namespace { object["namespace"] = .string(namespace) }
        if let name = attributes.name { object["name"] = .string(name) }
        if let status { object["status"] = .integer(Int64(status)) }
        if let resourceVersion { object["resourceVersion"] = .integer(Int64(clamping: resourceVersion)) }
        if let fault { object["fault"] = .string(fault.label) }
        return .object(object)
    }
}

extension RequestFault {
    /// The fault in a word, as rules and records name it.
    var label: String {
        switch self {
        case .fail(let status): "fail \(status.code)"
        case .delay: "delay"
        case .delayAnswer: "delayAnswer"
        case .timeOutBeforeCommit: "timeOutBeforeCommit"
        case .timeOutAfterCommit: "timeOutAfterCommit"
        case .resetBeforeCommit: "resetBeforeCommit"
        case .resetAfterCommit: "resetAfterCommit"
        }
    }
}
