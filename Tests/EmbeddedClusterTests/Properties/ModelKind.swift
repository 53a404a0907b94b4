import KubeCore

/// A kind that random operations are about, with the fields that they set: each field a path as managed fields write it,
/// and the values that it may take.
struct ModelKind: Sendable {
    /// One field.
    struct Field: Sendable {
        /// Such as `f:spec`, `f:containers`, `k:{"name":"web"}`, `f:image`; a member of a set ends with `v:"x"`.
        var path: [String]
        var values: [JSONValue]
        /// Whether creations need it.
        var isRequired = false
        /// Whether the server puts something there when nobody wants anything.
        var hasDefault = false
    }

    var type: ResourceType
    var fields: [Field]
    var statusFields: [Field]
    /// Whether `metadata.generation` counts changes of the specification.
    var hasGeneration: Bool
    /// Selectors of this kind besides those that every kind has.
    var fieldSelectors: [(query: String, matches: @Sendable (JSONValue) -> Bool)] = []

    /// A field with its value, as an operation sets it: indices into the lists above.
    struct Choice: Sendable, Hashable {
        var field: Int
        var value: Int
    }

    static let names = ["ann", "bea", "cleo"]
    static let managers = ["alice", "bob", "carol"]

    var collection: String { "\(type.groupVersion.path)/namespaces/default/\(type.plural)" }

    /// An object, or a part of one, with these fields.
    func object(_ choices: [Choice], isStatus: Bool = false) -> JSONValue {
        var object: JSONValue = ["apiVersion": .string(type.apiVersion), "kind": .string(type.kind)]
        let fields = isStatus ? statusFields : fields
        for choice in choices {
            let field = fields[choice.field]
            object = FieldPath.inserting(field.values[choice.value], at: field.path[...], in: object)
        }
        return object
    }
}

/// Paths in the notation of `fieldsV1`, read independently of the code under test.
enum FieldPath {
    /// The value at a path; nil if there is none.
    static func value(at path: ArraySlice<String>, in value: JSONValue) -> JSONValue? {
        guard let first = path.first else { return value }
        let rest = path.dropFirst()
        let text = String(first.dropFirst(2))
        switch first.prefix(2) {
        case "f:": return value[text].flatMap { Self.value(at: rest, in: $0) }
        case "k:": return position(of: text, in: value).flatMap { Self.value(at: rest, in: value[$0] ?? .null) }
        case "v:": return value.arrayValue?.first { $0.serialized() == text }
        default: return nil
        }
    }

    private static func position(of keys: String, in list: JSONValue) -> Int? {
        guard let wanted = (try? JSONValue(parsing: Array(keys.utf8)))?.objectValue else { return nil }
        return list.arrayValue?.firstIndex { item in wanted.allSatisfy { item[$0.key] == $0.value } }
    }

    /// The value with another one put at a path: items of lists are found by their keys, or added.
    static func inserting(_ new: JSONValue, at path: ArraySlice<String>, in value: JSONValue) -> JSONValue {
        guard let first = path.first else { return new }
        let rest = path.dropFirst()
        let text = String(first.dropFirst(2))
        switch first.prefix(2) {
        case "f:":
            var object = value.objectValue ?? [:]
            object[text] = inserting(new, at: rest, in: object[text] ?? .null)
            return .object(object)
        case "k:":
            var list = value.arrayValue ?? []
            let index = position(of: text, in: value) ?? list.count
            if index == list.count { list.append((try? JSONValue(parsing: Array(text.utf8))) ?? .null) }
            list[index] = inserting(new, at: rest, in: list[index])
            return .array(list)
        default:
            let list = value.arrayValue ?? []
            return .array(list.contains(new) ? list : list + [new])
        }
    }

    /// The value without what is at a path.
    static func removing(_ path: ArraySlice<String>, from value: JSONValue) -> JSONValue {
        guard let first = path.first else { return value }
        let rest = path.dropFirst()
        let text = String(first.dropFirst(2))
        switch first.prefix(2) {
        case "f:":
            guard var object = value.objectValue, let member = object[text] else { return value }
            if rest.isEmpty { object[text] = nil } else { object[text] = removing(rest, from: member) }
            return .object(object)
        case "k:":
            guard var list = value.arrayValue, let index = position(of: text, in: value) else { return value }
            if rest.isEmpty { list.remove(at: index) } else { list[index] = removing(rest, from: list[index]) }
            return .array(list)
        default:
            return .array((value.arrayValue ?? []).filter { $0.serialized() != text })
        }
    }

    /// The paths that an entry of managed fields owns, each joined into one text.
    static func owned(_ fields: JSONValue?, _ prefix: [String] = []) -> Set<[String]> {
        var paths: Set<[String]> = []
        for (key, value) in fields?.objectValue ?? [:] {
            if key == "." {
                paths.insert(prefix)
            } else if value.objectValue?.isEmpty == true {
                paths.insert(prefix + [key])
            } else {
                paths.formUnion(owned(value, prefix + [key]))
            }
        }
        return paths
    }

    /// What somebody owns who applies a field: the field, and of every item of a list on the way the item and its keys.
    static func ownedByApplying(_ path: [String]) -> Set<[String]> {
        var paths: Set<[String]> = [path]
        for (index, element) in path.enumerated() where element.hasPrefix("k:") {
            let item = Array(path[...index])
            paths.insert(item)
            let keys = (try? JSONValue(parsing: Array(element.dropFirst(2).utf8)))?.objectValue ?? [:]
            for (key, _) in keys { paths.insert(item + ["f:" + key]) }
        }
        return paths
    }
}
