import KubeCore

/// A fault that befalls requests, or events of watches, of some description: the declarative form of hooks, which can
/// be added to a running cluster, in process and over HTTP.
public struct FaultRule: Sendable {
    /// Which requests, or which watches' events. What is nil matches anything.
    public struct Match: Sendable, Hashable {
        /// One of the verbs of ``RequestAttributes``; for events, that is of no concern.
        public var verb: String?
        /// The API group; empty for the core group.
        public var group: String?
        /// The plural.
        public var resource: String?
        /// The subresource; empty for the object itself.
        public var subresource: String?
        /// The namespace.
        public var namespace: String?
        /// The name.
        public var name: String?
        /// What the `User-Agent` begins with.
        public var userAgent: String?
        /// The type of event; for requests, that is of no concern.
        public var eventType: String?

        /// Matches everything.
        public init() {}
    }

    /// What happens.
    public enum Fault: Sendable {
        /// Something to requests.
        case request(RequestFault)
        /// Something to events.
        case event(EventFault)
    }

    /// Which requests or events.
    public var match: Match
    /// What happens to them.
    public var fault: Fault
    /// How many of them are let pass first; the default is none.
    public var skip: Int
    /// How many of them it happens to; nil (the default) for all.
    public var count: Int?
    /// To how many in a thousand it happens, by the cluster's source of chance; the default is all thousand.
    public var perMille: Int

    /// A rule.
    public init(_ fault: Fault, match: Match = Match(), skip: Int = 0, count: Int? = nil, perMille: Int = 1000) {
        self.fault = fault
        self.match = match
        self.skip = skip
        self.count = count
        self.perMille = perMille
    }
}

extension FaultRule.Match {
    func covers(_ attributes: RequestAttributes) -> Bool {
        (verb ?? attributes.verb) == attributes.verb && (group ?? attributes.group) == attributes.group
            && (resource ?? attributes.resource) == attributes.resource
            && (subresource ?? attributes.subresource ?? "") == attributes.subresource ?? ""
            && (namespace == nil || namespace == attributes.namespace)
            && (name == nil || name == attributes.name)
            && attributes.userAgent.hasPrefix(userAgent ?? "")
    }

    func covers(_ event: WatchedEvent) -> Bool {
        (group ?? event.group) == event.group && (resource ?? event.resource) == event.resource
            && (namespace == nil || namespace == event.namespace) && (name ?? event.name) == event.name
            && (eventType ?? event.type) == event.type
            && (event.request.header("User-Agent") ?? "").hasPrefix(userAgent ?? "")
    }
}

/// The rules in force, each with what is left of it. The first rule that covers a request and is due decides.
struct FaultRules {
    private var rules: [FaultRule] = []

    var hasEventRules: Bool {
        rules.contains { if case .event = $0.fault { true } else { false } }
    }
    var isEmpty: Bool { rules.isEmpty }

    mutating func add(_ rule: FaultRule) { rules.append(rule) }

    mutating func removeAll() { rules.removeAll() }

    mutating func fault(for attributes: RequestAttributes, chance: (Int) -> Int) -> RequestFault? {
        for index in rules.indices {
            guard case .request(let fault) = rules[index].fault, rules[index].match.covers(attributes) else { continue }
            if isDue(index, chance) { return fault }
        }
        return nil
    }

    mutating func fault(for event: WatchedEvent, chance: (Int) -> Int) -> EventFault? {
        for index in rules.indices {
            guard case .event(let fault) = rules[index].fault, rules[index].match.covers(event) else { continue }
            if isDue(index, chance) { return fault }
        }
        return nil
    }

    private mutating func isDue(_ index: Int, _ chance: (Int) -> Int) -> Bool {
        guard rules[index].count != 0 else { return false }
        if rules[index].skip > 0 {
            rules[index].skip -= 1
            return false
        }
        guard rules[index].perMille >= 1000 || chance(1000) < rules[index].perMille else { return false }
        if let left = rules[index].count { rules[index].count = left - 1 }
        return true
    }
}
