import KubeCore
import MeshAPI

/// What the process knows of a mesh beside what the cluster holds. Losing it costs work, never correctness.
struct MeshMemory: Sendable {
    /// What the intents were made from.
    struct IntentKey: Hashable, Sendable {
        var resolved: ResolvedMesh
        var capabilities: ClusterCapabilities
    }

    /// Everything that is wanted, rendered and prepared.
    struct Intents: Sendable {
        var components: [InstallPlan.Intent]
        /// The digest of all of it.
        var digest: String

        init(_ components: [InstallPlan.Intent]) {
            self.components = components
            let lines = components.flatMap(\.objects).map { "\($0.identity) \($0.intent)" }.sorted()
            digest = SHA256.hexadecimal(Array(lines.joined(separator: "\n").utf8))
        }

        /// Every object.
        var objects: [DesiredObject] { components.flatMap(\.objects) }
    }

    /// The intents of the last reconcile, good as long as their key is the same; and the spec's generation then.
    var intents: (key: IntentKey, value: Intents, generation: Int64)?
    /// Who contests what.
    var contests = ContestTracker()
    /// Objects whose last write failed, and why.
    var failures: [ObjectIdentity: String] = [:]
    /// The objects that were found to be as intended, so that only those that changed are compared.
    var matches = KnownMatches()
    /// The uid of the mesh that all this is about.
    var uid: String?
}
