import EmbeddedCluster
import KubeCore
import Logging

/// A controller, the cluster it is put in, what people do there, and what is held against it.
public struct ControllerScenario: Sendable {
    /// Builds a controller and runs it, until its task is cancelled. What it throws ends the process, which is then
    /// started anew, as a pod would be.
    public typealias ControllerBody = @Sendable (ControllerInstance) async throws -> Void

    /// What reports call it; one word, as it stands in plans.
    public var name: String
    /// Which controllers the cluster itself runs; the default, `core`, collects garbage and finishes namespaces.
    public var clusterControllers = EmbeddedCluster.Options.Controllers.core
    /// Objects that are there before the controller starts. Definitions come first and are waited for.
    public var objects: [KubeObject] = []
    /// What people do, in order.
    public var steps: [ScenarioStep]
    /// What must hold after every write.
    public var invariants: [Invariant] = []
    /// The Lease that the controller leads by, if it elects a leader: whoever writes must hold it. The elector's identity
    /// must be ``ControllerInstance/identity``.
    public var lease: ObjectKey?
    /// How long nothing may have been written until a step counts as done: more than the controller's longest pause
    /// between two writes, and twice its longest period of looking again. The default is a minute.
    public var quietPeriod = Duration.seconds(60)
    /// How long, after a step, the cluster may take until it is as it is after the undisturbed step: longer than the
    /// longest fault, which is a watch that is silent for eleven minutes. The default is 45 minutes, less than a clock
    /// jumps. It is virtual time, which costs little.
    public var timeLimit = Duration.seconds(2700)
    /// Resources that are not compared, as `plural.group`, beside those that the cluster's own node side makes.
    public var ignoredResources: Set<String> = []
    /// Fields that are not compared, wherever they are, by the names of their members, such as `["spec", "replicas"]`.
    public var ignoredFields: [[String]] = []
    /// How much more than the undisturbed run a disturbed one may write: so many times as much, and so many beside.
    public var writeBudget = (factor: 2, extra: 10)
    /// After how many writes a run without a baseline counts as endless.
    public var writeLimit = 1000
    /// Kinds of faults that the controller does not claim to survive; say why where you set it.
    public var excludedFaults: Set<Fault.Kind> = []
    /// What the controller's logger shows; nothing by default.
    public var logLevel: Logger.Level?

    let controller: ControllerBody

    /// A scenario.
    public init(_ name: String, steps: [ScenarioStep], controller: @escaping ControllerBody) {
        self.name = name
        self.steps = steps
        self.controller = controller
    }
}
