/// A Kubernetes object of any kind, held as JSON.
///
/// The accessors read and write the members that every object shares (`ObjectMeta` of `meta/v1`); all else is reached
/// through ``json``.
public struct KubeObject: Sendable, Hashable {
    /// The whole object.
    public var json: JSONObject

    /// An object of these members.
    public init(_ json: JSONObject) { self.json = json }

    /// The object in a JSON value, or nil if the value is no object.
    public init?(_ value: JSONValue) {
        guard case .object(let object) = value else { return nil }
        self.json = object
    }

    /// A new object with a type and a name.
    public init(type: ResourceType, namespace: String? = nil, name: String) {
        var metadata: JSONObject = ["name": .string(name)]
        if let namespace { metadata["namespace"] = .string(namespace) }
        json = ["apiVersion": .string(type.apiVersion), "kind": .string(type.kind), "metadata": .object(metadata)]
    }

    /// The object as a JSON value.
    public var value: JSONValue { .object(json) }

    /// The value at a path of members, or nil where any of them is missing.
    public subscript(path path: String...) -> JSONValue? { JSONValue.object(json).value(at: path[...]) }

    /// A member of the object.
    public subscript(key: String) -> JSONValue? {
        get { json[key] }
        set { json[key] = newValue }
    }

    /// Sets the value at a path of members, making the objects on the way; nil removes it.
    public mutating func set(_ newValue: JSONValue?, at path: String...) {
        guard let first = path.first else { return }
        json.update(first) { member in
            guard path.count > 1 else {
                member = newValue
                return
            }
            if member == nil {
                guard newValue != nil else { return }
                member = .object(JSONObject())
            }
            member?.set(newValue, at: path.dropFirst())
        }
    }
}

extension KubeObject {
    /// The `apiVersion`; empty if missing.
    public var apiVersion: String {
        get { json["apiVersion"]?.stringValue ?? "" }
        set { json["apiVersion"] = .string(newValue) }
    }
    /// The `kind`; empty if missing.
    public var kind: String {
        get { json["kind"]?.stringValue ?? "" }
        set { json["kind"] = .string(newValue) }
    }
    /// The type of the object; nil if `apiVersion` or `kind` is missing or malformed.
    public var groupVersionKind: GroupVersionKind? { GroupVersionKind(apiVersion: apiVersion, kind: kind) }

    /// The `metadata` object; empty if missing.
    public var metadata: JSONObject {
        get { json["metadata"]?.objectValue ?? JSONObject() }
        set { json["metadata"] = .object(newValue) }
    }
    /// The name; empty if missing.
    public var name: String {
        get { metadataString("name") ?? "" }
        set { setMetadata("name", .string(newValue)) }
    }
    /// The namespace; nil for cluster-scoped objects.
    public var namespace: String? {
        get { metadataString("namespace").flatMap { $0.isEmpty ? nil : $0 } }
        set { setMetadata("namespace", newValue.map { .string($0) }) }
    }
    /// The unique identifier that the server gave it.
    public var uid: String? {
        get { metadataString("uid") }
        set { setMetadata("uid", newValue.map { .string($0) }) }
    }
    /// The version of this state of the object.
    public var resourceVersion: String? {
        get { metadataString("resourceVersion") }
        set { setMetadata("resourceVersion", newValue.map { .string($0) }) }
    }
    /// How often the specification has changed; 0 if the server does not count.
    public var generation: Int64 { json["metadata"]?["generation"]?.integerValue ?? 0 }
    /// The labels.
    public var labels: [String: String] {
        get { json["metadata"]?["labels"]?.stringMapValue ?? [:] }
        set { setMetadata("labels", newValue.isEmpty ? nil : JSONValue(newValue)) }
    }
    /// The annotations.
    public var annotations: [String: String] {
        get { json["metadata"]?["annotations"]?.stringMapValue ?? [:] }
        set { setMetadata("annotations", newValue.isEmpty ? nil : JSONValue(newValue)) }
    }
    /// The finalizers that still hold the object.
    public var finalizers: [String] {
        get { json["metadata"]?["finalizers"]?.stringArrayValue ?? [] }
        set { setMetadata("finalizers", newValue.isEmpty ? nil : JSONValue(newValue)) }
    }
    /// The objects that own this one; malformed entries are left out.
    public var ownerReferences: [OwnerReference] {
        get { (json["metadata"]?["ownerReferences"]?.arrayValue ?? []).compactMap(OwnerReference.init) }
        set { setMetadata("ownerReferences", newValue.isEmpty ? nil : .array(newValue.map(\.value))) }
    }
    /// When the object was made.
    public var creationTimestamp: Timestamp? { metadataString("creationTimestamp").flatMap { Timestamp($0) } }
    /// When its deletion was asked for; nil while it is wanted.
    public var deletionTimestamp: Timestamp? { metadataString("deletionTimestamp").flatMap { Timestamp($0) } }
    /// Whether its deletion has been asked for.
    public var isBeingDeleted: Bool { metadataString("deletionTimestamp") != nil }
    /// The `namespace/name`, or the name alone: how people and logs name the object.
    public var key: ObjectKey { ObjectKey(namespace: namespace, name: name) }

    private func metadataString(_ field: String) -> String? { json["metadata"]?[field]?.stringValue }

    private mutating func setMetadata(_ field: String, _ value: JSONValue?) {
        json.update("metadata") { metadata in
            if metadata == nil { metadata = .object(JSONObject()) }
            metadata?[field] = value
        }
    }
}

/// A namespace and a name: what tells objects of one kind apart.
public struct ObjectKey: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The namespace; nil for cluster-scoped objects.
    public var namespace: String?
    /// The name.
    public var name: String

    /// A key.
    public init(namespace: String? = nil, name: String) {
        self.namespace = namespace
        self.name = name
    }

    /// `namespace/name`, or the name alone.
    public var description: String { namespace.map { "\($0)/\(name)" } ?? name }

    /// Orders by namespace, then by name, as a list of the API server does.
    public static func < (left: ObjectKey, right: ObjectKey) -> Bool {
        (left.namespace ?? "", left.name) < (right.namespace ?? "", right.name)
    }
}
