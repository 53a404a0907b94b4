import KubeClient
import KubeRuntime
import Synchronization

/// A gate that stands for another one that does not exist yet; closed until it follows it.
final class DeferredWriteGate: WriteGate {
    private let target = Mutex<(any WriteGate)?>(nil)

    /// Does from now on what another gate does.
    func follow(_ gate: any WriteGate) { target.withLock { $0 = gate } }

    func checkWrite() throws {
        guard let gate = target.withLock({ $0 }) else {
            throw LeadershipLost("this process does not take part in leader election yet")
        }
        try gate.checkWrite()
    }
}
