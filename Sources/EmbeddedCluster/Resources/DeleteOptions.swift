import KubeCore

/// What a deletion asks for: `meta/v1` DeleteOptions.
package struct DeleteOptions: Sendable, Hashable {
    /// What becomes of the objects that the deleted one owns.
    package enum PropagationPolicy: String, Sendable, CaseIterable {
        /// They lose their owner reference and stay.
        case orphan = "Orphan"
        /// They are collected after the owner has gone.
        case background = "Background"
        /// They are deleted first; the owner waits for those that block it.
        case foreground = "Foreground"
    }

    /// The deletion fails with a conflict if the object has another unique identifier.
    package var uid: String?
    /// The deletion fails with a conflict if the object is at another version.
    package var resourceVersion: String?
    /// Seconds that the object may take to end by itself; nil leaves it to its kind, 0 removes it at once.
    package var gracePeriodSeconds: Int64?
    /// What becomes of dependents; nil leaves it to the kind.
    package var propagationPolicy: PropagationPolicy?
    /// The predecessor of ``propagationPolicy``, still accepted.
    package var orphanDependents: Bool?
    /// Whether everything but the write itself is done.
    package var isDryRun = false

    /// Options; all default to what the kind does by itself.
    package init(
        uid: String? = nil, resourceVersion: String? = nil, gracePeriodSeconds: Int64? = nil,
        propagationPolicy: PropagationPolicy? = nil
    ) {
        self.uid = uid
        self.resourceVersion = resourceVersion
        self.gracePeriodSeconds = gracePeriodSeconds
        self.propagationPolicy = propagationPolicy
    }
}
