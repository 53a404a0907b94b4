import MeshAPI

/// The events that a change of status is worth. Pure.
package enum StatusTransitions {
    package static func events(from old: MeshStatus, to new: MeshStatus) -> [MeshEvent] {
        var events: [MeshEvent] = []
        if new.version != old.version, let version = new.version {
            let note = old.version.map { "Moving from Istio \($0) to \(version)." } ?? "Installing Istio \(version)."
            events.append(.normal(old.version == nil ? "Installing" : "VersionChanged", "Install", note))
        }
        for component in new.components {
            let before = old.components.first { $0.name == component.name }
            guard component.state != before?.state else { continue }
            switch component.state {
            case .ready: events.append(.normal("ComponentReady", "Install", "\(component.name) is ready."))
            case .failed:
                events.append(
                    .warning("ComponentFailed", "Install", "\(component.name) failed: \(component.message ?? "")"))
            default: break
            }
        }
        for component in old.components where !new.components.contains(where: { $0.name == component.name }) {
            events.append(.normal("ComponentRemoved", "Prune", "\(component.name) is no longer part of the mesh."))
        }
        events += conditionEvents(from: old.conditions, to: new.conditions)
        return events
    }

    private static func conditionEvents(from old: Conditions, to new: Conditions) -> [MeshEvent] {
        var events: [MeshEvent] = []
        let types = StatusReport.ConditionType.self
        if new.isTrue(types.ready), !old.isTrue(types.ready) {
            events.append(.normal("Ready", "Install", new[types.ready]?.message ?? ""))
        } else if old.isTrue(types.ready), let ready = new[types.ready], ready.status == .false,
            ready.reason != "Removing"
        {
            events.append(.warning("NotReady", "Observe", ready.message))
        }
        if let stalled = new[types.stalled], stalled.status == .true,
            !old.isTrue(types.stalled) || old[types.stalled]?.message != stalled.message
        {
            events.append(.warning(stalled.reason, "Resolve", stalled.message))
        }
        if let contested = new[types.driftContested], contested.status == .true, !old.isTrue(types.driftContested) {
            events.append(.warning("DriftContested", "Correct", contested.message))
        }
        return events
    }
}
