import Foundation
import KubeClient
import KubeCore
import MeshAPI

/// The steps of the demo, each of which does something and then sees that the operator does its part.
struct DemoCourse: Sendable {
    let client: KubeClient
    let kubeconfig: String
    let isUnattended: Bool
    /// How long a step may take.
    let timeout: Duration
    let terminal = Terminal()

    private static let manager = "boltrope-demo"

    /// Makes what a cluster has before the operator comes: the definitions.
    func prepare() async throws {
        terminal.line(terminal.styled("An embedded cluster is up. Look around at any time with:", .bold))
        terminal.line("  kubectl --kubeconfig \(kubeconfig) get mesh,pods --all-namespaces")
        terminal.line()
        for definition in CustomResourceDefinitions.all {
            _ = try await client.apply(.customResourceDefinitions, definition, fieldManager: Self.manager)
        }
        try await until("the definitions are established") {
            for definition in CustomResourceDefinitions.all {
                let live = try await client.get(.customResourceDefinitions, name: definition.name)
                let conditions = live[path: "status", "conditions"]?.arrayValue ?? []
                guard conditions.contains(where: { $0["type"] == "Established" && $0["status"] == "True" }) else {
                    return false
                }
            }
            return true
        }
    }

    func run() async throws {
        try await step("Install: one Mesh is applied, the operator does the rest") {
            _ = try await client.apply(Mesh.type, DemoMesh.first, fieldManager: Self.manager)
            try await showProgress(until: "the mesh is ready") { MeshOverview($0).isReady }
        }
        try await step("Self-healing: somebody deletes the control plane's Deployment") {
            let before = try await client.get(.deployments, namespace: "istio-system", name: "istiod")
            let started = ContinuousClock.now
            try await client.delete(.deployments, namespace: "istio-system", name: "istiod")
            try await until("the Deployment is back") {
                guard let now = try await client.getIfPresent(.deployments, namespace: "istio-system", name: "istiod")
                else { return false }
                return now.uid != before.uid && !now.isBeingDeleted
            }
            done("istiod was made again after \(milliseconds(since: started)) ms")
            try await showProgress(until: "the mesh is ready again") { MeshOverview($0).isReady }
        }
        try await step("Drift: somebody edits the mesh's configuration by hand") {
            let before = try await client.get(.configMaps, namespace: "istio-system", name: "istio")
            let wanted = before[path: "data", "mesh"]
            let started = ContinuousClock.now
            _ = try await client.patch(
                .configMaps, namespace: "istio-system", name: "istio",
                .merge(["data": ["mesh": "accessLogFile: /tmp/edited-by-hand"]]))
            try await until("the ConfigMap is as it was") {
                let now = try await client.get(.configMaps, namespace: "istio-system", name: "istio")
                return now[path: "data", "mesh"] == wanted
            }
            done("the ConfigMap was put back after \(milliseconds(since: started)) ms")
        }
        try await step("Change: the spec gets a second gateway and loses Grafana") {
            _ = try await client.apply(Mesh.type, DemoMesh.second, fieldManager: Self.manager)
            try await showProgress(until: "the new gateway is ready and Grafana is gone") { mesh in
                guard MeshOverview(mesh).isReady else { return false }
                let gateway = try await client.getIfPresent(
                    .deployments, namespace: "istio-public", name: "istio-public")
                let grafana = try await client.getIfPresent(.deployments, namespace: "istio-system", name: "grafana")
                return gateway != nil && grafana == nil
            }
        }
        try await step("Removal: the Mesh is deleted, in order, and Istio's definitions stay") {
            try await client.delete(Mesh.type, name: DemoMesh.name)
            try await showProgress(until: "the mesh is gone") { _ in false }
            for type in [ResourceType.deployments, .daemonSets, .services, .configMaps] {
                let left = try await client.listAll(
                    type,
                    options: ListOptions(labelSelector: LabelSelector(matching: ["boltrope.dev/mesh": DemoMesh.name])))
                guard left.items.isEmpty else {
                    throw CommandFailure("left behind: \(left.items.map { "\($0.kind) \($0.key)" })")
                }
            }
            _ = try await client.get(.customResourceDefinitions, name: "virtualservices.networking.istio.io")
            done("nothing of the mesh is left but its definitions")
        }
        terminal.line(terminal.styled("Every step held.", .green))
    }

    /// Runs a step; where a person watches, waits for them first.
    private func step(_ title: String, _ body: () async throws -> Void) async throws {
        terminal.line(terminal.styled("▶ \(title)", .bold))
        if !isUnattended {
            terminal.progress("  press Enter to go on")
            guard await Self.enterPressed() else { throw CancellationError() }
        }
        try await body()
        terminal.line()
    }

    /// Shows the mesh's components as they come and go, until something holds or, asked for by a closure that never
    /// does, the mesh is gone.
    private func showProgress(
        until what: String, _ holds: (KubeObject) async throws -> Bool
    ) async throws {
        let started = ContinuousClock.now
        var shown: [String: ComponentStatus.State] = [:]
        try await until(what) {
            guard let mesh = try await client.getIfPresent(Mesh.type, name: DemoMesh.name) else {
                for name in shown.keys.sorted() { terminal.line("  \(name): removed") }
                return true
            }
            let components = Mesh.status(of: mesh).components
            for component in components where shown[component.name] != component.state {
                shown[component.name] = component.state
                terminal.line("  \(component.name): \(component.state.rawValue)")
            }
            for name in shown.keys where !components.contains(where: { $0.name == name }) {
                shown[name] = nil
                terminal.line("  \(name): removed")
            }
            return try await holds(mesh)
        }
        done("\(what), after \(milliseconds(since: started)) ms")
    }

    private func until(_ what: String, _ holds: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + timeout
        while try await !holds() {
            guard ContinuousClock.now < deadline else {
                throw CommandFailure("not within \(timeout): \(what)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private func done(_ text: String) { terminal.line("  \(terminal.styled("✓", .green)) \(text)") }

    private func milliseconds(since start: ContinuousClock.Instant) -> Int {
        let elapsed = (ContinuousClock.now - start).components
        return Int(elapsed.seconds) * 1000 + Int(elapsed.attoseconds / 1_000_000_000_000_000)
    }

    /// Waits for a line on standard input, off the cooperative threads; false at its end.
    private static func enterPressed() async -> Bool {
        await withCheckedContinuation { continuation in
            Thread { continuation.resume(returning: readLine() != nil) }.start()
        }
    }
}
