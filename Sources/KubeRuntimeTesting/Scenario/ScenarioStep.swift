import KubeClient
import KubeRuntime

/// Something that a person does to the cluster while the controller runs.
public struct ScenarioStep: Sendable {
    /// What reports call it.
    public let name: String
    /// Whether the run waits, before it goes on, until nothing is written any more. True by default; false lets the next
    /// step come while the controller still acts on this one.
    public let settles: Bool
    let act: @Sendable (ScenarioUser) async throws -> Void

    /// A step.
    ///
    /// - Parameter act: what the person does. An error that it throws fails the run.
    public init(
        _ name: String, settles: Bool = true, act: @escaping @Sendable (ScenarioUser) async throws -> Void
    ) {
        self.name = name
        self.settles = settles
        self.act = act
    }
}

/// A person at the cluster; no fault befalls what they do.
public struct ScenarioUser: Sendable {
    /// The cluster.
    public let client: KubeClient
    /// The time, for pauses between two acts of one step.
    public let clock: RuntimeClock
}
