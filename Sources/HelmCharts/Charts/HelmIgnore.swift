/// The rules of a `.helmignore` file, with Helm's own meaning of them.
struct HelmIgnore {
    private struct Rule {
        var pattern: String
        var isNegated = false
        var isForDirectories = false
        var isRooted = false
    }

    private var rules: [Rule] = []

    init(_ bytes: [UInt8]) {
        for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) { add(String(line)) }
        add("templates/.?*")
    }

    private mutating func add(_ line: String) {
        var text = line.trimmingSpace()
        if text.isEmpty || text.hasPrefix("#") || text.contains("**") { return }
        var rule = Rule(pattern: "")
        if text.hasPrefix("!") {
            rule.isNegated = true
            text.removeFirst()
        }
        if text.hasSuffix("/") {
            rule.isForDirectories = true
            text.removeLast()
        }
        if text.hasPrefix("/") {
            rule.isRooted = true
            text.removeFirst()
        }
        rule.pattern = text
        rules.append(rule)
    }

    /// Whether a path below the chart is left out.
    func ignores(_ path: String, isDirectory: Bool) -> Bool {
        if path.isEmpty || path == "." { return false }
        for rule in rules {
            if rule.isForDirectories, !isDirectory {
                // Helm's negated directory rule ignores every file that is not in such a directory.
                if rule.isNegated { return true }
                continue
            }
            let isMatch = matches(rule, path)
            if rule.isNegated ? !isMatch : isMatch { return true }
        }
        return false
    }

    private func matches(_ rule: Rule, _ path: String) -> Bool {
        if rule.isRooted || rule.pattern.contains("/") { return ShellPattern.matches(rule.pattern, path) }
        return ShellPattern.matches(rule.pattern, path.split(separator: "/").last.map(String.init) ?? path)
    }
}

/// Go's `filepath.Match`: `*`, `?`, `[…]` and `\`, none of which crosses a `/`.
enum ShellPattern {
    static func matches(_ pattern: String, _ text: String) -> Bool {
        matches(Array(pattern.unicodeScalars)[...], Array(text.unicodeScalars)[...])
    }

    private static func matches(_ pattern: ArraySlice<Unicode.Scalar>, _ text: ArraySlice<Unicode.Scalar>) -> Bool {
        var pattern = pattern
        var text = text
        // Where to go on when the part after the last star does not fit: one star is enough, as later ones only help.
        var starPattern: ArraySlice<Unicode.Scalar>?
        var starText = text
        while true {
            if let first = pattern.first {
                if first == "*" {
                    pattern = pattern.dropFirst()
                    starPattern = pattern
                    starText = text
                    continue
                }
                if let next = text.first, let rest = single(pattern, next) {
                    pattern = rest
                    text = text.dropFirst()
                    continue
                }
            } else if text.isEmpty {
                return true
            }
            guard let retry = starPattern, let skipped = starText.first, skipped != "/" else { return false }
            starText = starText.dropFirst()
            text = starText
            pattern = retry
        }
    }

    /// The pattern after its first element, if that matches a character.
    private static func single(_ pattern: ArraySlice<Unicode.Scalar>, _ scalar: Unicode.Scalar) -> ArraySlice<
        Unicode.Scalar
    >? {
        guard let first = pattern.first else { return nil }
        switch first {
        case "?": return scalar == "/" ? nil : pattern.dropFirst()
        case "\\":
            let rest = pattern.dropFirst()
            return rest.first == scalar ? rest.dropFirst() : nil
        case "[":
            var rest = pattern.dropFirst()
            var isNegated = false
            if rest.first == "^" {
                isNegated = true
                rest = rest.dropFirst()
            }
            var isMatch = false
            var count = 0
            while let low = rest.first, low != "]" || count == 0 {
                rest = rest.dropFirst()
                var high = low
                if rest.first == "-", let end = rest.dropFirst().first {
                    high = end
                    rest = rest.dropFirst(2)
                }
                if low <= scalar, scalar <= high { isMatch = true }
                count += 1
            }
            guard rest.first == "]" else { return nil }
            return isMatch != isNegated ? rest.dropFirst() : nil
        default: return first == scalar ? pattern.dropFirst() : nil
        }
    }
}

extension String {
    /// The string without the white space at its ends, as Go's `strings.TrimSpace`.
    func trimmingSpace() -> String {
        let scalars = unicodeScalars
        guard let start = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let end = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(scalars[start...end])
    }
}
