/// How a value is written.
public struct JSONFormat: Sendable, Hashable {
    /// Indents by two spaces and puts each member on a line of its own.
    public var isPretty: Bool
    /// Sorts members by the bytes of their keys, as Kubernetes and Go print maps.
    public var sortsKeys: Bool
    /// Escapes `<`, `>` and `&`, as Go's encoder does by default.
    public var escapesHTML: Bool

    /// A format. The default is compact, in the members' own order.
    public init(isPretty: Bool = false, sortsKeys: Bool = false, escapesHTML: Bool = false) {
        self.isPretty = isPretty
        self.sortsKeys = sortsKeys
        self.escapesHTML = escapesHTML
    }

    /// Compact, in the members' own order.
    public static let compact = JSONFormat()
    /// Sorted and compact: the same bytes for equal values, fit for hashing.
    public static let canonical = JSONFormat(sortsKeys: true)
    /// Sorted and indented, for people.
    public static let pretty = JSONFormat(isPretty: true, sortsKeys: true)
}

extension JSONValue {
    /// The value as JSON text.
    public func serialized(_ format: JSONFormat = .compact) -> String {
        String(decoding: serializedBytes(format), as: UTF8.self)
    }

    /// The value as UTF-8 JSON.
    public func serializedBytes(_ format: JSONFormat = .compact) -> [UInt8] {
        var bytes: [UInt8] = []
        serialize(into: &bytes, format)
        return bytes
    }

    /// Appends the value as UTF-8 JSON.
    public func serialize(into bytes: inout [UInt8], _ format: JSONFormat = .compact) {
        JSONSerializer(format: format).write(self, 0, &bytes)
    }
}

/// Writes values to bytes.
struct JSONSerializer {
    let format: JSONFormat

    func write(_ value: JSONValue, _ level: Int, _ bytes: inout [UInt8]) {
        switch value {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(true): bytes.append(contentsOf: "true".utf8)
        case .bool(false): bytes.append(contentsOf: "false".utf8)
        case .integer(let integer): Self.write(integer, &bytes)
        case .double(let double): bytes.append(contentsOf: JSONNumberText.go(double).utf8)
        case .decimal(let text): bytes.append(contentsOf: text.utf8)
        case .string(let string): write(string, &bytes)
        case .array(let elements): write(elements, level, &bytes)
        case .object(let object): write(object, level, &bytes)
        }
    }

    private static func write(_ integer: Int64, _ bytes: inout [UInt8]) {
        if integer >= 0, integer < 10 {
            bytes.append(UInt8(ascii: "0") + UInt8(integer))
        } else {
            bytes.append(contentsOf: String(integer).utf8)
        }
    }

    private func write(_ elements: [JSONValue], _ level: Int, _ bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "["))
        var isFirst = true
        for element in elements {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            breakLine(level + 1, &bytes)
            write(element, level + 1, &bytes)
        }
        if !isFirst { breakLine(level, &bytes) }
        bytes.append(UInt8(ascii: "]"))
    }

    private func write(_ object: JSONObject, _ level: Int, _ bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "{"))
        var isFirst = true
        if format.sortsKeys {
            for (key, value) in object.sorted { write(key, value, level, &isFirst, &bytes) }
        } else {
            for (key, value) in object { write(key, value, level, &isFirst, &bytes) }
        }
        if !isFirst { breakLine(level, &bytes) }
        bytes.append(UInt8(ascii: "}"))
    }

    private func write(
        _ key: String, _ value: JSONValue, _ level: Int, _ isFirst: inout Bool, _ bytes: inout [UInt8]
    ) {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        breakLine(level + 1, &bytes)
        write(key, &bytes)
        bytes.append(UInt8(ascii: ":"))
        if format.isPretty { bytes.append(UInt8(ascii: " ")) }
        write(value, level + 1, &bytes)
    }

    private func breakLine(_ level: Int, _ bytes: inout [UInt8]) {
        guard format.isPretty else { return }
        bytes.append(0x0A)
        for _ in 0..<level { bytes.append(contentsOf: [0x20, 0x20]) }
    }

    func write(_ string: String, _ bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        let utf8 = string.utf8
        // Most strings need no escape, and those are appended whole.
        if utf8.allSatisfy({ isPlain($0) }) {
            bytes.append(contentsOf: utf8)
        } else {
            for scalar in string.unicodeScalars { write(scalar, &bytes) }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case ..<0x20, UInt8(ascii: "\""), UInt8(ascii: "\\"): false
        case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"): !format.escapesHTML
        case 0xE2: false  // U+2028 and U+2029 begin with this byte.
        default: true
        }
    }

    private func write(_ scalar: Unicode.Scalar, _ bytes: inout [UInt8]) {
        switch scalar {
        case "\"": bytes.append(contentsOf: "\\\"".utf8)
        case "\\": bytes.append(contentsOf: "\\\\".utf8)
        case "\n": bytes.append(contentsOf: "\\n".utf8)
        case "\r": bytes.append(contentsOf: "\\r".utf8)
        case "\t": bytes.append(contentsOf: "\\t".utf8)
        case "\u{8}": bytes.append(contentsOf: "\\b".utf8)
        case "\u{C}": bytes.append(contentsOf: "\\f".utf8)
        case "\u{2028}", "\u{2029}": escape(scalar, &bytes)
        case "<", ">", "&":
            if format.escapesHTML { escape(scalar, &bytes) } else { bytes.append(UInt8(scalar.value)) }
        case _ where scalar.value < 0x20: escape(scalar, &bytes)
        default: bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        }
    }

    private func escape(_ scalar: Unicode.Scalar, _ bytes: inout [UInt8]) {
        let hexadecimal = String(scalar.value, radix: 16)
        bytes.append(contentsOf: "\\u".utf8)
        bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: 4 - hexadecimal.utf8.count))
        bytes.append(contentsOf: hexadecimal.utf8)
    }
}
