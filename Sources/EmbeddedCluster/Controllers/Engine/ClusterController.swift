import KubeCore

/// A level-triggered controller: says what a change concerns, and decides from the cache what to do about it.
///
/// Both are pure: what is to be remembered between decisions is in the cluster, or, where losing it only costs time, in
/// ``ControllerMemory``.
protocol ClusterController: Sendable {
    /// The user agent of its writes, for example `deployment-controller`.
    var name: String { get }

    /// Which objects have to be looked at because of this change.
    func requests(for change: ClusterChange, in cache: ClusterCache) -> [ResourceKey]

    /// What to do about one object, as far as it is still there.
    func decide(_ key: ResourceKey, _ context: inout ControllerContext) -> [ControllerAction]
}

/// What a decision may look at.
struct ControllerContext {
    /// The cluster.
    let cache: ClusterCache
    /// The wall clock.
    let now: Timestamp
    /// How the node side behaves.
    let settings: SimulationSettings
    /// What is remembered between decisions.
    var memory: ControllerMemory
    /// The control planes of the mesh that are ready.
    var revisions: InjectorRevisions
    /// A source of chance, for names.
    let random: @Sendable () -> UInt64

    /// A name of a generated object: a prefix and five letters and digits without vowels, as the API server makes them.
    func generatedName(_ prefix: String) -> String {
        let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")
        var bits = random()
        var name = prefix
        for _ in 0..<5 {
            name.append(alphabet[Int(bits % UInt64(alphabet.count))])
            bits /= UInt64(alphabet.count)
        }
        return name
    }
}

/// What controllers remember between decisions; losing it costs time, never correctness.
struct ControllerMemory {
    /// When a pod was first seen in its present stage, more exactly than its status can say.
    var podStages: [String: PodStageEntry] = [:]
    /// How many pod addresses were given out.
    var podAddresses: UInt32 = 0
    /// How many load balancer addresses were given out.
    var loadBalancerAddresses: UInt32 = 0
}

/// A stage of a pod's life and when it began.
struct PodStageEntry: Equatable {
    var stage: String
    var since: Timestamp
}
