import KubeCore
import MeshAPI
import Testing

@Suite("Conditions")
struct ConditionsTests {
    private let early = Timestamp(seconds: 1000, nanoseconds: 5)
    private let late = Timestamp(seconds: 2000)

    @Test("the transition time moves only where the status changes, in whole seconds")
    func transition() {
        let waiting = Condition("Ready", .false, reason: "Waiting", message: "a")
        let first = Conditions().setting(waiting, generation: 1, at: early)
        #expect(first["Ready"]?.lastTransitionTime == Timestamp(seconds: 1000))

        var other = waiting
        other.message = "b"
        let second = first.setting(other, generation: 2, at: late)
        #expect(second["Ready"]?.lastTransitionTime == Timestamp(seconds: 1000))
        #expect(second["Ready"]?.observedGeneration == 2)
        #expect(second["Ready"]?.message == "b")

        let third = second.setting(Condition("Ready", .true, reason: "Ready", message: ""), generation: 2, at: late)
        #expect(third["Ready"]?.lastTransitionTime == late)
        #expect(third.count == 1)
    }

    @Test("setting what is there already changes nothing")
    func unchanged() {
        let ready = Condition("Ready", .true, reason: "Ready", message: "")
        let first = Conditions().setting(ready, generation: 1, at: early)
        #expect(first.setting(ready, generation: 1, at: late) == first)
    }

    @Test("conditions keep their order and survive being written and read")
    func roundTrip() {
        let conditions = ["Ready", "Stalled", "Other"].reduce(Conditions()) {
            $0.setting(Condition($1, .unknown, reason: "Unknown", message: ""), generation: 1, at: late)
        }
        var status = MeshStatus()
        status.conditions = conditions
        var object = KubeObject(type: Mesh.type, name: "default")
        object["status"] = status.encoded
        #expect(Mesh.status(of: object) == status)
        #expect(conditions.map(\.type) == ["Ready", "Stalled", "Other"])
    }
}
