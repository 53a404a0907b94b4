import KubeCore
import KubeRuntime
import Testing

@Suite("Finalizers and owners")
struct FinalizersTests {
    private let name = "boltrope.dev/mesh"

    private func object(finalizers: [String], isBeingDeleted: Bool = false) -> KubeObject {
        var object = KubeObject(type: .configMaps, namespace: "ns", name: "a")
        object.uid = "u"
        object.resourceVersion = "7"
        object.finalizers = finalizers
        if isBeingDeleted { object.set("2026-01-01T00:00:00Z", at: "metadata", "deletionTimestamp") }
        return object
    }

    @Test("what to do follows from the object alone")
    func phases() {
        #expect(Finalizers.phase(of: object(finalizers: ["x"]), name) == .add)
        #expect(Finalizers.phase(of: object(finalizers: ["x", name]), name) == .apply)
        #expect(Finalizers.phase(of: object(finalizers: [name], isBeingDeleted: true), name) == .cleanUp)
        #expect(Finalizers.phase(of: object(finalizers: ["x"], isBeingDeleted: true), name) == .nothing)
    }

    private func apply(_ patch: JSONValue, to object: KubeObject) throws -> [String] {
        KubeObject(try JSONPatch(patch).apply(to: object.value))?.finalizers ?? []
    }

    @Test("adding leaves the others, and needs the state that was read")
    func addition() throws {
        for before in [[], ["x"]] {
            let object = object(finalizers: before)
            let patch = try #require(Finalizers.additionPatch(for: object, name))
            #expect(try apply(patch, to: object) == before + [name])
            var changed = object
            changed.resourceVersion = "8"
            #expect(throws: JSONPatch.Failure.self) { try apply(patch, to: changed) }
        }
        #expect(Finalizers.additionPatch(for: object(finalizers: [name]), name) == nil)
        #expect(Finalizers.additionPatch(for: object(finalizers: [], isBeingDeleted: true), name) == nil)
    }

    @Test("removing takes only ours, and fails when the list has moved")
    func removal() throws {
        let object = object(finalizers: ["x", name, "y"], isBeingDeleted: true)
        let patch = try #require(Finalizers.removalPatch(for: object, name))
        #expect(try apply(patch, to: object) == ["x", "y"])
        var moved = object
        moved.finalizers = [name, "y"]
        #expect(throws: JSONPatch.Failure.self) { try apply(patch, to: moved) }
        var reborn = object
        reborn.uid = "other"
        #expect(throws: JSONPatch.Failure.self) { try apply(patch, to: reborn) }
        #expect(Finalizers.removalPatch(for: self.object(finalizers: []), name) == nil)
    }

    @Test("an owner is stored, in reach of the garbage collector, and the only manager")
    func owners() throws {
        var owner = KubeObject(type: .deployments, namespace: "ns", name: "owner")
        var object = object(finalizers: [])
        #expect(throws: Owners.Invalid.self) { try Owners.set(owner, on: &object) }
        owner.uid = "o1"
        try Owners.set(owner, on: &object)
        try Owners.set(owner, on: &object)
        #expect(object.ownerReferences.map(\.uid) == ["o1"])
        #expect(object.ownerReferences.first?.isController == true)
        var other = owner
        other.uid = "o2"
        #expect(throws: Owners.Invalid.self) { try Owners.set(other, on: &object) }
        try Owners.set(other, on: &object, isController: false)
        #expect(object.ownerReferences.count == 2)
        other.namespace = "elsewhere"
        #expect(throws: Owners.Invalid.self) { try Owners.set(other, on: &object, isController: false) }
    }
}
