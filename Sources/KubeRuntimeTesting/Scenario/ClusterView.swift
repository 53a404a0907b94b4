import KubeCore

/// All objects of the cluster at one moment, between two writes.
public struct ClusterView: Sendable {
    struct Key: Hashable, Sendable, Comparable {
        var group: String
        var plural: String
        var key: ObjectKey

        var resource: String { group.isEmpty ? plural : "\(plural).\(group)" }

        static func < (left: Key, right: Key) -> Bool {
            (left.group, left.plural, left.key) < (right.group, right.plural, right.key)
        }
    }

    private(set) var objects: [Key: KubeObject] = [:]
    /// The objects that there are, by their unique identifiers.
    private(set) var uids: [String: Key] = [:]

    init() {}

    /// An object, if it is there.
    public func object(_ type: ResourceType, namespace: String? = nil, name: String) -> KubeObject? {
        objects[Key(group: type.group, plural: type.plural, key: ObjectKey(namespace: namespace, name: name))]
    }

    /// All objects of a resource, ordered by namespace and name.
    public func objects(_ type: ResourceType) -> [KubeObject] {
        objects.filter { $0.key.group == type.group && $0.key.plural == type.plural }
            .sorted { $0.key < $1.key }.map(\.value)
    }

    mutating func put(_ object: KubeObject?, at key: Key) {
        if let uid = objects[key]?.uid { uids[uid] = nil }
        objects[key] = object
        if let uid = object?.uid { uids[uid] = key }
    }
}

/// Something that must hold after every single write to the cluster, whatever befalls the controller.
///
/// ```swift
/// Invariant("a site that is Ready has its content") { cluster in
///     for site in cluster.objects(.sites) where isReady(site) && !hasContent(site, cluster) { return site.name }
///     return nil
/// }
/// ```
public struct Invariant: Sendable {
    /// What holds, in words.
    public let name: String
    let check: @Sendable (ClusterView) -> String?

    /// An invariant.
    ///
    /// - Parameter check: nil where it holds, otherwise what breaks it. Runs after every write, so it must be quick.
    public init(_ name: String, check: @escaping @Sendable (ClusterView) -> String?) {
        self.name = name
        self.check = check
    }
}
