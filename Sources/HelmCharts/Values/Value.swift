import KubeCore

/// A value inside a template, with Go's types where templates can tell them apart.
///
/// Maps are references, as in Go: what one template sets, every template that holds the same map sees. Lists are
/// values; the maps inside them are shared.
enum Value {
    /// No value at all, Go's zero `reflect.Value`: the result of a pipeline that gave nil.
    case missing
    /// Nil held in an interface: a missing or null member of a map.
    case null
    case bool(Bool)
    case integer(Int64, IntegerKind)
    case float(Double)
    case string(String)
    /// A Go string whose bytes are not UTF-8.
    case binary([UInt8])
    case list([Value], ListKind)
    case map(MapObject)
    case object(TemplateObject)

    static func int(_ value: Int) -> Value { .integer(Int64(value), .int) }
    static func int64(_ value: Int64) -> Value { .integer(value, .int64) }
    static func list(_ elements: [Value]) -> Value { .list(elements, .any) }
    static func strings(_ elements: [String]) -> Value { .list(elements.map { .string($0) }, .string) }

    /// A Go string of these bytes.
    static func text(_ bytes: [UInt8]) -> Value {
        if let string = String(validating: bytes, as: UTF8.self) { return .string(string) }
        return .binary(bytes)
    }

    static func text(_ bytes: ArraySlice<UInt8>) -> Value { text(Array(bytes)) }
}

/// Go's integer types that templates meet.
enum IntegerKind: UInt8 {
    case int, int64, int32, uint8, uint32, uint64, uint

    var name: String {
        switch self {
        case .int: "int"
        case .int64: "int64"
        case .int32: "int32"
        case .uint8: "uint8"
        case .uint32: "uint32"
        case .uint64: "uint64"
        case .uint: "uint"
        }
    }

    var isUnsigned: Bool { self == .uint8 || self == .uint32 || self == .uint64 || self == .uint }
}

/// The element type of a Go slice.
enum ListKind: UInt8 {
    case any, string, int, bytes
    /// A `[]string` that is nil: empty everywhere but in JSON and YAML, where it is null.
    case nilStrings
    /// A `[]interface {}` that is nil.
    case nilAny
    /// A list of lists, as `chunk` makes it.
    case lists

    var typeName: String {
        switch self {
        case .any, .nilAny: "[]interface {}"
        case .lists: "[][]interface {}"
        case .string, .nilStrings: "[]string"
        case .int: "[]int"
        case .bytes: "[]uint8"
        }
    }
}

/// A Go map with string keys, shared by reference.
final class MapObject {
    /// The Go types of maps that templates can tell apart.
    enum Kind: UInt8 {
        case plain, values, strings
        /// A `map[string]string` that is nil: empty everywhere but in JSON and YAML, where it is null.
        case nilStrings

        /// Whether what a map lacks is the empty string rather than nil.
        var holdsStrings: Bool { self == .strings || self == .nilStrings }

        var typeName: String {
            switch self {
            case .plain: "map[string]interface {}"
            case .values: "common.Values"
            case .strings, .nilStrings: "map[string]string"
            }
        }
    }

    /// The members themselves, which views of other types share, as a Go conversion shares its map.
    private final class Storage {
        var members: [String: Value]

        init(_ members: [String: Value]) { self.members = members }
    }

    private let storage: Storage
    let kind: Kind

    init(_ members: [String: Value] = [:], kind: Kind = .plain) {
        storage = Storage(members)
        self.kind = kind
    }

    private init(_ storage: Storage, kind: Kind) {
        self.storage = storage
        self.kind = kind
    }

    var members: [String: Value] {
        _read { yield storage.members }
        _modify { yield &storage.members }
    }

    /// The same map under another type.
    func viewed(as kind: Kind) -> MapObject { kind == self.kind ? self : MapObject(storage, kind: kind) }

    /// The members in the order of their keys' bytes, as Go prints and ranges over maps.
    var sorted: [(key: String, value: Value)] {
        if members.count <= 1 { return members.map { ($0.key, $0.value) } }
        return members.sorted { $0.key.isLessByBytes(than: $1.key) }.map { ($0.key, $0.value) }
    }

    /// The keys in the order of their bytes.
    var sortedKeys: [String] { members.keys.sorted { $0.isLessByBytes(than: $1) } }
}

extension String {
    /// Go's order of strings.
    @inline(__always)
    func isLessByBytes(than other: String) -> Bool {
        // ASCII strings, nearly all of them, order the same in Unicode; only others need the walk over bytes.
        utf8.lexicographicallyPrecedes(other.utf8)
    }
}

/// A struct or named Go type with fields and methods, such as `.Files` or a time.
class TemplateObject {
    /// The type as `%T` prints it.
    var typeName: String { "struct {}" }
    /// The kind as `kindOf` names it.
    var kindName: String { "struct" }
    /// The text that `%v` gives.
    var text: String { "" }
    /// What `%v` gives where the value is an argument: a method with a pointer receiver counts in an action alone.
    var argumentText: String { text }
    /// The members that `toJson` sees in the order of a struct's fields; nil where `encoded` says it all.
    var encodedFields: [(key: String, value: Value)]? { nil }
    /// What `toJson` and `toYaml` see; nil fields are left out by the type itself.
    var encoded: Value { .map(MapObject()) }
    /// Go's truth: structs are always true, named maps and slices when they have elements.
    var isTrue: Bool { true }
    /// The elements of a named map, for `range`, `index` and `len`.
    var elements: [(key: String, value: Value)]? { nil }

    /// A field's value, or nil if the type has no such field.
    func field(_ name: String) -> Value? { nil }

    /// A method's parameter types, or nil if the type has no such method.
    func parameters(ofMethod name: String) -> [ParameterType]? { nil }

    /// Calls a method with arguments of its parameter types.
    func call(_ method: String, _ arguments: Arguments) throws(GoError) -> Value { .missing }
}

extension Value {
    /// The values of a JSON document as Go decodes them: every number is a float64.
    init(json: JSONValue) {
        switch json {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .integer(let value): self = .float(Double(value))
        case .double(let value): self = .float(value)
        case .decimal(let text): self = .float(Double(text) ?? 0)
        case .string(let value): self = .string(value)
        case .array(let elements): self = .list(elements.map { Value(json: $0) }, .any)
        case .object(let object):
            var members: [String: Value] = [:]
            members.reserveCapacity(object.count)
            for (key, value) in object { members[key] = Value(json: value) }
            self = .map(MapObject(members))
        }
    }

    var isNil: Bool {
        switch self {
        case .missing, .null: true
        default: false
        }
    }

    /// The bytes of a Go string; nil for other types.
    var stringBytes: [UInt8]? {
        switch self {
        case .string(let text): Array(text.utf8)
        case .binary(let bytes): bytes
        default: nil
        }
    }

    /// A Go string's text, invalid bytes replaced; nil for other types.
    var stringText: String? {
        switch self {
        case .string(let text): text
        case .binary(let bytes): Bytes.text(bytes)
        default: nil
        }
    }

    var mapObject: MapObject? {
        if case .map(let map) = self { map } else { nil }
    }

    var listElements: [Value]? {
        if case .list(let elements, _) = self { elements } else { nil }
    }

    /// Go's truth in `if`, `with`, `and`, `or` and `not`, and the emptiness of `default` turned round.
    var isTrue: Bool {
        switch self {
        case .missing, .null: false
        case .bool(let value): value
        case .integer(let value, _): value != 0
        case .float(let value): value != 0
        case .string(let text): !text.isEmpty
        case .binary(let bytes): !bytes.isEmpty
        case .list(let elements, _): !elements.isEmpty
        case .map(let map): !map.members.isEmpty
        case .object(let object): object.isTrue
        }
    }

    /// The type as `%T` prints it.
    var typeName: String {
        switch self {
        case .missing, .null: "<nil>"
        case .bool: "bool"
        case .integer(_, let kind): kind.name
        case .float: "float64"
        case .string, .binary: "string"
        case .list(_, let kind): kind.typeName
        case .map(let map): map.kind.typeName
        case .object(let object): object.typeName
        }
    }

    /// The kind as Sprig's `kindOf` names it.
    var kindName: String {
        switch self {
        case .missing, .null: "invalid"
        case .bool: "bool"
        case .integer(_, let kind): kind.name
        case .float: "float64"
        case .string, .binary: "string"
        case .list: "slice"
        case .map: "map"
        case .object(let object): object.kindName
        }
    }

    /// A copy that shares no map with this value, which a template may have put into itself.
    func deepCopy(depth: Int) throws(GoError) -> Value {
        guard depth < GoFormat.deepest else { throw GoFormat.refusal }
        switch self {
        case .list(let elements, let kind):
            var copies: [Value] = []
            copies.reserveCapacity(elements.count)
            for element in elements { copies.append(try element.deepCopy(depth: depth + 1)) }
            return .list(copies, kind)
        case .map(let map):
            var members: [String: Value] = [:]
            members.reserveCapacity(map.members.count)
            for (key, value) in map.members { members[key] = try value.deepCopy(depth: depth + 1) }
            return .map(MapObject(members, kind: map.kind))
        default: return self
        }
    }

    /// A copy that shares no map with this value, which no template has touched.
    func deepCopy() -> Value {
        switch self {
        case .list(let elements, let kind): .list(elements.map { $0.deepCopy() }, kind)
        case .map(let map): .map(map.deepCopy())
        default: self
        }
    }
}

extension MapObject {
    func deepCopy() -> MapObject { MapObject(members.mapValues { $0.deepCopy() }, kind: kind) }

    subscript(key: String) -> Value? {
        get { members[key] }
        set { members[key] = newValue }
    }
}
