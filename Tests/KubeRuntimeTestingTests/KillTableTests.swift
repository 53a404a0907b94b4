import KubeRuntimeTesting
import Testing

@Suite("Kill table")
struct KillTableTests {
    static let expected: [Mistake: Set<Fault.Kind>] = [:]
    @Test("x", arguments: [Mistake.childByName, .blindUpdate, .unguardedLeader, .missedDeletion, .wallClockPause, .hotLoop])
    func table(mistake: Mistake) async throws {
        let kinds: Set<Fault.Kind> = switch mistake { case .childByName: [.eventDelayed, .eventsCoalesced]
          case .blindUpdate: [.slow, .eventDelayed]
          case .unguardedLeader: [.suspension, .leasePartition]
          case .missedDeletion: [.eventLost, .watchCut]
          default: [.wallBackward, .wallForward]
        }
        do {
        let harness = try await ControllerHarness(.sites(mistake, isLed: mistake == .unguardedLeader))
        var s = PlanSelection.singleFaults
        s.kinds = kinds
        let report = await harness.run(s, shrinksAtMost: 0)
        let kinds = Set(report.failures.flatMap { $0.plan.faults.map(\.kind.rawValue) })
        print(mistake, "|", report.results.count, report.processorTime, kinds.sorted().joined(separator: " "))
        if let f = report.failures.first { print("   ", f) }
        } catch { print(mistake, error) }
    }
}
