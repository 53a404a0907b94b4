import KubeRuntime

/// Makes the plans of a scenario from what happened in its undisturbed run.
struct PlanEnumeration {
    /// A point of the baseline at which faults make sense.
    struct Candidate: Hashable {
        enum Kind: Hashable {
            case write, read, list, watch, lease, report, event
        }
        var point: InjectionPoint
        var kind: Kind
        var step: Int
    }

    let scenario: ControllerScenario
    let trace: [TraceEntry]

    func plans(_ selection: PlanSelection) -> [FaultPlan] {
        var single = faults(selection).map { plan([$0], selection) }
        if let limit = selection.limit, single.count > limit {
            single = (0..<limit).map { single[$0 * single.count / limit] }
        }
        guard selection.pairs > 0 else { return single }
        var random = SeededRandom(seed: selection.seed &+ 1)
        let all = faults(PlanSelection())
        guard all.count > 1 else { return single }
        let pairs = (0..<selection.pairs).map { _ in
            let pair = (0..<2).map { _ in all[Int.random(in: 0..<all.count, using: &random)] }
            return FaultPlan(
                scenario: scenario.name, seed: UInt64.random(in: 1...9999, using: &random), faults: pair.sorted())
        }
        return single + pairs
    }

    private func plan(_ faults: [Fault], _ selection: PlanSelection) -> FaultPlan {
        FaultPlan(scenario: scenario.name, seed: selection.seed, faults: faults)
    }

    /// Every fault at every point, pruned to some points of each class.
    private func faults(_ selection: PlanSelection) -> [Fault] {
        struct Class: Hashable {
            var kind: Fault.Kind
            var verb: Substring
            var resource: Substring
            var step: Int
        }
        var classes: [Class: [Fault]] = [:]
        var order: [Class] = []
        for candidate in candidates
        where selection.steps.map({ $0.contains(scenario.steps[candidate.step].name) }) ?? true {
            for kind in Fault.Kind.allCases
            where selection.kinds.contains(kind) && !scenario.excludedFaults.contains(kind)
                && applies(kind, to: candidate)
            {
                let key = Class(
                    kind: kind, verb: candidate.point.verb, resource: candidate.point.resource, step: candidate.step)
                if classes[key] == nil { order.append(key) }
                classes[key, default: []].append(Fault(kind, at: candidate.point))
            }
        }
        return order.flatMap { Self.representatives(classes[$0] ?? [], selection.pointsPerClass) }
    }

    /// The first and the last, then others from the front.
    private static func representatives(_ faults: [Fault], _ limit: Int?) -> [Fault] {
        guard let limit, faults.count > limit, limit > 0 else { return faults }
        guard limit > 1, let last = faults.last else { return Array(faults.prefix(limit)) }
        return faults.prefix(limit - 1) + [last]
    }

    private var candidates: [Candidate] {
        var seen: Set<InjectionPoint> = []
        return trace.compactMap { entry in
            guard seen.insert(entry.point).inserted else { return nil }
            return Candidate(point: entry.point, kind: Self.kind(of: entry), step: entry.step)
        }
    }

    private static func kind(of entry: TraceEntry) -> Candidate.Kind {
        guard entry.isRequest else { return .event }
        let verb = entry.point.verb
        switch entry.point.resource {
        case "leases.coordination.k8s.io": return .lease
        case "events", "events.events.k8s.io": return .report
        default: break
        }
        switch verb {
        case "list": return .list
        case "watch": return .watch
        case "get": return .read
        default: return .write
        }
    }

    /// Which faults make a difference where.
    private func applies(_ kind: Fault.Kind, to candidate: Candidate) -> Bool {
        switch candidate.kind {
        case .event: return kind.isOfEvents
        case .write:
            if kind == .leasePartition { return scenario.lease != nil }
            // What people did in the step comes before its first write, and must not be undone with it.
            return !kind.isOfEvents && kind != .expired
        case .read:
            switch kind {
            case .internalError, .unavailable, .tooManyRequests, .timeoutBefore, .resetBefore, .slow, .crashBefore:
                return true
            default: return false
            }
        case .list, .watch:
            switch kind {
            case .internalError, .unavailable, .tooManyRequests, .expired, .timeoutBefore, .resetBefore, .slow,
                .crashBefore:
                return true
            default: return false
            }
        case .lease:
            // Renewals are many and alike; the first ones stand for all.
            guard candidate.point.occurrence <= 3 else { return false }
            switch kind {
            case .leasePartition, .conflict, .internalError, .timeoutAfter, .resetAfter, .suspension, .crashAfter:
                return true
            default: return false
            }
        case .report: return kind == .internalError && candidate.point.occurrence == 1
        }
    }
}
