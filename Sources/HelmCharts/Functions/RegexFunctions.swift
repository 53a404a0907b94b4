/// Sprig's functions on regular expressions.
enum RegexFunctions {
    static let all: [TemplateFunction] =
        [
            TemplateFunction("regexMatch", [.string, .string]) { execution, arguments in
                guard let regex = try? execution.environment.regexes.compile(arguments.string(0)) else {
                    return .bool(false)
                }
                return .bool(regex.firstMatch(in: arguments.bytes(1), from: 0) != nil)
            },
            TemplateFunction("mustRegexMatch", [.string, .string]) { execution, arguments throws(GoError) in
                let regex = try execution.environment.regexes.compile(arguments.string(0))
                return .bool(regex.firstMatch(in: arguments.bytes(1), from: 0) != nil)
            },
            TemplateFunction("regexQuoteMeta", [.string]) { _, arguments in
                let special = Array("\\.+*?()|[]{}^$".utf8)
                return .text(arguments.bytes(0).flatMap { special.contains($0) ? [0x5C, $0] : [$0] })
            },
        ]
        + pair("regexFind", [.string, .string]) { regex, arguments in
            let text = arguments.bytes(1)
            guard let match = regex.firstMatch(in: text, from: 0) else { return .string("") }
            return .text(text[match.range])
        }
        + pair("regexFindAll", [.string, .string, .int]) { regex, arguments in
            let text = arguments.bytes(1)
            let matches = regex.matches(in: text, limit: arguments.int(2))
            return .list(matches.map { .text(text[$0.range]) }, matches.isEmpty ? .nilStrings : .string)
        }
        + pair("regexReplaceAll", [.string, .string, .string]) { regex, arguments in
            .text(regex.replacing(in: arguments.bytes(1), with: arguments.bytes(2)))
        }
        + pair("regexReplaceAllLiteral", [.string, .string, .string]) { regex, arguments in
            .text(regex.replacing(in: arguments.bytes(1), withLiteral: arguments.bytes(2)))
        }
        + pair("regexSplit", [.string, .string, .int]) { regex, arguments in
            let parts = regex.split(arguments.bytes(1), limit: arguments.int(2))
            return .list(parts.map { .text($0) }, arguments.int(2) == 0 ? .nilStrings : .string)
        }

    /// A function and its `must` twin, which differ only in how they fail to compile: one panics, one errs.
    private static func pair(
        _ name: String, _ parameters: [ParameterType],
        _ body: @escaping @Sendable (RegularExpression, Arguments) -> Value
    ) -> [TemplateFunction] {
        let must = "must" + name.prefix(1).uppercased() + name.dropFirst()
        return [
            TemplateFunction(name, parameters) { execution, arguments throws(GoError) in
                do throws(GoError) {
                    return body(try execution.environment.regexes.compile(arguments.string(0)), arguments)
                } catch {
                    throw GoError("regexp: Compile(\(quoted(arguments.string(0)))): \(error.text)")
                }
            },
            TemplateFunction(must, parameters) { execution, arguments throws(GoError) in
                body(try execution.environment.regexes.compile(arguments.string(0)), arguments)
            },
        ]
    }

    private static func quoted(_ pattern: String) -> String {
        pattern.contains("`") ? GoQuoting.quote(pattern) : "`\(pattern)`"
    }
}
