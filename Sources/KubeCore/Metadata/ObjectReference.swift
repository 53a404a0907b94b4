/// Names one object, of any kind, at any time: for events, messages and status.
public struct ObjectReference: Sendable, Hashable, CustomStringConvertible {
    /// The type of the object.
    public var groupVersionKind: GroupVersionKind
    /// The namespace; nil for cluster-scoped objects.
    public var namespace: String?
    /// The name.
    public var name: String
    /// The unique identifier, where one particular incarnation is meant.
    public var uid: String?
    /// The version of the state that is meant.
    public var resourceVersion: String?

    /// A reference.
    public init(
        groupVersionKind: GroupVersionKind, namespace: String? = nil, name: String, uid: String? = nil,
        resourceVersion: String? = nil
    ) {
        self.groupVersionKind = groupVersionKind
        self.namespace = namespace
        self.name = name
        self.uid = uid
        self.resourceVersion = resourceVersion
    }

    /// A reference to this object as it is; nil if the object does not say its type.
    public init?(_ object: KubeObject) {
        guard let groupVersionKind = object.groupVersionKind else { return nil }
        self.init(
            groupVersionKind: groupVersionKind, namespace: object.namespace, name: object.name, uid: object.uid,
            resourceVersion: object.resourceVersion)
    }

    /// `core/v1` ObjectReference.
    public var value: JSONValue {
        var object: JSONObject = [
            "apiVersion": .string(groupVersionKind.apiVersion), "kind": .string(groupVersionKind.kind),
            "name": .string(name),
        ]
        if let namespace { object["namespace"] = .string(namespace) }
        if let uid { object["uid"] = .string(uid) }
        if let resourceVersion { object["resourceVersion"] = .string(resourceVersion) }
        return .object(object)
    }

    /// `Deployment.apps istio-system/istiod`, as messages name an object.
    public var description: String {
        "\(groupVersionKind.groupKind) \(ObjectKey(namespace: namespace, name: name))"
    }
}

/// An owner of an object: `meta/v1` OwnerReference.
public struct OwnerReference: Sendable, Hashable {
    /// The owner's `apiVersion`.
    public var apiVersion: String
    /// The owner's kind.
    public var kind: String
    /// The owner's name.
    public var name: String
    /// The owner's unique identifier: an owner of the same name but another identifier is no owner.
    public var uid: String
    /// Whether the owner manages the object; at most one does.
    public var isController: Bool?
    /// Whether deleting the owner in the foreground waits for this object.
    public var blocksOwnerDeletion: Bool?

    /// An owner reference.
    public init(
        apiVersion: String, kind: String, name: String, uid: String, isController: Bool? = nil,
        blocksOwnerDeletion: Bool? = nil
    ) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.name = name
        self.uid = uid
        self.isController = isController
        self.blocksOwnerDeletion = blocksOwnerDeletion
    }

    /// Reads a reference; nil if a required member is missing.
    public init?(_ value: JSONValue) {
        guard let apiVersion = value["apiVersion"]?.stringValue, let kind = value["kind"]?.stringValue,
            let name = value["name"]?.stringValue, let uid = value["uid"]?.stringValue
        else { return nil }
        self.init(
            apiVersion: apiVersion, kind: kind, name: name, uid: uid, isController: value["controller"]?.boolValue,
            blocksOwnerDeletion: value["blockOwnerDeletion"]?.boolValue)
    }

    /// The reference as JSON.
    public var value: JSONValue {
        var object: JSONObject = [
            "apiVersion": .string(apiVersion), "kind": .string(kind), "name": .string(name), "uid": .string(uid),
        ]
        if let isController { object["controller"] = .bool(isController) }
        if let blocksOwnerDeletion { object["blockOwnerDeletion"] = .bool(blocksOwnerDeletion) }
        return .object(object)
    }
}
