/// The base64 text of `!!binary` scalars.
enum YAMLBinary {
    /// The bytes of padded standard base64, line breaks ignored; nil where the text is not that.
    static func decode(_ text: [UInt8]) -> [UInt8]? {
        var bytes: [UInt8] = []
        var accumulator: UInt32 = 0
        var count = 0
        var padding = 0
        for byte in text where byte != 0x0A && byte != 0x0D {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): digit = byte - UInt8(ascii: "A")
            case UInt8(ascii: "a")...UInt8(ascii: "z"): digit = byte - UInt8(ascii: "a") + 26
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0") + 52
            case UInt8(ascii: "+"): digit = 62
            case UInt8(ascii: "/"): digit = 63
            case UInt8(ascii: "=") where count % 4 >= 2: (digit, padding) = (0, padding + 1)
            default: return nil
            }
            if padding > 0, byte != UInt8(ascii: "=") { return nil }
            accumulator = accumulator << 6 | UInt32(digit)
            count += 1
            if count % 4 == 0 {
                bytes += [UInt8(accumulator >> 16 & 0xFF), UInt8(accumulator >> 8 & 0xFF), UInt8(accumulator & 0xFF)]
                accumulator = 0
            }
        }
        guard count % 4 == 0, padding <= 2 else { return nil }
        return Array(bytes.dropLast(padding))
    }
}
