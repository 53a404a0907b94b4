/// Cuts a failing plan down to the simplest that still fails.
enum PlanShrinking {
    /// The most runs that are spent on one plan.
    static let patience = 40

    /// Plans that are simpler than this one, the simplest first.
    static func simpler(than plan: FaultPlan) -> [FaultPlan] {
        var candidates: [FaultPlan] = []
        func add(_ change: (inout FaultPlan) -> Void) {
            var candidate = plan
            change(&candidate)
            if candidate != plan { candidates.append(candidate) }
        }
        add { $0.faults = [] }
        for position in plan.faults.indices where plan.faults.count > 1 { add { $0.faults.remove(at: position) } }
        add { $0.seed = 0 }
        for (position, fault) in plan.faults.enumerated() {
            for kind in Fault.Kind.allCases.prefix(while: { $0 != fault.kind })
            where kind.isOfEvents == fault.kind.isOfEvents {
                add { $0.faults[position].kind = kind }
            }
            for occurrence in 1..<max(1, fault.point.occurrence) {
                add { $0.faults[position].point.occurrence = occurrence }
            }
        }
        return candidates
    }

    /// Takes a simpler plan as long as one fails; returns the last that did.
    static func shrink(_ plan: FaultPlan, fails: (FaultPlan) async throws -> Bool) async rethrows -> FaultPlan {
        var best = plan
        var runs = 0
        search: while true {
            for candidate in simpler(than: best) {
                guard runs < patience else { return best }
                runs += 1
                guard try await fails(candidate) else { continue }
                best = candidate
                continue search
            }
            return best
        }
    }
}
