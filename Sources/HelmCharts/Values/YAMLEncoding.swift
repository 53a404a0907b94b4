import KubeCore

/// Values as YAML: through JSON and Go's `yaml.v2`, as Helm's `toYaml` goes, or by `yaml.v3`, as `toYamlPretty` does.
enum YAMLEncoding {
    /// The document with its closing newline; nil where Go's round trip through JSON fails.
    static func bytes(_ value: Value) -> [UInt8]? {
        var emitter = YAMLEmitter()
        guard write(value, to: &emitter, depth: 0) else { return nil }
        return emitter.finish()
    }

    private static func write(_ value: Value, to emitter: inout YAMLEmitter, depth: Int) -> Bool {
        // Go's encoder gives up on cycles; no value a template can use is this deep otherwise.
        guard depth < 1000 else { return false }
        switch value {
        case .missing, .null: emitter.plain("null")
        case .bool(let value): emitter.plain(value ? "true" : "false")
        case .integer(let value, let kind): emitter.plain(GoFormat.integerText(value, kind))
        case .float(let value):
            guard value.isFinite else { return false }
            emitter.plain(YAMLEmitter.numberText(value))
        case .string(let text):
            guard let text = throughJSON(text) else { return false }
            emitter.string(text)
        case .binary(let bytes):
            guard let text = throughJSON(Bytes.text(bytes)) else { return false }
            emitter.string(text)
        case .list(_, .nilStrings), .list(_, .nilAny): emitter.plain("null")
        case .map(let map) where map.kind == .nilStrings: emitter.plain("null")
        case .list(let elements, let kind):
            if kind == .bytes {
                emitter.string(String(decoding: Base64.encode(JSONEncoding.bytes(of: elements)), as: UTF8.self))
                return true
            }
            if elements.isEmpty {
                emitter.emptySequence()
                return true
            }
            emitter.beginSequence()
            for element in elements {
                emitter.item()
                guard write(element, to: &emitter, depth: depth + 1) else { return false }
            }
            emitter.endSequence()
        case .map(let map):
            if map.members.isEmpty {
                emitter.emptyMapping()
                return true
            }
            emitter.beginMapping()
            for (key, value) in naturallySorted(map) {
                guard let key = throughJSON(key, isKey: true) else { return false }
                emitter.key(key)
                guard write(value, to: &emitter, depth: depth + 1) else { return false }
            }
            emitter.endMapping()
        case .object(let object): return write(object.encoded, to: &emitter, depth: depth + 1)
        }
        return true
    }

    private static func naturallySorted(_ map: MapObject, isPretty: Bool = false) -> [(key: String, value: Value)] {
        if map.members.count == 1 { return map.members.map { ($0.key, $0.value) } }
        return map.members.map { (NaturalOrder.Key($0.key, isPretty: isPretty), $0.value) }.sorted { $0.0 < $1.0 }.map {
            ($0.0.text, $0.1)
        }
    }

    /// A string after JSON text has been read as YAML: some control characters are refused, next-line breaks fold.
    private static func throughJSON(_ text: String, isKey: Bool = false) -> String? {
        var needsCare = false
        for byte in text.utf8 where byte >= 0x7F && (byte == 0x7F || byte == 0xC2 || byte >= 0xEE) {
            needsCare = true
            break
        }
        guard needsCare else { return text }
        var hasNextLine = false
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x7F, 0x80...0x84, 0x86...0x9F, 0xFFFE, 0xFFFF: return nil
            case 0x85: hasNextLine = true
            default: break
            }
        }
        guard hasNextLine else { return text }
        // A key must end on its line, and a line that begins a document ends this one.
        if isKey || hasDocumentIndicator(text) { return nil }
        var result = String.UnicodeScalarView()
        var pendingBreaks = 0
        for scalar in text.unicodeScalars {
            if scalar.value == 0x85 {
                if pendingBreaks == 0 { while result.last == " " { result.removeLast() } }
                pendingBreaks += 1
            } else if pendingBreaks > 0 {
                if scalar == " " { continue }
                if pendingBreaks == 1 { result.append(" ") }
                for _ in 1..<pendingBreaks { result.append("\n") }
                pendingBreaks = 0
                result.append(scalar)
            } else {
                result.append(scalar)
            }
        }
        if pendingBreaks == 1 { result.append(" ") }
        for _ in 1..<max(pendingBreaks, 1) { result.append("\n") }
        return String(result)
    }

    /// Whether a line within the text begins with `---` or `...` and a blank.
    private static func hasDocumentIndicator(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        for index in scalars.indices where scalars[index].value == 0x85 && index + 4 < scalars.count {
            let mark = scalars[(index + 1)...(index + 3)]
            let isBlank = scalars[index + 4] == " " || scalars[index + 4].value == 0x85
            if isBlank, mark.allSatisfy({ $0 == "-" }) || mark.allSatisfy({ $0 == "." }) { return true }
        }
        return false
    }

    /// The document as `yaml.v3` writes it with an indentation of two.
    static func pretty(_ value: Value) -> [UInt8]? {
        var emitter = YAMLEmitter(style: .pretty)
        guard writePretty(value, to: &emitter, depth: 0) else { return nil }
        return emitter.finish()
    }

    private static func writePretty(_ value: Value, to emitter: inout YAMLEmitter, depth: Int) -> Bool {
        guard depth < 1000 else { return false }
        switch value {
        case .float(let value):
            let text = GoNumberText.general(value)
            emitter.plain(text == "+Inf" ? ".inf" : text == "-Inf" ? "-.inf" : text == "NaN" ? ".nan" : text)
        case .list(let elements, let kind) where kind != .bytes && !elements.isEmpty:
            emitter.beginSequence()
            for element in elements {
                emitter.item()
                guard writePretty(element, to: &emitter, depth: depth + 1) else { return false }
            }
            emitter.endSequence()
        case .map(let map) where !map.members.isEmpty:
            emitter.beginMapping()
            for (key, value) in naturallySorted(map, isPretty: true) {
                emitter.key(key)
                guard writePretty(value, to: &emitter, depth: depth + 1) else { return false }
            }
            emitter.endMapping()
        case .string(let text): emitter.string(text)
        case .object(let object): return writePretty(object.encoded, to: &emitter, depth: depth + 1)
        default: return write(value, to: &emitter, depth: depth)
        }
        return true
    }
}
