/// Sprig's functions on strings.
enum StringFunctions {
    static let all: [TemplateFunction] = simple + splitting + cases + random

    /// The texts of the arguments that are not nil, a space between them.
    private static func joined(
        _ arguments: Arguments, _ text: (Value) throws(GoError) -> [UInt8]
    ) throws(GoError) -> [UInt8] {
        var joined: [UInt8] = []
        var isFirst = true
        for value in arguments.values where !value.isNil {
            if !isFirst { joined.append(0x20) }
            isFirst = false
            joined += try text(value)
        }
        return joined
    }

    private static let simple: [TemplateFunction] =
        [
            TemplateFunction("trim", [.string]) { _, arguments in
                guard case .string(let text) = arguments[0] else { return arguments[0] }
                return .string(text.trimmingSpace())
            },
            TemplateFunction("trimSuffix", [.string, .string]) { _, arguments in
                let (suffix, text) = (arguments.bytes(0), arguments.bytes(1))
                return text.count >= suffix.count && text.suffix(suffix.count).elementsEqual(suffix)
                    ? .text(text.dropLast(suffix.count)) : arguments[1]
            },
            TemplateFunction("trimPrefix", [.string, .string]) { _, arguments in
                let (prefix, text) = (arguments.bytes(0), arguments.bytes(1))
                return text.starts(with: prefix) ? .text(text.dropFirst(prefix.count)) : arguments[1]
            },
            TemplateFunction("upper", [.string]) { _, arguments in .string(mapScalars(arguments.string(0), upper)) },
            TemplateFunction("lower", [.string]) { _, arguments in .string(mapScalars(arguments.string(0), lower)) },
            TemplateFunction("title", [.string]) { _, arguments in .string(title(arguments.string(0))) },
            TemplateFunction("untitle", [.string]) { _, arguments in .string(untitle(arguments.string(0))) },
            TemplateFunction("substr", [.int, .int, .string]) { _, arguments throws(GoError) in
                let text = arguments.bytes(2)
                let (start, end) = (arguments.int(0), arguments.int(1))
                if start < 0 { return .text(text[..<(try bound(end, text.count))]) }
                if end < 0 || end > text.count {
                    guard start <= text.count else {
                        throw GoError("runtime error: slice bounds out of range [\(start):\(text.count)]")
                    }
                    return .text(text[start...])
                }
                guard start <= end else { throw GoError("runtime error: slice bounds out of range [\(start):\(end)]") }
                return .text(text[start..<end])
            },
            TemplateFunction("trunc", [.int, .string]) { _, arguments in
                let text = arguments.bytes(1)
                let count = arguments.int(0)
                if count < 0, text.count + count > 0 { return .text(text[(text.count + count)...]) }
                if count >= 0, text.count > count { return .text(text[..<count]) }
                return arguments[1]
            },
            TemplateFunction("abbrev", [.int, .string]) { _, arguments in
                let text = arguments.bytes(1)
                let width = arguments.int(0)
                return width < 4 ? arguments[1] : .text(abbreviate(text, 0, width))
            },
            TemplateFunction("abbrevboth", [.int, .int, .string]) { _, arguments in
                let (left, right) = (arguments.int(0), arguments.int(1))
                if right < 4 || (left > 0 && right < 7) { return arguments[2] }
                return .text(abbreviate(arguments.bytes(2), left, right))
            },
            TemplateFunction("repeat", [.int, .string]) { execution, arguments throws(GoError) in
                let count = arguments.int(0)
                let text = arguments.bytes(1)
                guard count >= 0 else { throw GoError("strings: negative Repeat count") }
                let (size, overflow) = count.multipliedReportingOverflow(by: text.count)
                try execution.charge(overflow ? Int.max : size)
                return .text([UInt8]([[UInt8]](repeating: text, count: count).joined()))
            },
            TemplateFunction("nospace", [.string]) { _, arguments in
                let text = arguments.bytes(0)
                guard text.contains(where: { isLatinSpace($0) }) else { return arguments[0] }
                return .text(latin(text.filter { !isLatinSpace($0) }))
            },
            TemplateFunction("initials", [.string]) { _, arguments in
                var initials: [UInt8] = []
                var isFirst = true
                for byte in arguments.bytes(0) {
                    let isSpace = isLatinSpace(byte)
                    if !isSpace, isFirst { initials.append(byte) }
                    isFirst = isSpace
                }
                return .text(latin(initials))
            },
            TemplateFunction("swapcase", [.string]) { _, arguments in
                .string(mapScalars(arguments.string(0)) { $0.properties.isUppercase ? lower($0) : upper($0) })
            },
            TemplateFunction("contains", [.string, .string]) { _, arguments in
                .bool(Bytes.find(arguments.bytes(0), in: arguments.bytes(1), from: 0) != nil)
            },
            TemplateFunction("hasPrefix", [.string, .string]) { _, arguments in
                .bool(arguments.bytes(1).starts(with: arguments.bytes(0)))
            },
            TemplateFunction("hasSuffix", [.string, .string]) { _, arguments in
                let (suffix, text) = (arguments.bytes(0), arguments.bytes(1))
                return .bool(text.count >= suffix.count && text.suffix(suffix.count).elementsEqual(suffix))
            },
            TemplateFunction("quote", [], variadic: .any) { _, arguments throws(GoError) in
                .text(try joined(arguments) { value throws(GoError) in GoQuoting.quote(try TypeFunctions.text(value)) })
            },
            TemplateFunction("squote", [], variadic: .any) { _, arguments throws(GoError) in
                .text(
                    try joined(arguments) { value throws(GoError) in
                        [UInt8(ascii: "'")] + (try GoFormat.printed(value)) + [UInt8(ascii: "'")]
                    })
            },
            TemplateFunction("cat", [], variadic: .any) { _, arguments throws(GoError) in
                .text(try joined(arguments) { value throws(GoError) in try GoFormat.printed(value) })
            },
            TemplateFunction("indent", [.int, .string]) { execution, arguments throws(GoError) in
                .text(try indented(execution, arguments.bytes(1), arguments.int(0)))
            },
            TemplateFunction("nindent", [.int, .string]) { execution, arguments throws(GoError) in
                .text([0x0A] + (try indented(execution, arguments.bytes(1), arguments.int(0))))
            },
            TemplateFunction("replace", [.string, .string, .string]) { _, arguments in
                .text(Bytes.replace(arguments.bytes(2), arguments.bytes(0), with: arguments.bytes(1)))
            },
            TemplateFunction("plural", [.string, .string, .int]) { _, arguments in
                arguments.int(2) == 1 ? arguments[0] : arguments[1]
            },
            TemplateFunction("toString", [.any]) { _, arguments throws(GoError) in
                .text(try TypeFunctions.text(arguments[0]))
            },
            TemplateFunction("wrap", [.int, .string]) { _, arguments in
                .text(wrap(arguments.bytes(1), arguments.int(0), [0x0A], breaksWords: false))
            },
            TemplateFunction("wrapWith", [.int, .string, .string]) { _, arguments in
                .text(wrap(arguments.bytes(2), arguments.int(0), arguments.bytes(1), breaksWords: true))
            },
        ]
        + TemplateFunction("trimAll", [.string, .string]) { _, arguments in
            let set = Set(arguments.string(0).unicodeScalars)
            let scalars = Array(arguments.string(1).unicodeScalars)
            let start = scalars.firstIndex { !set.contains($0) } ?? scalars.count
            let end = scalars.lastIndex { !set.contains($0) } ?? -1
            var result = String.UnicodeScalarView()
            if start <= end { result.append(contentsOf: scalars[start...end]) }
            return .string(String(result))
        }.named("trimall")

    private static let splitting: [TemplateFunction] = [
        TemplateFunction("split", [.string, .string]) { _, arguments in
            .map(numbered(Bytes.split(arguments.bytes(1), separator: arguments.bytes(0))))
        },
        TemplateFunction("splitn", [.string, .int, .string]) { _, arguments in
            .map(numbered(Bytes.split(arguments.bytes(2), separator: arguments.bytes(0), limit: arguments.int(1))))
        },
        TemplateFunction("splitList", [.string, .string]) { _, arguments in
            .list(Bytes.split(arguments.bytes(1), separator: arguments.bytes(0)).map { .text($0) }, .string)
        },
        TemplateFunction("toStrings", [.any]) { _, arguments throws(GoError) in
            .list(try TypeFunctions.texts(arguments[0]).map { .text($0) }, .string)
        },
        TemplateFunction("join", [.string, .any]) { _, arguments throws(GoError) in
            .text(Array(try TypeFunctions.texts(arguments[1]).joined(separator: arguments.bytes(0))))
        },
        TemplateFunction("sortAlpha", [.any]) { _, arguments throws(GoError) in
            let texts = try TypeFunctions.texts(arguments[0])
            guard arguments[0].kindName == "slice" else { return .list(texts.map { .text($0) }, .string) }
            return .list(texts.sorted { $0.lexicographicallyPrecedes($1) }.map { .text($0) }, .string)
        },
    ]

    private static let cases: [TemplateFunction] = [
        TemplateFunction("snakecase", [.string]) { _, arguments in
            .string(WordCase.delimited(arguments.string(0), by: "_"))
        },
        TemplateFunction("kebabcase", [.string]) { _, arguments in
            .string(WordCase.delimited(arguments.string(0), by: "-"))
        },
        TemplateFunction("camelcase", [.string]) { _, arguments in .string(WordCase.pascal(arguments.string(0))) },
    ]

    private static let random: [TemplateFunction] = [
        TemplateFunction("randAlphaNum", [.int]) { execution, arguments throws(GoError) in
            try randomText(execution, arguments.int(0), alphabet("0-9A-Za-z"))
        },
        TemplateFunction("randAlpha", [.int]) { execution, arguments throws(GoError) in
            try randomText(execution, arguments.int(0), alphabet("A-Za-z"))
        },
        TemplateFunction("randNumeric", [.int]) { execution, arguments throws(GoError) in
            try randomText(execution, arguments.int(0), alphabet("0-9"))
        },
        TemplateFunction("randAscii", [.int]) { execution, arguments throws(GoError) in
            try randomText(execution, arguments.int(0), Array(UInt8(32)...126))
        },
        TemplateFunction("shuffle", [.string]) { execution, arguments in
            var scalars = Array(arguments.string(0).unicodeScalars)
            var generator = EnvironmentRandomness(next: execution.environment.random)
            scalars.shuffle(using: &generator)
            var view = String.UnicodeScalarView()
            view.append(contentsOf: scalars)
            return .string(String(view))
        },
    ]

    /// Sprig takes some strings apart byte by byte and each byte for a character.
    private static func latin(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        for byte in bytes { GoQuoting.append(UInt32(byte), to: &result) }
        return result
    }

    private static func isLatinSpace(_ byte: UInt8) -> Bool {
        (0x09...0x0D).contains(byte) || byte == 0x20 || byte == 0x85 || byte == 0xA0
    }

    private static func bound(_ value: Int, _ count: Int) throws(GoError) -> Int {
        guard (0...count).contains(value) else {
            let limit = value < 0 ? "" : " with length \(count)"
            throw GoError("runtime error: slice bounds out of range [:\(value)]\(limit)")
        }
        return value
    }

    private static func alphabet(_ ranges: String) -> [UInt8] {
        let bytes = Array(ranges.utf8)
        return stride(from: 0, to: bytes.count, by: 3).flatMap { Array(bytes[$0]...bytes[$0 + 2]) }
    }

    private static func randomText(
        _ execution: TemplateExecution, _ count: Int, _ alphabet: [UInt8]
    ) throws(GoError) -> Value {
        try execution.charge(count)
        var generator = EnvironmentRandomness(next: execution.environment.random)
        return .text((0..<max(0, count)).map { _ in alphabet.randomElement(using: &generator) ?? 0x30 })
    }

    private static func indented(
        _ execution: TemplateExecution, _ text: [UInt8], _ count: Int
    ) throws(GoError) -> [UInt8] {
        guard count >= 0 else { throw GoError("strings: negative Repeat count") }
        let lines = text.count { $0 == 0x0A } + 1
        let (size, overflow) = lines.multipliedReportingOverflow(by: count)
        try execution.charge(overflow ? Int.max : size)
        let padding = [UInt8](repeating: 0x20, count: count)
        var result: [UInt8] = []
        result.reserveCapacity(text.count + size)
        result += padding
        var start = 0
        while let newline = text[start...].firstIndex(of: 0x0A) {
            result += text[start...newline]
            result += padding
            start = newline + 1
        }
        result += text[start...]
        return result
    }

    private static func numbered(_ parts: [ArraySlice<UInt8>]) -> MapObject {
        var members: [String: Value] = [:]
        for (index, part) in parts.enumerated() { members["_\(index)"] = .text(part) }
        return MapObject(members, kind: .strings)
    }

    private static func mapScalars(_ text: String, _ transform: (Unicode.Scalar) -> Unicode.Scalar) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: text.unicodeScalars.map(transform))
        return String(view)
    }

    static func upper(_ scalar: Unicode.Scalar) -> Unicode.Scalar { single(scalar.properties.uppercaseMapping, scalar) }
    static func lower(_ scalar: Unicode.Scalar) -> Unicode.Scalar { single(scalar.properties.lowercaseMapping, scalar) }

    /// Go maps one character to one; mappings to several leave the character alone.
    private static func single(_ mapping: String, _ scalar: Unicode.Scalar) -> Unicode.Scalar {
        let scalars = mapping.unicodeScalars
        return scalars.count == 1 ? scalars.first ?? scalar : scalar
    }

    private static func title(_ text: String) -> String {
        var previousIsSeparator = true
        return mapScalars(text) { scalar in
            let result = previousIsSeparator ? upper(scalar) : scalar
            if scalar.isASCII {
                previousIsSeparator =
                    !(scalar.properties.isAlphabetic || (0x30...0x39).contains(scalar.value) || scalar == "_")
            } else {
                previousIsSeparator = scalar.properties.isWhitespace
            }
            return result
        }
    }

    private static func untitle(_ text: String) -> String {
        var isFirst = true
        return mapScalars(text) { scalar in
            if scalar.properties.isWhitespace {
                isFirst = true
                return scalar
            }
            defer { isFirst = false }
            return isFirst ? lower(scalar) : scalar
        }
    }

    private static func abbreviate(_ text: [UInt8], _ offset: Int, _ width: Int) -> [UInt8] {
        if text.count <= width { return text }
        let dots = [UInt8](repeating: UInt8(ascii: "."), count: 3)
        var offset = min(offset, text.count)
        if text.count - offset < width - 3 { offset = text.count - (width - 3) }
        if offset <= 4 { return text[..<(width - 3)] + dots }
        if offset + width - 3 < text.count { return dots + abbreviate(Array(text[offset...]), 0, width - 3) }
        return dots + text[(text.count - (width - 3))...]
    }

    private static func wrap(_ text: [UInt8], _ width: Int, _ separator: [UInt8], breaksWords: Bool) -> [UInt8] {
        let width = max(width, 1)
        let separator = separator.isEmpty ? [0x0A] : separator
        var result: [UInt8] = []
        var offset = 0
        while text.count - offset > width {
            if text[offset] == 0x20 {
                offset += 1
                continue
            }
            if let space = text[offset..<(offset + width + 1)].lastIndex(of: 0x20) {
                result += text[offset..<space] + separator
                offset = space + 1
            } else if breaksWords {
                result += text[offset..<(offset + width)] + separator
                offset += width
            } else if let space = text[(offset + width)...].firstIndex(of: 0x20) {
                result += text[offset..<space] + separator
                offset = space + 1
            } else {
                result += text[offset...]
                offset = text.count
            }
        }
        return result + text[offset...]
    }
}

/// Randomness taken from a template's environment.
struct EnvironmentRandomness: RandomNumberGenerator {
    let next64: () -> UInt64

    init(next: @escaping () -> UInt64) { next64 = next }

    mutating func next() -> UInt64 { next64() }
}
