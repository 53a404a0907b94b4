/// Executes templates: Go's `text/template` evaluation over reference-typed values.
///
/// One execution serves one render. It is used from one thread only; cancellation and limits are checked as it goes.
final class TemplateExecution {
    /// What bounds a render.
    struct Limits {
        var outputBytes = 64 << 20
        var steps = 50_000_000
        var depth = 5_000
        /// How deeply `tpl` may run text that runs text; Go has no limit but its stack.
        var textDepth = 100
    }

    private struct Variable {
        var name: String
        var value: Value
        /// Whether Go holds the value as an `interface {}`, which errors name as its type.
        var isInterface: Bool
    }

    /// The place an error names: the node evaluated last.
    private enum Place {
        case none
        case operand(OperandNode)
        case command(CommandNode)
        case pipeline(PipelineNode)
        case branch(BranchNode)
        case call(TemplateCallNode)
    }

    private enum Flow {
        case normal, breaks, continues
    }

    let functions: FunctionTable
    var templates: [String: ParsedTemplate]
    /// How often each template is being included, to stop those that include themselves.
    var includeCounts: [String: Int] = [:]
    let environment: TemplateEnvironment
    private let limits: Limits
    private var output: [UInt8] = []
    private var totalOutput = 0
    private var variables: [Variable] = []
    private var frame = 0
    private var template: ParsedTemplate
    private var place = Place.none
    private var dotIsInterface = false
    private var depth = 0
    private var textDepth = 0
    private var steps = 0
    private var parsedTexts: [[UInt8]: [ParsedTemplate]] = [:]

    init(
        templates: [String: ParsedTemplate], functions: FunctionTable, environment: TemplateEnvironment,
        limits: Limits = Limits()
    ) {
        self.templates = templates
        self.functions = functions
        self.environment = environment
        self.limits = limits
        template = ParsedTemplate(name: "gotpl", source: TemplateSource(name: "gotpl", text: []), body: [])
    }

    // MARK: Running

    /// The output of a named template.
    func run(_ name: String, data: Value) throws(GoError) -> [UInt8] {
        guard let template = templates[name] else {
            throw GoError("template: no template \(GoQuoting.quote(name)) associated with template \"gotpl\"")
        }
        return try run(template, data: data)
    }

    private func run(_ template: ParsedTemplate, data: Value) throws(GoError) -> [UInt8] {
        guard depth < limits.depth else { throw GoError("exceeded maximum template depth (\(limits.depth))") }
        let outer = output
        output = []
        defer { output = outer }
        try execute(template, dot: data, isInterface: false)
        return output
    }

    private func execute(_ called: ParsedTemplate, dot: Value, isInterface: Bool) throws(GoError) {
        let saved = (template, place, frame, variables.count, dotIsInterface)
        depth += 1
        defer {
            depth -= 1
            (template, place, frame) = (saved.0, saved.1, saved.2)
            variables.removeSubrange(saved.3...)
            dotIsInterface = saved.4
        }
        frame = variables.count
        template = called
        place = .none
        dotIsInterface = isInterface
        variables.append(Variable(name: "$", value: dot, isInterface: isInterface))
        _ = try walk(called.body, dot)
    }

    /// Parses and executes text with the templates known here; its own definitions are forgotten afterwards.
    func runText(_ text: String, data: Value) throws(GoError) -> [UInt8] {
        let bytes = Array(text.utf8)
        let parsed: [ParsedTemplate]
        if let known = parsedTexts[bytes] {
            parsed = known
        } else {
            do {
                parsed = try TemplateParser.parse(name: "gotpl", text: bytes, functions: functions)
            } catch {
                throw GoError("cannot parse template \(GoQuoting.quote(text)): \(error.text)", wrapping: error)
            }
            parsedTexts[bytes] = parsed
        }
        guard textDepth < limits.textDepth else { throw GoError("tpl is nested more than \(limits.textDepth) deep") }
        let outer = templates
        textDepth += 1
        defer {
            templates = outer
            textDepth -= 1
        }
        for template in parsed { Self.add(template, to: &templates) }
        do {
            // By itself, not by name: blank text would not have replaced an outer text's template of the same name.
            guard let main = parsed.last(where: { $0.name == "gotpl" }) else { return [] }
            return Self.withoutNoValue(try run(main, data: data))
        } catch {
            throw GoError(
                "error during tpl function execution for \(GoQuoting.quote(text)): \(error.text)", wrapping: error)
        }
    }

    /// Adds a template unless it is blank and would replace one.
    static func add(_ template: ParsedTemplate, to templates: inout [String: ParsedTemplate]) {
        if template.isEmpty, templates[template.name] != nil { return }
        templates[template.name] = template
    }

    /// Output without the text that stands for nil.
    static func withoutNoValue(_ bytes: [UInt8]) -> [UInt8] {
        let pattern = Array("<no value>".utf8)
        guard bytes.count >= pattern.count else { return bytes }
        var result: [UInt8] = []
        var copied = 0
        var position = 0
        while let start = bytes[position...].firstIndex(of: pattern[0]) {
            if start + pattern.count > bytes.count { break }
            if bytes[start + 1] == pattern[1], bytes[start..<(start + pattern.count)].elementsEqual(pattern) {
                result += bytes[copied..<start]
                copied = start + pattern.count
                position = copied
            } else {
                position = start + 1
            }
        }
        if copied == 0 { return bytes }
        result += bytes[copied...]
        return result
    }

    // MARK: Errors

    private func failure(_ message: String, wrapping wrapped: GoError? = nil) -> GoError {
        let (position, context): (Int, String)
        switch place {
        case .none: return GoError("template: \(template.name): \(message)", isExecution: true, wrapping: wrapped)
        case .operand(let node): (position, context) = (node.position, node.description)
        case .command(let node): (position, context) = (node.position, node.description)
        case .pipeline(let node): (position, context) = (node.position, node.description)
        case .branch(let node): (position, context) = (node.position, node.pipeline.description)
        case .call(let node): (position, context) = (node.position, node.description)
        }
        let location = template.source.location(of: position)
        return GoError(
            "template: \(location): executing \(GoQuoting.quote(template.name)) at <\(context)>: \(message)",
            isExecution: true, wrapping: wrapped)
    }

    private func step() throws(GoError) {
        steps += 1
        if steps & 0x3FF == 0 {
            if steps > limits.steps { throw failure("the template takes more than \(limits.steps) steps") }
            if environment.isCancelled() { throw failure("rendering was cancelled") }
        }
    }

    private func write(_ bytes: [UInt8]) throws(GoError) {
        output += bytes
        totalOutput += bytes.count
        if totalOutput > limits.outputBytes { throw failure("the output is larger than \(limits.outputBytes) bytes") }
    }

    /// Counts text that functions make, so that repetition cannot outgrow the limit within one action.
    func charge(_ bytes: Int) throws(GoError) {
        if bytes > limits.outputBytes { throw GoError("the result is larger than \(limits.outputBytes) bytes") }
    }

    // MARK: Nodes

    private func walk(_ nodes: [TemplateNode], _ dot: Value) throws(GoError) -> Flow {
        for node in nodes {
            let flow = try walk(node, dot)
            if flow != .normal { return flow }
        }
        return .normal
    }

    private func walk(_ node: TemplateNode, _ dot: Value) throws(GoError) -> Flow {
        try step()
        switch node {
        case .text(let bytes): try write(bytes)
        case .action(let pipeline):
            let value = try evaluate(pipeline, dot)
            if pipeline.variables.isEmpty {
                place = .pipeline(pipeline)
                try write(value)
            }
        case .conditional(let branch):
            place = .branch(branch)
            let mark = variables.count
            defer { variables.removeSubrange(mark...) }
            if try evaluate(branch.pipeline, dot).isTrue { return try walk(branch.body, dot) }
            if let otherwise = branch.otherwise { return try walk(otherwise, dot) }
        case .with(let branch):
            place = .branch(branch)
            let mark = variables.count
            defer { variables.removeSubrange(mark...) }
            let value = try evaluate(branch.pipeline, dot)
            if value.isTrue {
                let outer = dotIsInterface
                dotIsInterface = false
                defer { dotIsInterface = outer }
                return try walk(branch.body, value)
            }
            if let otherwise = branch.otherwise { return try walk(otherwise, dot) }
        case .range(let branch): return try range(branch, dot)
        case .template(let call):
            place = .call(call)
            guard let called = templates[call.name] else {
                throw failure("template \(GoQuoting.quote(call.name)) not defined")
            }
            guard depth < limits.depth else {
                throw failure("exceeded maximum template depth (\(limits.depth))")
            }
            var data = Value.missing
            if let pipeline = call.pipeline { data = try evaluate(pipeline, dot) }
            try execute(called, dot: data, isInterface: false)
        case .breakLoop: return .breaks
        case .continueLoop: return .continues
        }
        return .normal
    }

    private func write(_ value: Value) throws(GoError) {
        switch value {
        case .string(let text):
            output.append(contentsOf: text.utf8)
            totalOutput += text.utf8.count
            if totalOutput > limits.outputBytes {
                throw failure("the output is larger than \(limits.outputBytes) bytes")
            }
        case .missing, .null: try write(Self.noValue)
        case .object(let object): try write(Array(object.text.utf8))
        default:
            do {
                try write(GoFormat.printed(value))
            } catch {
                throw error.isExecution ? error : failure(error.text)
            }
        }
    }

    private static let noValue = Array("<no value>".utf8)

    private func range(_ branch: BranchNode, _ dot: Value) throws(GoError) -> Flow {
        place = .branch(branch)
        let outerMark = variables.count
        let outerIsInterface = dotIsInterface
        defer {
            variables.removeSubrange(outerMark...)
            dotIsInterface = outerIsInterface
        }
        let value = try evaluate(branch.pipeline, dot)
        let mark = variables.count
        let declared = branch.pipeline.variables
        let isAssignment = branch.pipeline.isAssignment

        func iterate(_ index: @autoclosure () -> Value, _ element: Value, isInterface: Bool) throws(GoError) -> Flow {
            try step()
            if declared.count == 1 {
                if isAssignment {
                    try assign(declared[0], element)
                } else {
                    variables[mark - 1].value = element
                    variables[mark - 1].isInterface = isInterface
                }
            } else if declared.count == 2 {
                if isAssignment {
                    try assign(declared[0], index())
                    try assign(declared[1], element)
                } else {
                    variables[mark - 1].value = element
                    variables[mark - 1].isInterface = isInterface
                    variables[mark - 2].value = index()
                }
            }
            dotIsInterface = isInterface
            defer {
                variables.removeSubrange(mark...)
                dotIsInterface = outerIsInterface
            }
            return try walk(branch.body, element)
        }

        switch value {
        case .list(let elements, let kind):
            if elements.isEmpty { break }
            for (index, element) in elements.enumerated() {
                if try iterate(.int(index), element, isInterface: kind == .any) == .breaks { break }
            }
            return .normal
        case .map(let map):
            if map.members.isEmpty { break }
            for (key, element) in map.sorted {
                if try iterate(.string(key), element, isInterface: map.kind != .strings) == .breaks { break }
            }
            return .normal
        case .object(let object):
            guard let elements = object.elements else {
                throw failure("range can't iterate over \(GoFormat.text(value))")
            }
            if elements.isEmpty { break }
            let isList = object.kindName == "slice"
            for (index, element) in elements.enumerated() {
                let key: Value = isList ? .int(index) : .string(element.key)
                if try iterate(key, element.value, isInterface: false) == .breaks { break }
            }
            return .normal
        case .integer(let count, let kind):
            if declared.count > 1 {
                throw failure("can't use \(GoFormat.text(value)) to iterate over more than one variable")
            }
            if count <= 0 { break }
            for index in 0..<count where try iterate(.null, .integer(index, kind), isInterface: false) == .breaks {
                break
            }
            return .normal
        case .missing, .null: break
        default: throw failure("range can't iterate over \(GoFormat.text(value))")
        }
        if let otherwise = branch.otherwise { return try walk(otherwise, dot) }
        return .normal
    }

    // MARK: Variables

    private func assign(_ name: String, _ value: Value) throws(GoError) {
        var index = variables.count - 1
        while index >= frame {
            if variables[index].name == name {
                variables[index].value = value
                variables[index].isInterface = false
                return
            }
            index -= 1
        }
        throw failure("undefined variable: \(name)")
    }

    private func variable(_ name: String) throws(GoError) -> Variable {
        if name == "$" { return variables[frame] }
        var index = variables.count - 1
        while index >= frame {
            if variables[index].name == name { return variables[index] }
            index -= 1
        }
        throw failure("undefined variable: \(name)")
    }

    // MARK: Pipelines and commands

    private func evaluate(_ pipeline: PipelineNode, _ dot: Value) throws(GoError) -> Value {
        place = .pipeline(pipeline)
        var value = Value.missing
        for (index, command) in pipeline.commands.enumerated() {
            value = try evaluate(command, dot, final: index == 0 ? nil : value)
            if case .null = value { value = .missing }
        }
        for name in pipeline.variables {
            if pipeline.isAssignment {
                try assign(name, value)
            } else {
                variables.append(Variable(name: name, value: value, isInterface: false))
            }
        }
        return value
    }

    private func evaluate(_ command: CommandNode, _ dot: Value, final: Value?) throws(GoError) -> Value {
        let first = command.arguments[0]
        switch first {
        case .field(let names, _):
            place = .operand(first)
            return try fields(names[...], of: dot, isInterface: dotIsInterface, first, command.arguments, final, dot)
        case .chain: return try chain(first, command.arguments, final, dot)
        case .function(let function, _):
            place = .operand(first)
            return try call(function, .command(command), command.arguments, final, dot)
        case .pipeline(let pipeline):
            if command.arguments.count > 1 || final != nil {
                throw failure("can't give argument to non-function \(first.description)")
            }
            return try evaluate(pipeline, dot)
        case .variable: return try variable(first, command.arguments, final, dot)
        default: break
        }
        place = .operand(first)
        if command.arguments.count > 1 || final != nil {
            throw failure("can't give argument to non-function \(first.description)")
        }
        switch first {
        case .dot: return dot
        case .bool(let value, _): return .bool(value)
        case .number(let number): return try constant(number)
        case .string(let text, let binary, _, _): return binary.map { .binary($0) } ?? .string(text)
        case .null: throw failure("nil is not a command")
        default: throw failure("can't evaluate command \(GoQuoting.quote(first.description))")
        }
    }

    private func constant(_ number: NumberNode) throws(GoError) -> Value {
        if number.isIdeallyFloat, let float = number.float { return .float(float) }
        if let integer = number.integer { return .integer(integer, .int) }
        if number.unsigned != nil { throw failure("\(number.text) overflows int") }
        return .float(number.float ?? 0)
    }

    private func chain(
        _ node: OperandNode, _ arguments: [OperandNode], _ final: Value?, _ dot: Value
    ) throws(GoError) -> Value {
        guard case .chain(let head, let names, _) = node else { return .missing }
        place = .operand(node)
        if case .null = head { throw failure("indirection through explicit nil in \(node.description)") }
        let value = try argument(head, as: nil, dot)
        return try fields(names[...], of: value, isInterface: false, node, arguments, final, dot)
    }

    private func variable(
        _ node: OperandNode, _ arguments: [OperandNode], _ final: Value?, _ dot: Value
    ) throws(GoError) -> Value {
        guard case .variable(let names, _) = node else { return .missing }
        place = .operand(node)
        let variable = try variable(names[0])
        if names.count == 1 {
            if arguments.count > 1 || final != nil {
                throw failure("can't give argument to non-function \(arguments.first?.description ?? "")")
            }
            return variable.value
        }
        return try fields(
            names.dropFirst(), of: variable.value, isInterface: variable.isInterface, node, arguments, final, dot)
    }

    // MARK: Fields and methods

    private func fields(
        _ names: ArraySlice<String>, of receiver: Value, isInterface: Bool, _ node: OperandNode,
        _ arguments: [OperandNode], _ final: Value?, _ dot: Value
    ) throws(GoError) -> Value {
        var value = receiver
        var isInterface = isInterface
        let last = names.endIndex - 1
        for index in names.indices {
            let isLast = index == last
            (value, isInterface) = try field(
                names[index], of: value, isInterface: isInterface, node, isLast ? arguments : [],
                isLast ? final : nil, dot)
        }
        return value
    }

    private func field(
        _ name: String, of receiver: Value, isInterface: Bool, _ node: OperandNode, _ arguments: [OperandNode],
        _ final: Value?, _ dot: Value
    ) throws(GoError) -> (Value, isInterface: Bool) {
        let hasArguments = arguments.count > 1 || final != nil
        switch receiver {
        case .missing: return (.missing, false)
        case .null: throw failure("nil pointer evaluating interface {}.\(name)")
        case .map(let map):
            if map.kind == .values, let parameters = ValuesMethods.parameters(of: name) {
                let result = try call(
                    name, parameters, nil, .operand(node), arguments, final, dot
                ) { arguments throws(GoError) in try ValuesMethods.call(name, on: map, arguments) }
                return (result, false)
            }
            if hasArguments { throw failure("\(name) is not a method but has arguments") }
            if let value = map.members[name] {
                if case .missing = value { return (.null, true) }
                return (value, !map.kind.holdsStrings)
            }
            return map.kind.holdsStrings ? (.string(""), false) : (.null, true)
        case .object(let object):
            if let parameters = object.parameters(ofMethod: name) {
                let result = try call(
                    name, parameters, nil, .operand(node), arguments, final, dot
                ) { arguments throws(GoError) in try object.call(name, arguments) }
                return (result, false)
            }
            if let value = object.field(name) {
                if hasArguments { throw failure("\(name) has arguments but cannot be invoked as function") }
                return (value, false)
            }
        default: break
        }
        throw failure("can't evaluate field \(name) in type \(isInterface ? "interface {}" : receiver.typeName)")
    }

    // MARK: Calls

    private func call(
        _ function: TemplateFunction, _ node: Place, _ arguments: [OperandNode], _ final: Value?, _ dot: Value
    ) throws(GoError) -> Value {
        guard function.form == .ordinary else {
            try checkCount(function.name, [], .reflected, arguments.dropFirst().count, final, minimum: 1)
            var value = Value.missing
            for node in arguments.dropFirst() {
                value = try argument(node, as: .reflected, dot)
                if value.isTrue == (function.form == .or) { return value }
            }
            return final ?? value
        }
        // What `call` complains about by name: its operand as written, or a piped value as reflection names it.
        let callee: Value? =
            function.name == "call"
            ? .string(
                arguments.count > 1 ? arguments[1].description : final?.stringText ?? "<\(final?.typeName ?? "") Value>"
            )
            : nil
        return try call(function.name, function.parameters, function.variadic, node, arguments, final, dot) {
            arguments throws(GoError) in
            try function.body(
                self, callee.map { Arguments(values: [arguments[0], $0] + arguments.from(1)) } ?? arguments)
        }
    }

    private func checkCount(
        _ name: String, _ parameters: [ParameterType], _ variadic: ParameterType?, _ given: Int, _ final: Value?,
        minimum: Int? = nil
    ) throws(GoError) {
        let count = given + (final == nil ? 0 : 1)
        if variadic != nil {
            let least = minimum ?? parameters.count
            if count < least {
                throw failure("wrong number of args for \(name): want at least \(least) got \(given)")
            }
        } else if count != parameters.count {
            throw failure("wrong number of args for \(name): want \(parameters.count) got \(count)")
        }
    }

    private func call(
        _ name: String, _ parameters: [ParameterType], _ variadic: ParameterType?, _ node: Place,
        _ arguments: [OperandNode], _ final: Value?, _ dot: Value, _ body: (Arguments) throws(GoError) -> Value
    ) throws(GoError) -> Value {
        try checkCount(name, parameters, variadic, max(0, arguments.count - 1), final)
        var values: [Value] = []
        values.reserveCapacity(arguments.count)
        for (index, operand) in arguments.dropFirst().enumerated() {
            let type = index < parameters.count ? parameters[index] : variadic ?? .any
            values.append(try argument(operand, as: type, dot))
        }
        if let final {
            let type = values.count < parameters.count ? parameters[values.count] : variadic ?? .any
            values.append(try validate(final, type))
        }
        try step()
        let saved = place
        do {
            return try body(Arguments(values: values))
        } catch {
            place = saved
            place = node
            throw failure("error calling \(name): \(error.text)", wrapping: error)
        }
    }

    private func argument(_ node: OperandNode, as type: ParameterType?, _ dot: Value) throws(GoError) -> Value {
        place = .operand(node)
        switch node {
        case .dot: return try validate(dot, type, isInterface: dotIsInterface)
        case .null:
            guard type?.canBeNil ?? true else { throw failure("cannot assign nil to \(type?.typeName ?? "")") }
            // A nil literal for a reflect.Value is no value; for an interface it is a nil interface.
            return .missing
        case .field(let names, _):
            let value = try fields(names[...], of: dot, isInterface: dotIsInterface, node, [node], nil, dot)
            return try validate(value, type)
        case .variable: return try validate(try variable(node, [], nil, dot), type)
        case .pipeline(let pipeline): return try validate(try evaluate(pipeline, dot), type)
        case .function(let function, _):
            let value = try call(function, .operand(node), [node], nil, dot)
            return try validate(value, type)
        case .chain: return try validate(try chain(node, [], nil, dot), type)
        case .bool(let value, _):
            if case .bool = type { return .bool(value) }
        case .string(let text, let binary, _, _):
            if case .string = type { return binary.map { .binary($0) } ?? .string(text) }
        case .number(let number):
            switch type {
            case .int: if let integer = number.integer { return .integer(integer, .int) }
            case .int64: if let integer = number.integer { return .integer(integer, .int64) }
            case .uint32:
                if let unsigned = number.unsigned { return .integer(Int64(truncatingIfNeeded: unsigned), .uint32) }
            case .float64: if let float = number.float { return .float(float) }
            default: break
            }
        }
        switch type {
        case .any, .reflected, nil:
            switch node {
            case .bool(let value, _): return .bool(value)
            case .string(let text, let binary, _, _): return binary.map { .binary($0) } ?? .string(text)
            case .number(let number): return try constant(number)
            default: return .missing
            }
        case .string: throw failure("expected string; found \(node.description)")
        case .bool: throw failure("expected bool; found \(node.description)")
        case .int, .int64: throw failure("expected integer; found \(node.description)")
        case .uint32: throw failure("expected unsigned integer; found \(node.description)")
        case .float64: throw failure("expected float; found \(node.description)")
        case .some(let type):
            throw failure("can't handle \(node.description) for arg of type \(type.typeName)")
        }
    }

    /// Checks that a value may be passed as a parameter of a type.
    private func validate(
        _ value: Value, _ type: ParameterType?, isInterface: Bool = true
    ) throws(GoError) -> Value {
        guard let type else { return value }
        switch (type, value) {
        case (.any, _), (.reflected, _): return value
        case (.string, .string), (.string, .binary), (.bool, .bool), (.float64, .float): return value
        case (.map, .map(let map)):
            // A named map type is assignable to the plain one that functions declare; other elements are not.
            if !map.kind.holdsStrings { return .map(map.viewed(as: .plain)) }
        case (.int, .integer(_, .int)), (.int64, .integer(_, .int64)),
            (.uint32, .integer(_, .uint32)):
            return value
        case (.list, .list(_, .any)), (.list, .list(_, .nilAny)), (.strings, .list(_, .string)),
            (.strings, .list(_, .nilStrings)),
            (.bytes, .list(_, .bytes)):
            return value
        case (.object(let name), .object(let object)) where object.typeName == name: return value
        case (_, .missing):
            if type.canBeNil { return value }
            throw failure("invalid value; expected \(type.typeName)")
        case (_, .null): throw failure("wrong type for value; expected \(type.typeName); got interface {}")
        default: break
        }
        throw failure("wrong type for value; expected \(type.typeName); got \(value.typeName)")
    }
}
