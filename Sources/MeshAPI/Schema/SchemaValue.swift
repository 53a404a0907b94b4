import KubeCore

/// What a document is read with: how strictly, and what was found wrong so far.
public struct SchemaDecoder: Sendable {
    /// Whether unknown fields are refused. Specifications are read strictly, so that no misspelt field is without
    /// effect; status is not, so that one written by a newer version can still be read.
    public var isStrict: Bool
    /// The problems so far.
    public var problems: [SchemaProblem] = []

    /// A decoder.
    public init(isStrict: Bool) { self.isStrict = isStrict }

    /// Notes a problem.
    public mutating func refuse(_ path: FieldPath, _ message: String) {
        problems.append(SchemaProblem(path: path, message: message))
    }

    mutating func refuse(_ path: FieldPath, _ json: JSONValue, expected: String) {
        refuse(path, "expected \(expected), but this is \(Self.article(json.typeName))")
    }

    private static func article(_ type: String) -> String {
        switch type {
        case "array", "integer", "object": "an \(type)"
        case "null": "null"
        default: "a \(type)"
        }
    }
}

/// A value that knows its schema: how to read it from JSON, write it, and describe it in OpenAPI.
public protocol SchemaValue: Sendable, Hashable {
    /// Reads a value; notes what is wrong in the decoder and returns nil where nothing can be made of it.
    static func decode(_ json: JSONValue, at path: FieldPath, _ decoder: inout SchemaDecoder) -> Self?
    /// The value as JSON.
    var encoded: JSONValue { get }
    /// The OpenAPI v3 schema of the type, as CRDs want it (structural).
    static var openAPI: JSONObject { get }
}

extension String: SchemaValue {
    /// Reads a string.
    public static func decode(_ json: JSONValue, at path: FieldPath, _ decoder: inout SchemaDecoder) -> String? {
        guard case .string(let string) = json else {
            decoder.refuse(path, json, expected: "a string")
            return nil
        }
        return string
    }
    /// The string.
    public var encoded: JSONValue { .string(self) }
    /// `type: string`.
    public static var openAPI: JSONObject { ["type": "string"] }
}

extension Bool: SchemaValue {
    /// Reads a boolean.
    public static func decode(_ json: JSONValue, at path: FieldPath, _ decoder: inout SchemaDecoder) -> Bool? {
        guard case .bool(let bool) = json else {
            decoder.refuse(path, json, expected: "true or false")
            return nil
        }
        return bool
    }
    /// The boolean.
    public var encoded: JSONValue { .bool(self) }
    /// `type: boolean`.
    public static var openAPI: JSONObject { ["type": "boolean"] }
}

extension Int64: SchemaValue {
    /// Reads an integer.
    public static func decode(_ json: JSONValue, at path: FieldPath, _ decoder: inout SchemaDecoder) -> Int64? {
        guard let integer = json.integerValue else {
            decoder.refuse(path, json, expected: "an integer")
            return nil
        }
        return integer
    }
    /// The integer.
    public var encoded: JSONValue { .integer(self) }
    /// `type: integer`, 64 bits.
    public static var openAPI: JSONObject { ["type": "integer", "format": "int64"] }
}

extension Timestamp: SchemaValue {
    /// Reads an RFC 3339 time.
    public static func decode(_ json: JSONValue, at path: FieldPath, _ decoder: inout SchemaDecoder) -> Timestamp? {
        guard let time = json.stringValue.flatMap({ Timestamp($0) }) else {
            decoder.refuse(path, json, expected: "a time such as 2026-08-22T10:00:00Z")
            return nil
        }
        return time
    }
    /// The time in whole seconds.
    public var encoded: JSONValue { .string(description) }
    /// `type: string`, `format: date-time`.
    public static var openAPI: JSONObject { ["type": "string", "format": "date-time"] }
}

extension JSONObject: SchemaValue {
    /// Reads an object of any members.
    public static func decode(_ json: JSONValue, at path: FieldPath, _ decoder: inout SchemaDecoder) -> JSONObject? {
        guard case .object(let object) = json else {
            decoder.refuse(path, json, expected: "an object")
            return nil
        }
        return object
    }
    /// The object.
    public var encoded: JSONValue { .object(self) }
    /// `type: object` whose members the server keeps as they are.
    public static var openAPI: JSONObject { ["type": "object", "x-kubernetes-preserve-unknown-fields": true] }
}

extension JSONValue: SchemaValue {
    /// Any value.
    public static func decode(_ json: JSONValue, at path: FieldPath, _ decoder: inout SchemaDecoder) -> JSONValue? {
        json
    }
    /// The value.
    public var encoded: JSONValue { self }
    /// Whatever it is, the server keeps it.
    public static var openAPI: JSONObject { ["x-kubernetes-preserve-unknown-fields": true] }
}

extension Array: SchemaValue where Element: SchemaValue {
    /// Reads a list, element by element.
    public static func decode(_ json: JSONValue, at path: FieldPath, _ decoder: inout SchemaDecoder) -> [Element]? {
        guard case .array(let elements) = json else {
            decoder.refuse(path, json, expected: "a list")
            return nil
        }
        return elements.enumerated().compactMap { position, element in
            Element.decode(element, at: path.index(position), &decoder)
        }
    }
    /// The list.
    public var encoded: JSONValue { .array(map(\.encoded)) }
    /// `type: array` of the element's schema.
    public static var openAPI: JSONObject { ["type": "array", "items": .object(Element.openAPI)] }
}

/// A string of a fixed set, its cases the allowed values in the order in which they are documented.
public protocol SchemaEnumeration: SchemaValue, RawRepresentable<String>, CaseIterable {}

extension SchemaEnumeration {
    /// Reads one of the allowed strings.
    public static func decode(_ json: JSONValue, at path: FieldPath, _ decoder: inout SchemaDecoder) -> Self? {
        guard let text = String.decode(json, at: path, &decoder) else { return nil }
        guard let value = Self(rawValue: text) else {
            let allowed = allCases.map(\.rawValue).joined(separator: ", ")
            decoder.refuse(path, "unsupported value \"\(text.prefix(64))\": use one of \(allowed)")
            return nil
        }
        return value
    }
    /// The string.
    public var encoded: JSONValue { .string(rawValue) }
    /// `type: string` with its `enum`.
    public static var openAPI: JSONObject {
        ["type": "string", "enum": JSONValue(allCases.map(\.rawValue))]
    }
}
