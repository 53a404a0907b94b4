/// A parsed regular expression.
indirect enum RegexNode {
    case empty
    case set(ScalarSet)
    case sequence([RegexNode])
    case alternatives([RegexNode])
    case group(RegexNode, index: Int)
    case repetition(RegexNode, minimum: Int, maximum: Int?, isGreedy: Bool)
    case assertion(Assertion)

    enum Assertion {
        case textStart, textEnd, lineStart, lineEnd, wordBoundary, noWordBoundary
    }
}

/// A set of Unicode scalars as sorted ranges.
struct ScalarSet {
    var ranges: [ClosedRange<UInt32>]

    init(_ ranges: [ClosedRange<UInt32>] = []) { self.ranges = ranges }

    mutating func insert(_ range: ClosedRange<UInt32>) { ranges.append(range) }

    mutating func normalize() {
        ranges.sort { $0.lowerBound < $1.lowerBound }
        var merged: [ClosedRange<UInt32>] = []
        for range in ranges {
            if let last = merged.last, range.lowerBound <= last.upperBound &+ 1 {
                merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        ranges = merged
    }

    var negated: ScalarSet {
        var copy = self
        copy.normalize()
        var result: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in copy.ranges {
            if range.lowerBound > next { result.append(next...(range.lowerBound - 1)) }
            next = range.upperBound + 1
        }
        if next <= 0x10FFFF { result.append(next...0x10FFFF) }
        return ScalarSet(result)
    }

    func contains(_ scalar: UInt32) -> Bool {
        if ranges.count <= 4 { return ranges.contains { $0.contains(scalar) } }
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < scalar { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].contains(scalar)
    }

    /// The set with both cases of its ASCII letters, and of other letters where the set is small.
    var foldingCase: ScalarSet {
        var result = self
        for range in ranges {
            for scalar in range where range.count <= 2048 {
                guard let unicode = Unicode.Scalar(scalar) else { continue }
                for other in [StringFunctions.lower(unicode), StringFunctions.upper(unicode)] where other != unicode {
                    result.insert(other.value...other.value)
                }
            }
            if range.count > 2048 { result.ranges += [0x41...0x5A, 0x61...0x7A].filter { $0.overlaps(range) } }
        }
        result.normalize()
        return result
    }
}

/// Parses Go's regular expression syntax, with its error texts.
struct RegexParser {
    private static let maximumRepeat = 1000
    private static let maximumDepth = 200

    private struct Flags {
        var ignoresCase = false
        var isMultiline = false
        var dotMatchesNewline = false
        var swapsGreed = false
    }

    private let pattern: [Unicode.Scalar]
    private var position = 0
    private var flags = Flags()
    private var depth = 0
    private(set) var groupCount = 0
    private(set) var groupNames: [String: Int] = [:]

    init(_ pattern: String) { self.pattern = Array(pattern.unicodeScalars) }

    private func failure(_ code: String, _ from: Int, _ to: Int? = nil) -> GoError {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: pattern[from..<(to ?? pattern.count)])
        return GoError("error parsing regexp: \(code): `\(String(view))`")
    }

    mutating func parse() throws(GoError) -> RegexNode {
        let node = try alternatives()
        if position < pattern.count { throw failure("unexpected )", 0) }
        return node
    }

    private var current: Unicode.Scalar? { position < pattern.count ? pattern[position] : nil }

    private mutating func alternatives() throws(GoError) -> RegexNode {
        depth += 1
        defer { depth -= 1 }
        if depth > Self.maximumDepth { throw failure("expression nests too deeply", 0) }
        var branches: [RegexNode] = [try sequence()]
        while current == "|" {
            position += 1
            branches.append(try sequence())
        }
        return branches.count == 1 ? branches[0] : .alternatives(branches)
    }

    private mutating func sequence() throws(GoError) -> RegexNode {
        var nodes: [RegexNode] = []
        var lastRepeat = -1
        var lastRepeatStart = 0
        while let scalar = current, scalar != "|", scalar != ")" {
            let start = position
            switch scalar {
            case "*", "+", "?", "{":
                var bounds: (Int, Int?)
                if scalar == "{" {
                    guard let counted = try countedRepeat() else {
                        position += 1
                        nodes.append(literal("{"))
                        continue
                    }
                    bounds = counted
                } else {
                    position += 1
                    bounds = scalar == "*" ? (0, nil) : scalar == "+" ? (1, nil) : (0, 1)
                }
                var isGreedy = !flags.swapsGreed
                if current == "?" {
                    position += 1
                    isGreedy.toggle()
                }
                guard let last = nodes.popLast() else {
                    throw failure("missing argument to repetition operator", start, position)
                }
                if lastRepeat >= 0, lastRepeat == nodes.count {
                    throw failure("invalid nested repetition operator", lastRepeatStart, position)
                }
                nodes.append(.repetition(last, minimum: bounds.0, maximum: bounds.1, isGreedy: isGreedy))
                lastRepeat = nodes.count - 1
                lastRepeatStart = start
                continue
            case "(":
                if let node = try group() { nodes.append(node) }
            case ".":
                position += 1
                nodes.append(
                    .set(flags.dotMatchesNewline ? ScalarSet([0...0x10FFFF]) : ScalarSet([0...9, 11...0x10FFFF])))
            case "^":
                position += 1
                nodes.append(.assertion(flags.isMultiline ? .lineStart : .textStart))
            case "$":
                position += 1
                nodes.append(.assertion(flags.isMultiline ? .lineEnd : .textEnd))
            case "[": nodes.append(.set(try characterClass()))
            case "\\": try escape(into: &nodes)
            default:
                position += 1
                nodes.append(literal(scalar))
            }
            lastRepeat = -1
        }
        return nodes.count == 1 ? nodes[0] : nodes.isEmpty ? .empty : .sequence(nodes)
    }

    private func literal(_ scalar: Unicode.Scalar) -> RegexNode {
        let set = ScalarSet([scalar.value...scalar.value])
        return .set(flags.ignoresCase ? set.foldingCase : set)
    }

    /// `{n}`, `{n,}` or `{n,m}`; nil if the brace is a literal.
    private mutating func countedRepeat() throws(GoError) -> (Int, Int?)? {
        let start = position
        var index = position + 1
        func number() -> Int? {
            let first = index
            var value = 0
            while index < pattern.count, (0x30...0x39).contains(pattern[index].value), value < 100_000 {
                value = value * 10 + Int(pattern[index].value - 0x30)
                index += 1
            }
            return index > first ? value : nil
        }
        guard let low = number(), index < pattern.count else { return nil }
        var high: Int? = low
        if pattern[index] == "," {
            index += 1
            high = number()
        }
        guard index < pattern.count, pattern[index] == "}" else { return nil }
        index += 1
        if low > Self.maximumRepeat || (high ?? 0) > Self.maximumRepeat || (high.map { $0 < low } ?? false) {
            throw failure("invalid repeat count", start, index)
        }
        position = index
        return (low, high)
    }

    private mutating func group() throws(GoError) -> RegexNode? {
        let start = position
        position += 1
        let outer = flags
        if current == "?" {
            if position + 1 < pattern.count, pattern[position + 1] == "P" || pattern[position + 1] == "<" {
                return try namedGroup(start)
            }
            position += 1
            var sign = true
            var changed = false
            while let scalar = current {
                position += 1
                switch scalar {
                case "i": flags.ignoresCase = sign
                case "m": flags.isMultiline = sign
                case "s": flags.dotMatchesNewline = sign
                case "U": flags.swapsGreed = sign
                case "-":
                    guard sign else { throw failure("invalid or unsupported Perl syntax", start, position) }
                    sign = false
                    continue
                case ")": return nil
                case ":":
                    let node = try alternatives()
                    try close()
                    flags = outer
                    return node
                default: throw failure("invalid or unsupported Perl syntax", start, position)
                }
                changed = true
            }
            _ = changed
            throw failure("missing closing )", 0)
        }
        groupCount += 1
        let index = groupCount
        let node = try alternatives()
        try close()
        flags = outer
        return .group(node, index: index)
    }

    private mutating func namedGroup(_ start: Int) throws(GoError) -> RegexNode {
        position += pattern[position + 1] == "P" ? 2 : 1
        guard current == "<" else {
            throw failure("invalid or unsupported Perl syntax", start, min(position + 1, pattern.count))
        }
        position += 1
        var name = ""
        while let scalar = current, scalar != ">" {
            name.unicodeScalars.append(scalar)
            position += 1
        }
        guard current == ">", !name.isEmpty else { throw failure("invalid named capture", start) }
        position += 1
        groupCount += 1
        let index = groupCount
        // Of groups with one name the first counts.
        if groupNames[name] == nil { groupNames[name] = index }
        let outer = flags
        let node = try alternatives()
        try close()
        flags = outer
        return .group(node, index: index)
    }

    private mutating func close() throws(GoError) {
        guard current == ")" else { throw failure("missing closing )", 0) }
        position += 1
    }

    // MARK: Escapes and classes

    private mutating func escape(into nodes: inout [RegexNode]) throws(GoError) {
        let start = position
        position += 1
        guard let scalar = current else { throw failure("trailing backslash at end of expression", start, start) }
        position += 1
        switch scalar {
        case "A": nodes.append(.assertion(.textStart))
        case "z": nodes.append(.assertion(.textEnd))
        case "b": nodes.append(.assertion(.wordBoundary))
        case "B": nodes.append(.assertion(.noWordBoundary))
        case "Q":
            while position < pattern.count {
                if pattern[position] == "\\", position + 1 < pattern.count, pattern[position + 1] == "E" {
                    position += 2
                    return
                }
                nodes.append(literal(pattern[position]))
                position += 1
            }
        default:
            position = start
            if let set = try classEscape() {
                nodes.append(.set(set))
            } else {
                nodes.append(literal(try scalarEscape()))
            }
        }
    }

    private static let digits = ScalarSet([0x30...0x39])
    private static let words = ScalarSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    private static let spaces = ScalarSet([0x09...0x0A, 0x0C...0x0D, 0x20...0x20])

    /// `\d`, `\W`, `\pL`, …; nil if the escape is of a single character.
    private mutating func classEscape() throws(GoError) -> ScalarSet? {
        guard position + 1 < pattern.count else { return nil }
        let letter = pattern[position + 1]
        let set: ScalarSet
        switch letter {
        case "d", "D": set = Self.digits
        case "w", "W": set = Self.words
        case "s", "S": set = Self.spaces
        case "p", "P": return try unicodeClass()
        default: return nil
        }
        position += 2
        return letter.properties.isUppercase ? set.negated : set
    }

    private mutating func unicodeClass() throws(GoError) -> ScalarSet {
        let start = position
        var isNegated = pattern[position + 1] == "P"
        position += 2
        var name = ""
        if current == "{" {
            position += 1
            if current == "^" {
                isNegated.toggle()
                position += 1
            }
            while let scalar = current, scalar != "}" {
                name.unicodeScalars.append(scalar)
                position += 1
            }
            guard current == "}" else { throw failure("invalid character class range", start) }
            position += 1
        } else if let scalar = current {
            name.unicodeScalars.append(scalar)
            position += 1
        }
        guard let set = UnicodeClasses.set(named: name) else {
            throw failure("invalid character class range", start, position)
        }
        return isNegated ? set.negated : set
    }

    private mutating func scalarEscape() throws(GoError) -> Unicode.Scalar {
        let start = position
        position += 1
        guard let scalar = current else { throw failure("trailing backslash at end of expression", start, start) }
        position += 1
        switch scalar {
        case "a": return "\u{07}"
        case "f": return "\u{0C}"
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "v": return "\u{0B}"
        case "0"..."7":
            // \1 alone is a back reference, which RE2 has not; \12 and \0 are octal.
            if scalar != "0", !(current.map { ("0"..."7").contains($0) } ?? false) { break }
            var value = scalar.value - 0x30
            var count = 1
            while count < 3, let next = current, ("0"..."7").contains(next) {
                value = value * 8 + next.value - 0x30
                position += 1
                count += 1
            }
            if let result = Unicode.Scalar(value) { return result }
        case "x":
            var text = ""
            if current == "{" {
                position += 1
                while let next = current, next != "}" {
                    text.unicodeScalars.append(next)
                    position += 1
                }
                position += 1
            } else {
                while text.utf8.count < 2, let next = current {
                    text.unicodeScalars.append(next)
                    position += 1
                }
            }
            if let value = UInt32(text, radix: 16), let result = Unicode.Scalar(value), position <= pattern.count {
                return result
            }
            position = min(position, pattern.count)
        default:
            let isWord = scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
            if scalar.isASCII, !isWord { return scalar }
        }
        throw failure("invalid escape sequence", start, position)
    }

    private mutating func characterClass() throws(GoError) -> ScalarSet {
        let start = position
        position += 1
        var isNegated = false
        if current == "^" {
            isNegated = true
            position += 1
        }
        var set = ScalarSet()
        var isFirst = true
        while true {
            guard let scalar = current else { throw failure("missing closing ]", start) }
            if scalar == "]", !isFirst { break }
            isFirst = false
            if scalar == "[", position + 1 < pattern.count, pattern[position + 1] == ":", let named = try posixClass() {
                set.ranges += named.ranges
                continue
            }
            if scalar == "\\", let named = try classEscape() {
                set.ranges += named.ranges
                continue
            }
            let rangeStart = position
            let low = try classScalar()
            var high = low
            if current == "-", position + 1 < pattern.count, pattern[position + 1] != "]" {
                position += 1
                high = try classScalar()
                guard low <= high else { throw failure("invalid character class range", rangeStart, position) }
            }
            set.insert(low.value...high.value)
        }
        position += 1
        set.normalize()
        if flags.ignoresCase { set = set.foldingCase }
        return isNegated ? set.negated : set
    }

    private mutating func classScalar() throws(GoError) -> Unicode.Scalar {
        guard let scalar = current else { throw failure("missing closing ]", 0) }
        if scalar == "\\" { return try scalarEscape() }
        position += 1
        return scalar
    }

    private mutating func posixClass() throws(GoError) -> ScalarSet? {
        let start = position
        var index = position + 2
        while index + 1 < pattern.count, !(pattern[index] == ":" && pattern[index + 1] == "]") { index += 1 }
        guard index + 1 < pattern.count else { return nil }
        var view = String.UnicodeScalarView()
        view.append(contentsOf: pattern[(position + 2)..<index])
        var name = String(view)
        let isNegated = name.hasPrefix("^")
        if isNegated { name.removeFirst() }
        let sets: [String: ScalarSet] = [
            "alnum": ScalarSet([0x30...0x39, 0x41...0x5A, 0x61...0x7A]),
            "alpha": ScalarSet([0x41...0x5A, 0x61...0x7A]),
            "ascii": ScalarSet([0...0x7F]), "blank": ScalarSet([0x09...0x09, 0x20...0x20]),
            "cntrl": ScalarSet([0...0x1F, 0x7F...0x7F]), "digit": Self.digits, "graph": ScalarSet([0x21...0x7E]),
            "lower": ScalarSet([0x61...0x7A]), "print": ScalarSet([0x20...0x7E]),
            "punct": ScalarSet([0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E]),
            "space": ScalarSet([0x09...0x0D, 0x20...0x20]), "upper": ScalarSet([0x41...0x5A]), "word": Self.words,
            "xdigit": ScalarSet([0x30...0x39, 0x41...0x46, 0x61...0x66]),
        ]
        guard let set = sets[name] else { throw failure("invalid character class range", start, index + 2) }
        position = index + 2
        return isNegated ? set.negated : set
    }
}

/// Sets of Unicode's general categories and of the scripts that patterns commonly name.
enum UnicodeClasses {
    static func set(named name: String) -> ScalarSet? {
        if name == "Any" { return ScalarSet([0...0x10FFFF]) }
        switch name {
        case "Latin":
            return ScalarSet([
                0x41...0x5A, 0x61...0x7A, 0xAA...0xAA, 0xBA...0xBA, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x2B8,
                0x1E00...0x1EFF,
            ])
        case "Greek":
            return ScalarSet([
                0x370...0x373, 0x375...0x377, 0x37A...0x37D, 0x37F...0x37F, 0x384...0x384, 0x386...0x386, 0x388...0x3E1,
                0x3F0...0x3FF, 0x1F00...0x1FFE,
            ])
        case "Cyrillic":
            return ScalarSet([0x400...0x484, 0x487...0x52F, 0x1C80...0x1C88, 0x2DE0...0x2DFF, 0xA640...0xA69F])
        case "Han":
            return ScalarSet([
                0x2E80...0x2FD5, 0x3005...0x3005, 0x3007...0x3007, 0x3021...0x3029, 0x3038...0x303B, 0x3400...0x4DBF,
                0x4E00...0x9FFF, 0xF900...0xFAD9, 0x20000...0x323AF,
            ])
        case "Hiragana": return ScalarSet([0x3041...0x3096, 0x309D...0x309F])
        case "Katakana": return ScalarSet([0x30A1...0x30FA, 0x30FD...0x30FF, 0x31F0...0x31FF, 0xFF66...0xFF9D])
        default: break
        }
        guard let codes = categories[name] else { return nil }
        var set = ScalarSet()
        for value in UInt32(0)...0x10FFFF {
            guard let scalar = Unicode.Scalar(value), codes.contains(scalar.properties.generalCategory) else {
                continue
            }
            if let last = set.ranges.last, last.upperBound + 1 == value {
                set.ranges[set.ranges.count - 1] = last.lowerBound...value
            } else {
                set.insert(value...value)
            }
        }
        return set
    }

    private static let categories: [String: Set<Unicode.GeneralCategory>] = [
        "L": [.uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter],
        "Lu": [.uppercaseLetter], "Ll": [.lowercaseLetter], "Lt": [.titlecaseLetter], "Lm": [.modifierLetter],
        "Lo": [.otherLetter], "M": [.nonspacingMark, .spacingMark, .enclosingMark], "Mn": [.nonspacingMark],
        "Mc": [.spacingMark], "Me": [.enclosingMark], "N": [.decimalNumber, .letterNumber, .otherNumber],
        "Nd": [.decimalNumber], "Nl": [.letterNumber], "No": [.otherNumber],
        "P": [
            .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation,
        ],
        "Pc": [.connectorPunctuation], "Pd": [.dashPunctuation], "Ps": [.openPunctuation], "Pe": [.closePunctuation],
        "Pi": [.initialPunctuation], "Pf": [.finalPunctuation], "Po": [.otherPunctuation],
        "S": [.mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol], "Sm": [.mathSymbol],
        "Sc": [.currencySymbol], "Sk": [.modifierSymbol], "So": [.otherSymbol],
        "Z": [.spaceSeparator, .lineSeparator, .paragraphSeparator], "Zs": [.spaceSeparator], "Zl": [.lineSeparator],
        "Zp": [.paragraphSeparator], "C": [.control, .format, .surrogate, .privateUse], "Cc": [.control],
        "Cf": [.format], "Co": [.privateUse], "Cs": [.surrogate],
    ]
}
