/// Changes of bytes that know nothing of what the bytes mean.
enum ByteMutation {
    /// Bytes that readers of text treat specially, or that are no text at all.
    private static let strange: [[UInt8]] = [
        [0x00], [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xEF, 0xBB, 0xBF], [0x80],
        Array("\u{2028}".utf8), Array("\r\n".utf8), Array("\t".utf8), Array("{{".utf8), Array("}}".utf8),
        Array("%".utf8), Array("%00".utf8), Array("\\u0000".utf8), Array("\\ud800".utf8), Array("\"".utf8),
        Array("'".utf8), Array("- ".utf8), Array(": ".utf8), Array("&a *a".utf8), Array("9223372036854775808".utf8),
        Array("-9223372036854775808".utf8), Array("1e999".utf8), Array("0x".utf8), Array("../".utf8),
    ]

    /// Changes some bytes, one to a few times.
    static func mutate(_ bytes: inout [UInt8], using generator: inout SeededGenerator) {
        for _ in 0...generator.below(4) { change(&bytes, using: &generator) }
    }

    private static func change(_ bytes: inout [UInt8], using generator: inout SeededGenerator) {
        let position = generator.below(bytes.count + 1)
        let length = min(bytes.count - position, 1 + generator.below(generator.once(in: 4) ? 64 : 8))
        let range = position..<position + length
        switch generator.below(8) {
        case 0 where position < bytes.count: bytes[position] ^= 1 << UInt8(generator.below(8))
        case 1 where position < bytes.count: bytes[position] = UInt8(truncatingIfNeeded: generator.next())
        case 2: bytes.removeSubrange(range)
        case 3: bytes.insert(contentsOf: generator.pick(strange), at: position)
        case 4:
            // Repeated often, a piece becomes depth, or length.
            let times = generator.once(in: 20) ? 1 + generator.below(2_000) : 1 + generator.below(4)
            let piece = Array(bytes[range])
            bytes.insert(contentsOf: (0..<times).flatMap { _ in piece }, at: position)
        case 5: bytes.removeLast(bytes.count - position)
        case 6:
            let piece = Array(bytes[range])
            bytes.insert(contentsOf: piece, at: generator.below(bytes.count + 1))
        default: bytes.insert(UInt8(truncatingIfNeeded: generator.next()), at: position)
        }
    }
}
