/// Writes YAML byte for byte as Go's `yaml.v2` does (or, in the pretty style, `yaml.v3`), whose emitter descends from
/// libyaml's: the same state of column, indentation and white space decides every break and quote.
///
/// The caller walks its own value tree: `beginMapping`, `key`, a value, … `endMapping`. Empty collections are written
/// with `emptyMapping` and `emptySequence`.
package struct YAMLEmitter {
    /// How lines and lists are laid out.
    package enum Style: Sendable {
        /// `yaml.v2`: lists at their parent's indentation, long lines folded past column 80.
        case kubernetes
        /// `yaml.v3` with an indentation of two: lists indented, lines never folded.
        case pretty
    }

    private enum Context {
        case root, sequence, mapping
    }

    private let style: Style
    private let bestWidth: Int
    private(set) var output: [UInt8] = []
    private var column = 0
    private var indent = -1
    private var indents: [Int] = []
    private var isWhitespace = true
    private var isIndention = true
    private var context = Context.root
    private var contexts: [Context] = []

    /// An emitter of one document.
    package init(style: Style = .kubernetes) {
        self.style = style
        bestWidth = style == .kubernetes ? 80 : Int.max
    }

    /// How many bytes have been written so far.
    package var count: Int { output.count }

    /// Ends the document and gives its bytes.
    package mutating func finish() -> [UInt8] {
        writeIndent()
        return output
    }

    // MARK: Structure

    /// Begins a mapping with at least one member.
    package mutating func beginMapping() {
        increaseIndent(isFlow: false, isIndentless: false)
        contexts.append(context)
        context = .mapping
    }

    /// Ends the mapping begun last.
    package mutating func endMapping() {
        indent = indents.removeLast()
        context = contexts.removeLast()
    }

    /// Begins a sequence with at least one element; `item` precedes each.
    package mutating func beginSequence() {
        let isIndentless = style == .kubernetes && context == .mapping && !isIndention
        increaseIndent(isFlow: false, isIndentless: isIndentless)
        contexts.append(context)
        context = .sequence
    }

    /// Ends the sequence begun last.
    package mutating func endSequence() {
        indent = indents.removeLast()
        context = contexts.removeLast()
    }

    /// Begins an element of the current sequence.
    package mutating func item() {
        writeIndent()
        writeIndicator([UInt8(ascii: "-")], needsWhitespace: true, isWhitespace: false, isIndention: true)
    }

    /// Writes a key of the current mapping and what leads to its value.
    package mutating func key(_ text: String) {
        let bytes = Array(text.utf8)
        let analysis = ScalarAnalysis(bytes, isPretty: style == .pretty)
        writeIndent()
        if bytes.count <= 128, !analysis.isMultiline {
            writeScalar(bytes, analysis: analysis, isSimpleKey: true)
            writeIndicator([UInt8(ascii: ":")], needsWhitespace: false, isWhitespace: false, isIndention: false)
        } else {
            writeIndicator([UInt8(ascii: "?")], needsWhitespace: true, isWhitespace: false, isIndention: true)
            writeScalar(bytes, analysis: analysis, isSimpleKey: false)
            writeIndent()
            writeIndicator([UInt8(ascii: ":")], needsWhitespace: true, isWhitespace: false, isIndention: true)
        }
    }

    /// Writes `{}`.
    package mutating func emptyMapping() {
        writeIndicator([UInt8(ascii: "{")], needsWhitespace: true, isWhitespace: true, isIndention: false)
        writeIndicator([UInt8(ascii: "}")], needsWhitespace: false, isWhitespace: false, isIndention: false)
    }

    /// Writes `[]`.
    package mutating func emptySequence() {
        writeIndicator([UInt8(ascii: "[")], needsWhitespace: true, isWhitespace: true, isIndention: false)
        writeIndicator([UInt8(ascii: "]")], needsWhitespace: false, isWhitespace: false, isIndention: false)
    }

    /// Writes the text of a number, a boolean or `null`.
    package mutating func plain(_ text: String) {
        if !isWhitespace { put(UInt8(ascii: " ")) }
        output.append(contentsOf: text.utf8)
        column += text.utf8.count
        isWhitespace = false
        isIndention = false
    }

    /// Writes a string, quoted where it has to be.
    package mutating func string(_ text: String) {
        let bytes = Array(text.utf8)
        writeScalar(bytes, analysis: ScalarAnalysis(bytes, isPretty: style == .pretty), isSimpleKey: false)
    }

    // MARK: Scalars

    private enum ScalarStyle {
        case plain, singleQuoted, doubleQuoted, literal
    }

    private mutating func writeScalar(
        _ bytes: [UInt8], analysis: ScalarAnalysis, isSimpleKey: Bool
    ) {
        var style = ScalarStyle.plain
        if analysis.hasLineFeed {
            style = .literal
        } else if !resolvesToString(bytes) {
            // Bare, it would read as another type.
            style = .doubleQuoted
        }
        if isSimpleKey, analysis.isMultiline { style = .doubleQuoted }
        if style == .plain, !analysis.isPlainAllowed { style = .singleQuoted }
        if style == .singleQuoted, !analysis.isSingleQuotedAllowed { style = .doubleQuoted }
        if style == .literal, !analysis.isBlockAllowed || isSimpleKey { style = .doubleQuoted }
        increaseIndent(isFlow: true, isIndentless: false)
        switch style {
        case .plain: writePlain(bytes, allowsBreaks: !isSimpleKey)
        case .singleQuoted: writeSingleQuoted(bytes, allowsBreaks: !isSimpleKey)
        case .doubleQuoted: writeDoubleQuoted(bytes, allowsBreaks: !isSimpleKey)
        case .literal: writeLiteral(bytes)
        }
        indent = indents.removeLast()
    }

    private func resolvesToString(_ bytes: [UInt8]) -> Bool {
        guard let first = bytes.first else { return false }
        // Most strings begin with a letter that no other type begins with.
        switch first {
        case UInt8(ascii: "a")...UInt8(ascii: "e"), UInt8(ascii: "g")...UInt8(ascii: "m"),
            UInt8(ascii: "p")...UInt8(ascii: "s"), UInt8(ascii: "u")...UInt8(ascii: "x"):
            return true
        default: break
        }
        return YAMLScalar(plain: bytes) == .string && !YAMLScalar.isBase60(bytes)
    }

    private mutating func writePlain(_ bytes: [UInt8], allowsBreaks: Bool) {
        if !isWhitespace { put(UInt8(ascii: " ")) }
        if !allowsBreaks || column + bytes.count <= bestWidth, !bytes.isEmpty {
            // Nothing can fold on this line. Columns count characters, of which there are at most as many as bytes.
            output += bytes
            column += Self.characterCount(bytes[...])
            isWhitespace = false
            isIndention = false
            return
        }
        var spaces = false
        var position = 0
        while position < bytes.count {
            if bytes[position] == 0x20 {
                if allowsBreaks, !spaces, column > bestWidth, !isSpace(bytes, position + 1) {
                    writeIndent()
                } else {
                    put(0x20)
                }
                position += 1
                spaces = true
            } else {
                write(bytes, &position)
                isIndention = false
                spaces = false
            }
        }
        isWhitespace = false
        isIndention = false
    }

    private mutating func writeSingleQuoted(_ bytes: [UInt8], allowsBreaks: Bool) {
        writeIndicator([UInt8(ascii: "'")], needsWhitespace: true, isWhitespace: false, isIndention: false)
        var spaces = false
        var breaks = false
        var position = 0
        while position < bytes.count {
            if bytes[position] == 0x20 {
                if allowsBreaks, !spaces, column > bestWidth, position > 0, position < bytes.count - 1,
                    !isSpace(bytes, position + 1)
                {
                    writeIndent()
                } else {
                    put(0x20)
                }
                position += 1
                spaces = true
            } else if let length = ScalarAnalysis.breakLength(bytes, position) {
                if !breaks, bytes[position] == 0x0A { putBreak() }
                writeBreak(bytes, &position, length)
                isIndention = true
                breaks = true
            } else {
                if breaks { writeIndent() }
                if bytes[position] == UInt8(ascii: "'") { put(UInt8(ascii: "'")) }
                write(bytes, &position)
                isIndention = false
                spaces = false
                breaks = false
            }
        }
        writeIndicator([UInt8(ascii: "'")], needsWhitespace: false, isWhitespace: false, isIndention: false)
    }

    private mutating func writeDoubleQuoted(_ bytes: [UInt8], allowsBreaks: Bool) {
        writeIndicator([UInt8(ascii: "\"")], needsWhitespace: true, isWhitespace: false, isIndention: false)
        // yaml.v2 asks of every position whether the string begins with a byte order mark, and escapes all if it does.
        let escapesAll = bytes.starts(with: [0xEF, 0xBB, 0xBF])
        var spaces = false
        var position = 0
        while position < bytes.count {
            let byte = bytes[position]
            if escapesAll || !ScalarAnalysis.isPrintable(bytes, position)
                || ScalarAnalysis.breakLength(bytes, position) != nil || byte == UInt8(ascii: "\"")
                || byte == UInt8(ascii: "\\")
            {
                writeEscape(bytes, &position)
                spaces = false
            } else if byte == 0x20 {
                if allowsBreaks, !spaces, column > bestWidth, position > 0, position < bytes.count - 1 {
                    writeIndent()
                    if isSpace(bytes, position + 1) { put(UInt8(ascii: "\\")) }
                } else {
                    put(0x20)
                }
                position += 1
                spaces = true
            } else {
                write(bytes, &position)
                spaces = false
            }
        }
        writeIndicator([UInt8(ascii: "\"")], needsWhitespace: false, isWhitespace: false, isIndention: false)
    }

    private mutating func writeEscape(_ bytes: [UInt8], _ position: inout Int) {
        let width = Self.width(bytes[position])
        var value = UInt32(bytes[position])
        if width > 1 {
            value &= 0x7F >> UInt32(width)
            for offset in 1..<width where position + offset < bytes.count {
                value = value << 6 | UInt32(bytes[position + offset] & 0x3F)
            }
        }
        position += width
        put(UInt8(ascii: "\\"))
        let short: Unicode.Scalar? =
            switch value {
            case 0x00: "0"
            case 0x07: "a"
            case 0x08: "b"
            case 0x09: "t"
            case 0x0A: "n"
            case 0x0B: "v"
            case 0x0C: "f"
            case 0x0D: "r"
            case 0x1B: "e"
            case 0x22: "\""
            case 0x5C: "\\"
            case 0x85: "N"
            case 0xA0: "_"
            case 0x2028: "L"
            case 0x2029: "P"
            default: nil
            }
        if let short {
            put(UInt8(ascii: short))
            return
        }
        let (letter, digits): (Unicode.Scalar, Int) =
            value <= 0xFF ? ("x", 2) : value <= 0xFFFF ? ("u", 4) : ("U", 8)
        put(UInt8(ascii: letter))
        for index in stride(from: (digits - 1) * 4, through: 0, by: -4) {
            let digit = UInt8(value >> UInt32(index) & 0x0F)
            put(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "A") + digit - 10)
        }
    }

    private mutating func writeLiteral(_ bytes: [UInt8]) {
        writeIndicator([UInt8(ascii: "|")], needsWhitespace: true, isWhitespace: false, isIndention: false)
        if bytes[0] == 0x20 || ScalarAnalysis.breakLength(bytes, 0) != nil {
            writeIndicator([UInt8(ascii: "2")], needsWhitespace: false, isWhitespace: false, isIndention: false)
        }
        if let chomping = Self.chomping(bytes) {
            writeIndicator([chomping], needsWhitespace: false, isWhitespace: false, isIndention: false)
        }
        putBreak()
        isIndention = true
        isWhitespace = true
        var breaks = true
        var position = 0
        while position < bytes.count {
            if let length = ScalarAnalysis.breakLength(bytes, position) {
                writeBreak(bytes, &position, length)
                isIndention = true
                breaks = true
                continue
            }
            if breaks { writeIndent() }
            let start = position
            while position < bytes.count, ScalarAnalysis.breakLength(bytes, position) == nil { position += 1 }
            output += bytes[start..<position]
            column += Self.characterCount(bytes[start..<position])
            isIndention = false
            breaks = false
        }
    }

    /// What says how many of a literal's trailing breaks belong to it: `-` none, nothing one, `+` all.
    private static func chomping(_ bytes: [UInt8]) -> UInt8? {
        var last = bytes.count - 1
        while last > 0, bytes[last] & 0xC0 == 0x80 { last -= 1 }
        guard ScalarAnalysis.breakLength(bytes, last) != nil else { return UInt8(ascii: "-") }
        guard last > 0 else { return UInt8(ascii: "+") }
        last -= 1
        while last > 0, bytes[last] & 0xC0 == 0x80 { last -= 1 }
        return ScalarAnalysis.breakLength(bytes, last) != nil ? UInt8(ascii: "+") : nil
    }

    // MARK: Output

    private mutating func increaseIndent(isFlow: Bool, isIndentless: Bool) {
        indents.append(indent)
        if indent < 0 {
            indent = isFlow ? 2 : 0
        } else if !isIndentless {
            indent += 2
        }
    }

    private mutating func writeIndent() {
        let target = max(indent, 0)
        if !isIndention || column > target || (column == target && !isWhitespace) { putBreak() }
        while column < target { put(0x20) }
        isWhitespace = true
        isIndention = true
    }

    private mutating func writeIndicator(
        _ indicator: [UInt8], needsWhitespace: Bool, isWhitespace: Bool, isIndention: Bool
    ) {
        if needsWhitespace, !self.isWhitespace { put(0x20) }
        output += indicator
        column += indicator.count
        self.isWhitespace = isWhitespace
        self.isIndention = self.isIndention && isIndention
    }

    private mutating func put(_ byte: UInt8) {
        output.append(byte)
        column += 1
    }

    private mutating func putBreak() {
        output.append(0x0A)
        column = 0
    }

    private mutating func writeBreak(_ bytes: [UInt8], _ position: inout Int, _ length: Int) {
        output += bytes[position..<(position + length)]
        position += length
        column = 0
    }

    private mutating func write(_ bytes: [UInt8], _ position: inout Int) {
        let end = min(position + Self.width(bytes[position]), bytes.count)
        output += bytes[position..<end]
        column += 1
        position = end
    }

    private func isSpace(_ bytes: [UInt8], _ position: Int) -> Bool {
        position < bytes.count && bytes[position] == 0x20
    }

    private static func width(_ byte: UInt8) -> Int {
        byte < 0x80 ? 1 : byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
    }

    private static func characterCount(_ bytes: ArraySlice<UInt8>) -> Int {
        var count = 0
        for byte in bytes where byte & 0xC0 != 0x80 { count += 1 }
        return count
    }
}

extension YAMLEmitter {
    /// Writes a whole JSON value, keys in natural order.
    mutating func write(_ value: JSONValue) {
        switch value {
        case .null: plain("null")
        case .bool(let bool): plain(bool ? "true" : "false")
        case .integer(let integer): plain(String(integer))
        case .double(let double): plain(Self.numberText(double))
        case .decimal(let text): plain(Self.numberText(decimal: text))
        case .string(let text): string(text)
        case .array(let elements):
            guard !elements.isEmpty else { return emptySequence() }
            beginSequence()
            for element in elements {
                item()
                write(element)
            }
            endSequence()
        case .object(let object):
            guard !object.isEmpty else { return emptyMapping() }
            beginMapping()
            let members = zip(object.keys, object.values).map { (key: NaturalOrder.Key($0), value: $1) }
            for member in members.sorted(by: { $0.key < $1.key }) {
                key(member.key.text)
                write(member.value)
            }
            endMapping()
        }
    }

    /// The text of a number that has gone through JSON: whole numbers of up to 64 bits plain, others as Go's `%g`.
    package static func numberText(_ double: Double) -> String {
        if abs(double) < 1e18, let integer = Int64(exactly: double) { return String(integer) }
        return numberText(decimal: JSONNumberText.go(double))
    }

    private static func numberText(decimal text: String) -> String {
        switch YAMLScalar(plain: Array(text.utf8)) {
        case .integer(let integer): String(integer)
        case .unsigned(let integer): String(integer)
        case .float(let double): GoNumberText.general(double)
        default: text
        }
    }
}
