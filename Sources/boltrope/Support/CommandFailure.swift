/// Why a command cannot go on, in words for whoever typed it; the command exits with 1.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
