/// One thing that is wrong with a document: where, and what to write instead.
public struct SchemaProblem: Sendable, Hashable, CustomStringConvertible {
    /// Where it is.
    public var path: FieldPath
    /// What is wrong and what to write instead, as a sentence without its subject.
    public var message: String

    /// A problem.
    public init(path: FieldPath, message: String) {
        self.path = path
        self.message = message
    }

    /// `spec.profile: unsupported value "tiny": use one of …`.
    public var description: String { path == .root ? message : "\(path): \(message)" }
}

/// Every problem of a document that was refused, so that a person mends it in one go.
public struct InvalidDocument: Error, Sendable, Hashable, CustomStringConvertible {
    /// The problems, in the order of the schema; never empty.
    public var problems: [SchemaProblem]

    /// A refusal.
    public init(problems: [SchemaProblem]) { self.problems = problems }

    /// The problems in one line, the first ten of them.
    public var description: String {
        let shown = problems.prefix(10).map(\.description).joined(separator: "; ")
        return problems.count > 10 ? "\(shown); and \(problems.count - 10) more" : shown
    }
}
