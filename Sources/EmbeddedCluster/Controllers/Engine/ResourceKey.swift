import KubeCore

/// Names one object of any type within the cluster: what a controller is asked to reconcile.
struct ResourceKey: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The resource, for example `deployments.apps`; versions of one resource are one.
    var resource: String
    /// The namespace; empty for cluster-scoped objects.
    var namespace: String
    /// The name.
    var name: String

    init(resource: String, namespace: String?, name: String) {
        self.resource = resource
        self.namespace = namespace ?? ""
        self.name = name
    }

    init(_ type: ResourceType, _ object: KubeObject) {
        self.init(resource: type.qualifiedName, namespace: object.namespace, name: object.name)
    }

    /// The namespace as requests name it: nil for cluster-scoped objects.
    var optionalNamespace: String? { namespace.isEmpty ? nil : namespace }

    /// `deployments.apps default/web`, as logs name an object.
    var description: String { namespace.isEmpty ? "\(resource) \(name)" : "\(resource) \(namespace)/\(name)" }

    /// Orders by resource, namespace and name.
    static func < (left: ResourceKey, right: ResourceKey) -> Bool {
        (left.resource, left.namespace, left.name) < (right.resource, right.namespace, right.name)
    }
}
