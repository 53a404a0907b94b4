import KubeCore

/// Values as JSON, byte for byte as Go's `encoding/json` writes them.
enum JSONEncoding {
    /// The compact document, or why there is none.
    static func bytes(_ value: Value, escapesHTML: Bool = true) throws(GoError) -> [UInt8] {
        var output: [UInt8] = []
        try append(value, escapesHTML: escapesHTML, indent: nil, level: 0, to: &output)
        return output
    }

    /// The document indented by two spaces a level.
    static func pretty(_ value: Value) throws(GoError) -> [UInt8] {
        var output: [UInt8] = []
        try append(value, escapesHTML: true, indent: 2, level: 0, to: &output)
        return output
    }

    static func bytes(of elements: [Value]) -> [UInt8] {
        elements.map { element in
            if case .integer(let byte, _) = element { return UInt8(truncatingIfNeeded: byte) }
            return 0
        }
    }

    private static func append(
        _ value: Value, escapesHTML: Bool, indent: Int?, level: Int, to output: inout [UInt8]
    ) throws(GoError) {
        guard level < 1000 else { throw GoError("json: unsupported value: encountered a cycle") }
        func newLine(_ level: Int) {
            guard let indent else { return }
            output.append(0x0A)
            output += [UInt8](repeating: 0x20, count: indent * level)
        }
        switch value {
        case .missing, .null: output += "null".utf8
        case .bool(let value): output += (value ? "true" : "false").utf8
        case .integer(let value, let kind): output += GoFormat.integerText(value, kind).utf8
        case .float(let value):
            guard value.isFinite else {
                throw GoError("json: unsupported value: \(GoFormat.text(.float(value)))")
            }
            output += value == 0 && value.sign == .minus ? "-0".utf8 : JSONNumberText.go(value).utf8
        case .object(let object) where object.encodedFields != nil:
            // A struct's fields keep their order.
            output.append(UInt8(ascii: "{"))
            for (index, field) in (object.encodedFields ?? []).enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                newLine(level + 1)
                append(field.key, escapesHTML: escapesHTML, to: &output)
                output += (indent == nil ? ":" : ": ").utf8
                try append(field.value, escapesHTML: escapesHTML, indent: indent, level: level + 1, to: &output)
            }
            newLine(level)
            output.append(UInt8(ascii: "}"))
        case .string(let text): append(text, escapesHTML: escapesHTML, to: &output)
        case .binary(let bytes):
            append(Bytes.text(bytes), escapesHTML: escapesHTML, to: &output)
        case .list(_, .nilStrings), .list(_, .nilAny): output += "null".utf8
        case .map(let map) where map.kind == .nilStrings: output += "null".utf8
        case .list(let elements, let kind):
            if kind == .bytes {
                append(
                    String(decoding: Base64.encode(bytes(of: elements)), as: UTF8.self), escapesHTML: false, to: &output
                )
                return
            }
            output.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                newLine(level + 1)
                try append(element, escapesHTML: escapesHTML, indent: indent, level: level + 1, to: &output)
            }
            if !elements.isEmpty { newLine(level) }
            output.append(UInt8(ascii: "]"))
        case .map(let map):
            output.append(UInt8(ascii: "{"))
            for (index, member) in map.sorted.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                newLine(level + 1)
                append(member.key, escapesHTML: escapesHTML, to: &output)
                output.append(UInt8(ascii: ":"))
                if indent != nil { output.append(0x20) }
                try append(member.value, escapesHTML: escapesHTML, indent: indent, level: level + 1, to: &output)
            }
            if !map.members.isEmpty { newLine(level) }
            output.append(UInt8(ascii: "}"))
        case .object(let object):
            try append(object.encoded, escapesHTML: escapesHTML, indent: indent, level: level, to: &output)
        }
    }

    private static func append(_ text: String, escapesHTML: Bool, to output: inout [UInt8]) {
        let hexadecimal = Array("0123456789abcdef".utf8)
        output.append(UInt8(ascii: "\""))
        let bytes = Array(text.utf8)
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): output += [0x5C, byte]
            case 0x08: output += [0x5C, UInt8(ascii: "b")]
            case 0x0C: output += [0x5C, UInt8(ascii: "f")]
            case 0x0A: output += [0x5C, UInt8(ascii: "n")]
            case 0x0D: output += [0x5C, UInt8(ascii: "r")]
            case 0x09: output += [0x5C, UInt8(ascii: "t")]
            case 0..<0x20:
                output += [
                    0x5C, UInt8(ascii: "u"), 0x30, 0x30, hexadecimal[Int(byte >> 4)], hexadecimal[Int(byte & 15)],
                ]
            case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"):
                if escapesHTML {
                    output += [
                        0x5C, UInt8(ascii: "u"), 0x30, 0x30, hexadecimal[Int(byte >> 4)], hexadecimal[Int(byte & 15)],
                    ]
                } else {
                    output.append(byte)
                }
            case 0xA8 where index >= 2 && bytes[index - 2] == 0xE2 && bytes[index - 1] == 0x80,
                0xA9 where index >= 2 && bytes[index - 2] == 0xE2 && bytes[index - 1] == 0x80:
                output.removeLast(2)
                output += "\\u202\(byte == 0xA8 ? "8" : "9")".utf8
            default: output.append(byte)
            }
        }
        output.append(UInt8(ascii: "\""))
    }
}
