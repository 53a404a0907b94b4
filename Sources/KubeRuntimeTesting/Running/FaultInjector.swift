import Synchronization

/// Counts what happens in a run and says which of the plan's faults are due.
final class FaultInjector: Sendable {
    private struct State {
        var counts: [String: Int] = [:]
        var waiting: [InjectionPoint: [Fault]]
    }

    private let state: Mutex<State>
    /// The resources on whose watches some event is disturbed.
    private let disturbed: Set<String>

    init(_ plan: FaultPlan) {
        state = Mutex(State(waiting: Dictionary(grouping: plan.faults, by: \.point)))
        disturbed = Set(plan.faults.filter { $0.kind.isOfEvents }.map { String($0.point.resource) })
    }

    /// Something happens: which point that is, and what goes wrong there. A fault is handed out once.
    func arrive(_ happening: String) -> (point: InjectionPoint, faults: [Fault.Kind]) {
        state.withLock { state in
            let occurrence = state.counts[happening, default: 0] + 1
            state.counts[happening] = occurrence
            let point = InjectionPoint(happening, occurrence: occurrence)
            return (point, state.waiting.removeValue(forKey: point)?.map(\.kind) ?? [])
        }
    }

    /// Whether the events of a resource's watches have to be looked at one by one.
    func disturbsEvents(of resource: String) -> Bool { disturbed.contains(resource) }

    /// Whether every fault of the plan has been handed out.
    var isSpent: Bool { state.withLock { $0.waiting.isEmpty } }
}
