import KubeCore

/// The controllers' picture of the cluster, fed by its changes and by the answers to their own writes.
///
/// Indexed by what controllers ask: objects of a type in a namespace, what an owner owns, pods of a node. An entry is
/// only ever replaced by a newer one, so that an event that arrives after the answer to a later write does no harm.
struct ClusterCache {
    /// Objects by resource, namespace (empty for cluster-scoped ones) and name.
    private var objects: [String: [String: [String: KubeObject]]] = [:]
    private var types: [String: ResourceType] = [:]
    private var keysByUID: [String: ResourceKey] = [:]
    private var dependentsByOwner: [String: Set<ResourceKey>] = [:]
    private var podsByNode: [String: Set<ResourceKey>] = [:]
    /// Pods and ReplicaSets without a controller, by namespace: what may be adopted.
    private var orphanKeys: [String: Set<ResourceKey>] = [:]
    private static let adoptable: Set<String> = [podResource, ResourceType.replicaSets.qualifiedName]
    /// The newest version at which an object that is gone was seen, so that late news of it is not believed. Bounded:
    /// the oldest half is dropped now and then.
    private var tombstones: [ResourceKey: UInt64] = [:]

    static let podResource = ResourceType.pods.qualifiedName

    /// The type of a resource, as last seen.
    func type(of resource: String) -> ResourceType? { types[resource] }

    /// One object.
    func object(_ key: ResourceKey) -> KubeObject? { objects[key.resource]?[key.namespace]?[key.name] }

    /// One object of a type.
    func object(_ type: ResourceType, namespace: String?, name: String) -> KubeObject? {
        objects[type.qualifiedName]?[namespace ?? ""]?[name]
    }

    /// The objects of a type in a namespace, in no order.
    func objects(_ type: ResourceType, namespace: String?) -> [KubeObject] {
        (objects[type.qualifiedName]?[namespace ?? ""]).map { Array($0.values) } ?? []
    }

    /// All objects of a type, in no order.
    func objects(_ type: ResourceType) -> [KubeObject] {
        (objects[type.qualifiedName] ?? [:]).values.flatMap(\.values)
    }

    /// The keys of all objects of a resource.
    func keys(of resource: String) -> [ResourceKey] {
        (objects[resource] ?? [:]).flatMap { namespace, named in
            named.keys.map { ResourceKey(resource: resource, namespace: namespace, name: $0) }
        }
    }

    /// What lives in a namespace, of any type.
    func contents(ofNamespace namespace: String) -> [ResourceKey] {
        objects.flatMap { resource, namespaces in
            (namespaces[namespace] ?? [:]).keys.map {
                ResourceKey(resource: resource, namespace: namespace, name: $0)
            }
        }
    }

    /// Which object has this unique identifier.
    func key(uid: String) -> ResourceKey? { keysByUID[uid] }

    /// What names this owner in its owner references.
    func dependents(ofOwner uid: String) -> Set<ResourceKey> { dependentsByOwner[uid] ?? [] }

    /// The objects of a type that this owner controls, by name.
    func controlled(_ type: ResourceType, by uid: String) -> [KubeObject] {
        let resource = type.qualifiedName
        return dependents(ofOwner: uid).filter { $0.resource == resource }.compactMap { object($0) }
            .filter { $0.controller?.uid == uid }
            .sorted { $0.name.utf8Less(than: $1.name) }
    }

    /// The objects of a type in a namespace that no controller owns, by name.
    func orphans(_ type: ResourceType, namespace: String) -> [KubeObject] {
        (orphanKeys[namespace] ?? []).filter { $0.resource == type.qualifiedName }.sorted()
            .compactMap { object($0) }
    }

    /// The pods on a node; those on none for the empty string.
    func pods(onNode node: String) -> Set<ResourceKey> { podsByNode[node] ?? [] }

    /// Takes in a change, unless what is known is newer. The result says whether anything became different.
    @discardableResult
    mutating func apply(_ change: ClusterChange) -> Bool {
        if let new = change.new { return store(new, type: change.type) }
        guard let old = change.old else { return false }
        let key = ResourceKey(change.type, old)
        if let known = object(key), known.uid != old.uid, Self.version(of: known) > change.resourceVersion {
            return false
        }
        let didExist = object(key) != nil
        remove(key)
        if tombstones.count > 8192 {
            let median = tombstones.values.sorted()[tombstones.count / 2]
            tombstones = tombstones.filter { $0.value > median }
        }
        tombstones[key] = max(change.resourceVersion, Self.version(of: old))
        return didExist
    }

    /// Takes in an object as read or written, unless what is known is as new.
    @discardableResult
    mutating func store(_ object: KubeObject, type: ResourceType) -> Bool {
        let key = ResourceKey(type, object)
        let version = Self.version(of: object)
        if let tombstone = tombstones[key] {
            guard version > tombstone else { return false }
            tombstones[key] = nil
        }
        if let known = self.object(key) {
            guard version > Self.version(of: known) else { return false }
            unindex(known, key)
        }
        types[key.resource] = type
        objects[key.resource, default: [:]][key.namespace, default: [:]][key.name] = object
        index(object, key)
        return true
    }

    /// Forgets an object that is known to be gone.
    mutating func remove(_ key: ResourceKey) {
        guard let known = object(key) else { return }
        unindex(known, key)
        objects[key.resource]?[key.namespace]?[key.name] = nil
    }

    /// Forgets an object whose state turned out to be stale; its own events, or the next read, bring it back.
    mutating func forget(_ key: ResourceKey) { remove(key) }

    private mutating func index(_ object: KubeObject, _ key: ResourceKey) {
        if let uid = object.uid { keysByUID[uid] = key }
        let owners = object.ownerReferences
        for owner in owners { dependentsByOwner[owner.uid, default: []].insert(key) }
        if Self.adoptable.contains(key.resource), !owners.contains(where: { $0.isController == true }) {
            orphanKeys[key.namespace, default: []].insert(key)
        }
        if key.resource == Self.podResource { podsByNode[object.nodeName ?? "", default: []].insert(key) }
    }

    private mutating func unindex(_ object: KubeObject, _ key: ResourceKey) {
        if let uid = object.uid, keysByUID[uid] == key { keysByUID[uid] = nil }
        for owner in object.ownerReferences {
            dependentsByOwner[owner.uid]?.remove(key)
            if dependentsByOwner[owner.uid]?.isEmpty == true { dependentsByOwner[owner.uid] = nil }
        }
        if Self.adoptable.contains(key.resource) { orphanKeys[key.namespace]?.remove(key) }
        if key.resource == Self.podResource { podsByNode[object.nodeName ?? ""]?.remove(key) }
    }

    private static func version(of object: KubeObject) -> UInt64 {
        object.resourceVersion.flatMap { UInt64($0) } ?? 0
    }
}
