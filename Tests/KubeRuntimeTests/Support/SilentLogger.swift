import Logging

extension Logger {
    /// Says nothing: what is tested is what happens, not what is said about it.
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}
