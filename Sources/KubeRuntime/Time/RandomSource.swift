import Synchronization

/// The chance that every part of the runtime is given, for jitter and names.
public struct RandomSource: Sendable {
    private let draw: @Sendable () -> UInt64

    /// A source of random 64-bit numbers.
    public init(_ draw: @escaping @Sendable () -> UInt64) { self.draw = draw }

    /// The generator of the system.
    public static let system = RandomSource { UInt64.random(in: .min ... .max) }

    /// A source that gives the same numbers whenever it is made with the same seed.
    public static func seeded(_ seed: UInt64) -> RandomSource {
        let generator = SeededGenerator(seed)
        return RandomSource { generator.next() }
    }

    private final class SeededGenerator: Sendable {
        private let generator: Mutex<SeededRandom>
        init(_ seed: UInt64) { generator = Mutex(SeededRandom(seed: seed)) }
        func next() -> UInt64 { generator.withLock { $0.next() } }
    }

    /// A number in [0, 1).
    public func chance() -> Double { Double(draw() >> 11) / Double(1 << 53 as UInt64) }

    /// Lower-case hexadecimal digits.
    public func hexadecimal(digits: Int) -> String {
        var text = ""
        while text.utf8.count < digits {
            let word = String(draw(), radix: 16)
            text += String(repeating: "0", count: 16 - word.utf8.count) + word
        }
        return String(text.prefix(digits))
    }

    /// A random identifier in the form of RFC 9562, version 4.
    public func uuid() -> String {
        var digits = Array(hexadecimal(digits: 32))
        digits[12] = "4"
        digits[16] = Array("89ab")[Int(draw() & 3)]
        var text = ""
        for (position, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(position) { text.append("-") }
            text.append(digit)
        }
        return text
    }
}
