import KubeCore
import Testing

@testable import MeshOperator

@Suite("Obstructions")
struct ObstructionsTests {
    static func service(_ ports: [JSONValue], version: String? = nil) -> KubeObject {
        var service = KubeObject(type: .services, namespace: "n", name: "s")
        service["spec"] = ["ports": .array(ports)]
        service.resourceVersion = version
        return service
    }

    static func invalid(_ fields: String...) -> Status {
        Status(
            code: 422, reason: .invalid, message: "invalid",
            details: Status.Details(
                causes: fields.map { Status.Cause(reason: "FieldValueDuplicate", message: "Duplicate", field: $0) }))
    }

    @Test("An element whose key somebody edited is removed, the others stay")
    func editedKey() throws {
        let intent = Self.service([["name": "a", "port": 1], ["name": "b", "port": 2]])
        let live = Self.service(
            [["name": "a", "port": 9, "protocol": "TCP"], ["name": "b", "port": 2, "protocol": "TCP"]], version: "7")
        let patch = try #require(
            Obstructions.removal(intent: intent, live: live, refusal: Self.invalid("spec.ports[1].name")))
        #expect(try patch.apply(to: live.value)["spec"] == ["ports": [["name": "b", "port": 2, "protocol": "TCP"]]])
    }

    @Test("A patch made from an old look at the object fails")
    func staleLook() throws {
        let intent = Self.service([["name": "a", "port": 1]])
        let live = Self.service([["name": "a", "port": 9]], version: "7")
        let patch = try #require(
            Obstructions.removal(intent: intent, live: live, refusal: Self.invalid("spec.ports[1].name")))
        var changed = live
        changed.resourceVersion = "8"
        #expect(throws: JSONPatch.Failure.self) { try patch.apply(to: changed.value) }
    }

    @Test("Lists that the refusal does not name, and elements that are ours, are left alone")
    func untouched() {
        let intent = Self.service([["name": "a", "port": 1]])
        let live = Self.service([["name": "a", "port": 1], ["name": "x", "port": 3]], version: "7")
        #expect(Obstructions.removal(intent: intent, live: live, refusal: Self.invalid("spec.type")) == nil)
        let own = Self.service([["name": "a", "port": 1]], version: "7")
        #expect(Obstructions.removal(intent: intent, live: own, refusal: Self.invalid("spec.ports[0].name")) == nil)
        let conflict = Status(code: 409, reason: .conflict, message: "")
        #expect(Obstructions.removal(intent: intent, live: live, refusal: conflict) == nil)
    }

    @Test("Nested lists are found by their names, whatever the indexes")
    func nested() throws {
        var intent = KubeObject(type: .deployments, namespace: "n", name: "d")
        intent.set(
            [["name": "app", "ports": [["name": "http", "containerPort": 80]]]], at: "spec", "template", "spec",
            "containers")
        var live = intent
        live.resourceVersion = "7"
        live.set(
            [
                ["name": "foreign"],
                [
                    "name": "app",
                    "ports": [["name": "http", "containerPort": 81], ["name": "more", "containerPort": 82]],
                ],
            ], at: "spec", "template", "spec", "containers")
        let patch = try #require(
            Obstructions.removal(
                intent: intent, live: live,
                refusal: Self.invalid("spec.template.spec.containers[1].ports[2].name")))
        let containers = try patch.apply(to: live.value).value(at: ["spec", "template", "spec", "containers"])
        #expect(containers == [["name": "foreign"], ["name": "app", "ports": []]])
    }
}
