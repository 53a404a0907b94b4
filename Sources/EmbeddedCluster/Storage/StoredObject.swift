import KubeCore
import Synchronization

/// One state of one object, as the store keeps it.
///
/// The state itself never changes. It is held as a tree until its JSON is first asked for; of large objects only the
/// JSON is kept from then on, which is several times smaller and is what lists and watches need. Every reader and
/// watcher shares the same bytes.
package final class StoredObject: Sendable {
    /// The key within the resource: `namespace/name`, or the name.
    package let key: String
    /// The namespace; nil for cluster-scoped objects.
    package let namespace: String?
    /// The name.
    package let name: String
    /// The unique identifier.
    package let uid: String
    /// The store's version after the write that made this state.
    package let resourceVersion: UInt64
    /// The labels, at hand for selectors.
    package let labels: [String: String]
    /// Which schema the object was written under; readers need not convert it while that is still the current one.
    package let schemaIdentity: UInt64

    /// About how many bytes the object's JSON has, known without making it.
    package let weight: Int

    private let content: Mutex<Content>

    private struct Content {
        var tree: KubeObject?
        var bytes: [UInt8]?
    }

    /// JSON larger than this is not also kept as a tree.
    private static let treeLimit = 8 * 1024

    /// A state of an object whose `resourceVersion` has been set already.
    ///
    /// - Parameter weight: what the object weighs, if somebody knows.
    init(_ object: KubeObject, resourceVersion: UInt64, schemaIdentity: UInt64, weight: Int? = nil) {
        self.weight = weight ?? Self.weight(of: object)
        namespace = object.namespace
        name = object.name
        key = Self.key(namespace: object.namespace, name: object.name)
        uid = object.uid ?? ""
        labels = object.labels
        self.resourceVersion = resourceVersion
        self.schemaIdentity = schemaIdentity
        content = Mutex(Content(tree: object))
    }

    /// The object.
    package var object: KubeObject {
        let (tree, bytes) = content.withLock { ($0.tree, $0.bytes) }
        if let tree { return tree }
        guard let bytes, let value = try? JSONValue(parsing: bytes, maximumDepth: JSONValue.maximumDepth),
            let object = KubeObject(value)
        else { preconditionFailure("\(key): the store's own JSON cannot be read back") }
        return object
    }

    /// The object as JSON, `kind` and `apiVersion` first.
    package var bytes: [UInt8] {
        content.withLock { content in
            if let bytes = content.bytes { return bytes }
            guard let tree = content.tree else { preconditionFailure("a stored object has a tree or bytes") }
            let bytes = tree.typeFirst.serializedBytes()
            content.bytes = bytes
            if bytes.count > Self.treeLimit { content.tree = nil }
            return bytes
        }
    }

    /// Gives up the tree of a large object: nobody is about to read it as one.
    func compact() {
        if weight > Self.treeLimit { _ = bytes }
    }

    /// About how many bytes an object's JSON has.
    static func weight(of object: KubeObject) -> Int { weight(of: object.value) }

    private static func weight(of value: JSONValue) -> Int {
        switch value {
        case .string(let text): text.utf8.count + 3
        case .array(let elements): elements.reduce(2) { $0 + weight(of: $1) }
        case .object(let object): object.reduce(2) { $0 + $1.key.utf8.count + 4 + weight(of: $1.value) }
        default: 6
        }
    }

    /// Where an object is kept within its resource.
    static func key(namespace: String?, name: String) -> String {
        namespace.map { "\($0)/\(name)" } ?? name
    }
}

extension KubeObject {
    /// The object with `kind` and `apiVersion` as its first members, as the API server prints objects.
    package var typeFirst: JSONValue {
        var result = JSONObject()
        result.reserveCapacity(json.count)
        if let kind = json["kind"] { result["kind"] = kind }
        if let apiVersion = json["apiVersion"] { result["apiVersion"] = apiVersion }
        for (key, value) in json where key != "kind" && key != "apiVersion" { result[key] = value }
        return .object(result)
    }
}
