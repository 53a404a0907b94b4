import KubeCore

/// Rules as `/debug/faults` takes them:
///
/// ```json
/// {"match": {"verb": "update", "resource": "leases", "userAgent": "boltrope"}, "skip": 2, "count": 1,
///  "request": "tooManyRequests", "retryAfterSeconds": 3}
/// ```
///
/// `request` is one of `conflict`, `expired`, `tooManyRequests`, `internalError`, `unavailable`, `delay`,
/// `delayAnswer` (both with `milliseconds`), `timeOutBeforeCommit`, `timeOutAfterCommit`, `resetBeforeCommit` and
/// `resetAfterCommit`; `event`, in its place, is one of `drop`, `duplicate`, `delay` (with `milliseconds`), `end`,
/// `reset`, `truncate` and `expire`.
extension FaultRule {
    /// Reads a rule.
    ///
    /// - Throws: ``Status`` with code 400 if the value is none, saying why.
    public init(_ value: JSONValue) throws(Status) {
        guard let object = value.objectValue else { throw .badRequest("a fault rule is an object") }
        let known: Set<String> = [
            "match", "request", "event", "skip", "count", "perMille", "milliseconds", "retryAfterSeconds",
        ]
        if let other = object.keys.first(where: { !known.contains($0) }) {
            throw .badRequest("a fault rule has no \"\(other)\"; it has \(known.sorted().joined(separator: ", "))")
        }
        let fault: Fault
        switch (value["request"]?.stringValue, value["event"]?.stringValue) {
        case (let name?, nil): fault = .request(try RequestFault(named: name, value))
        case (nil, let name?): fault = .event(try EventFault(named: name, value))
        default: throw .badRequest("a fault rule says what happens by either \"request\" or \"event\"")
        }
        self.init(
            fault, match: try Match(value["match"]), skip: Int(clamping: value["skip"]?.integerValue ?? 0),
            count: value["count"]?.integerValue.map { Int(clamping: $0) },
            perMille: Int(clamping: value["perMille"]?.integerValue ?? 1000))
    }
}

extension FaultRule.Match {
    init(_ value: JSONValue?) throws(Status) {
        self.init()
        for (key, value) in value?.objectValue ?? [:] {
            guard let text = value.stringValue else { throw .badRequest("match.\(key) must be a string") }
            switch key {
            case "verb": verb = text
            case "group": group = text
            case "resource": resource = text
            case "subresource": subresource = text
            case "namespace": namespace = text
            case "name": name = text
            case "userAgent": userAgent = text
            case "eventType": eventType = text
            default: throw .badRequest("a fault rule cannot match by \"\(key)\"")
            }
        }
    }
}

extension RequestFault {
    fileprivate init(named name: String, _ value: JSONValue) throws(Status) {
        let retryAfter = value["retryAfterSeconds"]?.integerValue.map { Int(clamping: $0) }
        switch name {
        case "conflict":
            let match = value["match"]
            self = .fail(
                .conflict(
                    group: match?["group"]?.stringValue ?? "", resource: match?["resource"]?.stringValue ?? "",
                    name: match?["name"]?.stringValue ?? "",
                    "the object has been modified; please apply your changes to the latest version and try again"))
        case "expired": self = .expired
        case "tooManyRequests": self = .tooManyRequests(retryAfter: retryAfter ?? 1)
        case "internalError": self = .internalError
        case "unavailable": self = .unavailable(retryAfter: retryAfter)
        case "delay": self = .delay(try Duration(milliseconds: value))
        case "delayAnswer": self = .delayAnswer(try Duration(milliseconds: value))
        case "timeOutBeforeCommit": self = .timeOutBeforeCommit
        case "timeOutAfterCommit": self = .timeOutAfterCommit
        case "resetBeforeCommit": self = .resetBeforeCommit
        case "resetAfterCommit": self = .resetAfterCommit
        default: throw .badRequest("\"\(name)\" is no fault of requests")
        }
    }
}

extension EventFault {
    fileprivate init(named name: String, _ value: JSONValue) throws(Status) {
        switch name {
        case "drop": self = .drop
        case "duplicate": self = .duplicate
        case "delay": self = .delay(try Duration(milliseconds: value))
        case "end": self = .end
        case "reset": self = .reset
        case "truncate": self = .truncate
        case "expire": self = .expire
        default: throw .badRequest("\"\(name)\" is no fault of events")
        }
    }
}

extension Duration {
    fileprivate init(milliseconds value: JSONValue) throws(Status) {
        guard let number = value["milliseconds"]?.integerValue, number >= 0 else {
            throw .badRequest("a delay needs \"milliseconds\"")
        }
        self = .milliseconds(number)
    }
}
