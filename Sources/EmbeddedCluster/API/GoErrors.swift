import KubeCore

/// Words that the real server takes from Go's standard library, as far as clients see them.
enum GoErrors {
    /// What `encoding/json` says of malformed text.
    static func json(_ error: JSONParseError, _ bytes: [UInt8]) -> String {
        // Go is more patient than our parser with bytes that are no text, and with depth.
        JSONComplaint.about(bytes) ?? error.description
    }

    /// What `strconv` says of text that is no number, or too large a one.
    static func number(_ text: String, function: String) -> String {
        let digits = text.utf8.drop { $0 == UInt8(ascii: "-") && function == "ParseInt" }
        let isNumber = !digits.isEmpty && digits.allSatisfy { (0x30...0x39).contains($0) }
        let problem = isNumber ? "value out of range" : "invalid syntax"
        return "strconv.\(function): parsing \(JSONValue.string(text).serialized()): \(problem)"
    }

    /// Several errors as one, as `errors.NewAggregate` prints them.
    static func aggregate(_ texts: [String]) -> String {
        texts.count == 1 ? texts[0] : "[\(texts.joined(separator: ", "))]"
    }

    /// The beginning of a body that could not be read: as text if it may be JSON, else in hexadecimal.
    static func summary(_ bytes: [UInt8]) -> String {
        let maximum = 30
        guard let first = bytes.first else { return "<empty>" }
        let head = bytes.prefix(maximum)
        let more = bytes.count > maximum ? " ..." : ""
        if first == UInt8(ascii: "{") { return String(decoding: head, as: UTF8.self) + more }
        return head.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + more
    }

    /// A value as `fmt` prints it with `%v`.
    static func printed(_ value: JSONValue) -> String {
        switch value {
        case .null: "<nil>"
        case .string(let text): text
        case .array(let elements): "[" + elements.map(printed).joined(separator: " ") + "]"
        case .object(let object):
            "map[" + object.sorted.map { "\($0.key):\(printed($0.value))" }.joined(separator: " ") + "]"
        default: value.serialized()
        }
    }
}
