import EmbeddedCluster
import KubeCore
import KubeRuntime
import Synchronization

/// Follows the cluster write by write, whoever writes, and checks what must hold after each of them.
final class ClusterTimeline: Sendable {
    fileprivate struct State {
        var view = ClusterView()
        var complaints: [Violation.Oracle: [String]] = [:]
        var lastChange: RuntimeClock.Instant
        var version: UInt64 = 0
    }

    private let state: Mutex<State>
    private let scenario: ControllerScenario
    /// Complaints of one kind that are kept; the first ones tell most.
    private static let kept = 3

    init(_ scenario: ControllerScenario, now: RuntimeClock.Instant) {
        self.scenario = scenario
        state = Mutex(State(lastChange: now))
    }

    /// Takes in a write.
    func record(_ change: ClusterChange, now: RuntimeClock.Instant) {
        let key = ClusterView.Key(group: change.type.group, plural: change.type.plural, key: change.object.key)
        let view = state.withLock { state in
            state.view.put(change.new, at: key)
            guard EndState.compares(key.resource, scenario) else { return nil as ClusterView? }
            state.lastChange = now
            state.version = change.resourceVersion
            if let old = change.old, let new = change.new, old.uid == new.uid {
                for complaint in Self.regressions(old, new) {
                    state.complain(.monotone, "\(key.resource) \(complaint)")
                }
            }
            return state.view
        }
        guard let view else { return }
        for invariant in scenario.invariants {
            guard let broken = invariant.check(view) else { continue }
            let line = "\(invariant.name): broken by \(broken) after \(key.resource) \(key.key) was written"
            state.withLock { $0.complain(.invariant, line) }
        }
    }

    /// What must only rise and has fallen.
    private static func regressions(_ old: KubeObject, _ new: KubeObject) -> [String] {
        var complaints: [String] = []
        if new.generation < old.generation { complaints.append("\(new.key): the generation fell") }
        let (before, after) = (old["status"]?["observedGeneration"], new["status"]?["observedGeneration"])
        if let before = before?.integerValue, let after = after?.integerValue, after < before {
            complaints.append("\(new.key): the observed generation fell from \(before) to \(after)")
        }
        var earlier: [String: JSONValue] = [:]
        for condition in old["status"]?["conditions"]?.arrayValue ?? [] {
            if let type = condition["type"]?.stringValue { earlier[type] = condition }
        }
        for condition in new["status"]?["conditions"]?.arrayValue ?? [] {
            guard let type = condition["type"]?.stringValue, let before = earlier[type] else { continue }
            if before["status"] == condition["status"], before["lastTransitionTime"] != condition["lastTransitionTime"]
            {
                complaints.append("\(new.key): the transition time of \(type) changed and its status did not")
            }
        }
        return complaints
    }

    /// Objects all of whose owners are gone.
    var orphans: [String] {
        let view = state.withLock { $0.view }
        return view.objects.compactMap { key, object in
            let owners = object.ownerReferences
            guard !owners.isEmpty, owners.allSatisfy({ view.uids[$0.uid] == nil }) else { return nil }
            return "\(key.resource) \(key.key)"
        }
        .sorted()
    }

    /// The cluster now.
    var view: ClusterView { state.withLock { $0.view } }
    /// The version of the last write that matters.
    var version: UInt64 { state.withLock { $0.version } }
    /// When something that matters was last written.
    var lastChange: RuntimeClock.Instant { state.withLock { $0.lastChange } }

    /// Hands over what has been complained of since the last time.
    func takeComplaints() -> [(Violation.Oracle, String)] {
        state.withLock { state in
            defer { state.complaints = [:] }
            return state.complaints.flatMap { oracle, lines in lines.prefix(Self.kept).map { (oracle, $0) } }
        }
    }

    /// Forgets what was there, since the cluster is set back to another state.
    func reset(to view: ClusterView, now: RuntimeClock.Instant) {
        state.withLock { state in
            state.view = view
            state.lastChange = now
            state.version = 0
        }
    }
}

extension ClusterTimeline.State {
    fileprivate mutating func complain(_ oracle: Violation.Oracle, _ line: String) {
        if complaints[oracle]?.last != line { complaints[oracle, default: []].append(line) }
    }
}
