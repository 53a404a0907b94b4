import KubeCore
import MeshAPI

/// What `boltrope status` says of a mesh: lines for people, from what the API server has.
struct MeshOverview {
    let mesh: KubeObject
    let status: MeshStatus

    init(_ mesh: KubeObject) {
        self.mesh = mesh
        status = Mesh.status(of: mesh)
    }

    /// Whether the mesh is ready, for the generation that its spec is at: a Ready of an older spec is no answer.
    var isReady: Bool {
        status.conditions["Ready"]?.status == .true && status.observedGeneration == mesh.generation
    }

    /// A tree: the mesh, its components, then what a person should look at.
    func lines(_ terminal: Terminal) -> [String] {
        var lines = [headline(terminal)]
        var rows: [[String]] = []
        for component in status.components {
            let state = component.state.rawValue
            rows.append(
                [
                    "\(mark(component.state, terminal)) \(component.name)", component.namespace, state,
                    component.version ?? "-", "\(component.objects)", component.message ?? "",
                ])
        }
        if !rows.isEmpty {
            let header = ["  COMPONENT", "NAMESPACE", "STATE", "VERSION", "OBJECTS", "MESSAGE"]
            lines += Terminal.table([header] + rows).map { "  " + $0 }
        }
        for revision in status.revisions {
            let name = revision.revision.isEmpty ? "(default)" : revision.revision
            lines.append("  revision \(name): Istio \(revision.version), \(revision.state.rawValue)")
        }
        for item in status.drift.contested {
            lines.append(
                terminal.styled(
                    "  contested: \(item.object) \(item.path)\(item.manager.map { " by \($0)" } ?? "")", .yellow))
        }
        for item in status.drift.differences { lines.append("  differs: \(item.object) \(item.path)") }
        for condition in status.conditions where isWorthSaying(condition) {
            lines.append("  \(condition.type)=\(condition.status.rawValue): \(condition.message)")
        }
        return lines
    }

    private func headline(_ terminal: Terminal) -> String {
        let version = status.version.map { "Istio \($0)" } ?? "no version yet"
        let state: String
        if mesh.isBeingDeleted {
            state = terminal.styled("being removed", .yellow)
        } else if isReady {
            state = terminal.styled("Ready", .green)
        } else if status.observedGeneration != mesh.generation {
            state = terminal.styled("not observed yet", .yellow)
        } else {
            let reason = status.conditions["Ready"]?.reason ?? "Unknown"
            state = terminal.styled(reason, status.conditions["Stalled"]?.status == .true ? .red : .yellow)
        }
        let ready = status.ready.map { " \($0)" } ?? ""
        return "\(terminal.styled("mesh/\(mesh.name)", .bold)): \(state)\(ready), \(version)"
    }

    private func mark(_ state: ComponentStatus.State, _ terminal: Terminal) -> String {
        switch state {
        case .ready: terminal.styled("✓", .green)
        case .failed: terminal.styled("✗", .red)
        case .progressing, .removing: terminal.styled("…", .yellow)
        case .pending: terminal.styled("·", .dim)
        }
    }

    /// Conditions that are as they should be are silent.
    private func isWorthSaying(_ condition: Condition) -> Bool {
        switch condition.type {
        case "Stalled", "DriftContested": condition.status == .true
        case "Reconciling": false
        case "Ready": condition.status != .true
        default: condition.status == .unknown
        }
    }
}
