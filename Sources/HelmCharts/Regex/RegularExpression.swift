/// A regular expression in Go's (RE2's) syntax, matched in time linear in the text: a Pike machine, no backtracking.
final class RegularExpression: Sendable {
    /// A match: the whole and each group, as byte ranges.
    struct Match {
        var slots: [Int]

        var range: Range<Int> { slots[0]..<slots[1] }

        func group(_ index: Int) -> Range<Int>? {
            guard index * 2 + 1 < slots.count, slots[index * 2] >= 0, slots[index * 2 + 1] >= 0 else { return nil }
            return slots[index * 2]..<slots[index * 2 + 1]
        }
    }

    private let program: RegexProgram

    /// Compiles a pattern; throws Go's error text.
    init(_ pattern: String) throws(GoError) {
        var parser = RegexParser(pattern)
        program = try RegexProgram(try parser.parse(), groups: parser.groupCount, names: parser.groupNames)
    }

    /// The leftmost match at or after a position.
    func firstMatch(in text: [UInt8], from start: Int) -> Match? {
        program.run(text, from: start).map { Match(slots: $0) }
    }

    /// Successive matches, at most `limit` of them if that is not negative.
    func matches(in text: [UInt8], limit: Int) -> [Match] {
        var matches: [Match] = []
        var position = 0
        var previousEnd = -1
        while position <= text.count, limit < 0 || matches.count < limit {
            guard let match = firstMatch(in: text, from: position) else { break }
            let isAccepted = !(match.range.isEmpty && match.range.lowerBound == previousEnd)
            if match.range.upperBound > position {
                position = match.range.upperBound
            } else {
                position += position < text.count ? GoQuoting.decode(text, position).1 : 1
            }
            previousEnd = match.range.upperBound
            if isAccepted { matches.append(match) }
        }
        return matches
    }

    /// The text with every match replaced, `$1`, `${1}` and `${name}` standing for groups.
    func replacing(in text: [UInt8], with template: [UInt8]) -> [UInt8] {
        replacing(in: text) { match in self.expand(template, match, text) }
    }

    /// The text with every match replaced by the same bytes.
    func replacing(in text: [UInt8], withLiteral replacement: [UInt8]) -> [UInt8] {
        replacing(in: text) { _ in replacement }
    }

    private func replacing(in text: [UInt8], _ replacement: (Match) -> [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var copied = 0
        for match in matches(in: text, limit: -1) {
            result += text[copied..<match.range.lowerBound]
            result += replacement(match)
            copied = match.range.upperBound
        }
        return result + text[copied...]
    }

    private func expand(_ template: [UInt8], _ match: Match, _ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var position = 0
        func isName(_ scalar: UInt32) -> Bool {
            if scalar < 0x80 {
                let byte = UInt8(scalar)
                return (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || byte == 0x5F
            }
            switch Unicode.Scalar(scalar)?.properties.generalCategory {
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber:
                return true
            default: return false
            }
        }
        while position < template.count {
            guard template[position] == UInt8(ascii: "$"), position + 1 < template.count else {
                result.append(template[position])
                position += 1
                continue
            }
            if template[position + 1] == UInt8(ascii: "$") {
                result.append(UInt8(ascii: "$"))
                position += 2
                continue
            }
            let isBraced = template[position + 1] == UInt8(ascii: "{")
            let start = position + (isBraced ? 2 : 1)
            var end = start
            while end < template.count {
                let (scalar, width) = GoQuoting.decode(template, end)
                guard let scalar, isName(scalar) else { break }
                end += width
            }
            guard end > start, !isBraced || (end < template.count && template[end] == UInt8(ascii: "}")) else {
                result.append(UInt8(ascii: "$"))
                position += 1
                continue
            }
            let name = String(decoding: template[start..<end], as: UTF8.self)
            let index = Int(name) ?? program.names[name]
            if let index, let range = match.group(index) { result += text[range] }
            position = end + (isBraced ? 1 : 0)
        }
        return result
    }

    /// The parts between matches, as Go's `Split`.
    func split(_ text: [UInt8], limit: Int) -> [ArraySlice<UInt8>] {
        if limit == 0 { return [] }
        if text.isEmpty { return [text[...]] }
        var parts: [ArraySlice<UInt8>] = []
        var start = 0
        var end = 0
        for match in matches(in: text, limit: limit) {
            if limit > 0, parts.count == limit - 1 { break }
            end = match.range.lowerBound
            if match.range.upperBound != 0 { parts.append(text[start..<end]) }
            start = match.range.upperBound
        }
        if end != text.count { parts.append(text[start...]) }
        return parts
    }
}

/// Compiled expressions by pattern, for one render.
final class RegularExpressionCache {
    private var compiled: [String: RegularExpression] = [:]

    func compile(_ pattern: String) throws(GoError) -> RegularExpression {
        if let regex = compiled[pattern] { return regex }
        let regex = try RegularExpression(pattern)
        compiled[pattern] = regex
        return regex
    }
}
