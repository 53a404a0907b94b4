import KubeCore
import KubeRuntime

/// What a person would ask about: one event, in words. Values of fields are never part of it, since they may be secret.
package struct MeshEvent: Sendable, Hashable {
    /// Whether something is wrong.
    package var isWarning = false
    /// Why, as one word for programs.
    package var reason: String
    /// What was done, as one word.
    package var action: String
    /// What happened.
    package var note: String

    package static func normal(_ reason: String, _ action: String, _ note: String) -> MeshEvent {
        MeshEvent(reason: reason, action: action, note: note)
    }

    package static func warning(_ reason: String, _ action: String, _ note: String) -> MeshEvent {
        MeshEvent(isWarning: true, reason: reason, action: action, note: note)
    }
}

/// Records events about a mesh.
package struct MeshEvents: Sendable {
    private let recorder: EventRecorder?

    /// - Parameter recorder: nil records nothing.
    package init(_ recorder: EventRecorder?) { self.recorder = recorder }

    package func record(_ event: MeshEvent, about mesh: KubeObject) {
        guard let reference = ObjectReference(mesh) else { return }
        recorder?.record(
            EventRecord(
                event.isWarning ? .warning : .normal, regarding: reference, reason: event.reason, action: event.action,
                note: String(event.note.prefix(1000))))
    }
}
