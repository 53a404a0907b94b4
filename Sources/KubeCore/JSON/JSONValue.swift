/// A JSON value with exact numbers.
///
/// Numbers that fit are `integer`; others whose shortest decimal form a `Double` reproduces are `double`; what neither
/// can carry (`18446744073709551616`, `0.1000000000000000055511`) keeps its text as `decimal`. Two values are equal
/// when JSON would say so: object members without order, numbers by value.
public enum JSONValue: Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case double(Double)
    /// The text of a number that neither `Int64` nor `Double` represents exactly.
    case decimal(String)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

extension JSONValue {
    /// The member of an object, or nil where this is no object or has no such member.
    ///
    /// Setting a member of `null` makes it an object; setting one of any other non-object is ignored.
    public subscript(key: String) -> JSONValue? {
        get {
            guard case .object(let object) = self else { return nil }
            return object[key]
        }
        set {
            switch self {
            case .object(var object):
                self = .null
                object[key] = newValue
                self = .object(object)
            case .null:
                var object = JSONObject()
                object[key] = newValue
                self = .object(object)
            default:
                return
            }
        }
    }

    /// The element of an array, or nil where this is no array or is shorter.
    public subscript(index: Int) -> JSONValue? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    /// The value at a path of object members, or nil where any of them is missing.
    public subscript(path path: String...) -> JSONValue? {
        value(at: path[...])
    }

    /// The value at a path of object members, or nil where any of them is missing.
    public func value(at path: ArraySlice<String>) -> JSONValue? {
        var current = self
        for key in path {
            guard let next = current[key] else { return nil }
            current = next
        }
        return current
    }

    /// Sets the value at a path, making the objects on the way; nil removes it. A non-object on the way is replaced.
    public mutating func set(_ value: JSONValue?, at path: ArraySlice<String>) {
        guard let first = path.first else {
            self = value ?? .null
            return
        }
        var object = objectValue ?? JSONObject()
        self = .null
        let rest = path.dropFirst()
        if rest.isEmpty {
            object[first] = value
        } else if value != nil || object[first]?.objectValue != nil {
            var child = object[first] ?? .null
            object[first] = nil
            child.set(value, at: rest)
            object[first] = child
        }
        self = .object(object)
    }

    /// Sets the value at a path of members, making the objects on the way; nil removes it.
    public mutating func set(_ value: JSONValue?, at path: String...) {
        set(value, at: path[...])
    }

    /// The string, if this is one.
    public var stringValue: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The boolean, if this is one.
    public var boolValue: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The integer, if this is a number with an exact `Int64` value (`3` and `3.0`).
    public var integerValue: Int64? {
        switch self {
        case .integer(let value): value
        case .double(let value): Int64(exactly: value)
        default: nil
        }
    }

    /// The integer as `Int`, if this is a number with such a value.
    public var intValue: Int? { integerValue.map { Int($0) } }

    /// The nearest double, if this is a number.
    public var doubleValue: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .double(let value): value
        case .decimal(let text): Double(text)
        default: nil
        }
    }

    /// The elements, if this is an array.
    public var arrayValue: [JSONValue]? {
        if case .array(let value) = self { value } else { nil }
    }

    /// The members, if this is an object.
    public var objectValue: JSONObject? {
        if case .object(let value) = self { value } else { nil }
    }

    /// Whether this is `null`.
    public var isNull: Bool {
        if case .null = self { true } else { false }
    }

    /// Whether this is a number of any form.
    public var isNumber: Bool {
        switch self {
        case .integer, .double, .decimal: true
        default: false
        }
    }

    /// The strings of an array, or nil if this is no array of strings.
    public var stringArrayValue: [String]? {
        guard case .array(let elements) = self else { return nil }
        var strings: [String] = []
        strings.reserveCapacity(elements.count)
        for element in elements {
            guard case .string(let string) = element else { return nil }
            strings.append(string)
        }
        return strings
    }

    /// The members of an object whose values are strings; members of other types are left out.
    public var stringMapValue: [String: String]? {
        guard case .object(let object) = self else { return nil }
        var map: [String: String] = [:]
        map.reserveCapacity(object.count)
        for (key, value) in object {
            if case .string(let string) = value { map[key] = string }
        }
        return map
    }

    /// What a person would call the type of this value, in the words of JSON Schema.
    public var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .integer: "integer"
        case .double, .decimal: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}

extension JSONValue: Hashable {
    /// Whether JSON would call these the same value.
    public static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.integer(let a), .integer(let b)): a == b
        case (.double(let a), .double(let b)): a == b
        case (.decimal(let a), .decimal(let b)): a == b
        case (.integer(let a), .double(let b)), (.double(let b), .integer(let a)): Int64(exactly: b) == a
        case (.string(let a), .string(let b)): a == b
        case (.array(let a), .array(let b)): a == b
        case (.object(let a), .object(let b)): a == b
        default: false
        }
    }

    /// Hashes equal values alike.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let value): hasher.combine(value)
        case .integer(let value): hasher.combine(value)
        case .double(let value):
            // 3 and 3.0 are equal, so they must hash alike.
            if let integer = Int64(exactly: value) { hasher.combine(integer) } else { hasher.combine(value) }
        case .decimal(let text): hasher.combine(text)
        case .string(let value): hasher.combine(value)
        case .array(let value): hasher.combine(value)
        case .object(let value): hasher.combine(value)
        }
    }
}

// Not expressible by `nil`: a missing value and a null must never be taken for each other.
extension JSONValue: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByStringInterpolation,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// A boolean.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// An integer.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// A number.
    public init(floatLiteral value: Double) { self = .double(value) }
    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// An array.
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    /// An object.
    public init(dictionaryLiteral elements: (String, JSONValue)...) { self = .object(JSONObject(elements)) }

    /// An object of strings, its members sorted by key.
    public init(_ map: [String: String]) {
        var object = JSONObject()
        for (key, value) in map.sorted(by: { $0.key < $1.key }) { object[key] = .string(value) }
        self = .object(object)
    }

    /// An array of strings.
    public init(_ strings: [String]) { self = .array(strings.map { .string($0) }) }
}

extension JSONValue: CustomStringConvertible {
    /// Compact JSON. Not for values that may hold secrets: redact first.
    public var description: String { serialized() }
}
