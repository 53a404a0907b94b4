/// Parses template text into trees, by the rules and with the messages of Go's `text/template/parse`.
struct TemplateParser {
    private typealias Token = TemplateLexer.Token
    private typealias Kind = TemplateLexer.Kind

    /// How deeply parentheses and control structures may nest.
    private static let maximumDepth = 400

    private let source: TemplateSource
    private let functions: FunctionTable
    private var lexer: TemplateLexer
    private var tokens: [Token]
    private var peekCount = 0
    private var variables = ["$"]
    private var actionLine = 0
    private var rangeDepth = 0
    private var depth = 0
    private var templates: [String: ParsedTemplate] = [:]

    /// Parses a file: its own body under `name` and each template it defines. Of what it defines twice, one must be blank.
    static func parse(name: String, text: [UInt8], functions: FunctionTable) throws(GoError) -> [ParsedTemplate] {
        var parser = TemplateParser(source: TemplateSource(name: name, text: text), functions: functions)
        return try parser.file()
    }

    private init(source: TemplateSource, functions: FunctionTable) {
        self.source = source
        self.functions = functions
        lexer = TemplateLexer(source.text)
        let empty = Token(kind: .endOfFile, position: 0, text: [], line: 0)
        tokens = [empty, empty, empty]
    }

    // MARK: Tokens

    private mutating func next() -> Token {
        if peekCount > 0 { peekCount -= 1 } else { tokens[0] = lexer.next() }
        return tokens[peekCount]
    }

    private mutating func backup() { peekCount += 1 }

    private mutating func backup2(_ token: Token) {
        tokens[1] = token
        peekCount = 2
    }

    private mutating func backup3(_ second: Token, _ first: Token) {
        tokens[1] = first
        tokens[2] = second
        peekCount = 3
    }

    private mutating func peek() -> Token {
        if peekCount > 0 { return tokens[peekCount - 1] }
        peekCount = 1
        tokens[0] = lexer.next()
        return tokens[0]
    }

    private mutating func nextNonSpace() -> Token {
        while true {
            let token = next()
            if token.kind != .space { return token }
        }
    }

    private mutating func peekNonSpace() -> Token {
        let token = nextNonSpace()
        backup()
        return token
    }

    private func failure(_ message: String) -> GoError {
        GoError("template: \(source.name):\(tokens[0].line): \(message)")
    }

    private func unexpected(_ token: Token, _ context: String) -> GoError {
        guard token.kind == .error else { return failure("unexpected \(token.description) in \(context)") }
        var extra = ""
        if actionLine != 0, actionLine != token.line {
            extra = " in action started at \(source.name):\(actionLine)"
            if token.message.hasSuffix(" action") { extra = String(extra.dropFirst(" in action".count)) }
        }
        return failure(token.message + extra)
    }

    private mutating func expect(_ kind: TemplateLexer.Kind, _ context: String) throws(GoError) {
        let token = nextNonSpace()
        if token.kind != kind { throw unexpected(token, context) }
    }

    private mutating func nested<Result>(
        _ body: (inout TemplateParser) throws(GoError) -> Result
    ) throws(GoError) -> Result {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else { throw failure("nested more than \(Self.maximumDepth) deep") }
        return try body(&self)
    }

    // MARK: Files and definitions

    private mutating func file() throws(GoError) -> [ParsedTemplate] {
        var body: [TemplateNode] = []
        var order: [String] = []
        while peek().kind != .endOfFile {
            if peek().kind == .leftDelimiter {
                let delimiter = next()
                if nextNonSpace().kind == .define {
                    let definition = try definition()
                    if add(definition, order: &order) == false {
                        throw failure("template: multiple definition of template \(GoQuoting.quote(definition.name))")
                    }
                    continue
                }
                backup2(delimiter)
            }
            switch try textOrAction() {
            case .node(let node): body.append(node)
            case .end: throw failure("unexpected {{end}}")
            case .otherwise: throw failure("unexpected {{else}}")
            case .nothing: break
            }
        }
        let main = ParsedTemplate(name: source.name, source: source, body: body)
        var result = order.compactMap { templates[$0] } + blockDefinitions
        if templates[source.name] == nil || !main.isEmpty { result.append(main) }
        return result
    }

    /// Keeps a definition unless a blank one would replace another; false if both hold something.
    private mutating func add(_ template: ParsedTemplate, order: inout [String]) -> Bool {
        if let old = templates[template.name], !old.isEmpty {
            return template.isEmpty
        }
        if templates[template.name] == nil { order.append(template.name) }
        templates[template.name] = template
        return true
    }

    private var blockDefinitions: [ParsedTemplate] = []

    private mutating func definition() throws(GoError) -> ParsedTemplate {
        let context = "define clause"
        let name = try templateName(context)
        try expect(.rightDelimiter, context)
        let outerVariables = variables
        variables = ["$"]
        let outerRange = rangeDepth
        rangeDepth = 0
        defer {
            variables = outerVariables
            rangeDepth = outerRange
        }
        let (body, end) = try list()
        guard case .end = end else { throw failure("unexpected {{else}} in \(context)") }
        return ParsedTemplate(name: name, source: source, body: body)
    }

    private mutating func templateName(_ context: String) throws(GoError) -> String {
        let token = nextNonSpace()
        guard token.kind == .string || token.kind == .rawString else { throw unexpected(token, context) }
        guard let bytes = GoQuoting.unquote(token.text) else { throw failure("invalid syntax") }
        return String(decoding: bytes, as: UTF8.self)
    }

    // MARK: Bodies

    private enum Item {
        case node(TemplateNode)
        case end
        case otherwise
        case nothing
    }

    private mutating func list() throws(GoError) -> ([TemplateNode], Item) {
        var nodes: [TemplateNode] = []
        while peekNonSpace().kind != .endOfFile {
            let item = try textOrAction()
            switch item {
            case .node(let node): nodes.append(node)
            case .end, .otherwise: return (nodes, item)
            case .nothing: break
            }
        }
        throw failure("unexpected EOF")
    }

    private mutating func textOrAction() throws(GoError) -> Item {
        let token = nextNonSpace()
        switch token.kind {
        case .text: return .node(.text(Array(token.text)))
        case .leftDelimiter:
            actionLine = token.line
            defer { actionLine = 0 }
            return try nested { parser throws(GoError) in try parser.action() }
        default: throw unexpected(token, "input")
        }
    }

    private mutating func action() throws(GoError) -> Item {
        let token = nextNonSpace()
        switch token.kind {
        case .block: return .node(try block(token))
        case .breakKeyword: return .node(try loopControl(token, .breakLoop, "{{break}}"))
        case .continueKeyword: return .node(try loopControl(token, .continueLoop, "{{continue}}"))
        case .elseKeyword:
            let following = peekNonSpace()
            if following.kind == .ifKeyword || following.kind == .with { return .otherwise }
            try expect(.rightDelimiter, "else")
            return .otherwise
        case .end:
            try expect(.rightDelimiter, "end")
            return .end
        case .ifKeyword: return .node(.conditional(try branch("if")))
        case .range: return .node(.range(try branch("range")))
        case .with: return .node(.with(try branch("with")))
        case .template:
            let nameToken = peekNonSpace()
            let name = try templateName("template clause")
            var argument: PipelineNode?
            let following = nextNonSpace()
            if following.kind != .rightDelimiter {
                backup()
                argument = try pipeline("template clause", end: .rightDelimiter)
            }
            return .node(.template(TemplateCallNode(position: nameToken.position, name: name, pipeline: argument)))
        default:
            backup()
            return .node(.action(try pipeline("command", end: .rightDelimiter)))
        }
    }

    private mutating func loopControl(
        _ token: TemplateLexer.Token, _ node: TemplateNode, _ text: String
    ) throws(GoError) -> TemplateNode {
        let following = nextNonSpace()
        guard following.kind == .rightDelimiter else { throw unexpected(following, text) }
        guard rangeDepth > 0 else { throw failure("\(text) outside {{range}}") }
        return node
    }

    private mutating func branch(_ context: String) throws(GoError) -> BranchNode {
        let mark = variables.count
        defer { variables.removeSubrange(min(mark, variables.count)...) }
        let position = peekNonSpace().position
        let condition = try pipeline(context, end: .rightDelimiter)
        if context == "range" { rangeDepth += 1 }
        let (body, next) = try list()
        if context == "range" { rangeDepth -= 1 }
        var otherwise: [TemplateNode]?
        if case .otherwise = next {
            if context == "if", peek().kind == .ifKeyword {
                _ = self.next()
                otherwise = [.conditional(try nested { parser throws(GoError) in try parser.branch("if") })]
            } else if context == "with", peek().kind == .with {
                _ = self.next()
                otherwise = [.with(try nested { parser throws(GoError) in try parser.branch("with") })]
            } else {
                let (nodes, end) = try list()
                guard case .end = end else { throw failure("expected end; found {{else}}") }
                otherwise = nodes
            }
        }
        return BranchNode(position: position, pipeline: condition, body: body, otherwise: otherwise)
    }

    private mutating func block(_ token: TemplateLexer.Token) throws(GoError) -> TemplateNode {
        let context = "block clause"
        let nameToken = peekNonSpace()
        let name = try templateName(context)
        let argument = try pipeline(context, end: .rightDelimiter)
        let outerVariables = variables
        variables = ["$"]
        defer { variables = outerVariables }
        let (body, end) = try list()
        guard case .end = end else { throw failure("unexpected {{else}} in \(context)") }
        let definition = ParsedTemplate(name: name, source: source, body: body)
        if let old = templates[name], !old.isEmpty {
            if !definition.isEmpty {
                throw failure("template: multiple definition of template \(GoQuoting.quote(name))")
            }
        } else {
            templates[name] = definition
            blockDefinitions.append(definition)
        }
        return .template(TemplateCallNode(position: nameToken.position, name: name, pipeline: argument))
    }

    // MARK: Pipelines

    private mutating func pipeline(
        _ context: String, end: TemplateLexer.Kind
    ) throws(GoError) -> PipelineNode {
        let position = peekNonSpace().position
        var declared: [String] = []
        var isAssignment = false
        while true {
            let variable = peekNonSpace()
            guard variable.kind == .variable else { break }
            _ = next()
            let adjacent = peek()
            let following = peekNonSpace()
            if following.kind == .assign || following.kind == .declare {
                isAssignment = following.kind == .assign
                _ = nextNonSpace()
                declared.append(variable.string)
                variables.append(variable.string)
            } else if following.kind == .char, following.text.elementsEqual([UInt8(ascii: ",")]) {
                _ = nextNonSpace()
                declared.append(variable.string)
                variables.append(variable.string)
                if context == "range", declared.count < 2 {
                    switch peekNonSpace().kind {
                    case .variable, .rightDelimiter, .rightParenthesis: continue
                    default: throw failure("range can only initialize variables")
                    }
                }
                throw failure("too many declarations in \(context)")
            } else if adjacent.kind == .space {
                backup3(variable, adjacent)
            } else {
                backup2(variable)
            }
            break
        }
        var commands: [CommandNode] = []
        while true {
            let token = nextNonSpace()
            if token.kind == end { break }
            switch token.kind {
            case .bool, .characterConstant, .dot, .field, .identifier, .number, .null, .rawString, .string, .variable,
                .leftParenthesis:
                backup()
                commands.append(try command())
            default: throw unexpected(token, context)
            }
        }
        guard !commands.isEmpty else { throw failure("missing value for \(context)") }
        for (index, command) in commands.enumerated().dropFirst() {
            switch command.arguments[0] {
            case .bool, .dot, .null, .number, .string:
                throw failure("non executable command in pipeline stage \(index + 1)")
            default: break
            }
        }
        return PipelineNode(
            position: position, isAssignment: isAssignment, variables: declared, commands: commands)
    }

    private mutating func command() throws(GoError) -> CommandNode {
        let position = peekNonSpace().position
        var arguments: [OperandNode] = []
        while true {
            _ = peekNonSpace()
            if let operand = try operand() { arguments.append(operand) }
            let token = next()
            switch token.kind {
            case .space: continue
            case .rightDelimiter, .rightParenthesis: backup()
            case .pipe: break
            default: throw unexpected(token, "operand")
            }
            break
        }
        guard !arguments.isEmpty else { throw failure("empty command") }
        return CommandNode(position: position, arguments: arguments)
    }

    private mutating func operand() throws(GoError) -> OperandNode? {
        guard let node = try term() else { return nil }
        guard peek().kind == .field else { return node }
        let position = peek().position
        var names: [String] = []
        while peek().kind == .field { names.append(String(decoding: next().text.dropFirst(), as: UTF8.self)) }
        switch node {
        case .field(let first, _): return .field(first + names, position: position)
        case .variable(let first, _): return .variable(first + names, position: position)
        case .bool, .string, .number, .null, .dot:
            throw failure("unexpected . after term \(GoQuoting.quote(node.description))")
        default: return .chain(node, names, position: position)
        }
    }

    private mutating func term() throws(GoError) -> OperandNode? {
        let token = nextNonSpace()
        switch token.kind {
        case .identifier:
            let name = token.string
            guard let function = functions[name] else {
                throw failure("function \(GoQuoting.quote(name)) not defined")
            }
            return .function(function, position: token.position)
        case .dot: return .dot(position: token.position)
        case .null: return .null(position: token.position)
        case .variable:
            let name = token.string
            guard variables.contains(name) else {
                throw failure("undefined variable \(GoQuoting.quote(name))")
            }
            return .variable([name], position: token.position)
        case .field: return .field([String(decoding: token.text.dropFirst(), as: UTF8.self)], position: token.position)
        case .bool: return .bool(token.string == "true", position: token.position)
        case .number, .characterConstant: return .number(try number(token))
        case .leftParenthesis:
            return .pipeline(
                try nested { parser throws(GoError) in
                    try parser.pipeline("parenthesized pipeline", end: .rightParenthesis)
                })
        case .string, .rawString:
            guard let bytes = GoQuoting.unquote(token.text) else { throw failure("invalid syntax") }
            let quoted = token.string
            if let text = String(validating: bytes, as: UTF8.self) {
                return .string(text, binary: nil, quoted: quoted, position: token.position)
            }
            return .string("", binary: bytes, quoted: quoted, position: token.position)
        default:
            backup()
            return nil
        }
    }

    private func number(_ token: TemplateLexer.Token) throws(GoError) -> NumberNode {
        let text = token.string
        if token.kind == .characterConstant {
            guard let scalar = GoQuoting.unquoteCharacter(token.text) else {
                throw failure("malformed character constant: \(text)")
            }
            return NumberNode(
                position: token.position, text: text, integer: Int64(scalar), unsigned: UInt64(scalar),
                float: Double(scalar), isIdeallyFloat: false)
        }
        var integer = GoNumbers.integer(text, base: 0)
        let unsigned = GoNumbers.unsigned(text, base: 0)
        var float: Double?
        if let integer {
            float = Double(integer)
        } else if let unsigned {
            float = Double(unsigned)
        } else if let parsed = GoNumbers.float(text) {
            guard text.utf8.contains(where: { ".eEpP".utf8.contains($0) }) else {
                throw failure("integer overflow: \(GoQuoting.quote(text))")
            }
            float = parsed
            integer = Int64(exactly: parsed)
        }
        guard integer != nil || unsigned != nil || float != nil else {
            throw failure("illegal number syntax: \(GoQuoting.quote(text))")
        }
        let isHexadecimal = text.lowercased().contains("0x")
        let isFloat =
            float != nil && text.utf8.contains { ".eEpP".utf8.contains($0) }
            && !(isHexadecimal && !text.utf8.contains { "pP".utf8.contains($0) })
        return NumberNode(
            position: token.position, text: text, integer: integer, unsigned: unsigned, float: float,
            isIdeallyFloat: isFloat)
    }
}
