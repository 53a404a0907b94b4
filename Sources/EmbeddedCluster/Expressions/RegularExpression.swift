import Synchronization

/// A regular expression of the RE2 dialect, as Kubernetes' patterns are: no back references, and matching in time linear
/// in the text.
///
/// The program is run by a backtracking search that never visits a state twice at one place, so that alternatives are
/// preferred as in Perl and no text is expensive.
package struct RegularExpression: Sendable {
    /// One step of the program.
    enum Instruction: Sendable {
        /// Consumes a character of a set.
        case character(CharacterSet)
        /// Goes on at either place, the first preferred.
        case split(Int, Int)
        case jump(Int)
        case assert(Assertion)
        case match
    }

    /// A condition on the place.
    enum Assertion: Sendable { case textStart, textEnd, lineStart, lineEnd, wordBoundary, noWordBoundary }

    /// A set of characters.
    struct CharacterSet: Sendable {
        var ranges: [ClosedRange<UInt32>] = []
        var isNegated = false
        var ignoresCase = false
        /// Unicode classes that cannot be spelt as ranges: `L`, `Lu`, `N` and so on, each with its negation.
        var classes: [(name: String, isNegated: Bool)] = []

        func contains(_ scalar: Unicode.Scalar) -> Bool {
            var isMember = has(scalar)
            if !isMember, ignoresCase {
                let properties = scalar.properties
                for mapping in [properties.lowercaseMapping, properties.uppercaseMapping] {
                    if let other = mapping.unicodeScalars.first, mapping.unicodeScalars.count == 1, has(other) {
                        isMember = true
                    }
                }
            }
            return isMember != isNegated
        }

        private func has(_ scalar: Unicode.Scalar) -> Bool {
            for range in ranges where range.contains(scalar.value) { return true }
            for item in classes where UnicodeClass.contains(item.name, scalar) != item.isNegated { return true }
            return false
        }
    }

    let program: [Instruction]

    /// Compiles an expression.
    ///
    /// - Throws: what is wrong with it, in the words of Go's `regexp` package.
    package init(_ pattern: String) throws(RegularExpressionError) {
        var parser = RegularExpressionParser(pattern)
        program = RegularExpressionCompiler.compile(try parser.parse())
    }

    /// What is wrong with an expression, or nil.
    static func fault(of pattern: String) -> String? {
        do {
            _ = try RegularExpression(pattern)
            return nil
        } catch {
            return error.description
        }
    }

    private static let cache = Mutex<[String: RegularExpression]>([:])

    /// A compiled expression, kept for the next time; nil if the pattern is no expression.
    static func cached(_ pattern: String) -> RegularExpression? {
        if let known = cache.withLock({ $0[pattern] }) { return known }
        guard let expression = try? RegularExpression(pattern) else { return nil }
        cache.withLock { cache in
            // Patterns come from definitions, which are few; what comes from data is not worth keeping for ever.
            if cache.count > 1_000 { cache.removeAll() }
            cache[pattern] = expression
        }
        return expression
    }

    /// Whether any part of the text matches.
    package func matches(_ text: String) -> Bool {
        firstMatch(in: Array(text.unicodeScalars), from: 0) != nil
    }

    /// The first match at or after a place, by positions of scalars.
    func firstMatch(in text: [Unicode.Scalar], from start: Int) -> Range<Int>? {
        var visited = [Bool](repeating: false, count: program.count * (text.count + 1))
        for begin in start...max(start, text.count) where begin <= text.count {
            if let end = run(text, begin, &visited) { return begin..<end }
        }
        return nil
    }

    private func run(_ text: [Unicode.Scalar], _ begin: Int, _ visited: inout [Bool]) -> Int? {
        var stack = [(instruction: 0, position: begin)]
        while let (instruction, position) = stack.popLast() {
            let key = instruction * (text.count + 1) + position
            if visited[key] { continue }
            visited[key] = true
            switch program[instruction] {
            case .match: return position
            case .jump(let target): stack.append((target, position))
            case .split(let first, let second):
                stack.append((second, position))
                stack.append((first, position))
            case .character(let set):
                if position < text.count, set.contains(text[position]) { stack.append((instruction + 1, position + 1)) }
            case .assert(let assertion):
                if Self.holds(assertion, text, position) { stack.append((instruction + 1, position)) }
            }
        }
        return nil
    }

    private static func holds(_ assertion: Assertion, _ text: [Unicode.Scalar], _ position: Int) -> Bool {
        func isWord(_ index: Int) -> Bool {
            guard text.indices.contains(index) else { return false }
            let scalar = text[index]
            return ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
                || scalar == "_"
        }
        switch assertion {
        case .textStart: return position == 0
        case .textEnd: return position == text.count
        case .lineStart: return position == 0 || text[position - 1] == "\n"
        case .lineEnd: return position == text.count || text[position] == "\n"
        case .wordBoundary: return isWord(position - 1) != isWord(position)
        case .noWordBoundary: return isWord(position - 1) == isWord(position)
        }
    }
}

/// Why a pattern is no regular expression: `missing closing ): \`(\``.
package struct RegularExpressionError: Error, CustomStringConvertible {
    package let description: String

    init(_ reason: String, _ part: String) { description = "\(reason): `\(part)`" }
}

/// Membership in Unicode's general categories.
enum UnicodeClass {
    static func contains(_ name: String, _ scalar: Unicode.Scalar) -> Bool {
        let category = scalar.properties.generalCategory
        switch name {
        case "L":
            return [.uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter]
                .contains(category)
        case "Lu": return category == .uppercaseLetter
        case "Ll": return category == .lowercaseLetter
        case "Lt": return category == .titlecaseLetter
        case "Lm": return category == .modifierLetter
        case "Lo": return category == .otherLetter
        case "N": return [.decimalNumber, .letterNumber, .otherNumber].contains(category)
        case "Nd": return category == .decimalNumber
        case "P":
            return [
                .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
                .finalPunctuation, .otherPunctuation,
            ].contains(category)
        case "S": return [.mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol].contains(category)
        case "Z": return [.spaceSeparator, .lineSeparator, .paragraphSeparator].contains(category)
        case "C": return [.control, .format, .surrogate, .privateUse, .unassigned].contains(category)
        default: return false
        }
    }

    static let known: Set<String> = ["L", "Lu", "Ll", "Lt", "Lm", "Lo", "N", "Nd", "P", "S", "Z", "C"]
}
