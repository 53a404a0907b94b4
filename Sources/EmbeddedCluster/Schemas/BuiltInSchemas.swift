import KubeCore
import Synchronization

/// The schemas of the built-in kinds, read from generated tables when they are first asked for.
package enum BuiltInSchemas {
    /// The schemas read so far.
    private static let cache = Mutex<[String: Schema]>([:])

    /// The schema of a built-in kind; nil if there is no such kind.
    package static func schema(for type: GroupVersionKind) -> Schema? {
        SchemaTables.definitionNames[type].flatMap(definition)
    }

    /// The schema of `meta/v1` ObjectMeta.
    package static let objectMetadata = definition("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta")

    /// A definition by its full name, such as `io.k8s.api.core.v1.PodSpec`.
    static func definition(_ name: String) -> Schema? {
        if let known = cache.withLock({ $0[name] }) { return known }
        guard let source = SchemaTables.source(of: name) else { return nil }
        let schema = Schema(source, isBuiltIn: true)
        return cache.withLock { cache in
            // Of two readers at once the first wins, so that a definition is one node.
            if let known = cache[name] { return known }
            cache[name] = schema
            return schema
        }
    }
}

extension Schema {
    /// The value of a built-in kind before any field is set: the structures that Go holds by value are there, empty.
    /// A custom resource has none.
    package var emptyValue: JSONValue {
        var object = JSONObject()
        guard !isResourceRoot else { return .object(object) }
        let schema = resolved
        for name in schema.propertyNames {
            guard let property = schema.properties[name] else { continue }
            if property.defaultValue == .object([:]) {
                object[name] = property.emptyValue
            } else if schema.required.contains(name), property.resolved.type == "array", property.listType != "set" {
                // Go writes a list that must be there, and is not, as null.
                object[name] = .null
            }
        }
        return .object(object)
    }
}
