/// Sprig's functions on maps, and mergo's rules of merging.
enum MapFunctions {
    static let all: [TemplateFunction] =
        simple
        + TemplateFunction("merge", [.map], variadic: .map) { _, arguments in
            .map(merge(arguments, overwrites: false))
        }.named("mustMerge")
        + TemplateFunction("mergeOverwrite", [.map], variadic: .map) { _, arguments in
            .map(merge(arguments, overwrites: true))
        }.named("mustMergeOverwrite")

    private static let simple: [TemplateFunction] = [
        TemplateFunction("dict", [], variadic: .any) { _, arguments throws(GoError) in
            var members: [String: Value] = [:]
            for index in stride(from: 0, to: arguments.count, by: 2) {
                let key = String(decoding: try TypeFunctions.text(arguments[index]), as: UTF8.self)
                let value = index + 1 < arguments.count ? arguments[index + 1] : .string("")
                members[key] = value.isNil ? .null : value
            }
            return .map(MapObject(members))
        },
        TemplateFunction("get", [.map, .string]) { _, arguments in
            arguments[0].mapObject?.members[arguments.string(1)] ?? .string("")
        },
        TemplateFunction("set", [.map, .string, .any]) { _, arguments throws(GoError) in
            guard let map = arguments[0].mapObject else { throw GoError("assignment to entry in nil map") }
            map.members[arguments.string(1)] = arguments[2].isNil ? .null : arguments[2]
            return arguments[0]
        },
        TemplateFunction("unset", [.map, .string]) { _, arguments in
            arguments[0].mapObject?.members[arguments.string(1)] = nil
            return arguments[0]
        },
        TemplateFunction("hasKey", [.map, .string]) { _, arguments in
            .bool(arguments[0].mapObject?.members[arguments.string(1)] != nil)
        },
        TemplateFunction("pluck", [.string], variadic: .map) { _, arguments in
            .list(arguments.from(1).compactMap { $0.mapObject?.members[arguments.string(0)] })
        },
        TemplateFunction("keys", [], variadic: .map) { _, arguments in
            .strings(arguments.values.flatMap { $0.mapObject?.sortedKeys ?? [] })
        },
        TemplateFunction("values", [.map]) { _, arguments in
            .list(arguments[0].mapObject?.sorted.map(\.value) ?? [])
        },
        TemplateFunction("pick", [.map], variadic: .string) { _, arguments in
            var members: [String: Value] = [:]
            for key in arguments.from(1).compactMap(\.stringText) {
                if let value = arguments[0].mapObject?.members[key] { members[key] = value }
            }
            return .map(MapObject(members))
        },
        TemplateFunction("omit", [.map], variadic: .string) { _, arguments in
            var members = arguments[0].mapObject?.members ?? [:]
            for key in arguments.from(1).compactMap(\.stringText) { members[key] = nil }
            return .map(MapObject(members))
        },
        TemplateFunction("dig", [], variadic: .any) { _, arguments throws(GoError) in
            guard arguments.count >= 3 else { throw GoError("dig needs at least three arguments") }
            var current = arguments[arguments.count - 1]
            for index in 0..<(arguments.count - 2) {
                let map = try plainMap(current)
                guard let key = arguments[index].stringText else {
                    throw GoError("interface conversion: interface {} is \(arguments[index].typeName), not string")
                }
                guard let next = map.members[key] else { return arguments[arguments.count - 2] }
                current = next
            }
            return current
        },
    ]

    private static func plainMap(_ value: Value) throws(GoError) -> MapObject {
        if case .map(let map) = value, map.kind == .plain { return map }
        let type = value.isNil ? "nil" : value.typeName
        throw GoError("interface conversion: interface {} is \(type), not map[string]interface {}")
    }

    private static func merge(_ arguments: Arguments, overwrites: Bool) -> MapObject {
        let target = arguments[0].mapObject ?? MapObject()
        for source in arguments.from(1) {
            if let source = source.mapObject { merge(source, into: target, overwrites: overwrites, depth: 0) }
        }
        return target
    }

    /// mergo's merge: maps within both merge in place; else the source is taken when it may overwrite or when the
    /// target's value is empty. What is taken is shared, not copied.
    private static func merge(_ source: MapObject, into target: MapObject, overwrites: Bool, depth: Int) {
        guard depth < 500 else { return }
        for (key, value) in source.members {
            if value.isNil {
                if overwrites { target.members[key] = .null }
                continue
            }
            let existing = target.members[key]
            if case .map(let inner) = value, case .map(let own)? = existing {
                merge(inner, into: own, overwrites: overwrites, depth: depth + 1)
                if own.members.isEmpty { target.members[key] = value }
                continue
            }
            if case .list = value, case .list(let own, _)? = existing, !own.isEmpty {
                if overwrites { target.members[key] = value }
                continue
            }
            if overwrites || existing?.isTrue != true { target.members[key] = value }
        }
    }
}
