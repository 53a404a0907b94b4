import HashTreeCollections
import KubeCore
import Synchronization

/// What happened to an object in a store.
public enum ObjectChange: Sendable {
    /// The object is new to the store; `isInInitialList` if it was part of the first full read.
    case added(StoredObject, isInInitialList: Bool)
    /// The object has changed, or (with equal versions) is delivered again by a resync.
    case updated(old: StoredObject, new: StoredObject)
    /// The object is gone. Where the deletion itself was missed, `last` is the last state that was seen, which may be
    /// older than the last state that was.
    case deleted(last: StoredObject, isFinalStateKnown: Bool)

    /// The newest state that is known.
    public var object: StoredObject {
        switch self {
        case .added(let object, _), .updated(_, let object), .deleted(let object, _): object
        }
    }

    /// Whether a controller may take its time: the object is as it was, or there for the first time.
    public var isUrgent: Bool {
        switch self {
        case .added(_, let isInInitialList): !isInInitialList
        case .updated(let old, let new): !old.isSameState(as: new)
        case .deleted: true
        }
    }
}

/// The objects of one collection as a reflector last saw them, with indexes.
///
/// Reading never waits for writing for longer than it takes to copy a reference: ``snapshot()`` is immutable and can be
/// kept and searched for as long as one likes.
public final class ObjectStore: Sendable {
    /// Names the values under which an object is found; pure and quick, as it runs for every change.
    public typealias IndexFunction = @Sendable (StoredObject) -> [String]

    private struct State {
        var content: Snapshot
        var shared: SharedParts
        /// Where the kept part of the object being read grows.
        var scratch: [UInt8] = []
    }

    /// What ``State/scratch`` may hold on to: few objects are larger, and those need not be held twice for ever.
    private static let scratchLimit = 256 << 10

    private let state: Mutex<State>
    private let indexFunctions: [String: IndexFunction]
    private let filter: FieldFilter

    /// The resource of the objects.
    public let type: ResourceType

    /// An empty store.
    ///
    /// - Parameters:
    ///   - retaining: what is kept of each object.
    ///   - indexes: further indexes by name. Namespaces are indexed always.
    public init(
        type: ResourceType, retaining: ObjectRetention = .full, indexes: [String: IndexFunction] = [:]
    ) {
        self.type = type
        filter = retaining.filter
        indexFunctions = indexes
        state = Mutex(State(content: Snapshot(indexNames: indexes.keys), shared: SharedParts(type: type)))
    }

    /// The content now, which does not change any more.
    public func snapshot() -> Snapshot { state.withLock { $0.content } }

    /// An object by its key.
    public func get(_ key: ObjectKey) -> StoredObject? { snapshot().objects[key] }
    /// An object by its name and namespace.
    public func get(namespace: String? = nil, name: String) -> StoredObject? {
        get(ObjectKey(namespace: namespace, name: name))
    }
    /// How many objects there are.
    public var count: Int { snapshot().count }
    /// The version up to which the store, not only the reflector, is current; empty before the first sync.
    public var resourceVersion: String { state.withLock { $0.content.resourceVersion } }

    // MARK: Writing, by the reflector

    /// Reads an object as the store keeps it.
    package func parse(_ json: ArraySlice<UInt8>) throws -> StoredObject {
        // What is shared is the store's; a copy of it would defeat its purpose.
        let result: Result<StoredObject, JSONScanner.Failure> = state.withLock { state in
            defer { if state.scratch.capacity > Self.scratchLimit { state.scratch = [] } }
            do throws(JSONScanner.Failure) {
                return .success(
                    try StoredObject(
                        json: json, filter: filter, shared: &state.shared, scratch: &state.scratch))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Puts an object in and says what has changed: two changes where an object of the same name but another identifier
    /// was there, whose deletion must have been missed.
    package func put(_ object: StoredObject) -> [ObjectChange] {
        state.withLock { state in
            state.content.resourceVersion = object.resourceVersion
            return Self.changes(from: state.content.insert(object, indexFunctions), to: object, isInitial: false)
        }
    }

    /// Takes an object out whose last state is this.
    package func remove(_ object: StoredObject) -> [ObjectChange] {
        state.withLock { state in
            state.content.resourceVersion = object.resourceVersion
            guard let old = state.content.remove(object.key, indexFunctions) else { return [] }
            let isFinalStateKnown = old.isSameObject(as: object)
            return [.deleted(last: isFinalStateKnown ? object : old, isFinalStateKnown: isFinalStateKnown)]
        }
    }

    /// Notes that the store is current up to a version.
    package func advance(to resourceVersion: String) {
        state.withLock { $0.content.resourceVersion = resourceVersion }
    }

    /// Swaps the content in one step, and says what has changed: first what vanished, then what is new or different.
    package func replace(with objects: [StoredObject], resourceVersion: String) -> [ObjectChange] {
        var next = Snapshot(indexNames: indexFunctions.keys)
        next.resourceVersion = resourceVersion
        for object in objects { _ = next.insert(object, indexFunctions) }
        let content = next
        let (old, isInitial) = state.withLock { state in
            let old = state.content
            state.content = content
            return (old, old.resourceVersion.isEmpty)
        }
        var changes: [ObjectChange] = []
        for (key, object) in old.objects where content.objects[key] == nil {
            changes.append(.deleted(last: object, isFinalStateKnown: false))
        }
        for object in content.objects.values {
            changes += Self.changes(from: old.objects[object.key], to: object, isInitial: isInitial)
        }
        return changes
    }

    private static func changes(
        from old: StoredObject?, to new: StoredObject, isInitial: Bool
    ) -> [ObjectChange] {
        guard let old else { return [.added(new, isInInitialList: isInitial)] }
        guard old.isSameObject(as: new) else {
            return [.deleted(last: old, isFinalStateKnown: false), .added(new, isInInitialList: false)]
        }
        return old.resourceVersion == new.resourceVersion ? [] : [.updated(old: old, new: new)]
    }

    // MARK: Snapshot

    /// The content of a store at one moment.
    public struct Snapshot: Sendable {
        fileprivate(set) var objects: TreeDictionary<ObjectKey, StoredObject> = [:]
        fileprivate var namespaces: TreeDictionary<String, TreeSet<ObjectKey>> = [:]
        /// Selectors are asked about these, which are fewer than the objects.
        fileprivate var labelSets: TreeDictionary<LabelSet, TreeSet<ObjectKey>> = [:]
        fileprivate var indexes: [String: TreeDictionary<String, TreeSet<ObjectKey>>] = [:]
        /// The version up to which this is current; empty before the first sync.
        public fileprivate(set) var resourceVersion = ""

        fileprivate init(indexNames: some Sequence<String>) {
            for name in indexNames { indexes[name] = [:] }
        }

        /// How many objects there are.
        public var count: Int { objects.count }
        /// All objects, in no order.
        public var all: [StoredObject] { Array(objects.values) }
        /// An object by its key.
        public func get(_ key: ObjectKey) -> StoredObject? { objects[key] }
        /// An object by its name and namespace.
        public func get(namespace: String? = nil, name: String) -> StoredObject? {
            objects[ObjectKey(namespace: namespace, name: name)]
        }

        /// The objects in a namespace (nil for all) whose labels meet a selector, ordered by namespace and name.
        public func list(namespace: String? = nil, matching selector: LabelSelector = .everything) -> [StoredObject] {
            var found: [StoredObject] = []
            if let namespace {
                for key in namespaces[namespace] ?? [] {
                    if let object = objects[key], object.matches(selector) { found.append(object) }
                }
            } else if selector.requirements.isEmpty {
                found = all
            } else {
                for (labels, keys) in labelSets where labels.matches(selector) {
                    found += keys.compactMap { objects[$0] }
                }
            }
            return found.sorted { $0.key < $1.key }
        }

        /// The objects that an index files under a value, ordered by namespace and name; none for an unknown index.
        public func list(index: String, value: String) -> [StoredObject] {
            (indexes[index]?[value] ?? []).compactMap { objects[$0] }.sorted { $0.key < $1.key }
        }

        /// The values under which an index files anything.
        public func values(ofIndex index: String) -> [String] { (indexes[index] ?? [:]).keys.sorted() }

        fileprivate mutating func insert(
            _ object: StoredObject, _ functions: [String: IndexFunction]
        ) -> StoredObject? {
            let old = objects.updateValue(object, forKey: object.key)
            if old == nil, let namespace = object.namespace {
                Self.file(object.key, under: namespace, in: &namespaces)
            }
            if old?.labelSet != object.labelSet {
                if let old { Self.unfile(object.key, from: old.labelSet, in: &labelSets) }
                Self.file(object.key, under: object.labelSet, in: &labelSets)
            }
            for (name, function) in functions {
                let values = function(object)
                let oldValues = old.map(function) ?? []
                // Most changes leave what is indexed alone.
                guard values != oldValues else { continue }
                for value in oldValues { Self.unfile(object.key, from: value, in: &indexes[name, default: [:]]) }
                for value in values { Self.file(object.key, under: value, in: &indexes[name, default: [:]]) }
            }
            return old
        }

        fileprivate mutating func remove(
            _ key: ObjectKey, _ functions: [String: IndexFunction]
        ) -> StoredObject? {
            guard let old = objects.removeValue(forKey: key) else { return nil }
            if let namespace = key.namespace { Self.unfile(key, from: namespace, in: &namespaces) }
            Self.unfile(key, from: old.labelSet, in: &labelSets)
            for (name, function) in functions {
                for value in function(old) { Self.unfile(key, from: value, in: &indexes[name, default: [:]]) }
            }
            return old
        }

        private static func file<Value: Hashable>(
            _ key: ObjectKey, under value: Value, in index: inout TreeDictionary<Value, TreeSet<ObjectKey>>
        ) {
            index[value, default: []].insert(key)
        }

        private static func unfile<Value: Hashable>(
            _ key: ObjectKey, from value: Value, in index: inout TreeDictionary<Value, TreeSet<ObjectKey>>
        ) {
            index[value, default: []].remove(key)
            // Empty sets would pile up where values are ever new.
            if index[value]?.isEmpty == true { index[value] = nil }
        }
    }
}
