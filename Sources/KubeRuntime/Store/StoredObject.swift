import KubeCore

/// An object as a store holds it: the bytes that were kept, and what controllers ask for most, read once.
///
/// It is immutable and cheap to pass around. ``object()`` builds the value tree anew each time; ask for it once per
/// reconcile, or read a single field with ``value(at:)``, which parses nothing else.
public struct StoredObject: Sendable {
    /// One heap object per stored object, shared by all indexes and snapshots.
    private final class Storage: Sendable {
        let key: ObjectKey
        let resourceVersion: String
        let generation: Int64
        let labels: LabelSet
        let bytes: [UInt8]
        let type: SharedType
        let uidStart: UInt32
        let uidCount: UInt16
        let isBeingDeleted: Bool

        init(header: ObjectHeader, bytes: [UInt8], type: SharedType) {
            key = ObjectKey(namespace: header.namespace, name: header.name)
            resourceVersion = header.resourceVersion
            generation = header.generation
            labels = header.labels
            self.bytes = bytes
            self.type = type
            // An identifier beyond these bounds is no server's; its object then has none.
            uidStart = UInt32(exactly: header.uid.lowerBound) ?? 0
            uidCount = uidStart == header.uid.lowerBound ? UInt16(exactly: header.uid.count) ?? 0 : 0
            isBeingDeleted = header.isBeingDeleted
        }

        var uid: ArraySlice<UInt8> { bytes[Int(uidStart)..<Int(uidStart) + Int(uidCount)] }
    }

    private let storage: Storage

    /// Keeps of an object's JSON what the filter leaves.
    ///
    /// - Parameter scratch: the same for all objects of a store. One of its own for each object, freed once the kept
    ///   part is copied to size, would leave holes between the kept parts that add up to several times their size.
    init(
        json: ArraySlice<UInt8>, filter: FieldFilter, shared: inout SharedParts, scratch: inout [UInt8]
    ) throws(JSONScanner.Failure) {
        scratch.removeAll(keepingCapacity: true)
        try filter.copy(json.span, into: &scratch)
        // Of the array or a slice of it, a copy would share the scratch's memory, and keep its capacity.
        let bytes = scratch.withUnsafeBufferPointer { Array($0) }
        var header = ObjectHeader()
        try header.read(bytes.span, &shared)
        guard !header.name.isEmpty else { throw JSONScanner.Failure(reason: "metadata.name is missing", offset: 0) }
        storage = Storage(header: header, bytes: bytes, type: shared.type)
    }

    /// An object held as a value, for sources that have no bytes.
    ///
    /// - Throws: an error if the object has no name.
    public init(_ object: KubeObject, type: ResourceType, retaining: ObjectRetention = .full) throws {
        var shared = SharedParts(type: type)
        var scratch: [UInt8] = []
        try self.init(
            json: object.value.serializedBytes()[...], filter: retaining.filter, shared: &shared, scratch: &scratch)
    }

    /// The resource that the object belongs to.
    public var type: ResourceType { storage.type.value }
    /// Namespace and name.
    public var key: ObjectKey { storage.key }
    /// The name.
    public var name: String { storage.key.name }
    /// The namespace; nil for cluster-scoped objects.
    public var namespace: String? { storage.key.namespace }
    /// The unique identifier; tells an object from a later one of the same name.
    public var uid: String { String(decoding: storage.uid, as: UTF8.self) }
    /// The version of this state.
    public var resourceVersion: String { storage.resourceVersion }
    /// How often the specification has changed.
    public var generation: Int64 { storage.generation }
    /// Whether its deletion has been asked for.
    public var isBeingDeleted: Bool { storage.isBeingDeleted }
    /// How many bytes are kept.
    public var byteCount: Int { storage.bytes.count }
    /// The labels.
    public var labels: [String: String] {
        Dictionary(storage.labels.labels.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    }

    /// The value of a label; nil where it is missing.
    public func label(_ key: String) -> String? { storage.labels.value(key) }

    /// Whether the labels meet a selector; builds no dictionary.
    public func matches(_ selector: LabelSelector) -> Bool {
        storage.labels.matches(selector)
    }

    /// The labels, as many objects share them.
    var labelSet: LabelSet { storage.labels }

    /// A reference to the object in this state.
    public var reference: ObjectReference {
        ObjectReference(
            groupVersionKind: type.groupVersionKind, namespace: namespace, name: name, uid: uid,
            resourceVersion: resourceVersion)
    }

    /// The object as a value, with `apiVersion` and `kind`, which items of a list lack on the
    /// wire and metadata-only reads replace.
    ///
    /// - Throws: `JSONParseError` where the server sent something that only resembles JSON.
    public func object() throws(JSONParseError) -> KubeObject {
        // That it is an object was seen when its header was read.
        let members = try JSONValue(parsing: storage.bytes).objectValue ?? JSONObject()
        let kind = members["kind"]?.stringValue
        if kind != nil, kind != "PartialObjectMetadata", members.contains("apiVersion") { return KubeObject(members) }
        var complete: JSONObject = ["apiVersion": .string(type.apiVersion), "kind": .string(type.kind)]
        for (key, value) in members where key != "apiVersion" && key != "kind" { complete[key] = value }
        return KubeObject(complete)
    }

    /// The value at a path of member names, parsed alone; nil where any of them is missing or malformed.
    public func value(at path: String...) -> JSONValue? {
        value(at: path[...])
    }

    /// The value at a path of member names, parsed alone; nil where any of them is missing or malformed.
    public func value(at path: ArraySlice<String>) -> JSONValue? {
        let bytes = storage.bytes
        let span = bytes.span
        // What was kept was walked over when it came in, so that only a missing member fails here.
        guard let range = try? Self.find(path, in: span) else { return nil }
        return try? JSONValue(parsing: bytes[range])
    }

    /// The owners; malformed entries are left out.
    public var ownerReferences: [OwnerReference] {
        (value(at: "metadata", "ownerReferences")?.arrayValue ?? []).compactMap(OwnerReference.init)
    }

    /// The owner that manages the object, if one does.
    public var controllerReference: OwnerReference? { ownerReferences.first { $0.isController == true } }

    /// Whether both are the same state of the same object.
    public func isSameState(as other: StoredObject) -> Bool {
        storage === other.storage || (resourceVersion == other.resourceVersion && isSameObject(as: other))
    }

    /// Whether both are states of one object, not of an object and a later one of its name.
    func isSameObject(as other: StoredObject) -> Bool { storage.uid == other.storage.uid }

    private static func find(
        _ path: ArraySlice<String>, in bytes: borrowing Span<UInt8>
    ) throws(JSONScanner.Failure) -> Range<Int>? {
        var scanner = JSONScanner()
        for name in path {
            guard try scanner.peek(bytes) == UInt8(ascii: "{") else { return nil }
            let wanted = Array(name.utf8)
            var isMore = try scanner.open(bytes, closing: UInt8(ascii: "}"))
            var isFound = false
            while isMore {
                let key = try scanner.key(bytes)
                if JSONScanner.equals(bytes, key, wanted) {
                    isFound = true
                    break
                }
                try scanner.skipValue(bytes)
                isMore = try scanner.hasNext(bytes, closing: UInt8(ascii: "}"))
            }
            guard isFound else { return nil }
        }
        scanner.skipWhitespace(bytes)
        let start = scanner.position
        try scanner.skipValue(bytes)
        return start..<scanner.position
    }
}
