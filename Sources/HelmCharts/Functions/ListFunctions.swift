/// Sprig's functions on lists.
enum ListFunctions {
    static let all: [TemplateFunction] =
        building
        + TemplateFunction("append", [.any, .any]) { _, arguments throws(GoError) in
            .list(try elements(arguments[0], "push on") + [arguments[1]])
        }.named("push", "mustAppend", "mustPush")
        + TemplateFunction("prepend", [.any, .any]) { _, arguments throws(GoError) in
            .list([arguments[1]] + (try elements(arguments[0], "prepend on")))
        }.named("mustPrepend")
        + TemplateFunction("first", [.any]) { _, arguments throws(GoError) in
            try elements(arguments[0], "find first on").first ?? .null
        }.named("mustFirst")
        + TemplateFunction("last", [.any]) { _, arguments throws(GoError) in
            try elements(arguments[0], "find last on").last ?? .null
        }.named("mustLast")
        + TemplateFunction("rest", [.any]) { _, arguments throws(GoError) in
            let list = try elements(arguments[0], "find rest on")
            return list.isEmpty ? .list([], .nilAny) : .list(Array(list.dropFirst()))
        }.named("mustRest")
        + TemplateFunction("initial", [.any]) { _, arguments throws(GoError) in
            let list = try elements(arguments[0], "find initial on")
            return list.isEmpty ? .list([], .nilAny) : .list(Array(list.dropLast()))
        }.named("mustInitial")
        + TemplateFunction("reverse", [.any]) { _, arguments throws(GoError) in
            .list(try elements(arguments[0], "find reverse on").reversed())
        }.named("mustReverse")
        + TemplateFunction("compact", [.any]) { _, arguments throws(GoError) in
            .list(try elements(arguments[0], "compact on").filter { $0.isTrue })
        }.named("mustCompact")
        + TemplateFunction("uniq", [.any]) { _, arguments throws(GoError) in
            var unique: [Value] = []
            for element in try elements(arguments[0], "find uniq on")
            where !unique.contains(where: { ValueEquality.areEqual($0, element) }) {
                unique.append(element)
            }
            return .list(unique)
        }.named("mustUniq")
        + TemplateFunction("without", [.any], variadic: .any) { _, arguments throws(GoError) in
            let omitted = arguments.from(1)
            return .list(
                try elements(arguments[0], "find without on").filter { element in
                    !omitted.contains { ValueEquality.areEqual($0, element) }
                })
        }.named("mustWithout")
        + TemplateFunction("has", [.any, .any]) { _, arguments throws(GoError) in
            if arguments[1].isNil { return .bool(false) }
            return .bool(
                try elements(arguments[1], "find has on").contains { ValueEquality.areEqual(arguments[0], $0) })
        }.named("mustHas")
        + TemplateFunction("slice", [.any], variadic: .any) { _, arguments throws(GoError) in try slice(arguments) }
        .named("mustSlice")
        + TemplateFunction("chunk", [.int, .any]) { _, arguments throws(GoError) in
            let size = arguments.int(0)
            let list = try elements(arguments[1], "chunk type", isWhole: true)
            // Go computes the count in floating point, sizes below one included.
            let count = (Double(list.count - 1) / Double(size)).rounded(.down) + 1
            guard count >= 0, count.isFinite else { throw GoError("runtime error: makeslice: len out of range") }
            if count == 0 { return .list([], .lists) }
            guard size > 0 else { throw GoError("runtime error: makeslice: len out of range") }
            return .list(
                stride(from: 0, to: list.count, by: size).map { .list(Array(list[$0..<min($0 + size, list.count)])) },
                .lists)
        }.named("mustChunk")

    private static let building: [TemplateFunction] =
        TemplateFunction("list", [], variadic: .any) { _, arguments in
            .list(arguments.values.map { $0.isNil ? .null : $0 })
        }
        .named("tuple") + [
            TemplateFunction("concat", [], variadic: .any) { _, arguments throws(GoError) in
                var joined: [Value] = []
                for value in arguments.values { joined += try elements(value, "concat type %s as list", isWhole: true) }
                return .list(joined)
            }
        ]

    /// The elements of a list, or Sprig's complaint; nil panics in Go.
    private static func elements(_ value: Value, _ action: String, isWhole: Bool = false) throws(GoError) -> [Value] {
        switch value {
        case .list(let elements, _): return elements
        case .object(let object) where object.kindName == "slice": return (object.elements ?? []).map(\.value)
        case .missing, .null: throw GoError("runtime error: invalid memory address or nil pointer dereference")
        default:
            if action.contains("%s") {
                throw GoError("Cannot " + action.replacing("%s", with: value.kindName))
            }
            throw GoError("Cannot \(action)\(isWhole ? "" : " type") \(value.kindName)")
        }
    }

    private static func slice(_ arguments: Arguments) throws(GoError) -> Value {
        guard case .list(let list, let kind) = arguments[0] else {
            throw GoError("list should be type of slice or array but \(arguments[0].kindName)")
        }
        if list.isEmpty { return .null }
        let start = arguments.count > 1 ? Int(NumberFunctions.integer(arguments[1])) : 0
        let end = arguments.count > 2 ? Int(NumberFunctions.integer(arguments[2])) : list.count
        guard start >= 0, end <= list.count, start <= end else {
            throw GoError("reflect.Value.Slice: slice index out of bounds")
        }
        return .list(Array(list[start..<end]), kind)
    }
}
