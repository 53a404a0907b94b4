/// What Go's JSON decoder says of text that is no JSON: which byte it did not expect, and where it was at that moment.
struct JSONComplaint {
    /// What may come next.
    private enum State {
        case value
        case firstElement
        case firstKey
        case key
        case colon
        case afterMember
        case afterElement
        case end
    }

    private let bytes: [UInt8]
    private var position = 0
    private var state = State.value
    /// Whether each open container is an array.
    private var containers: [Bool] = []

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Go's limit is ten times this one, which is ours: what is nested deeper is no object that anybody means.
    private static let maximumDepth = 1_000

    /// The first complaint; nil if the syntax is sound.
    static func about(_ bytes: [UInt8]) -> String? {
        var scanner = JSONComplaint(bytes)
        while true {
            scanner.skipSpace()
            guard scanner.position < bytes.count else {
                return scanner.state == .end ? nil : unexpectedEnd
            }
            if let place = scanner.step() { return scanner.complaint(place) }
            if scanner.containers.count > maximumDepth { return "exceeded max depth" }
        }
    }

    private static let unexpectedEnd = "unexpected end of JSON input"

    private func complaint(_ place: String) -> String {
        guard position < bytes.count else { return Self.unexpectedEnd }
        return "invalid character '\(Self.shown(bytes[position]))' \(place)"
    }

    /// A byte as Go quotes it, which takes it for a character.
    private static func shown(_ byte: UInt8) -> String {
        switch byte {
        case UInt8(ascii: "'"): return "\\'"
        case UInt8(ascii: "\\"): return "\\\\"
        case 0x0A: return "\\n"
        case 0x0D: return "\\r"
        case 0x09: return "\\t"
        case 0..<0x20, 0x7F: return "\\x" + hexadecimal(byte)
        case 0x80..<0xA0: return "\\u00" + hexadecimal(byte)
        default: return String(Character(Unicode.Scalar(byte)))
        }
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }

    private mutating func skipSpace() {
        while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
    }

    /// Reads one token.
    ///
    /// - Returns: where the byte at the position is not expected; nil if it is.
    private mutating func step() -> String? {
        let byte = Character(Unicode.Scalar(bytes[position]))
        switch (state, byte) {
        case (.firstElement, "]"), (.afterElement, "]"), (.firstKey, "}"), (.afterMember, "}"):
            position += 1
            containers.removeLast()
            endValue()
        case (.value, _), (.firstElement, _): return value(byte)
        case (.firstKey, "\""), (.key, "\""):
            state = .colon
            return string()
        case (.firstKey, _), (.key, _): return "looking for beginning of object key string"
        case (.colon, ":"): return accept(next: .value)
        case (.colon, _): return "after object key"
        case (.afterMember, ","): return accept(next: .key)
        case (.afterMember, _): return "after object key:value pair"
        case (.afterElement, ","): return accept(next: .value)
        case (.afterElement, _): return "after array element"
        case (.end, _): return "after top-level value"
        }
        return nil
    }

    private mutating func accept(next: State) -> String? {
        position += 1
        state = next
        return nil
    }

    private mutating func endValue() {
        state = containers.last.map { $0 ? .afterElement : .afterMember } ?? .end
    }

    private mutating func value(_ byte: Character) -> String? {
        switch byte {
        case "{", "[":
            position += 1
            containers.append(byte == "[")
            state = byte == "[" ? .firstElement : .firstKey
            return nil
        case "\"":
            endValue()
            return string()
        case "-", "0"..."9":
            endValue()
            return number()
        case "t", "f", "n":
            endValue()
            return literal(byte == "t" ? "true" : byte == "f" ? "false" : "null")
        default: return "looking for beginning of value"
        }
    }

    private mutating func string() -> String? {
        position += 1
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return nil
            case UInt8(ascii: "\\"):
                position += 1
                guard take(where: { "bfnrt\\/\"u".utf8.contains($0) }) else { return "in string escape code" }
                guard bytes[position - 1] == UInt8(ascii: "u") else { continue }
                for _ in 0..<4 where !take(where: { Unicode.Scalar($0).properties.isASCIIHexDigit }) {
                    return "in \\u hexadecimal character escape"
                }
            case 0..<0x20: return "in string literal"
            default: position += 1
            }
        }
        return "in string literal"
    }

    private mutating func literal(_ word: String) -> String? {
        position += 1
        for expected in word.utf8.dropFirst() where !take(where: { $0 == expected }) {
            return "in literal \(word) (expecting '\(Unicode.Scalar(expected))')"
        }
        return nil
    }

    private mutating func number() -> String? {
        _ = take { $0 == UInt8(ascii: "-") }
        if !take(where: { $0 == UInt8(ascii: "0") }), !takeDigits() { return "in numeric literal" }
        if take(where: { $0 == UInt8(ascii: ".") }), !takeDigits() { return "after decimal point in numeric literal" }
        guard take(where: { $0 | 0x20 == UInt8(ascii: "e") }) else { return nil }
        _ = take { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }
        return takeDigits() ? nil : "in exponent of numeric literal"
    }

    private mutating func takeDigits() -> Bool {
        let start = position
        while take(where: { (0x30...0x39).contains($0) }) {}
        return position > start
    }

    /// Goes past a byte if it is one of those.
    private mutating func take(where matches: (UInt8) -> Bool) -> Bool {
        guard position < bytes.count, matches(bytes[position]) else { return false }
        position += 1
        return true
    }
}
