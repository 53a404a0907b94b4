/// What a client sees that talks to an API server which has fallen behind.
///
/// Its reads are answered from the state at ``resourceVersion``, and its watches hear of nothing later; its writes go to
/// the real state and meet its conflicts, as those of a server with a stale watch cache do. Asking such a server for a
/// later version times out (504, "Too large resource version").
public struct PinnedView: Sendable, Hashable {
    /// Which reads are answered from the old state.
    public enum Scope: String, Sendable, CaseIterable {
        /// Every one: the harshest view, which a real server gives only in a network partition of its storage.
        case everything
        /// Only those that the real server answers from its watch cache: gets and lists at `resourceVersion=0`, and
        /// watches. Reads without a version are of the real state; a streaming list without a version, which waits for
        /// the cache, times out.
        case cache
    }

    /// The state that is seen.
    public var resourceVersion: UInt64
    /// The plurals that this is about; nil (the default) for everything.
    public var resources: Set<String>?
    /// Which reads; the default is all.
    public var scope: Scope

    /// A view at a version of the past.
    public init(resourceVersion: UInt64, resources: Set<String>? = nil, scope: Scope = .everything) {
        self.resourceVersion = resourceVersion
        self.resources = resources
        self.scope = scope
    }
}
