/// An error as Go's template packages chain them: a text, and the error it wraps.
final class GoError: Error, Sendable {
    let text: String
    /// Whether `text/template` made it while executing; only such chains are laid out over several lines by Helm.
    let isExecution: Bool
    let wrapped: GoError?

    init(_ text: String, isExecution: Bool = false, wrapping wrapped: GoError? = nil) {
        self.text = text
        self.isExecution = isExecution
        self.wrapped = wrapped
    }
}
