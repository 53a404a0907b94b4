import KubeCore
import MeshAPI
import Testing

@testable import MeshOperator

@Suite("Status of a mesh")
struct StatusReportTests {
    private let now = Timestamp(seconds: 1000)

    private func status(
        _ json: JSONValue = [:], live: [KubeObject]? = nil, previous: MeshStatus = MeshStatus(), generation: Int64 = 1,
        isSettled: Bool = false, contests: ContestTracker = ContestTracker()
    ) throws -> MeshStatus {
        let resolved = try Resolution.resolve(spec(json), charts: catalogue)
        let intents = try resolved.components.map { component in
            InstallPlan.Intent(
                identity: component.identity,
                objects: try desired(
                    [object("Deployment", component.release, namespace: component.namespace, apiVersion: "apps/v1")],
                    of: component.identity))
        }
        let objects = live ?? intents.flatMap(\.objects).map { stored($0) }
        var input = InstallPlan.Input(
            mesh: "default", intents: intents,
            live: LiveObjects(meshes: ["default"], namespaces: ["istio-system": false]),
            isSettled: isSettled, policy: .enforce, ignore: IgnoreRules([]), contests: contests, failures: [:],
            health: ObjectHealth.of, now: now)
        for object in objects { input.live.objects[ObjectIdentity(object)!] = object }
        return StatusReport.status(
            StatusReport.Input(
                resolved: resolved, plan: InstallPlan(input), contests: contests, intentDigest: "digest",
                revisionName: "default", revisions: [], createdNamespaces: []),
            previous: previous, generation: generation, now: now)
    }

    private func reasons(_ status: MeshStatus) -> [String: String] {
        Dictionary(uniqueKeysWithValues: status.conditions.map { ($0.type, "\($0.status.rawValue) \($0.reason)") })
    }

    @Test("a mesh that is there and runs is Ready, for the generation that was looked at")
    func ready() throws {
        let status = try status(generation: 7)
        #expect(
            reasons(status) == [
                "Ready": "True Ready", "Reconciling": "False Ready", "Stalled": "False Progressing",
                "ControlPlaneReady": "True Ready", "GatewaysReady": "True Ready", "AddonsReady": "True NotWanted",
                "DriftContested": "False Uncontested", "ChartsAvailable": "True Available",
            ])
        #expect(status.observedGeneration == 7)
        #expect(status.conditions.allSatisfy { $0.observedGeneration == 7 })
        #expect(status.ready == "3/3")
        #expect(status.appliedDigest == "digest")
        #expect(status.version == "1.30.3")
    }

    @Test("a mesh whose istiod does not run is not Ready, and says what is missing")
    func notReady() throws {
        let status = try status(live: [])
        #expect(reasons(status)["Ready"] == "False Progressing")
        #expect(reasons(status)["Reconciling"] == "True Progressing")
        #expect(status.conditions["Ready"]?.message.contains("base: Deployment.apps istio-system/istio-base") == true)
        #expect(status.appliedDigest == nil)
    }

    @Test("an addon that fails leaves control plane and gateways Ready")
    func addon() throws {
        let json: JSONValue = ["addons": ["kiali": .object([:])]]
        let complete = try status(json)
        #expect(reasons(complete)["AddonsReady"] == "True Ready")
        let resolved = try Resolution.resolve(spec(json), charts: catalogue)
        let objects = try resolved.components.map { component in
            stored(
                try desired(
                    [object("Deployment", component.release, namespace: component.namespace, apiVersion: "apps/v1")],
                    of: component.identity)[0], isReady: component.release != "kiali")
        }
        let broken = try status(json, live: objects)
        #expect(reasons(broken)["ControlPlaneReady"] == "True Ready")
        #expect(reasons(broken)["AddonsReady"] == "False Progressing")
        #expect(reasons(broken)["Ready"] == "False Progressing")
    }

    @Test("the same observation again changes nothing, so nothing is written")
    func stable() throws {
        let first = try status()
        #expect(try status(previous: first) == first)
    }

    @Test("a spec that cannot be carried out is Stalled with the reason; what runs stays as it was told")
    func stalled() throws {
        let before = try status()
        let after = StatusReport.stalled(
            reason: "InvalidSpec", message: "spec.profile: unsupported value", previous: before, generation: 2, now: now
        )
        #expect(reasons(after)["Ready"] == "False InvalidSpec")
        #expect(reasons(after)["Stalled"] == "True InvalidSpec")
        #expect(reasons(after)["ControlPlaneReady"] == "True Ready")
        #expect(after.components == before.components)
        #expect(after.observedGeneration == 2)
    }

    @Test("a fight is told with the other manager and what to do")
    func contested() throws {
        var contests = ContestTracker()
        let identity = ObjectIdentity(
            GroupKind(group: "apps", kind: "Deployment"), ObjectKey(namespace: "n", name: "a"))
        for _ in 0..<5 { contests.corrected(identity, paths: ["/spec/replicas"], manager: "hpa", at: now) }
        let status = try status(contests: contests)
        #expect(reasons(status)["DriftContested"] == "True AnotherManagerWrites")
        #expect(
            status.conditions["DriftContested"]?.message.contains("Manager hpa keeps changing /spec/replicas") == true)
        #expect(status.drift.contested.map(\.manager) == ["hpa"])
    }

    @Test("transitions become events, each once")
    func events() throws {
        let waiting = try status(live: [])
        let ready = try status(previous: waiting)
        #expect(StatusTransitions.events(from: MeshStatus(), to: waiting).map(\.reason) == ["Installing"])
        #expect(
            StatusTransitions.events(from: waiting, to: ready).map(\.reason)
                == ["ComponentReady", "ComponentReady", "ComponentReady", "Ready"])
        #expect(StatusTransitions.events(from: ready, to: ready).isEmpty)
        let stalled = StatusReport.stalled(
            reason: "InvalidSpec", message: "x", previous: ready, generation: 2, now: now)
        #expect(StatusTransitions.events(from: ready, to: stalled).map(\.reason) == ["NotReady", "InvalidSpec"])
    }
}
