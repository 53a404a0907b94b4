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
        while expression.position < expression.text.count { try expression.key(map, depth: 0) }
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
            if byte == UInt8(ascii: "\\"), position < text.count {
                result.append(text[position])
                position += 1
                continue
            }
            result.append(byte)
        }
        return (result, nil)
    }

    private mutating func key(_ map: MapObject, depth: Int) throws(GoError) {
        guard depth <= Self.maximumDepth else {
            throw GoError(
                "value name nested level is greater than maximum supported nested level of \(Self.maximumDepth)")
        }
        let (name, stop) = token(isLiteral ? "=[." : "=[,.")
        let key = String(decoding: name, as: UTF8.self)
        switch stop {
        case nil:
            if name.isEmpty { return }
            throw GoError("key \(GoQuoting.quote(key)) has no value")
        case UInt8(ascii: ","):
            throw GoError("key \(GoQuoting.quote(key)) has no value (cannot end with ,)")
        case UInt8(ascii: "["):
            let index = try index()
            var list: [Value] = []
            if case .list(let existing, _)? = map[key] { list = existing }
            map[key] = .list(try element(list, index, depth: depth))
        case UInt8(ascii: "="):
            if key.isEmpty, !isLiteral { return }
            map[key] = try value()
        default:
            var inner = MapObject()
            if case .map(let existing)? = map[key] { inner = existing }
            let before = position
            try self.key(inner, depth: depth + 1)
            if inner.members.isEmpty, position == text.count, before == text.count {
                throw GoError("key map \(GoQuoting.quote(key)) has no value")
            }
            if !key.isEmpty { map[key] = .map(inner) }
        }
    }

    private mutating func index() throws(GoError) -> Int {
        let (digits, stop) = token("]")
        guard stop != nil else { throw GoError("error parsing index: EOF") }
        let text = String(decoding: digits, as: UTF8.self)
        guard let index = Int(text) else {
            throw GoError("error parsing index: strconv.Atoi: parsing \(GoQuoting.quote(text)): invalid syntax")
        }
        guard index >= 0 else { throw GoError("negative \(index) index not allowed") }
        guard index <= Self.maximumIndex else {
            throw GoError("index of \(index) is greater than maximum supported index of \(Self.maximumIndex)")
        }
        return index
    }

    private mutating func element(_ list: [Value], _ index: Int, depth: Int) throws(GoError) -> [Value] {
        var list = list
        let (name, stop) = token("[.=")
        func put(_ value: Value) {
            while list.count <= index { list.append(.null) }
            list[index] = value
        }
        guard let stop else {
            if name.isEmpty { throw GoError("error parsing index: EOF") }
            throw GoError(
                "unexpected data at end of array index \(GoQuoting.quote(String(decoding: name, as: UTF8.self)))")
        }
        guard name.isEmpty else {
            throw GoError(
                "unexpected data at end of array index: \(GoQuoting.quote(String(decoding: name, as: UTF8.self)))")
        }
        switch stop {
        case UInt8(ascii: "="): put(try value())
        case UInt8(ascii: "["):
            let next = try self.index()
            var inner: [Value] = []
            if index < list.count, case .list(let existing, _) = list[index] { inner = existing }
            put(.list(try element(inner, next, depth: depth + 1)))
        default:
            var inner = MapObject()
            if index < list.count, case .map(let existing) = list[index] { inner = existing }
            try key(inner, depth: depth + 1)
            put(.map(inner))
        }
        return list
    }

    private mutating func value() throws(GoError) -> Value {
        switch mode {
        case .literal:
            let rest = Array(text[position...])
            position = text.count
            return .text(rest)
        case .json:
            // The longest prefix that is JSON: a comma may end it or belong to it.
            let rest = Array(text[position...])
            var end = rest.count
            while true {
                if let value = try? JSONValue(parsing: Array(rest[..<end])) {
                    position += end
                    if position < text.count { position += 1 }
                    return Value(json: value)
                }
                guard let comma = rest[..<end].lastIndex(of: UInt8(ascii: ",")) else { break }
                end = comma
            }
            if rest.isEmpty { return .null }
            throw GoError("invalid JSON value")
        default: break
        }
        if position < text.count, text[position] == UInt8(ascii: "{") {
            position += 1
            return try list()
        }
        let (bytes, _) = token(",")
        return try scalar(bytes)
    }

    private mutating func list() throws(GoError) -> Value {
        var elements: [Value] = []
        while true {
            let (bytes, stop) = token(",}")
            guard let stop else { throw GoError("list must terminate with '}'") }
            if stop == UInt8(ascii: "}") {
                // An empty list, or the last element; a comma after it belongs to the next key.
                if position < text.count, text[position] == UInt8(ascii: ",") { position += 1 }
                if !(bytes.isEmpty && elements.isEmpty) { elements.append(try scalar(bytes)) }
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
