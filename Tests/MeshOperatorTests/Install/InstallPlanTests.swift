import KubeCore
import MeshAPI
import Testing

@testable import MeshOperator

@Suite("The next step of an installation")
struct InstallPlanTests {
    private let intents: [InstallPlan.Intent]

    init() throws {
        func intent(_ identity: ComponentIdentity, _ objects: [KubeObject]) throws -> InstallPlan.Intent {
            InstallPlan.Intent(
                identity: identity,
                objects: try desired(
                    objects, of: ComponentIdentity(identity.kind == .definitions ? .base : identity.kind, identity.name)
                ))
        }
        intents = [
            try intent(
                ComponentIdentity(.definitions),
                [
                    object(
                        "CustomResourceDefinition", "a.istio.io", apiVersion: "apiextensions.k8s.io/v1",
                        ["spec": ["group": "istio.io"]])
                ]),
            try intent(ComponentIdentity(.base), [object("ServiceAccount", "reader")]),
            try intent(
                ComponentIdentity(.pilot),
                [
                    object("ConfigMap", "istio", ["data": ["mesh": "a"]]),
                    object("Deployment", "istiod", apiVersion: "apps/v1", ["spec": ["replicas": 1]]),
                ]),
            try intent(
                ComponentIdentity(.ingressGateway, "a"),
                [object("Deployment", "a", namespace: "ingress", apiVersion: "apps/v1", ["spec": ["replicas": 1]])]),
            try intent(
                ComponentIdentity(.addon, "kiali"),
                [object("Deployment", "kiali", apiVersion: "apps/v1", ["spec": ["replicas": 1]])]),
        ]
    }

    private func input(
        _ live: [KubeObject], isSettled: Bool = false, _ change: (inout InstallPlan.Input) -> Void = { _ in }
    ) -> InstallPlan.Input {
        var objects: [ObjectIdentity: KubeObject] = [:]
        for object in live { objects[ObjectIdentity(object)!] = object }
        var input = InstallPlan.Input(
            mesh: "default", intents: intents,
            live: LiveObjects(
                objects: objects, meshes: ["default"], namespaces: ["istio-system": false, "ingress": false]),
            isSettled: isSettled, policy: .enforce, ignore: IgnoreRules([]), contests: ContestTracker(), failures: [:],
            health: ObjectHealth.of, now: Timestamp(seconds: 0))
        change(&input)
        return input
    }

    /// Everything as the server has it once all is applied.
    private func all(notReady: Set<String> = []) -> [KubeObject] {
        intents.flatMap(\.objects).map { stored($0, isReady: !notReady.contains($0.identity.key.name)) }
    }

    private func written(_ plan: InstallPlan) -> [String] { plan.writes.map(\.desired.identity.key.name) }
    private func states(_ plan: InstallPlan) -> [String] {
        plan.components.map { "\($0.identity) \($0.state.rawValue)" }
    }

    @Test("nothing is there: the definitions come first, and everything else waits for them")
    func first() {
        let plan = InstallPlan(input([]))
        #expect(written(plan) == ["a.istio.io"])
        #expect(!plan.isApplied)
        #expect(
            states(plan) == [
                "definitions Progressing", "base Pending", "pilot Pending", "gateway/a Pending", "addon/kiali Pending",
            ])
    }

    @Test("a stage that is ready opens the next one")
    func stages() {
        var live = [stored(intents[0].objects[0])]
        #expect(written(InstallPlan(input(live))) == ["reader"])
        live.append(stored(intents[1].objects[0]))
        #expect(written(InstallPlan(input(live))) == ["istio", "istiod"])
        live += intents[2].objects.map { stored($0, isReady: false) }
        #expect(written(InstallPlan(input(live))) == [])
        live.removeLast()
        live.append(stored(intents[2].objects[1]))
        #expect(written(InstallPlan(input(live))) == ["a", "kiali"])
    }

    @Test("definitions that are not established hold everything back")
    func definitionsNotEstablished() {
        let plan = InstallPlan(input([stored(intents[0].objects[0], isReady: false)]))
        #expect(plan.writes.isEmpty)
        #expect(plan.components.first?.state == .progressing)
    }

    @Test("a gateway that does not become ready stops nothing")
    func failingGateway() {
        let plan = InstallPlan(input(Array(all(notReady: ["a"]).dropLast())))
        #expect(written(plan) == ["kiali"])
        #expect(states(plan)[3] == "gateway/a Progressing")
    }

    @Test("all is there: nothing is written, and all is ready")
    func settled() {
        let plan = InstallPlan(input(all(), isSettled: true))
        #expect(plan.writes.isEmpty && plan.deletions.isEmpty)
        #expect(plan.isApplied)
        #expect(plan.components.allSatisfy { $0.state == .ready })
    }

    @Test("a deleted object is restored at once, whatever else is not ready")
    func restored() {
        let live = all(notReady: ["istiod"]).filter { $0.name != "kiali" }
        let plan = InstallPlan(input(live, isSettled: true))
        #expect(plan.writes.map(\.cause) == [.drift([])])
        #expect(written(plan) == ["kiali"])
    }

    @Test("what a plan found as intended, the next one need not compare, until the object changes")
    func matches() {
        let live = all()
        let first = InstallPlan(input(live, isSettled: true))
        #expect(first.matches != KnownMatches())
        let second = InstallPlan(input(live, isSettled: true) { $0.matches = first.matches })
        #expect(second.writes.isEmpty && second.matches == first.matches)

        let changed = live.map { object in
            guard object.name == "istio", object.kind == "ConfigMap" else { return object }
            var other = object
            other.resourceVersion = "2"
            other.set("b", at: "data", "mesh")
            return other
        }
        let third = InstallPlan(input(changed, isSettled: true) { $0.matches = first.matches })
        #expect(third.writes.map(\.cause) == [.drift(["/data/mesh"])])
        #expect(third.matches != first.matches)
    }

    @Test("a changed field is set back, told by its path")
    func drift() {
        var live = all()
        live[2].set("b", at: "data", "mesh")
        let plan = InstallPlan(input(live, isSettled: true))
        #expect(plan.writes.map(\.cause) == [.drift(["/data/mesh"])])
    }

    @Test("the policy Report tells what differs, and writes nothing")
    func report() {
        var live = all().filter { $0.name != "kiali" }
        live[2].set("b", at: "data", "mesh")
        let plan = InstallPlan(input(live, isSettled: true) { $0.policy = .report })
        #expect(plan.writes.isEmpty)
        #expect(plan.findings.map(\.paths) == [["/data/mesh"], []])
    }

    @Test("the policy Report still carries out a change of the spec")
    func reportAppliesChanges() {
        var live = all()
        live[2].annotations[Labels.intent] = "an older intent"
        let plan = InstallPlan(input(live) { $0.policy = .report })
        #expect(plan.writes.map(\.cause) == [.change])
    }

    @Test("fields that the spec leaves to others are not written")
    func ignored() throws {
        var live = all()
        live[2].set("b", at: "data", "mesh")
        let rules = try spec(["drift": ["ignore": [["kind": "ConfigMap", "name": "istio", "paths": ["/data/mesh"]]]]])
            .drift.ignore
        #expect(InstallPlan(input(live, isSettled: true) { $0.ignore = IgnoreRules(rules) }).writes.isEmpty)
    }

    @Test("a field that is fought over waits, and the plan says how long")
    func held() {
        var live = all()
        live[2].set("b", at: "data", "mesh")
        let plan = InstallPlan(
            input(live, isSettled: true) { input in
                for _ in 0..<5 {
                    input.contests.corrected(
                        intents[2].objects[0].identity, paths: ["/data/mesh"], manager: nil, at: input.now)
                }
            })
        #expect(plan.writes.isEmpty)
        #expect(plan.retryAfter == .seconds(10))
    }

    @Test("what a spec no longer asks for goes: a component at once, part of one when its successor runs")
    func pruning() throws {
        var live = all()
        live += try desired(
            [object("Deployment", "grafana", apiVersion: "apps/v1"), object("PersistentVolumeClaim", "grafana")],
            of: ComponentIdentity(.addon, "grafana")
        ).map { stored($0) }
        live += try desired([object("ConfigMap", "istio-old")], of: ComponentIdentity(.pilot)).map { stored($0) }
        live += try desired(
            [object("CustomResourceDefinition", "old.istio.io", apiVersion: "apiextensions.k8s.io/v1")],
            of: ComponentIdentity(.base)
        ).map { stored($0) }
        #expect(
            InstallPlan(input(live, isSettled: true)).deletions.map(\.identity.key.name) == ["grafana", "istio-old"])

        live[2].annotations[Labels.intent] = "an older intent"
        let early = InstallPlan(input(live))
        #expect(early.deletions.map(\.identity.key.name) == ["grafana"])
        #expect(early.deletions.first?.uid != nil && early.deletions.first?.resourceVersion != nil)
    }

    @Test("what another mesh owns is not taken from it; shared definitions are used as they are")
    func otherMesh() {
        var live = all()
        live[0].labels[Labels.mesh] = "other"
        live[2].labels[Labels.mesh] = "other"
        let plan = InstallPlan(input(live) { $0.live.meshes.insert("other") })
        #expect(!written(plan).contains("a.istio.io") && !written(plan).contains("istio"))
        #expect(plan.components[0].state == .ready)
        #expect(plan.components[2].state == .failed)
        #expect(plan.components[2].message?.contains("belongs to Mesh other") == true)
        // A mesh that is gone owns nothing.
        #expect(written(InstallPlan(input(live))) == ["a.istio.io"])
    }

    @Test("objects that have not been read are neither there nor missing")
    func unknown() {
        let plan = InstallPlan(
            input([], isSettled: true) {
                $0.live.unknownKinds = Set(intents.flatMap(\.objects).map(\.identity.groupKind))
            })
        #expect(plan.writes.isEmpty)
        #expect(!plan.isApplied)
        #expect(plan.components.allSatisfy { $0.state != .ready })
    }

    @Test("namespaces that are missing are made; one that is being deleted is waited for")
    func namespaces() {
        let live = Array(all().dropLast(2))
        #expect(InstallPlan(input(live) { $0.live.namespaces["ingress"] = nil }).missingNamespaces == ["ingress"])
        let plan = InstallPlan(input(live) { $0.live.namespaces["ingress"] = true })
        #expect(written(plan) == ["kiali"])
        #expect(plan.components[3].message == "namespace ingress is being deleted")
    }

    @Test("a write that failed is told with the component, and tried again")
    func failures() {
        let plan = InstallPlan(
            input(Array(all().dropLast())) { $0.failures = [intents[4].objects[0].identity: "it is forbidden"] })
        #expect(written(plan) == ["kiali"])
        #expect(plan.components[4].state == .failed)
        #expect(plan.components[4].message == "it is forbidden")
    }

    @Test("an object that is on its way out is waited for, not written to")
    func terminating() {
        var live = all()
        live[2].set("2026-01-01T00:00:00Z", at: "metadata", "deletionTimestamp")
        let plan = InstallPlan(input(live, isSettled: true))
        #expect(plan.writes.isEmpty)
        #expect(plan.components[2].state == .progressing)
    }
}
