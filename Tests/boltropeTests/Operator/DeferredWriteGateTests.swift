import KubeClient
import KubeRuntime
import Testing

@testable import boltrope

@Suite("The gate before the elector exists")
struct DeferredWriteGateTests {
    private struct Gate: WriteGate {
        let isOpen: Bool
        func checkWrite() throws {
            if !isOpen { throw LeadershipLost("closed") }
        }
    }

    @Test("Nothing is written until it follows another gate, then it does what that one does")
    func follows() throws {
        let gate = DeferredWriteGate()
        #expect(throws: LeadershipLost.self) { try gate.checkWrite() }
        gate.follow(Gate(isOpen: true))
        try gate.checkWrite()
        gate.follow(Gate(isOpen: false))
        #expect(throws: LeadershipLost.self) { try gate.checkWrite() }
    }
}
