/// YAML in and out, as the Kubernetes world reads and writes it.
///
/// Reading resolves plain scalars by YAML 1.1 as Go's `sigs.k8s.io/yaml` does (`yes` is true, `010` is 8, timestamps stay
/// strings), follows aliases and merge keys, and turns scalar keys into strings. Writing gives the bytes that library
/// gives: keys in natural order, lists at their parent's indentation, lines folded once they pass column 80.
public enum YAML {
    /// Limits and strictness of reading.
    public struct Options: Sendable {
        /// What to do about a key that a mapping repeats.
        public enum DuplicateKeys: Sendable {
            /// The last value wins, as `kubectl` without strict validation has it.
            case lastWins
            /// The document is refused.
            case refuse
        }

        /// What to do about repeated keys; the last wins by default.
        public var duplicateKeys: DuplicateKeys
        /// The deepest nesting that is read; 500 by default.
        public var maximumDepth: Int
        /// The longest input in bytes; 64 MiB by default.
        public var maximumBytes: Int

        /// Options that differ from the defaults where given.
        public init(
            duplicateKeys: DuplicateKeys = .lastWins, maximumDepth: Int = 500, maximumBytes: Int = 64 << 20
        ) {
            self.duplicateKeys = duplicateKeys
            self.maximumDepth = maximumDepth
            self.maximumBytes = maximumBytes
        }
    }

    /// The documents of a stream, in order; an empty stream has none, an empty document is null.
    public static func documents(in bytes: [UInt8], options: Options = Options()) throws(YAMLError) -> [JSONValue] {
        let reader = try YAMLReader(bytes, options: options)
        var documents: [JSONValue] = []
        while let document = try reader.next() { documents.append(document) }
        return documents
    }

    /// The documents of a stream, in order.
    public static func documents(in text: String, options: Options = Options()) throws(YAMLError) -> [JSONValue] {
        try documents(in: Array(text.utf8), options: options)
    }

    /// The first document of a stream, or null if there is none; later documents are not looked at.
    public static func value(in bytes: [UInt8], options: Options = Options()) throws(YAMLError) -> JSONValue {
        try YAMLReader(bytes, options: options).next() ?? .null
    }

    /// The first document of a stream, or null if there is none.
    public static func value(in text: String, options: Options = Options()) throws(YAMLError) -> JSONValue {
        try value(in: Array(text.utf8), options: options)
    }

    /// The text of a value with its closing newline.
    public static func text(of value: JSONValue) -> String {
        String(decoding: bytes(of: value), as: UTF8.self)
    }

    /// The UTF-8 bytes of a value's text with its closing newline.
    public static func bytes(of value: JSONValue) -> [UInt8] {
        var emitter = YAMLEmitter()
        emitter.write(value)
        return emitter.finish()
    }
}

/// Why a YAML stream could not be read.
public struct YAMLError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, in the words of the YAML libraries where it is about syntax.
    public var problem: String
    /// The line, counted from 1; 0 where the error is about the stream as a whole.
    public var line: Int
    /// The column, counted from 1; 0 where the error is about the stream as a whole.
    public var column: Int
    /// The line as Go's `yaml.v2` reports it, which for some errors is one less; 0 where it reports none.
    package var goLine: Int
    /// All that Go says of this error where it is no line and problem.
    private var goText: String?

    package init(_ problem: String, line: Int = 0, column: Int = 0, go goText: String) {
        self.init(problem, line: line, column: column)
        self.goText = goText
    }

    package init(_ problem: String, line: Int = 0, column: Int = 0, goLine: Int? = nil) {
        self.problem = problem
        self.line = line
        self.column = column
        self.goLine = goLine ?? line
    }

    /// One line: `yaml: line 3, column 5: mapping values are not allowed in this context`.
    public var description: String {
        line > 0 ? "yaml: line \(line), column \(column): \(problem)" : "yaml: \(problem)"
    }

    /// The text that Go's `yaml.v2` gives this error, which Helm's messages quote.
    package var goDescription: String {
        goText ?? (goLine > 0 ? "yaml: line \(goLine): \(problem)" : "yaml: \(problem)")
    }
}
