import KubeCore
import Testing

@testable import KubeRuntime

@Suite("Event recording, as a value")
struct EventStateMachineTests {
    private let wall = Timestamp(seconds: 1_800_000_000)
    private func at(_ seconds: Double) -> RuntimeClock.Instant { .init(sinceOrigin: .seconds(seconds)) }
    private func machine() -> EventStateMachine {
        EventStateMachine(controller: "boltrope.dev/mesh", instance: "pod-1")
    }

    private func event(_ note: String = "note", name: String = "default", version: String = "1") -> EventRecord {
        let mesh = GroupVersionKind(group: "boltrope.dev", version: "v1", kind: "Mesh")
        return EventRecord(
            .warning,
            regarding: ObjectReference(groupVersionKind: mesh, name: name, uid: "u", resourceVersion: version),
            reason: "RenderFailed", action: "Rendering", note: note)
    }

    @Test("the first is created with all that the API requires, in the default namespace for cluster-scoped objects")
    func create() {
        var machine = machine()
        guard
            case .create(_, let object)? = machine.record(event(), now: at(0), wall: wall, suffix: "abc")
        else {
            Issue.record("not created")
            return
        }
        #expect(object.apiVersion == "events.k8s.io/v1" && object.kind == "Event")
        #expect(object.key == ObjectKey(namespace: "default", name: "default.abc"))
        #expect(object["type"] == "Warning" && object["reason"] == "RenderFailed" && object["action"] == "Rendering")
        #expect(object["eventTime"] == "2027-01-15T08:00:00.000000Z")
        #expect(object["reportingController"] == "boltrope.dev/mesh" && object["reportingInstance"] == "pod-1")
        #expect(object[path: "regarding", "uid"] == "u")
    }

    @Test("the second makes a series, later ones are counted and written now and then")
    func series() {
        var machine = machine()
        _ = machine.record(event(), now: at(0), wall: wall, suffix: "abc")
        guard
            case .patchSeries(_, "default.abc", "default", 2, _)? = machine.record(
                event("another note", version: "2"), now: at(1), wall: wall, suffix: "x")
        else {
            Issue.record("no series")
            return
        }
        for second in 2..<10 {
            #expect(machine.record(event(), now: at(Double(second)), wall: wall, suffix: "x") == nil)
        }
        #expect(machine.flush(now: at(20), all: false).isEmpty)
        guard case .patchSeries(_, _, _, 10, _)? = machine.flush(now: at(20), all: true).first else {
            Issue.record("the count was not written at the end")
            return
        }
    }

    @Test("a series that was silent for six minutes is over, and its count is written")
    func idle() {
        var machine = machine()
        for second in 0..<3 { _ = machine.record(event(), now: at(Double(second)), wall: wall, suffix: "abc") }
        #expect(machine.flush(now: at(365), all: false).count == 1)
        guard case .create? = machine.record(event(), now: at(400), wall: wall, suffix: "def") else {
            Issue.record("the old series went on")
            return
        }
    }

    @Test("one object cannot flood the server, and does not silence others")
    func flood() {
        var machine = machine()
        func distinct(_ number: Int, _ name: String) -> EventRecord {
            var record = event(name: name)
            record.reason = "Reason\(number)"
            return record
        }
        let written = (0..<100).filter {
            machine.record(distinct($0, "a"), now: at(0), wall: wall, suffix: "x") != nil
        }
        #expect(written.count == 25)
        #expect(machine.dropped == 75)
        #expect(machine.record(distinct(0, "b"), now: at(0), wall: wall, suffix: "x") != nil)
        #expect(machine.record(distinct(200, "a"), now: at(301), wall: wall, suffix: "x") != nil)
    }

    @Test("what is too long is cut at a character")
    func limits() {
        var record = event(String(repeating: "é", count: 1000))
        record.reason = String(repeating: "R", count: 200)
        let limited = record.limited
        #expect(limited.note.utf8.count <= 1024 && limited.note.hasSuffix("é…"))
        #expect(limited.reason.utf8.count <= 128)
    }
}
