/// What the characters of a string allow: the analysis that libyaml's emitter makes of a scalar, in block context.
struct ScalarAnalysis {
    var isMultiline = false
    var hasLineFeed = false
    var isPlainAllowed = true
    var isSingleQuotedAllowed = true
    var isBlockAllowed = true

    init(_ bytes: [UInt8], isPretty: Bool) {
        guard let first = bytes.first else {
            isBlockAllowed = false
            return
        }
        var indicators =
            bytes.count >= 3 && (bytes.starts(with: [0x2D, 0x2D, 0x2D]) || bytes.starts(with: [0x2E, 0x2E, 0x2E]))
        var special = false
        var breakSpace = false
        var spaceBreak = false
        var tab = false
        var previousSpace = false
        var previousBreak = false
        var precededByBlank = true
        let count = bytes.count
        switch first {
        case UInt8(ascii: "#"), UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"),
            UInt8(ascii: "}"), UInt8(ascii: "&"), UInt8(ascii: "*"), UInt8(ascii: "!"), UInt8(ascii: "|"),
            UInt8(ascii: ">"), UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "%"), UInt8(ascii: "@"),
            UInt8(ascii: "`"):
            indicators = true
        case UInt8(ascii: "?"), UInt8(ascii: ":"), UInt8(ascii: "-"):
            if count == 1 || Self.isBlank(bytes[1]) { indicators = true }
        default: break
        }
        var position = 0
        while position < count {
            let byte = bytes[position]
            // The common case by far: letters, digits and punctuation without a role.
            if byte > 0x3A, byte < 0x7F {
                previousSpace = false
                previousBreak = false
                precededByBlank = false
                position += 1
                continue
            }
            if position > 0 {
                if byte == UInt8(ascii: ":") {
                    if position + 1 >= count || Self.isBlank(bytes[position + 1]) { indicators = true }
                } else if byte == UInt8(ascii: "#"), precededByBlank {
                    indicators = true
                }
            }
            let length = Self.breakLength(bytes, position)
            if byte == 0x09, isPretty {
                tab = true
            } else if !Self.isPrintable(bytes, position) {
                special = true
            }
            if byte == 0x20 {
                if previousBreak { breakSpace = true }
                previousSpace = true
                previousBreak = false
            } else if length != nil {
                isMultiline = true
                if byte == 0x0A { hasLineFeed = true }
                if previousSpace { spaceBreak = true }
                previousSpace = false
                previousBreak = true
            } else {
                previousSpace = false
                previousBreak = false
            }
            precededByBlank = byte == 0x20 || byte == 0x09 || length != nil
            position += length ?? Self.width(byte)
        }
        let leadingBreak = Self.breakLength(bytes, 0) != nil
        if first == 0x20 || leadingBreak || previousSpace || previousBreak || isMultiline || indicators {
            isPlainAllowed = false
        }
        if previousSpace { isBlockAllowed = false }
        if breakSpace {
            isPlainAllowed = false
            isSingleQuotedAllowed = false
        }
        if spaceBreak || special || tab {
            isPlainAllowed = false
            isSingleQuotedAllowed = false
        }
        if spaceBreak || special { isBlockAllowed = false }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    private static func width(_ byte: UInt8) -> Int {
        byte < 0x80 ? 1 : byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
    }

    /// The length of a line break at a position: LF, CR, NEL, LS or PS.
    @inline(__always)
    static func breakLength(_ bytes: [UInt8], _ position: Int) -> Int? {
        let byte = bytes[position]
        if byte == 0x0A || byte == 0x0D { return 1 }
        if byte < 0xC2 { return nil }
        if byte == 0xC2 { return position + 1 < bytes.count && bytes[position + 1] == 0x85 ? 2 : nil }
        if byte == 0xE2, position + 2 < bytes.count, bytes[position + 1] == 0x80,
            bytes[position + 2] == 0xA8 || bytes[position + 2] == 0xA9
        {
            return 3
        }
        return nil
    }

    /// Whether the character at a position may stand in a quoted or plain scalar as it is.
    static func isPrintable(_ bytes: [UInt8], _ position: Int) -> Bool {
        let byte = bytes[position]
        func next(_ offset: Int) -> UInt8 { position + offset < bytes.count ? bytes[position + offset] : 0 }
        switch byte {
        case 0x0A, 0x20...0x7E: return true
        case 0xC2: return next(1) >= 0xA0
        case 0xC3...0xEC: return true
        case 0xED: return next(1) < 0xA0
        case 0xEE: return true
        case 0xEF:
            return !(next(1) == 0xBB && next(2) == 0xBF) && !(next(1) == 0xBF && (next(2) == 0xBE || next(2) == 0xBF))
        default: return false
        }
    }
}
