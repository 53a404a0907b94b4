import KubeCore
import MeshAPI
import Testing

@testable import MeshOperator

@Suite("Comparisons that need not be made again")
struct KnownMatchesTests {
    private let desired: DesiredObject
    private var known = KnownMatches()

    init() throws {
        desired = try #require(
            try MeshOperatorTests.desired(
                [object("ConfigMap", "istio", ["data": ["mesh": "a"]])], of: ComponentIdentity(.pilot)
            ).first)
        known.note(desired, stored(desired), leftAlone: [])
    }

    @Test("an object in the state that was compared, for the intent that was compared, is known to match")
    func same() {
        #expect(known.contains(desired, stored(desired), leftAlone: []))
        #expect(!KnownMatches().contains(desired, stored(desired), leftAlone: []))
    }

    @Test("another version, another incarnation, another intent or other fields to leave alone are compared")
    func different() throws {
        #expect(!known.contains(desired, stored(desired, version: 2), leftAlone: []))
        var recreated = stored(desired)
        recreated.uid = "another"
        #expect(!known.contains(desired, recreated, leftAlone: []))
        var changed = desired
        changed.intent = "another"
        #expect(!known.contains(changed, stored(desired), leftAlone: []))
        let pointer = try #require(FieldPointer("/data/mesh"))
        #expect(!known.contains(desired, stored(desired), leftAlone: [pointer]))
    }

    @Test("an object without a version is compared each time")
    func withoutVersion() {
        var live = stored(desired)
        live.resourceVersion = nil
        var known = KnownMatches()
        known.note(desired, live, leftAlone: [])
        #expect(!known.contains(desired, live, leftAlone: []))
    }
}
