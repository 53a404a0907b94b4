/// Reads TOML 1.0 into values.
struct TOMLReader {
    private static let maximumDepth = 200

    private let text: [UInt8]
    private var position = 0
    private var depth = 0

    static func read(_ text: [UInt8]) throws(GoError) -> MapObject {
        var reader = TOMLReader(text: text)
        return try reader.document()
    }

    private init(text: [UInt8]) { self.text = text }

    private func failure(_ message: String) -> GoError {
        let line = text[..<min(position, text.count)].count { $0 == 0x0A } + 1
        return GoError("toml: line \(line): \(message)")
    }

    private var current: UInt8 { position < text.count ? text[position] : 0 }

    private mutating func skipBlank(_ acrossLines: Bool) {
        while position < text.count {
            switch text[position] {
            case 0x20, 0x09: position += 1
            case 0x0A, 0x0D:
                if !acrossLines { return }
                position += 1
            case UInt8(ascii: "#"):
                while position < text.count, text[position] != 0x0A { position += 1 }
            default: return
            }
        }
    }

    private mutating func document() throws(GoError) -> MapObject {
        let root = MapObject()
        var table = root
        while true {
            skipBlank(true)
            guard position < text.count else { return root }
            if current == UInt8(ascii: "[") {
                position += 1
                let isArray = current == UInt8(ascii: "[")
                if isArray { position += 1 }
                let path = try keyPath()
                for _ in 0..<(isArray ? 2 : 1) {
                    guard current == UInt8(ascii: "]") else { throw failure("expected a closing bracket") }
                    position += 1
                }
                table = try open(path, in: root, isArray: isArray)
            } else {
                let path = try keyPath()
                guard current == UInt8(ascii: "=") else { throw failure("expected '='") }
                position += 1
                skipBlank(false)
                let value = try value()
                let target = try open(Array(path.dropLast()), in: table, isArray: false)
                guard target.members[path[path.count - 1]] == nil else {
                    throw failure("Key '\(path.joined(separator: "."))' has already been defined.")
                }
                target.members[path[path.count - 1]] = value
            }
            skipBlank(false)
            guard position >= text.count || current == 0x0A || current == 0x0D else {
                throw failure("expected a newline")
            }
        }
    }

    private func open(_ path: [String], in root: MapObject, isArray: Bool) throws(GoError) -> MapObject {
        var table = root
        for (index, name) in path.enumerated() {
            let isLast = index == path.count - 1
            switch table.members[name] {
            case nil:
                let next = MapObject()
                table.members[name] = isLast && isArray ? .list([.map(next)]) : .map(next)
                table = next
            case .map(let next)? where !(isLast && isArray): table = next
            case .list(var elements, _)?:
                if isLast, isArray {
                    let next = MapObject()
                    elements.append(.map(next))
                    table.members[name] = .list(elements)
                    table = next
                } else if case .map(let next)? = elements.last {
                    table = next
                } else {
                    throw failure("Key '\(name)' is no table")
                }
            default: throw failure("Key '\(name)' has already been defined.")
            }
        }
        return table
    }

    private mutating func keyPath() throws(GoError) -> [String] {
        var path: [String] = []
        while true {
            skipBlank(false)
            if current == UInt8(ascii: "\"") || current == UInt8(ascii: "'") {
                path.append(try string())
            } else {
                let start = position
                while position < text.count,
                    text[position] == 0x2D || text[position] == 0x5F || (0x30...0x39).contains(text[position])
                        || (0x41...0x5A).contains(text[position]) || (0x61...0x7A).contains(text[position])
                {
                    position += 1
                }
                guard position > start else { throw failure("expected a key") }
                path.append(String(decoding: text[start..<position], as: UTF8.self))
            }
            skipBlank(false)
            guard current == UInt8(ascii: ".") else { return path }
            position += 1
        }
    }

    private mutating func value() throws(GoError) -> Value {
        depth += 1
        defer { depth -= 1 }
        guard depth < Self.maximumDepth else { throw failure("nested too deeply") }
        switch current {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return .string(try string())
        case UInt8(ascii: "["):
            position += 1
            var elements: [Value] = []
            while true {
                skipBlank(true)
                if current == UInt8(ascii: "]") { break }
                elements.append(try value())
                skipBlank(true)
                if current == UInt8(ascii: ",") {
                    position += 1
                } else if current != UInt8(ascii: "]") {
                    throw failure("expected a comma or array terminator ']'")
                }
            }
            position += 1
            return .list(elements)
        case UInt8(ascii: "{"):
            position += 1
            let table = MapObject()
            skipBlank(false)
            while current != UInt8(ascii: "}") {
                let path = try keyPath()
                guard current == UInt8(ascii: "=") else { throw failure("expected '='") }
                position += 1
                skipBlank(false)
                let value = try value()
                try open(Array(path.dropLast()), in: table, isArray: false).members[path[path.count - 1]] = value
                skipBlank(false)
                if current == UInt8(ascii: ",") {
                    position += 1
                    skipBlank(false)
                } else if current != UInt8(ascii: "}") {
                    throw failure("expected a comma or an inline table terminator '}'")
                }
            }
            position += 1
            return .map(table)
        default: return try scalar()
        }
    }

    private mutating func scalar() throws(GoError) -> Value {
        let start = position
        while position < text.count, !" \t\r\n,]}#".utf8.contains(text[position]) { position += 1 }
        var word = String(decoding: text[start..<position], as: UTF8.self)
        switch word {
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "inf", "+inf": return .float(.infinity)
        case "-inf": return .float(-.infinity)
        case "nan", "+nan", "-nan": return .float(.nan)
        default: break
        }
        if let integer = GoNumbers.integer(word, base: 0),
            !(word.count > 1 && word.hasPrefix("0") && !"xob".contains(word.dropFirst().prefix(1)))
        {
            return .int64(integer)
        }
        if current == 0x20, position + 2 < text.count, (0x30...0x39).contains(text[position + 1]), word.count == 10 {
            position += 1
            let timeStart = position
            while position < text.count, !" \t\r\n,]}#".utf8.contains(text[position]) { position += 1 }
            word += "T" + String(decoding: text[timeStart..<position], as: UTF8.self)
        }
        for layout in ["2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02", "15:04:05"] {
            if let time = try? GoTimeParser.parse(word, layout) { return .object(TimeObject(time)) }
        }
        if let float = GoNumbers.float(word) { return .float(float) }
        throw failure("expected value but found \(GoQuoting.quote(word)) instead")
    }

    private mutating func string() throws(GoError) -> String {
        let quote = current
        let isLiteral = quote == UInt8(ascii: "'")
        let isMultiline = position + 2 < text.count && text[position + 1] == quote && text[position + 2] == quote
        position += isMultiline ? 3 : 1
        if isMultiline {
            if current == 0x0D { position += 1 }
            if current == 0x0A { position += 1 }
        }
        var bytes: [UInt8] = []
        while true {
            guard position < text.count else { throw failure("unexpected EOF; expected a closing quote") }
            let byte = text[position]
            if byte == quote {
                if !isMultiline {
                    position += 1
                    return String(decoding: bytes, as: UTF8.self)
                }
                if position + 2 < text.count, text[position + 1] == quote, text[position + 2] == quote {
                    position += 3
                    while current == quote {
                        bytes.append(quote)
                        position += 1
                    }
                    return String(decoding: bytes, as: UTF8.self)
                }
            } else if byte == 0x0A, !isMultiline {
                throw failure("strings cannot contain newlines")
            } else if byte == UInt8(ascii: "\\"), !isLiteral {
                try escape(&bytes, isMultiline: isMultiline)
                continue
            }
            bytes.append(byte)
            position += 1
        }
    }

    private mutating func escape(_ bytes: inout [UInt8], isMultiline: Bool) throws(GoError) {
        position += 1
        let letter = current
        position += 1
        switch letter {
        case UInt8(ascii: "b"): bytes.append(0x08)
        case UInt8(ascii: "t"): bytes.append(0x09)
        case UInt8(ascii: "n"): bytes.append(0x0A)
        case UInt8(ascii: "f"): bytes.append(0x0C)
        case UInt8(ascii: "r"): bytes.append(0x0D)
        case UInt8(ascii: "e"): bytes.append(0x1B)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(letter)
        case UInt8(ascii: "u"), UInt8(ascii: "U"):
            let digits = letter == UInt8(ascii: "u") ? 4 : 8
            guard position + digits <= text.count,
                let scalar = UInt32(String(decoding: text[position..<(position + digits)], as: UTF8.self), radix: 16),
                Unicode.Scalar(scalar) != nil
            else { throw failure("invalid unicode escape") }
            GoQuoting.append(scalar, to: &bytes)
            position += digits
        case _ where isMultiline && [0x0A, 0x0D, 0x20, 0x09].contains(letter):
            while position < text.count, [0x20, 0x09, 0x0A, 0x0D].contains(text[position]) { position += 1 }
        default: throw failure("invalid escape character")
        }
    }
}
