/// Base64 and base32 (RFC 4648) as Go's `encoding` packages read and write them.
enum Base64 {
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let digits32 = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

    /// Padded standard base64.
    static func encode(_ bytes: [UInt8]) -> [UInt8] {
        encode(bytes, digits, bitsPerDigit: 6, group: 4)
    }

    /// Padded standard base32.
    static func encode32(_ bytes: [UInt8]) -> [UInt8] {
        encode(bytes, digits32, bitsPerDigit: 5, group: 8)
    }

    private static func encode(_ bytes: [UInt8], _ digits: [UInt8], bitsPerDigit: Int, group: Int) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count * 2)
        var bits: UInt32 = 0
        var count = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= bitsPerDigit {
                count -= bitsPerDigit
                text.append(digits[Int(bits >> UInt32(count)) & (1 << bitsPerDigit - 1)])
            }
        }
        if count > 0 { text.append(digits[Int(bits << UInt32(bitsPerDigit - count)) & (1 << bitsPerDigit - 1)]) }
        while text.count % group != 0 { text.append(UInt8(ascii: "=")) }
        return text
    }

    /// The bytes of padded base64, line breaks ignored; throws Go's error with the offset of the mistake.
    static func decode(_ text: [UInt8]) throws(GoError) -> [UInt8] {
        try decode(text, digits, bitsPerDigit: 6, group: 4, name: "base64")
    }

    /// The bytes of padded base32.
    static func decode32(_ text: [UInt8]) throws(GoError) -> [UInt8] {
        try decode(text, digits32, bitsPerDigit: 5, group: 8, name: "base32")
    }

    private static func decode(
        _ text: [UInt8], _ digits: [UInt8], bitsPerDigit: Int, group: Int, name: String
    ) throws(GoError) -> [UInt8] {
        var values = [UInt8](repeating: 0xFF, count: 256)
        for (index, digit) in digits.enumerated() { values[Int(digit)] = UInt8(index) }
        var bytes: [UInt8] = []
        var bits: UInt64 = 0
        var bitCount = 0
        var inGroup = 0
        var position = 0
        func corrupt(_ offset: Int) -> GoError { GoError("illegal \(name) data at input byte \(offset)") }
        let allowed = group == 4 ? [2, 3] : [2, 4, 5, 7]
        while position < text.count {
            let byte = text[position]
            if byte == 0x0A || byte == 0x0D {
                position += 1
                continue
            }
            if byte == UInt8(ascii: "=") {
                guard allowed.contains(inGroup) else { throw corrupt(position) }
                var missing = group - inGroup
                while missing > 0 {
                    while position < text.count, text[position] == 0x0A || text[position] == 0x0D { position += 1 }
                    guard position < text.count else { throw corrupt(text.count) }
                    guard text[position] == UInt8(ascii: "=") else { throw corrupt(position) }
                    position += 1
                    missing -= 1
                }
                while position < text.count, text[position] == 0x0A || text[position] == 0x0D { position += 1 }
                guard position == text.count else { throw corrupt(position) }
                return bytes
            }
            let value = values[Int(byte)]
            guard value != 0xFF else { throw corrupt(position) }
            bits = bits << UInt64(bitsPerDigit) | UInt64(value)
            bitCount += bitsPerDigit
            inGroup = (inGroup + 1) % group
            if bitCount >= 8 {
                bitCount -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt64(bitCount)))
            }
            position += 1
        }
        guard inGroup == 0 else { throw corrupt(position - (group == 4 ? inGroup : 0)) }
        return bytes
    }
}
