/// Asks whether text matches a pattern, for other modules: in Go's (RE2's) syntax, in time linear in the text.
package enum PatternMatching {
    /// Whether the pattern matches anywhere in the text; nil where the pattern is none.
    package static func contains(_ pattern: String, in text: String) -> Bool? {
        guard let expression = try? RegularExpression(pattern) else { return nil }
        return expression.firstMatch(in: Array(text.utf8), from: 0) != nil
    }
}
