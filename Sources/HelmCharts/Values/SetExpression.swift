import KubeCore

/// The language of `--set`: `a.b=1,c={x,y},d[0].e=null`, with `\` to escape.
struct SetExpression {
    /// How values are read.
    enum Mode {
        /// Booleans, null and whole numbers are recognised, the rest are strings.
        case typed
        case strings
        case literal
        case json
        case files((String) -> [UInt8]?)
    }

    private static let maximumIndex = 65_536
    private static let maximumDepth = 30

    private let text: [UInt8]
    private var position = 0
    private let mode: Mode

    /// Applies an expression to a map.
    static func apply(_ text: String, _ mode: Mode, to map: MapObject) throws(GoError) {
        var expression = SetExpression(text: Array(text.utf8), mode: mode)
        while try expression.key(map, depth: 0) != .end {}
    }

    /// Whether the text went on after what was read: Helm ends without a word wherever it runs out of text, an
    /// unfinished index included.
    private enum Ending {
        case more, end
    }

    /// Merges a map into another, the source winning.
    static func merge(_ source: MapObject, into target: MapObject) {
        for (key, value) in source.members {
            if case .map(let inner) = value, case .map(let existing)? = target[key] {
                merge(inner, into: existing)
            } else {
                target[key] = value
            }
        }
    }

    private init(text: [UInt8], mode: Mode) {
        self.text = text
        self.mode = mode
    }

    private var isLiteral: Bool { if case .literal = mode { true } else { false } }

    /// Reads up to one of the stops (consumed); nil for the stop at the end of the text.
    private mutating func token(_ stops: String) -> ([UInt8], UInt8?) {
        var result: [UInt8] = []
        while position < text.count {
            let byte = text[position]
            position += 1
            if stops.utf8.contains(byte) { return (result, byte) }
            if byte == UInt8(ascii: "\\"), !isLiteral {
                if position == text.count { return (result, nil) }
                result.append(text[position])
                position += 1
                continue
            }
            result.append(byte)
        }
        return (result, nil)
    }

    private static func set(_ map: MapObject, _ key: String, _ value: Value) {
        if !key.isEmpty { map[key] = value }
    }

    private mutating func key(_ map: MapObject, depth: Int) throws(GoError) -> Ending {
        let (name, stop) = token(isLiteral ? "=[." : "=[,.")
        let key = String(decoding: name, as: UTF8.self)
        switch stop {
        case nil:
            if name.isEmpty { return .end }
            throw GoError("key \(GoQuoting.quote(key)) has no value")
        case UInt8(ascii: ","):
            Self.set(map, key, .string(""))
            throw GoError("key \(GoQuoting.quote(key)) has no value (cannot end with ,)")
        case UInt8(ascii: "["):
            guard let index = try index() else { return .end }
            var list: [Value] = []
            if let existing = map[key] {
                guard case .list(let elements, _) = existing else { throw Self.unparsed(existing, "[]interface {}") }
                list = elements
            }
            let ending = try element(&list, index, depth: depth)
            Self.set(map, key, .list(list))
            return ending
        case UInt8(ascii: "="):
            let (value, ending) = try value()
            Self.set(map, key, value)
            return ending
        default:
            guard depth < Self.maximumDepth else {
                throw GoError(
                    "value name nested level is greater than maximum supported nested level of \(Self.maximumDepth)")
            }
            var inner = MapObject()
            if let existing = map[key] {
                guard case .map(let found) = existing else {
                    throw Self.unparsed(existing, "map[string]interface {}")
                }
                inner = found
            }
            let ending = try self.key(inner, depth: depth + 1)
            if ending == .more, inner.members.isEmpty {
                throw GoError("key map \(GoQuoting.quote(key)) has no value")
            }
            if !inner.members.isEmpty { Self.set(map, key, .map(inner)) }
            return ending
        }
    }

    /// What Helm makes of Go's panic where a path runs through a value of another type.
    private static func unparsed(_ value: Value, _ wanted: String) -> GoError {
        let type = value.isNil ? "nil" : value.typeName
        return GoError("unable to parse key: interface conversion: interface {} is \(type), not \(wanted)")
    }

    /// An index and its closing bracket; nil where the text ends before that.
    private mutating func index() throws(GoError) -> Int? {
        let (digits, stop) = token("]")
        guard stop != nil else { return nil }
        let text = String(decoding: digits, as: UTF8.self)
        if let index = GoNumbers.integer(text, base: 10) { return Int(index) }
        let unsigned = digits.first == 0x2D || digits.first == 0x2B ? Array(digits.dropFirst()) : digits
        let isNumber = !unsigned.isEmpty && unsigned.allSatisfy { (0x30...0x39).contains($0) }
        throw GoError(
            "error parsing index: strconv.Atoi: parsing \(GoQuoting.quote(text)): "
                + (isNumber ? "value out of range" : "invalid syntax"))
    }

    private static func put(_ value: Value, _ list: inout [Value], _ index: Int) throws(GoError) {
        guard index <= maximumIndex else {
            throw GoError("index of \(index) is greater than maximum supported index of \(maximumIndex)")
        }
        while list.count <= index { list.append(.null) }
        list[index] = value
    }

    private mutating func element(_ list: inout [Value], _ index: Int, depth: Int) throws(GoError) -> Ending {
        guard index >= 0 else { throw GoError("negative \(index) index not allowed") }
        let (name, stop) = token("[.=")
        guard name.isEmpty else {
            // Go prints the characters one by one.
            let shown = String(decoding: name, as: UTF8.self).unicodeScalars
                .map { String(decoding: GoQuoting.quoteCharacter($0.value), as: UTF8.self) }.joined(separator: " ")
            throw GoError("unexpected data at end of array index: [\(shown)]")
        }
        switch stop {
        case nil: return .end
        case UInt8(ascii: "="):
            try Self.put(try value().0, &list, index)
            return .more
        case UInt8(ascii: "["):
            guard let next = try self.index() else { return .end }
            var inner: [Value] = []
            if index < list.count, !list[index].isNil {
                guard case .list(let existing, _) = list[index] else {
                    throw Self.unparsed(list[index], "[]interface {}")
                }
                inner = existing
            }
            if try element(&inner, next, depth: depth) == .end { return .end }
            try Self.put(.list(inner), &list, index)
            return .more
        default:
            var inner = MapObject()
            if index < list.count {
                if case .map(let existing) = list[index] {
                    inner = existing
                } else {
                    list[index] = .map(inner)
                }
            }
            if try key(inner, depth: depth) == .end { return .end }
            try Self.put(.map(inner), &list, index)
            return .more
        }
    }

    private mutating func value() throws(GoError) -> (Value, Ending) {
        switch mode {
        case .literal:
            let rest = Array(text[position...])
            position = text.count
            return (.text(rest), .more)
        case .json:
            if isEmptyValue() { return (.null, .more) }
            let rest = Array(text[position...])
            let end: Int
            switch GoJSONSyntax.prefix(of: rest) {
            case .success(let length): end = length
            case .failure(let error): throw error
            }
            var value = Value.null
            do {
                value = Value(json: try JSONValue(parsing: Array(rest[..<end])))
            } catch {
                throw GoError("\(error)")
            }
            position += end
            _ = isEmptyValue()
            return (value, .more)
        default: break
        }
        guard position < text.count else { return (.string(""), .end) }
        if text[position] == UInt8(ascii: "{") {
            position += 1
            return (try list(), .more)
        }
        let (bytes, _) = token(",")
        return (try scalar(bytes), .more)
    }

    /// Skips space and one comma; whether there was nothing but them.
    private mutating func isEmptyValue() -> Bool {
        while position < text.count {
            if text[position] == UInt8(ascii: ",") {
                position += 1
                return true
            }
            guard [0x20, 0x09, 0x0A, 0x0B, 0x0C, 0x0D].contains(text[position]) else { return false }
            position += 1
        }
        return true
    }

    private mutating func list() throws(GoError) -> Value {
        var elements: [Value] = []
        while true {
            let (bytes, stop) = token(",}")
            guard let stop else { throw GoError("list must terminate with '}'") }
            if stop == UInt8(ascii: "}") {
                // The last element; a comma after it belongs to the next key.
                if position < text.count, text[position] == UInt8(ascii: ",") { position += 1 }
                elements.append(try scalar(bytes))
                return .list(elements)
            }
            elements.append(try scalar(bytes))
        }
    }

    private func scalar(_ bytes: [UInt8]) throws(GoError) -> Value {
        switch mode {
        case .files(let read):
            let path = String(decoding: bytes, as: UTF8.self)
            guard let contents = read(path) else { throw GoError("open \(path): no such file or directory") }
            return .text(contents)
        case .typed:
            let text = String(decoding: bytes, as: UTF8.self)
            switch text.lowercased() {
            case "true": return .bool(true)
            case "false": return .bool(false)
            case "null": return .null
            case "0": return .int64(0)
            default: break
            }
            if bytes.first != UInt8(ascii: "0"), let integer = GoNumbers.integer(text, base: 10) {
                return .int64(integer)
            }
            return .text(bytes)
        default: return .text(bytes)
        }
    }
}
