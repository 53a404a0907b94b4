/// The bcrypt password hash: Blowfish with an expensive key schedule.
enum Bcrypt {
    /// The hash in its usual form, `$2a$10$…`. The salt has 16 bytes.
    static func hash(_ password: [UInt8], salt: [UInt8], cost: Int) -> String {
        var state = BlowfishState.initial
        let key = password + [0]
        state.expand(key: key, salt: salt)
        for _ in 0..<(1 << cost) {
            state.expand(key: key, salt: [])
            state.expand(key: salt, salt: [])
        }
        var words: [UInt32] = []
        let text = Array("OrpheanBeholderScryDoubt".utf8)
        for start in stride(from: 0, to: 24, by: 4) {
            words.append(text[start..<(start + 4)].reduce(0) { $0 << 8 | UInt32($1) })
        }
        for pair in stride(from: 0, to: 6, by: 2) {
            for _ in 0..<64 { (words[pair], words[pair + 1]) = state.encrypt(words[pair], words[pair + 1]) }
        }
        let digest = words.flatMap { word in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> UInt32($0)) } }
        let prefix = cost < 10 ? "$2a$0\(cost)$" : "$2a$\(cost)$"
        return prefix + encode(salt) + encode(Array(digest.prefix(23)))
    }

    private static func encode(_ bytes: [UInt8]) -> String {
        let digits = Array("./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
        var text: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= 6 {
                count -= 6
                text.append(digits[Int(bits >> UInt32(count) & 63)])
            }
        }
        if count > 0 { text.append(digits[Int(bits << UInt32(6 - count) & 63)]) }
        return String(decoding: text, as: UTF8.self)
    }
}

/// Blowfish's subkeys and substitution boxes.
struct BlowfishState {
    private var subkeys: [UInt32]
    private var boxes: [UInt32]

    /// The state every key begins with: the fractional digits of pi.
    static let initial: BlowfishState = {
        let digits = PiDigits.words(18 + 1024)
        return BlowfishState(subkeys: Array(digits[..<18]), boxes: Array(digits[18...]))
    }()

    /// One block of two words.
    func encrypt(_ left: UInt32, _ right: UInt32) -> (UInt32, UInt32) {
        var (left, right) = (left, right)
        for round in 0..<16 {
            left ^= subkeys[round]
            let first = boxes[Int(left >> 24)] &+ boxes[256 + Int(left >> 16 & 255)]
            right ^= (first ^ boxes[512 + Int(left >> 8 & 255)]) &+ boxes[768 + Int(left & 255)]
            (left, right) = (right, left)
        }
        (left, right) = (right, left)
        return (left ^ subkeys[17], right ^ subkeys[16])
    }

    /// Mixes a key, and a salt if there is one, into the state.
    mutating func expand(key: [UInt8], salt: [UInt8]) {
        var position = 0
        for index in 0..<18 {
            var word: UInt32 = 0
            for _ in 0..<4 {
                word = word << 8 | UInt32(key[position])
                position = (position + 1) % key.count
            }
            subkeys[index] ^= word
        }
        let saltWords = stride(from: 0, to: salt.count, by: 4).map { start in
            salt[start..<(start + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        }
        var (left, right): (UInt32, UInt32) = (0, 0)
        var saltIndex = 0
        func salted(_ word: UInt32) -> UInt32 {
            guard !saltWords.isEmpty else { return word }
            defer { saltIndex = (saltIndex + 1) % saltWords.count }
            return word ^ saltWords[saltIndex]
        }
        for index in stride(from: 0, to: 18, by: 2) {
            (left, right) = encrypt(salted(left), salted(right))
            (subkeys[index], subkeys[index + 1]) = (left, right)
        }
        for index in stride(from: 0, to: 1024, by: 2) {
            (left, right) = encrypt(salted(left), salted(right))
            (boxes[index], boxes[index + 1]) = (left, right)
        }
    }
}

/// The binary digits of pi's fraction, by Machin's formula: 4 arctan(1) = 16 arctan(1/5) - 4 arctan(1/239).
enum PiDigits {
    /// The first digits as words of 32 bits.
    static func words(_ count: Int) -> [UInt32] {
        // Two words more than asked for take up the rounding of some ten thousand divisions.
        let length = count + 3
        var sum = [UInt32](repeating: 0, count: length)
        addArctangent(of: 5, times: 16, isNegative: false, to: &sum)
        addArctangent(of: 239, times: 4, isNegative: true, to: &sum)
        return Array(sum[1...count])
    }

    private static func addArctangent(
        of inverse: UInt64, times factor: UInt32, isNegative: Bool, to sum: inout [UInt32]
    ) {
        var power = [UInt32](repeating: 0, count: sum.count)
        power[0] = factor
        divide(&power, by: inverse)
        var divisor: UInt64 = 1
        var subtracts = isNegative
        while power.contains(where: { $0 != 0 }) {
            var term = power
            divide(&term, by: divisor)
            if subtracts { subtract(term, from: &sum) } else { add(term, to: &sum) }
            divide(&power, by: inverse * inverse)
            divisor += 2
            subtracts.toggle()
        }
    }

    private static func divide(_ number: inout [UInt32], by divisor: UInt64) {
        var remainder: UInt64 = 0
        for index in number.indices {
            let value = remainder << 32 | UInt64(number[index])
            number[index] = UInt32(truncatingIfNeeded: value / divisor)
            remainder = value % divisor
        }
    }

    private static func add(_ term: [UInt32], to sum: inout [UInt32]) {
        var carry: UInt64 = 0
        for index in sum.indices.reversed() {
            let value = UInt64(sum[index]) + UInt64(term[index]) + carry
            sum[index] = UInt32(truncatingIfNeeded: value)
            carry = value >> 32
        }
    }

    private static func subtract(_ term: [UInt32], from sum: inout [UInt32]) {
        var borrow: Int64 = 0
        for index in sum.indices.reversed() {
            let value = Int64(sum[index]) - Int64(term[index]) - borrow
            sum[index] = UInt32(truncatingIfNeeded: value)
            borrow = value < 0 ? 1 : 0
        }
    }
}
