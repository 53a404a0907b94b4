/// Values as Go's `%#v` prints what its YAML decoder made of them.
enum GoSyntaxText {
    /// The text, down to a bounded depth.
    static func of(_ value: JSONValue, depth: Int = 0) -> String {
        guard depth < 100 else { return "…" }
        switch value {
        case .null: return depth == 0 ? "<nil>" : "interface {}(nil)"
        case .bool(let bool): return bool ? "true" : "false"
        case .integer(let integer): return String(integer)
        case .double(let double): return GoNumberText.general(double)
        case .decimal(let text): return text
        case .string(let text): return quoted(text)
        case .array(let elements):
            return "[]interface {}{" + elements.map { of($0, depth: depth + 1) }.joined(separator: ", ") + "}"
        case .object(let object):
            let members = object.sorted.map { quoted($0.key) + ":" + of($0.value, depth: depth + 1) }
            return "map[interface {}]interface {}{" + members.joined(separator: ", ") + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            case "\u{7}": result += "\\a"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
