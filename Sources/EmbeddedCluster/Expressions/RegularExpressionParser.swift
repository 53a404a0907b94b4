/// The parts of a regular expression.
indirect enum RegularExpressionNode {
    case empty
    case set(RegularExpression.CharacterSet)
    case assertion(RegularExpression.Assertion)
    case sequence([RegularExpressionNode])
    case alternatives([RegularExpressionNode])
    case `repeat`(RegularExpressionNode, minimum: Int, maximum: Int?, isGreedy: Bool)
}

/// Reads RE2 syntax.
struct RegularExpressionParser {
    private typealias CharacterSet = RegularExpression.CharacterSet
    private let text: [Unicode.Scalar]
    private var position = 0
    private var ignoresCase = false
    private var isMultiline = false
    private var dotMatchesNewline = false
    private var isLazyByDefault = false
    private var depth = 0

    init(_ pattern: String) { text = Array(pattern.unicodeScalars) }

    /// The largest count of a repetition, as in RE2.
    private static let maximumRepeat = 1000

    mutating func parse() throws(RegularExpressionError) -> RegularExpressionNode {
        let node = try parseAlternatives()
        if position < text.count { throw RegularExpressionError("unexpected )", string(0..<text.count)) }
        return node
    }

    private func string(_ range: Range<Int>) -> String {
        var result = String.UnicodeScalarView()
        result.append(contentsOf: text[range])
        return String(result)
    }

    private var next: Unicode.Scalar? { position < text.count ? text[position] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard next == scalar else { return false }
        position += 1
        return true
    }

    private mutating func parseAlternatives() throws(RegularExpressionError) -> RegularExpressionNode {
        var branches = [try parseSequence()]
        while take("|") { branches.append(try parseSequence()) }
        return branches.count == 1 ? branches[0] : .alternatives(branches)
    }

    private mutating func parseSequence() throws(RegularExpressionError) -> RegularExpressionNode {
        var nodes: [RegularExpressionNode] = []
        while let scalar = next, scalar != "|", scalar != ")" {
            let start = position
            if let node = try parseAtom() { nodes.append(try parseRepetition(node, start)) }
        }
        return nodes.count == 1 ? nodes[0] : nodes.isEmpty ? .empty : .sequence(nodes)
    }

    private mutating func parseRepetition(
        _ atom: RegularExpressionNode, _ start: Int
    ) throws(RegularExpressionError) -> RegularExpressionNode {
        var node = atom
        var repetitions = 0
        while let scalar = next {
            let operatorStart = position
            let bounds: (Int, Int?)
            switch scalar {
            case "*": bounds = (0, nil)
            case "+": bounds = (1, nil)
            case "?": bounds = (0, 1)
            case "{":
                guard let counted = try parseCounts() else { return node }
                bounds = counted
                position -= 1
            default: return node
            }
            position += 1
            repetitions += 1
            let isLazy = take("?")
            if repetitions > 1 {
                throw RegularExpressionError("invalid nested repetition operator", string(operatorStart - 1..<position))
            }
            node = .repeat(node, minimum: bounds.0, maximum: bounds.1, isGreedy: isLazy == isLazyByDefault)
        }
        return node
    }

    /// `{n}`, `{n,}` or `{n,m}`; nil where the brace is just a brace.
    private mutating func parseCounts() throws(RegularExpressionError) -> (Int, Int?)? {
        guard let end = text[position...].firstIndex(of: "}") else { return nil }
        let parts = string(position + 1..<end).split(separator: ",", omittingEmptySubsequences: false)
        guard let minimum = parts.first.flatMap({ Int($0) }), minimum >= 0, parts.count <= 2 else { return nil }
        var maximum: Int? = minimum
        if parts.count == 2 {
            maximum = parts[1].isEmpty ? nil : Int(parts[1])
            if maximum == nil, !parts[1].isEmpty { return nil }
        }
        if minimum > Self.maximumRepeat || (maximum ?? 0) > Self.maximumRepeat || (maximum ?? minimum) < minimum {
            throw RegularExpressionError("invalid repeat count", string(position..<end + 1))
        }
        position = end + 1
        return (minimum, maximum)
    }

    private mutating func parseAtom() throws(RegularExpressionError) -> RegularExpressionNode? {
        let start = position
        let scalar = text[position]
        position += 1
        switch scalar {
        case "(": return try parseGroup(start)
        case "[": return .set(try parseClass(start))
        case ".":
            var set = CharacterSet()
            if dotMatchesNewline { set.isNegated = true } else { set.ranges = [10...10]; set.isNegated = true }
            return .set(set)
        case "^": return .assertion(isMultiline ? .lineStart : .textStart)
        case "$": return .assertion(isMultiline ? .lineEnd : .textEnd)
        case "*", "+", "?":
            throw RegularExpressionError("missing argument to repetition operator", String(Character(scalar)))
        case "\\": return try parseEscape(start)
        default: return .set(single(scalar))
        }
    }

    private func single(_ scalar: Unicode.Scalar) -> CharacterSet {
        CharacterSet(ranges: [scalar.value...scalar.value], ignoresCase: ignoresCase)
    }

    private mutating func parseGroup(_ start: Int) throws(RegularExpressionError) -> RegularExpressionNode? {
        depth += 1
        defer { depth -= 1 }
        // Recursion is bounded as in Go.
        if depth > 250 { throw RegularExpressionError("expression nests too deeply", string(0..<text.count)) }
        let flags = (ignoresCase, isMultiline, dotMatchesNewline, isLazyByDefault)
        if take("?") {
            if take("P") || next == "<" {
                guard take("<"), let end = text[position...].firstIndex(of: ">") else {
                    throw RegularExpressionError("invalid named capture", string(start..<text.count))
                }
                position = end + 1
            } else if try parseFlags(start) {
                return nil
            }
        }
        let node = try parseAlternatives()
        guard take(")") else { throw RegularExpressionError("missing closing )", string(0..<text.count)) }
        (ignoresCase, isMultiline, dotMatchesNewline, isLazyByDefault) = flags
        return node
    }

    /// - Returns: whether the flags stand alone, for the rest of the group they are in.
    private mutating func parseFlags(_ start: Int) throws(RegularExpressionError) -> Bool {
        var value = true
        while let scalar = next {
            position += 1
            switch scalar {
            case "i": ignoresCase = value
            case "m": isMultiline = value
            case "s": dotMatchesNewline = value
            case "U": isLazyByDefault = value
            case "-": value = false
            case ":": return false
            case ")": return true
            default:
                throw RegularExpressionError("invalid or unsupported Perl syntax", string(start..<position))
            }
        }
        throw RegularExpressionError("missing closing )", string(0..<text.count))
    }

    private mutating func parseEscape(_ start: Int) throws(RegularExpressionError) -> RegularExpressionNode? {
        guard let scalar = next else { throw RegularExpressionError("trailing backslash at end of expression", "") }
        switch scalar {
        case "A": position += 1; return .assertion(.textStart)
        case "z": position += 1; return .assertion(.textEnd)
        case "b": position += 1; return .assertion(.wordBoundary)
        case "B": position += 1; return .assertion(.noWordBoundary)
        case "Q":
            position += 1
            var nodes: [RegularExpressionNode] = []
            while position < text.count {
                if next == "\\", position + 1 < text.count, text[position + 1] == "E" {
                    position += 2
                    break
                }
                nodes.append(.set(single(text[position])))
                position += 1
            }
            return .sequence(nodes)
        default:
            if let set = try parseClassEscape(start) { return .set(set) }
            return .set(single(try parseCharacterEscape(start)))
        }
    }

    /// `\d`, `\W`, `\pL` and their like; nil for escapes of single characters.
    private mutating func parseClassEscape(_ start: Int) throws(RegularExpressionError) -> CharacterSet? {
        guard let scalar = next else { return nil }
        let ranges: [ClosedRange<UInt32>]
        switch scalar {
        case "d", "D": ranges = [48...57]
        case "w", "W": ranges = [48...57, 65...90, 95...95, 97...122]
        case "s", "S": ranges = [9...10, 12...13, 32...32]
        case "p", "P":
            position += 1
            var name = ""
            if take("{") {
                guard let end = text[position...].firstIndex(of: "}") else {
                    throw RegularExpressionError("invalid character class range", string(start..<text.count))
                }
                name = string(position..<end)
                position = end + 1
            } else if let letter = next {
                name = String(Character(letter))
                position += 1
            }
            var isNegated = scalar == "P"
            if name.hasPrefix("^") {
                isNegated.toggle()
                name.removeFirst()
            }
            guard UnicodeClass.known.contains(name) else {
                throw RegularExpressionError("invalid character class range", string(start..<position))
            }
            return CharacterSet(classes: [(name, isNegated)])
        default: return nil
        }
        position += 1
        return CharacterSet(ranges: ranges, isNegated: ["D", "W", "S"].contains(scalar))
    }

    private mutating func parseCharacterEscape(_ start: Int) throws(RegularExpressionError) -> Unicode.Scalar {
        guard let scalar = next else { throw RegularExpressionError("trailing backslash at end of expression", "") }
        position += 1
        switch scalar {
        case "n": return "\n"
        case "t": return "\t"
        case "r": return "\r"
        case "f": return "\u{0C}"
        case "v": return "\u{0B}"
        case "a": return "\u{07}"
        case "x":
            var digits = ""
            if take("{") {
                while let digit = next, digit != "}" {
                    digits.unicodeScalars.append(digit)
                    position += 1
                }
                position += 1
            } else {
                while digits.unicodeScalars.count < 2, let digit = next {
                    digits.unicodeScalars.append(digit)
                    position += 1
                }
            }
            if let value = UInt32(digits, radix: 16), let result = Unicode.Scalar(value) { return result }
        case "0"..."7":
            var value = scalar.value - 48
            while let digit = next, ("0"..."7").contains(digit), value < 32 {
                value = value * 8 + digit.value - 48
                position += 1
            }
            if scalar == "0" || value >= 8, let result = Unicode.Scalar(value) { return result }
        default:
            let isAlphanumeric =
                ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
            if !isAlphanumeric { return scalar }
        }
        throw RegularExpressionError("invalid escape sequence", string(start..<min(position, text.count)))
    }

    private static let namedClasses: [String: [ClosedRange<UInt32>]] = [
        "alnum": [48...57, 65...90, 97...122], "alpha": [65...90, 97...122], "ascii": [0...127],
        "blank": [9...9, 32...32],
        "cntrl": [0...31, 127...127], "digit": [48...57], "graph": [33...126], "lower": [97...122], "print": [32...126],
        "punct": [33...47, 58...64, 91...96, 123...126], "space": [9...13, 32...32], "upper": [65...90],
        "word": [48...57, 65...90, 95...95, 97...122], "xdigit": [48...57, 65...70, 97...102],
    ]

    private mutating func parseClass(_ start: Int) throws(RegularExpressionError) -> CharacterSet {
        var set = CharacterSet(ignoresCase: ignoresCase)
        set.isNegated = take("^")
        var isFirst = true
        while let scalar = next, scalar != "]" || isFirst {
            isFirst = false
            if scalar == "[", position + 1 < text.count, text[position + 1] == ":",
                let end = text[position...].firstIndex(of: "]"), end > position + 2, text[end - 1] == ":"
            {
                var name = string(position + 2..<end - 1)
                let isNegated = name.hasPrefix("^")
                if isNegated { name.removeFirst() }
                guard let ranges = Self.namedClasses[name] else {
                    throw RegularExpressionError("invalid character class range", string(position..<end + 1))
                }
                set.ranges += isNegated ? Self.complement(ranges) : ranges
                position = end + 1
                continue
            }
            let low: Unicode.Scalar
            let rangeStart = position
            if take("\\") {
                if let escaped = try parseClassEscape(rangeStart) {
                    set.ranges += escaped.isNegated ? Self.complement(escaped.ranges) : escaped.ranges
                    set.classes += escaped.classes
                    continue
                }
                low = try parseCharacterEscape(rangeStart)
            } else {
                low = scalar
                position += 1
            }
            var high = low
            if next == "-", position + 1 < text.count, text[position + 1] != "]" {
                position += 1
                let highStart = position
                if take("\\") {
                    high = try parseCharacterEscape(highStart)
                } else {
                    high = text[position]
                    position += 1
                }
            }
            guard low <= high else {
                throw RegularExpressionError("invalid character class range", string(rangeStart..<position))
            }
            set.ranges.append(low.value...high.value)
        }
        guard take("]") else { throw RegularExpressionError("missing closing ]", string(start..<text.count)) }
        return set
    }

    private static func complement(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
        var result: [ClosedRange<UInt32>] = []
        var low: UInt32 = 0
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if range.lowerBound > low { result.append(low...range.lowerBound - 1) }
            low = range.upperBound + 1
        }
        result.append(low...0x10FFFF)
        return result
    }
}

/// Turns the parts of an expression into a program.
struct RegularExpressionCompiler {
    private var program: [RegularExpression.Instruction] = []

    static func compile(_ node: RegularExpressionNode) -> [RegularExpression.Instruction] {
        var compiler = RegularExpressionCompiler()
        compiler.emit(node)
        compiler.program.append(.match)
        return compiler.program
    }

    private mutating func emit(_ node: RegularExpressionNode) {
        switch node {
        case .empty: break
        case .set(let set): program.append(.character(set))
        case .assertion(let assertion): program.append(.assert(assertion))
        case .sequence(let nodes): for node in nodes { emit(node) }
        case .alternatives(let branches):
            var jumps: [Int] = []
            for branch in branches.dropLast() {
                let split = program.count
                program.append(.jump(0))
                emit(branch)
                jumps.append(program.count)
                program.append(.jump(0))
                program[split] = .split(split + 1, program.count)
            }
            if let last = branches.last { emit(last) }
            for jump in jumps { program[jump] = .jump(program.count) }
        case .repeat(let node, let minimum, let maximum, let isGreedy):
            for _ in 0..<minimum { emit(node) }
            if let maximum {
                var splits: [Int] = []
                for _ in minimum..<max(minimum, maximum) {
                    splits.append(program.count)
                    program.append(.jump(0))
                    emit(node)
                }
                for split in splits { setSplit(split, split + 1, program.count, isGreedy) }
            } else {
                let split = program.count
                program.append(.jump(0))
                emit(node)
                program.append(.jump(split))
                setSplit(split, split + 1, program.count, isGreedy)
            }
        }
    }

    private mutating func setSplit(_ split: Int, _ enter: Int, _ leave: Int, _ isGreedy: Bool) {
        program[split] = isGreedy ? .split(enter, leave) : .split(leave, enter)
    }
}
