/// Sprig's functions on types, defaults and emptiness.
enum TypeFunctions {
    static let all: [TemplateFunction] =
        [
            TemplateFunction("default", [.any], variadic: .any) { _, arguments in
                arguments.count > 1 && arguments[1].isTrue ? arguments[1] : arguments[0]
            },
            TemplateFunction("empty", [.any]) { _, arguments in .bool(!arguments[0].isTrue) },
            TemplateFunction("coalesce", [], variadic: .any) { _, arguments in
                arguments.values.first { $0.isTrue } ?? .null
            },
            TemplateFunction("all", [], variadic: .any) { _, arguments in .bool(arguments.values.allSatisfy(\.isTrue))
            },
            TemplateFunction("any", [], variadic: .any) { _, arguments in
                .bool(arguments.values.contains(where: \.isTrue))
            },
            TemplateFunction("ternary", [.any, .any, .bool]) { _, arguments in
                arguments.bool(2) ? arguments[0] : arguments[1]
            },
            TemplateFunction("typeOf", [.any]) { _, arguments in .string(arguments[0].typeName) },
            TemplateFunction("typeIs", [.string, .any]) { _, arguments in
                .bool(arguments.string(0) == arguments[1].typeName)
            },
            TemplateFunction("typeIsLike", [.string, .any]) { _, arguments in
                .bool(
                    arguments.string(0) == arguments[1].typeName || "*" + arguments.string(0) == arguments[1].typeName)
            },
            TemplateFunction("kindOf", [.any]) { _, arguments in .string(arguments[0].kindName) },
            TemplateFunction("kindIs", [.string, .any]) { _, arguments in
                .bool(arguments.string(0) == arguments[1].kindName)
            },
            TemplateFunction("deepEqual", [.any, .any]) { _, arguments in
                .bool(ValueEquality.areEqual(arguments[0], arguments[1]))
            },
            TemplateFunction("fail", [.string]) { _, arguments throws(GoError) in
                throw GoError(HelmErrorText.marked(arguments.string(0)))
            },
            TemplateFunction("hello") { _, _ in .string("Hello!") },
        ]
        + TemplateFunction("deepCopy", [.any]) { _, arguments throws(GoError) in
            if arguments[0].isNil { throw GoError("reflect: call of reflect.Value.Type on zero Value") }
            return try arguments[0].deepCopy(depth: 0)
        }.named("mustDeepCopy")

    /// Sprig's `strval`: a string as it is, anything else as `%v` prints it.
    static func text(_ value: Value) throws(GoError) -> [UInt8] {
        if let bytes = value.stringBytes { return bytes }
        if case .list(let elements, .bytes) = value { return JSONEncoding.bytes(of: elements) }
        return try GoFormat.printed(value)
    }

    /// Sprig's `strslice`: the texts of a list without nils; of anything else its own.
    static func texts(_ value: Value) throws(GoError) -> [[UInt8]] {
        var elements: [Value] = []
        switch value {
        case .missing, .null: break
        case .list(let list, _): elements = list.filter { !$0.isNil }
        case .object(let object) where object.kindName == "slice": elements = (object.elements ?? []).map(\.value)
        default: elements = [value]
        }
        var texts: [[UInt8]] = []
        for element in elements { texts.append(try text(element)) }
        return texts
    }
}
