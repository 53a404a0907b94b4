/// A parsed template: the body of one file or one `define`.
final class ParsedTemplate: Sendable {
    let name: String
    let source: TemplateSource
    let body: [TemplateNode]

    init(name: String, source: TemplateSource, body: [TemplateNode]) {
        self.name = name
        self.source = source
        self.body = body
    }

    /// Whether it holds nothing but white space, so that it does not replace another template of its name.
    var isEmpty: Bool {
        body.allSatisfy { node in
            if case .text(let bytes) = node {
                return bytes.allSatisfy {
                    $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D || $0 == 0x0B || $0 == 0x0C
                }
            }
            return false
        }
    }
}

/// The text that templates were parsed from, kept to name places in errors.
final class TemplateSource: Sendable {
    let name: String
    let text: [UInt8]

    init(name: String, text: [UInt8]) {
        self.name = name
        self.text = text
    }

    /// `name:line:column`, the column counted in bytes from 0 as Go has it.
    func location(of position: Int) -> String {
        let before = text[..<min(position, text.count)]
        let lines = before.reduce(into: 1) { count, byte in if byte == 0x0A { count += 1 } }
        let column = before.lastIndex(of: 0x0A).map { position - $0 - 1 } ?? position
        return "\(name):\(lines):\(column)"
    }
}

/// A node of a template's body.
indirect enum TemplateNode: Sendable {
    case text([UInt8])
    case action(PipelineNode)
    case conditional(BranchNode)
    case with(BranchNode)
    case range(BranchNode)
    case template(TemplateCallNode)
    case breakLoop
    case continueLoop
}

/// `if`, `with` or `range` with its bodies.
final class BranchNode: Sendable {
    let position: Int
    let pipeline: PipelineNode
    let body: [TemplateNode]
    let otherwise: [TemplateNode]?

    init(position: Int, pipeline: PipelineNode, body: [TemplateNode], otherwise: [TemplateNode]?) {
        self.position = position
        self.pipeline = pipeline
        self.body = body
        self.otherwise = otherwise
    }
}

/// `{{template "name" pipeline}}`.
final class TemplateCallNode: Sendable {
    let position: Int
    let name: String
    let pipeline: PipelineNode?

    init(position: Int, name: String, pipeline: PipelineNode?) {
        self.position = position
        self.name = name
        self.pipeline = pipeline
    }
}

/// Commands joined by `|`, with the variables they declare or assign.
final class PipelineNode: Sendable {
    let position: Int
    let isAssignment: Bool
    let variables: [String]
    let commands: [CommandNode]

    init(position: Int, isAssignment: Bool, variables: [String], commands: [CommandNode]) {
        self.position = position
        self.isAssignment = isAssignment
        self.variables = variables
        self.commands = commands
    }
}

/// A command: an operand and its arguments.
final class CommandNode: Sendable {
    let position: Int
    let arguments: [OperandNode]

    init(position: Int, arguments: [OperandNode]) {
        self.position = position
        self.arguments = arguments
    }
}

/// An operand of a command.
indirect enum OperandNode: Sendable {
    case dot(position: Int)
    case null(position: Int)
    case bool(Bool, position: Int)
    case number(NumberNode)
    case string(String, binary: [UInt8]?, quoted: String, position: Int)
    case field([String], position: Int)
    case variable([String], position: Int)
    case chain(OperandNode, [String], position: Int)
    case function(TemplateFunction, position: Int)
    case pipeline(PipelineNode)

    var position: Int {
        switch self {
        case .dot(let position), .null(let position), .bool(_, let position), .string(_, _, _, let position),
            .field(_, let position), .variable(_, let position), .chain(_, _, let position),
            .function(_, let position):
            position
        case .number(let number): number.position
        case .pipeline(let pipeline): pipeline.position
        }
    }
}

/// A numeric constant with every Go type it can take.
final class NumberNode: Sendable {
    let position: Int
    let text: String
    let integer: Int64?
    let unsigned: UInt64?
    let float: Double?
    /// Whether an argument without a type takes it as a float64 rather than an int.
    let isIdeallyFloat: Bool

    init(position: Int, text: String, integer: Int64?, unsigned: UInt64?, float: Double?, isIdeallyFloat: Bool) {
        self.position = position
        self.text = text
        self.integer = integer
        self.unsigned = unsigned
        self.float = float
        self.isIdeallyFloat = isIdeallyFloat
    }
}

// MARK: Canonical text, as errors quote it

extension PipelineNode: CustomStringConvertible {
    var description: String {
        var text = ""
        if !variables.isEmpty {
            text = variables.joined(separator: ", ") + (isAssignment ? " = " : " := ")
        }
        return text + commands.map(\.description).joined(separator: " | ")
    }
}

extension CommandNode: CustomStringConvertible {
    var description: String {
        arguments.map { argument in
            if case .pipeline(let pipeline) = argument { return "(\(pipeline.description))" }
            return argument.description
        }.joined(separator: " ")
    }
}

extension OperandNode: CustomStringConvertible {
    var description: String {
        switch self {
        case .dot: return "."
        case .null: return "nil"
        case .bool(let value, _): return value ? "true" : "false"
        case .number(let number): return number.text
        case .string(_, _, let quoted, _): return quoted
        case .field(let names, _): return names.map { "." + $0 }.joined()
        case .variable(let names, _): return names.joined(separator: ".")
        case .chain(let node, let names, _):
            let head = if case .pipeline = node { "(\(node.description))" } else { node.description }
            return head + names.map { "." + $0 }.joined()
        case .function(let function, _): return function.name
        case .pipeline(let pipeline): return pipeline.description
        }
    }
}

extension TemplateCallNode: CustomStringConvertible {
    var description: String {
        "{{template \(GoQuoting.quote(name))" + (pipeline.map { " " + $0.description } ?? "") + "}}"
    }
}
