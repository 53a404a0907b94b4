import KubeCore

/// One step from a value to a part of it, as `FieldsV1` names it.
package enum PathElement: Sendable, Hashable {
    /// A member of an object: `f:name`.
    case field(String)
    /// The element of a `map` list with these key members, sorted by name: `k:{"name":"a"}`.
    case key([KeyField])
    /// The element of a `set` list with this value: `v:"a"`.
    case value(JSONValue)
    /// The element of a list at this position: `i:0`.
    case index(Int)

    /// One key member of an element of a `map` list.
    package struct KeyField: Sendable, Hashable {
        package var name: String
        package var value: JSONValue
    }
}

extension PathElement: Comparable {
    private var rank: Int {
        switch self {
        case .field: 0
        case .key: 1
        case .value: 2
        case .index: 3
        }
    }

    /// Members first, then keys, values and positions; each in its own order.
    package static func < (left: PathElement, right: PathElement) -> Bool {
        switch (left, right) {
        case (.field(let a), .field(let b)): a.utf8Less(than: b)
        case (.value(let a), .value(let b)): precedes(a, b)
        case (.index(let a), .index(let b)): a < b
        case (.key(let a), .key(let b)): precedes(a, b)
        default: left.rank < right.rank
        }
    }

    private static func precedes(_ left: [KeyField], _ right: [KeyField]) -> Bool {
        for (a, b) in zip(left, right) {
            if a.name != b.name { return a.name.utf8Less(than: b.name) }
            if a.value != b.value { return precedes(a.value, b.value) }
        }
        return left.count < right.count
    }

    /// Numbers, strings, booleans, null, lists, objects; values of one kind by size or text.
    private static func precedes(_ left: JSONValue, _ right: JSONValue) -> Bool {
        func rank(_ value: JSONValue) -> Int {
            switch value {
            case .integer, .double, .decimal: 0
            case .string: 1
            case .bool: 2
            case .null: 3
            case .array: 4
            case .object: 5
            }
        }
        switch (left, right) {
        case (.integer(let a), .integer(let b)): return a < b
        case (.string(let a), .string(let b)): return a.utf8Less(than: b)
        case (.bool(let a), .bool(let b)): return !a && b
        default:
            if left.isNumber, right.isNumber { return (left.doubleValue ?? 0) < (right.doubleValue ?? 0) }
            if rank(left) != rank(right) { return rank(left) < rank(right) }
            return left.serialized(.canonical).utf8Less(than: right.serialized(.canonical))
        }
    }
}

extension PathElement: CustomStringConvertible {
    /// The step as conflicts print it: `.name`, `[name="a"]`, `[="a"]`, `[0]`.
    package var description: String {
        switch self {
        case .field(let name): ".\(name)"
        case .key(let fields):
            "[" + fields.map { "\($0.name)=\($0.value.serialized(.canonical))" }.joined(separator: ",") + "]"
        case .value(let value): "[=\(value.serialized(.canonical))]"
        case .index(let index): "[\(index)]"
        }
    }
}

extension PathElement {
    /// The step as a key of `FieldsV1`.
    package var fieldsV1: String {
        switch self {
        case .field(let name): "f:\(name)"
        case .key(let fields):
            "k:" + JSONValue.object(JSONObject(fields.map { ($0.name, $0.value) })).serialized(.canonical)
        case .value(let value): "v:\(value.serialized(.canonical))"
        case .index(let index): "i:\(index)"
        }
    }

    /// Reads a key of `FieldsV1`; nil if it is malformed or of a kind that this version does not know.
    package init?(fieldsV1 text: String) {
        let rest = String(text.dropFirst(2))
        switch text.prefix(2) {
        case "f:": self = .field(rest)
        case "v:":
            guard let value = try? JSONValue(parsing: rest) else { return nil }
            self = .value(value)
        case "i:":
            guard let index = Int(rest) else { return nil }
            self = .index(index)
        case "k:":
            guard let object = (try? JSONValue(parsing: rest))?.objectValue else { return nil }
            self = .key(object.sorted.map { KeyField(name: $0.key, value: $0.value) })
        default: return nil
        }
    }
}

/// A path printed as conflicts and errors print it.
package func fieldPath(_ path: [PathElement]) -> String {
    path.map(\.description).joined()
}
