import Testing

@testable import KubeRuntimeTesting

@Suite("Plans")
struct FaultPlanTests {
    @Test("a plan is one line that reads back as the same plan")
    func roundTrip() throws {
        for kind in Fault.Kind.allCases {
            let plan = FaultPlan(
                scenario: "sites", seed: 7,
                faults: [
                    Fault(kind, at: InjectionPoint("apply:deployments.apps:shop/web", occurrence: 2)),
                    Fault(.crashAfter, at: InjectionPoint("create:clusterroles.rbac.authorization.k8s.io:a:b")),
                ])
            #expect(!plan.description.contains("\n"))
            #expect(try FaultPlan(parsing: plan.description) == plan)
        }
    }

    @Test(
        "a line that is no plan says what is wrong with it",
        arguments: [
            ("scenario=sites", "a plan begins with \"plan:\": scenario=sites"),
            ("plan: seed=x", "seed=x: the seed is a number"),
            ("plan: crash", "crash: expected name=value"),
            ("plan: explode=list:pods#1", "explode: there is no such fault"),
            ("plan: crash-after=list:pods", "list:pods: a point is verb:resource:object#occurrence"),
            ("plan: crash-after=list:pods#0", "list:pods#0: a point is verb:resource:object#occurrence"),
        ])
    func malformed(line: String, complaint: String) {
        #expect(throws: FaultPlan.Malformed(description: complaint)) { try FaultPlan(parsing: line) }
    }

    @Test("a failing plan is shrunk to the one fault that matters, in its simplest kind")
    func shrinking() async {
        let point = InjectionPoint("create:pods:shop/web", occurrence: 2)
        let plan = FaultPlan(
            scenario: "sites", seed: 9,
            faults: [Fault(.crashAfter, at: point), Fault(.slow, at: InjectionPoint("list:pods"))])
        // What fails is anything after which the write was carried out and the answer lost.
        let shrunk = await PlanShrinking.shrink(plan) { plan in
            plan.faults.contains { [.timeoutAfter, .resetAfter, .crashAfter].contains($0.kind) && $0.point == point }
        }
        #expect(shrunk == FaultPlan(scenario: "sites", faults: [Fault(.timeoutAfter, at: point)]))
    }

    @Test("faults are put where they make a difference, and points of one class are pruned to some")
    func enumeration() {
        let scenario = ControllerScenario("x", steps: [ScenarioStep("one") { _ in }]) { _ in }
        func entry(_ happening: String, isRequest: Bool = true) -> TraceEntry {
            TraceEntry(point: InjectionPoint(happening), isRequest: isRequest, step: 0)
        }
        let enumeration = PlanEnumeration(
            scenario: scenario,
            trace: [
                entry("list:pods"), entry("create:pods:a/1"), entry("create:pods:a/2"), entry("create:pods:a/3"),
                entry("ADDED:pods:a/1", isRequest: false), entry("update:leases.coordination.k8s.io:a/lease"),
            ])
        let plans = enumeration.plans(.singleFaults)
        func kinds(_ happening: String) -> Set<Fault.Kind> {
            Set(plans.flatMap(\.faults).filter { $0.point.happening == happening }.map(\.kind))
        }
        #expect(kinds("ADDED:pods:a/1") == Set(Fault.Kind.allCases.filter(\.isOfEvents)))
        #expect(kinds("list:pods").contains(.expired) && !kinds("list:pods").contains(.crashAfter))
        #expect(kinds("create:pods:a/1").isSuperset(of: [.crashBefore, .crashAfter, .timeoutAfter, .conflict]))
        #expect(!kinds("create:pods:a/1").contains(.leasePartition))
        #expect(plans.allSatisfy { $0.faults.count == 1 })

        var pruned = PlanSelection.singleFaults
        pruned.kinds = [.crashAfter]
        pruned.pointsPerClass = 2
        #expect(
            enumeration.plans(pruned).map { $0.faults[0].point.happening } == [
                "create:pods:a/1", "create:pods:a/3", "update:leases.coordination.k8s.io:a/lease",
            ])
        #expect(enumeration.plans(.sample(5)).count == 5)
    }
}
