import KubeClient
import KubeCore
import KubeRuntime
import Logging

/// What one process of the controller under test is given: its way to the cluster, its time and its chance.
///
/// Everything that the controller does must go through these, or it leaves the run's world.
public struct ControllerInstance: Sendable {
    /// The cluster, as this process reaches it. Its user agent is `controller/` and ``identity``.
    public let client: KubeClient
    /// The time that the process lives by; its wall clock is the one that faults move.
    public let clock: RuntimeClock
    /// The chance that the process is given; the same for the same plan.
    public let random: RandomSource
    /// Names the process: differs between all processes of a run, and between two lives of one.
    public let identity: String
    /// A logger that is silent, unless the scenario's ``ControllerScenario/logLevel`` says otherwise.
    public let logger: Logger
}
