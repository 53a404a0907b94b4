import KubeCore
import Synchronization

/// The control planes of the mesh that are ready now, readable at once from any task: admission asks it on every pod.
package final class InjectorState: Sendable {
    private let revisions = Mutex(InjectorRevisions())

    /// No control plane is ready.
    package init() {}

    /// What is ready now.
    package var current: InjectorRevisions { revisions.withLock { $0 } }

    /// Says what is ready now.
    package func replace(_ new: InjectorRevisions) { revisions.withLock { $0 = new } }
}

/// The ready control planes, by the name of their revision (`default` for one without).
package struct InjectorRevisions: Sendable, Hashable {
    /// By revision.
    package var byRevision: [String: InjectorRevision] = [:]

    /// None.
    package init() {}
}

/// What a ready control plane injects with.
package struct InjectorRevision: Sendable, Hashable {
    /// The revision; `default` for one without.
    package var revision: String
    /// The namespace that it runs in.
    package var namespace: String
    /// The charts' values, as its ConfigMap `istio-sidecar-injector[-REVISION]` holds them.
    package var values: JSONValue
    /// The proxy image that it injects unless a pod asks for another.
    package var proxyImage: String
    /// Whether it injects native sidecars (init containers that restart) where a pod does not say.
    package var usesNativeSidecars: Bool

    /// A control plane.
    package init(
        revision: String, namespace: String, values: JSONValue, proxyImage: String, usesNativeSidecars: Bool = true
    ) {
        self.revision = revision
        self.namespace = namespace
        self.values = values
        self.proxyImage = proxyImage
        self.usesNativeSidecars = usesNativeSidecars
    }
}
