import KubeCore

/// A value that an expression works with.
indirect enum CELValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case int(Int64)
    case uint(UInt64)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    case duration(GoDuration)
    case timestamp(Timestamp)
    case list([CELValue])
    /// The elements of a set, or of a list with keys, whose order does not count when they are compared.
    case unordered([CELValue], keys: [String])
    case map([CELValue: CELValue])
    /// An object with declared properties; its members are read when they are asked for.
    case object(JSONObject, CELObjectType)
    case type(String)
    case optional(CELValue?)
    case url(URLText)
    case ip(IPAddress)
    case cidr(IPPrefix)
    case quantity(Quantity)
    case authorization(AuthorizationValue)

    /// The value of a part of a Kubernetes object, seen through its schema.
    init(_ value: JSONValue, _ schema: Schema?) {
        switch value {
        case .null: self = .null
        case .bool(let flag): self = .bool(flag)
        case .integer(let number): self = schema?.type == "number" ? .double(Double(number)) : .int(number)
        case .double(let number):
            if schema?.type == "integer", let integer = Int64(exactly: number) {
                self = .int(integer)
            } else {
                self = .double(number)
            }
        case .decimal(let text): self = .double(Double(text) ?? .infinity)
        case .string(let text): self = Self.string(text, format: schema?.type == "string" ? schema?.format : nil)
        case .array(let items):
            let elements = items.map { CELValue($0, schema?.items) }
            switch schema?.listType {
            case "set": self = .unordered(elements, keys: [])
            case "map": self = .unordered(elements, keys: schema?.listMapKeys ?? [])
            default: self = .list(elements)
            }
        case .object(let object):
            if let schema, schema.additionalPropertiesSchema == nil, schema.type == "object" {
                self = .object(object, CELObjectType(schema: schema, name: "object"))
            } else {
                var map: [CELValue: CELValue] = [:]
                for (key, member) in object {
                    map[.string(key)] = CELValue(member, schema?.additionalPropertiesSchema)
                }
                self = .map(map)
            }
        }
    }

    private static func string(_ text: String, format: String?) -> CELValue {
        switch format {
        case "date-time": Timestamp(text).map { .timestamp($0) } ?? .string(text)
        case "date": Timestamp("\(text)T00:00:00Z").map { .timestamp($0) } ?? .string(text)
        case "duration": GoDuration(parsing: text).map { .duration($0) } ?? .string(text)
        default: .string(text)
        }
    }

    /// The name of the value's type, as `type(x)` and errors print it.
    var typeName: String {
        switch self {
        case .null: "null_type"
        case .bool: "bool"
        case .int: "int"
        case .uint: "uint"
        case .double: "double"
        case .string: "string"
        case .bytes: "bytes"
        case .duration: "google.protobuf.Duration"
        case .timestamp: "google.protobuf.Timestamp"
        case .list, .unordered: "list"
        case .map: "map"
        case .object: "map"
        case .type: "type"
        case .optional: "optional_type"
        case .url: "kubernetes.URL"
        case .ip: "net.IP"
        case .cidr: "net.CIDR"
        case .quantity: "kubernetes.Quantity"
        case .authorization(let value): value.typeName
        }
    }

    /// Equality as the language has it: numbers by value.
    func isEqual(to other: CELValue) -> Bool {
        switch (self, other) {
        case (.unordered(let a, _), .unordered(let b, _)):
            a.count == b.count && a.allSatisfy { element in b.contains { $0.isEqual(to: element) } }
        case (.unordered, .list), (.list, .unordered): ordered.isEqual(to: other.ordered)
        case (.list(let a), .list(let b)): a.count == b.count && zip(a, b).allSatisfy { $0.isEqual(to: $1) }
        case (.map(let a), .map(let b)):
            a.count == b.count && a.allSatisfy { key, value in b[key].map { value.isEqual(to: $0) } ?? false }
        case (.object(let a, let type), .object(let b, _)):
            a == b
                || a.count == b.count
                    && a.allSatisfy { key, value in
                        let schema = type.schema.properties[key]
                        return b[key].map { CELValue(value, schema).isEqual(to: CELValue($0, schema)) } ?? false
                    }
        case (.quantity(let a), .quantity(let b)): a == b
        default:
            if let order = compare(other) { order == 0 } else { self == other }
        }
    }

    /// A list whose order does not count as one like any other.
    var ordered: CELValue {
        if case .unordered(let elements, _) = self { .list(elements) } else { self }
    }

    /// The members of an object that tell it apart from others; the whole value if there are none.
    func members(_ keys: [String]) -> CELValue {
        guard !keys.isEmpty, case .object(let object, let type) = self else { return self }
        return .object(object.filter { keys.contains($0.key) }, type)
    }

    /// -1, 0 or 1; nil for values that have no order.
    func compare(_ other: CELValue) -> Int? {
        func order<T: Comparable>(_ a: T, _ b: T) -> Int { a < b ? -1 : a > b ? 1 : 0 }
        switch (self, other) {
        case (.int(let a), .int(let b)): return order(a, b)
        case (.uint(let a), .uint(let b)): return order(a, b)
        case (.double(let a), .double(let b)): return a.isNaN || b.isNaN ? nil : order(a, b)
        case (.int(let a), .uint(let b)): return a < 0 ? -1 : order(UInt64(a), b)
        case (.uint(let a), .int(let b)): return b < 0 ? 1 : order(a, UInt64(b))
        case (.int(let a), .double(let b)): return order(Double(a), b)
        case (.double(let a), .int(let b)): return order(a, Double(b))
        case (.uint(let a), .double(let b)): return order(Double(a), b)
        case (.double(let a), .uint(let b)): return order(a, Double(b))
        case (.string(let a), .string(let b)): return a == b ? 0 : a.utf8Less(than: b) ? -1 : 1
        case (.bool(let a), .bool(let b)): return order(a ? 1 : 0, b ? 1 : 0)
        case (.bytes(let a), .bytes(let b)): return a == b ? 0 : a.lexicographicallyPrecedes(b) ? -1 : 1
        case (.duration(let a), .duration(let b)): return order(a.nanoseconds, b.nanoseconds)
        case (.timestamp(let a), .timestamp(let b)): return order(a, b)
        case (.quantity(let a), .quantity(let b)): return order(a, b)
        default: return nil
        }
    }

    /// How much there is to look at: what the cost of an operation grows with.
    var size: Int {
        switch self {
        case .string(let text): text.utf8.count
        case .bytes(let bytes): bytes.count
        case .list(let items), .unordered(let items, _): items.count
        case .map(let entries): entries.count
        case .object(let object, _): object.count
        default: 1
        }
    }
}

/// Why an evaluation has no result.
struct CELEvaluationError: Error {
    var message: String
    /// Whether the budget ran out, which ends everything.
    var isBudget = false

    init(_ message: String, isBudget: Bool = false) {
        self.message = message
        self.isBudget = isBudget
    }

    static let noOverload = CELEvaluationError("no such overload")
}
