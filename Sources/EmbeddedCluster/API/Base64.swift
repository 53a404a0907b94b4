/// Base 64 (RFC 4648) with the errors of Go's decoder.
package enum Base64 {
    /// A byte that does not belong.
    package struct CorruptInput: Error, CustomStringConvertible {
        /// Where it is, from 0.
        package let offset: Int
        package var description: String { "illegal base64 data at input byte \(offset)" }
    }

    private static let standard = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let url = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// The URL alphabet without padding.
    package static func encodeURL(_ bytes: [UInt8]) -> String { encode(bytes, url, padded: false) }

    /// The standard alphabet with padding.
    package static func encode(_ bytes: [UInt8]) -> String { encode(bytes, standard, padded: true) }

    private static func encode(_ bytes: [UInt8], _ alphabet: [UInt8], padded: Bool) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count / 3 * 4 + 4)
        var position = 0
        while position < bytes.count {
            let chunk = bytes[position..<min(position + 3, bytes.count)]
            var word: UInt32 = 0
            for offset in 0..<3 {
                word = word << 8 | (offset < chunk.count ? UInt32(chunk[chunk.startIndex + offset]) : 0)
            }
            for digit in 0..<4 {
                if digit <= chunk.count {
                    result.append(alphabet[Int(word >> UInt32(18 - 6 * digit) & 63)])
                } else if padded {
                    result.append(UInt8(ascii: "="))
                }
            }
            position += 3
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Decodes the URL alphabet without padding.
    package static func decodeURL(_ text: String) -> Result<[UInt8], CorruptInput> {
        decode(text, url, padded: false)
    }

    /// Decodes the standard alphabet with padding; line breaks are skipped, as Go does.
    package static func decode(_ text: String) -> Result<[UInt8], CorruptInput> {
        decode(text, standard, padded: true)
    }

    private static func decode(_ text: String, _ alphabet: [UInt8], padded: Bool) -> Result<[UInt8], CorruptInput> {
        var values = [UInt8](repeating: 255, count: 256)
        for (value, byte) in alphabet.enumerated() { values[Int(byte)] = UInt8(value) }
        var result: [UInt8] = []
        var (word, digits): (UInt32, Int) = (0, 0)
        var padding = 0
        for (offset, byte) in text.utf8.enumerated() {
            if byte == 0x0A || byte == 0x0D { continue }
            if padded, byte == UInt8(ascii: "="), digits + padding >= 2, digits + padding < 4 {
                padding += 1
                continue
            }
            guard padding == 0, values[Int(byte)] != 255 else { return .failure(CorruptInput(offset: offset)) }
            word = word << 6 | UInt32(values[Int(byte)])
            digits += 1
            if digits == 4 {
                result += [UInt8(word >> 16 & 255), UInt8(word >> 8 & 255), UInt8(word & 255)]
                (word, digits) = (0, 0)
            }
        }
        let isComplete = padded ? (digits == 0 && padding == 0 || digits + padding == 4) : digits != 1
        guard isComplete else { return .failure(CorruptInput(offset: text.utf8.count)) }
        if digits == 2 { result.append(UInt8(word >> 4 & 255)) }
        if digits == 3 { result += [UInt8(word >> 10 & 255), UInt8(word >> 2 & 255)] }
        return .success(result)
    }
}
