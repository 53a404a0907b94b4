/// Decompresses gzip (RFC 1952) and deflate (RFC 1951) data up to a limit.
struct Inflate {
    private let input: [UInt8]
    private var position: Int
    private var bits: UInt32 = 0
    private var bitCount = 0
    private var output: [UInt8] = []
    private let limit: Int

    /// The decompressed members of a gzip file, one after another.
    static func gunzip(_ input: [UInt8], limit: Int) throws(ChartError) -> [UInt8] {
        var result: [UInt8] = []
        var position = 0
        repeat {
            position = try skipHeader(input, position)
            var inflate = Inflate(input, position: position, limit: limit - result.count)
            try inflate.run()
            position = inflate.position
            guard position + 8 <= input.count else { throw ChartError("unexpected end of data") }
            let expected = (0..<4).reduce(UInt32(0)) { $0 | UInt32(input[position + $1]) << UInt32(8 * $1) }
            guard CRC32.checksum(inflate.output) == expected else { throw ChartError("checksum mismatch") }
            position += 8
            result += inflate.output
        } while position + 2 < input.count && input[position] == 0x1F && input[position + 1] == 0x8B
        return result
    }

    private static func skipHeader(_ input: [UInt8], _ start: Int) throws(ChartError) -> Int {
        guard start + 18 <= input.count, input[start] == 0x1F, input[start + 1] == 0x8B, input[start + 2] == 8 else {
            throw ChartError("invalid header")
        }
        let flags = input[start + 3]
        var position = start + 10
        if flags & 4 != 0 {
            guard position + 2 <= input.count else { throw ChartError("invalid header") }
            position += 2 + Int(input[position]) + Int(input[position + 1]) << 8
        }
        for flag in [UInt8(8), 16] where flags & flag != 0 {
            guard position < input.count, let end = input[position...].firstIndex(of: 0) else {
                throw ChartError("invalid header")
            }
            position = end + 1
        }
        if flags & 2 != 0 { position += 2 }
        guard position < input.count else { throw ChartError("invalid header") }
        return position
    }

    private init(_ input: [UInt8], position: Int, limit: Int) {
        self.input = input
        self.position = position
        self.limit = limit
    }

    private mutating func run() throws(ChartError) {
        var isLast = false
        while !isLast {
            isLast = try take(1) == 1
            switch try take(2) {
            case 0: try stored()
            case 1: try compressed(Self.fixedLiterals, Self.fixedDistances)
            case 2:
                let (literals, distances) = try dynamicTables()
                try compressed(literals, distances)
            default: throw ChartError("invalid block type")
            }
        }
        // Whole bytes that were read ahead belong to the trailer.
        position -= bitCount / 8
        (bits, bitCount) = (0, 0)
    }

    private mutating func take(_ count: Int) throws(ChartError) -> Int {
        while bitCount < count {
            guard position < input.count else { throw ChartError("unexpected end of data") }
            bits |= UInt32(input[position]) << UInt32(bitCount)
            position += 1
            bitCount += 8
        }
        let value = Int(bits & ((1 << UInt32(count)) - 1))
        bits >>= UInt32(count)
        bitCount -= count
        return value
    }

    private mutating func stored() throws(ChartError) {
        position -= bitCount / 8
        (bits, bitCount) = (0, 0)
        guard position + 4 <= input.count else { throw ChartError("unexpected end of data") }
        let length = Int(input[position]) | Int(input[position + 1]) << 8
        let complement = Int(input[position + 2]) | Int(input[position + 3]) << 8
        guard length ^ 0xFFFF == complement else { throw ChartError("invalid stored block") }
        position += 4
        guard position + length <= input.count else { throw ChartError("unexpected end of data") }
        try reserve(length)
        output += input[position..<(position + length)]
        position += length
    }

    private func reserve(_ count: Int) throws(ChartError) {
        if output.count + count > limit { throw ChartError("decompressed data is larger than \(limit) bytes") }
    }

    private struct Table: Sendable {
        var counts = [Int](repeating: 0, count: 16)
        var symbols: [Int] = []

        init(_ lengths: [Int]) {
            for length in lengths { counts[length] += 1 }
            counts[0] = 0
            var offsets = [Int](repeating: 0, count: 17)
            for length in 1..<16 { offsets[length + 1] = offsets[length] + counts[length] }
            symbols = [Int](repeating: 0, count: lengths.count)
            for (symbol, length) in lengths.enumerated() where length != 0 {
                symbols[offsets[length]] = symbol
                offsets[length] += 1
            }
        }
    }

    private static let fixedLiterals = Table(
        (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 })
    private static let fixedDistances = Table([Int](repeating: 5, count: 30))
    private static let lengthBases = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227,
        258,
    ]
    private static let lengthBits = [
        0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
    ]
    private static let distanceBases = [
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
        6145, 8193, 12289, 16385, 24577,
    ]
    private static let distanceBits = [
        0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
    ]

    private mutating func symbol(_ table: Table) throws(ChartError) -> Int {
        var code = 0
        var first = 0
        var index = 0
        for length in 1..<16 {
            code |= try take(1)
            let count = table.counts[length]
            if code - count < first { return table.symbols[index + code - first] }
            index += count
            first = (first + count) << 1
            code <<= 1
        }
        throw ChartError("invalid code")
    }

    private mutating func dynamicTables() throws(ChartError) -> (Table, Table) {
        let literalCount = try take(5) + 257
        let distanceCount = try take(5) + 1
        let codeCount = try take(4) + 4
        guard literalCount <= 286, distanceCount <= 30 else { throw ChartError("invalid code counts") }
        let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
        var lengths = [Int](repeating: 0, count: 19)
        for index in 0..<codeCount { lengths[order[index]] = try take(3) }
        let codes = Table(lengths)
        var all: [Int] = []
        while all.count < literalCount + distanceCount {
            switch try symbol(codes) {
            case 16:
                guard let last = all.last else { throw ChartError("invalid repeat") }
                let count = try take(2) + 3
                all += [Int](repeating: last, count: count)
            case 17: all += [Int](repeating: 0, count: try take(3) + 3)
            case 18: all += [Int](repeating: 0, count: try take(7) + 11)
            case let length: all.append(length)
            }
        }
        guard all.count == literalCount + distanceCount else { throw ChartError("invalid code lengths") }
        return (Table(Array(all[..<literalCount])), Table(Array(all[literalCount...])))
    }

    private mutating func compressed(_ literals: Table, _ distances: Table) throws(ChartError) {
        while true {
            let symbol = try symbol(literals)
            if symbol < 256 {
                try reserve(1)
                output.append(UInt8(symbol))
                continue
            }
            if symbol == 256 { return }
            guard symbol - 257 < Self.lengthBases.count else { throw ChartError("invalid length") }
            let length = Self.lengthBases[symbol - 257] + (try take(Self.lengthBits[symbol - 257]))
            let code = try self.symbol(distances)
            guard code < Self.distanceBases.count else { throw ChartError("invalid distance") }
            let distance = Self.distanceBases[code] + (try take(Self.distanceBits[code]))
            guard distance <= output.count else { throw ChartError("invalid distance") }
            try reserve(length)
            let start = output.count - distance
            for offset in 0..<length { output.append(output[start + offset]) }
        }
    }
}

/// The checksum of gzip (ISO 3309).
enum CRC32 {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
    }

    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var value: UInt32 = 0xFFFF_FFFF
        for byte in bytes { value = table[Int((value ^ UInt32(byte)) & 0xFF)] ^ (value >> 8) }
        return value ^ 0xFFFF_FFFF
    }
}
