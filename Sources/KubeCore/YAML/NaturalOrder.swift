/// The order in which Go's `yaml.v2` writes map keys: letters after everything else, runs of digits by their value.
package enum NaturalOrder {
    /// A key prepared for comparing.
    package struct Key: Comparable {
        /// The key as written.
        package let text: String
        private let scalars: [UInt32]
        /// Whether a letter that follows digits comes first, as `yaml.v3` has it.
        private let lettersFirstAfterDigits: Bool

        /// Prepares a key for the order of `yaml.v2`, or of `yaml.v3`.
        package init(_ text: String, isPretty: Bool = false) {
            self.text = text
            lettersFirstAfterDigits = isPretty
            scalars = text.unicodeScalars.map(\.value)
        }

        package static func == (left: Key, right: Key) -> Bool { left.scalars == right.scalars }

        package static func < (left: Key, right: Key) -> Bool {
            NaturalOrder.isLess(left.scalars, right.scalars, left.lettersFirstAfterDigits)
        }
    }

    /// Whether a string comes before another.
    package static func isLess(_ left: String, _ right: String) -> Bool { Key(left) < Key(right) }

    private static func isLess(_ left: [UInt32], _ right: [UInt32], _ lettersFirstAfterDigits: Bool) -> Bool {
        var digits = false
        for index in 0..<min(left.count, right.count) {
            if left[index] == right[index] {
                digits = isDigit(left[index])
                continue
            }
            let leftIsLetter = isLetter(left[index])
            let rightIsLetter = isLetter(right[index])
            if leftIsLetter, rightIsLetter { return left[index] < right[index] }
            if leftIsLetter || rightIsLetter { return digits && lettersFirstAfterDigits ? leftIsLetter : rightIsLetter }
            var (leftNumber, rightNumber): (Int64, Int64) = (0, 0)
            if left[index] == 0x30 || right[index] == 0x30 {
                // A zero within a number counts; one that leads does not.
                var before = index - 1
                while before >= 0, isDigit(left[before]) {
                    if left[before] != 0x30 {
                        (leftNumber, rightNumber) = (1, 1)
                        break
                    }
                    before -= 1
                }
            }
            let leftEnd = number(left, from: index, &leftNumber)
            let rightEnd = number(right, from: index, &rightNumber)
            if leftNumber != rightNumber { return leftNumber < rightNumber }
            if leftEnd != rightEnd { return leftEnd < rightEnd }
            return left[index] < right[index]
        }
        return left.count < right.count
    }

    private static func number(_ scalars: [UInt32], from start: Int, _ value: inout Int64) -> Int {
        var end = start
        while end < scalars.count, isDigit(scalars[end]) {
            value = value &* 10 &+ (Int64(scalars[end]) - 0x30)
            end += 1
        }
        return end
    }

    private static func isDigit(_ scalar: UInt32) -> Bool {
        if scalar < 0x80 { return scalar &- 0x30 < 10 }
        return Unicode.Scalar(scalar)?.properties.generalCategory == .decimalNumber
    }

    private static func isLetter(_ scalar: UInt32) -> Bool {
        if scalar < 0x80 { return (scalar | 0x20) &- 0x61 < 26 }
        switch Unicode.Scalar(scalar)?.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return true
        default: return false
        }
    }
}
