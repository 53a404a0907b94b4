import KubeCore

/// Which object is meant, in whatever version of its API and whichever incarnation.
package struct ObjectIdentity: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The group and the kind.
    package var groupKind: GroupKind
    /// Namespace and name.
    package var key: ObjectKey

    package init(_ groupKind: GroupKind, _ key: ObjectKey) {
        self.groupKind = groupKind
        self.key = key
    }

    /// The identity of an object; nil if it does not say its type.
    package init?(_ object: KubeObject) {
        guard let type = object.groupVersionKind else { return nil }
        self.init(type.groupKind, object.key)
    }

    /// `Deployment.apps istio-system/istiod`, as messages name an object.
    package var description: String { "\(groupKind) \(key)" }

    /// Orders by group, kind, namespace and name.
    package static func < (left: ObjectIdentity, right: ObjectIdentity) -> Bool {
        (left.groupKind.group, left.groupKind.kind, left.key) < (right.groupKind.group, right.groupKind.kind, right.key)
    }
}
