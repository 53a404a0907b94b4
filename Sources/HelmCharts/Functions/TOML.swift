import KubeCore

/// Values as TOML, laid out as Go's `BurntSushi/toml` does: plain members first, then tables, indented by level.
enum TOML {
    static func bytes(_ value: Value) throws(GoError) -> [UInt8] {
        switch value {
        case .bool, .integer, .float, .string, .binary:
            // A document that is one value is none, but Go writes it.
            var output: [UInt8] = []
            try inline(value, to: &output)
            return output
        default: break
        }
        guard case .map(let map) = value else {
            throw GoError("toml: top-level values must be Go maps or structs")
        }
        var output: [UInt8] = []
        try table(map, path: [], to: &output)
        return output
    }

    private static func key(_ name: String) -> String {
        let isBare =
            !name.isEmpty
            && name.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || byte == 0x2D
                    || byte == 0x5F
            }
        return isBare ? name : string(name)
    }

    private static func string(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\t": result += "\\t"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\u{8}": result += "\\b"
            case "\u{C}": result += "\\f"
            default:
                if scalar.value < 0x20 || scalar.value == 0x7F {
                    let hex = String(scalar.value, radix: 16)
                    result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result + "\""
    }

    private static func isTable(_ value: Value) -> Bool {
        switch value {
        case .map: return true
        case .list(let elements, _):
            return !elements.isEmpty && elements.allSatisfy { if case .map = $0 { true } else { false } }
        default: return false
        }
    }

    private static func table(_ map: MapObject, path: [String], to output: inout [UInt8]) throws(GoError) {
        let indentation = String(repeating: "  ", count: max(0, path.count))
        let members = map.sorted.filter { !$0.value.isNil }
        for (name, value) in members where !isTable(value) {
            output += "\(indentation)\(key(name)) = ".utf8
            try inline(value, to: &output)
            output.append(0x0A)
        }
        for (name, value) in members where isTable(value) {
            let inner = path + [name]
            let title = inner.map { key($0) }.joined(separator: ".")
            let tableIndentation = String(repeating: "  ", count: max(0, inner.count - 1))
            switch value {
            case .map(let child):
                if inner.count == 1, !output.isEmpty { output.append(0x0A) }
                output += "\(tableIndentation)[\(title)]\n".utf8
                try table(child, path: inner, to: &output)
            case .list(let elements, _):
                for element in elements {
                    if !output.isEmpty { output.append(0x0A) }
                    output += "\(tableIndentation)[[\(title)]]\n".utf8
                    if case .map(let child) = element { try table(child, path: inner, to: &output) }
                }
            default: continue
            }
        }
    }

    private static func inline(_ value: Value, to output: inout [UInt8]) throws(GoError) {
        switch value {
        case .bool, .integer: try GoFormat.append(value, to: &output)
        case .float(let value):
            var text = GoNumberText.general(value)
            if value.isNaN { text = "nan" } else if value.isInfinite { text = value < 0 ? "-inf" : "inf" }
            if value.isFinite, !text.contains("."), !text.contains("e") { text += ".0" }
            output += text.utf8
        case .string, .binary: output += string(value.stringText ?? "").utf8
        case .list(let elements, _):
            output.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if element.isNil { throw GoError("toml: cannot encode array with nil element") }
                if index > 0 { output += ", ".utf8 }
                try inline(element, to: &output)
            }
            output.append(UInt8(ascii: "]"))
        case .map(let map):
            output.append(UInt8(ascii: "{"))
            for (index, member) in map.sorted.filter({ !$0.value.isNil }).enumerated() {
                if index > 0 { output += ", ".utf8 }
                output += "\(key(member.key)) = ".utf8
                try inline(member.value, to: &output)
            }
            output.append(UInt8(ascii: "}"))
        case .object(let object): try inline(object.encoded, to: &output)
        case .missing, .null: throw GoError("toml: cannot encode nil")
        }
    }
}
