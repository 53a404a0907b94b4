import KubeCore

extension CELFunctions {
    // MARK: Strings and regular expressions

    static func text(_ name: String, _ values: [CELValue]) throws(CELEvaluationError) -> CELValue? {
        guard case .string(let text)? = values.first else { return nil }
        let rest = Array(values.dropFirst())
        switch (name, rest.first) {
        case ("contains", .string(let part)?): return .bool(part.isEmpty || text.contains(part))
        case ("startsWith", .string(let part)?): return .bool(text.utf8.starts(with: part.utf8))
        case ("endsWith", .string(let part)?): return .bool(text.utf8.reversed().starts(with: part.utf8.reversed()))
        case ("matches", .string(let pattern)?): return .bool(try expression(pattern).matches(text))
        case ("find", .string(let pattern)?):
            let scalars = Array(text.unicodeScalars)
            return .string(try expression(pattern).firstMatch(in: scalars, from: 0).map { string(scalars[$0]) } ?? "")
        case ("findAll", .string(let pattern)?): return try findAll(text, pattern, rest.dropFirst().first)
        case ("lowerAscii", nil): return .string(mapASCII(text, 65...90) { $0 + 32 })
        case ("upperAscii", nil): return .string(mapASCII(text, 97...122) { $0 - 32 })
        case ("trim", nil):
            let scalars = text.unicodeScalars
            let start = scalars.firstIndex { !$0.properties.isWhitespace } ?? scalars.endIndex
            let end = scalars.lastIndex { !$0.properties.isWhitespace }.map { scalars.index(after: $0) } ?? start
            return .string(String(scalars[start..<end]))
        case ("reverse", nil): return .string(string(text.unicodeScalars.reversed()[...]))
        case ("charAt", .int(let index)?):
            let scalars = Array(text.unicodeScalars)
            guard index >= 0, index <= scalars.count else {
                throw CELEvaluationError("index out of range: \(index)")
            }
            return .string(index == scalars.count ? "" : String(Character(scalars[Int(index)])))
        case ("substring", .int(let start)?):
            let scalars = Array(text.unicodeScalars)
            var end = Int64(scalars.count)
            if case .int(let given)? = rest.dropFirst().first { end = given }
            guard start >= 0, start <= scalars.count else {
                throw CELEvaluationError("index out of range: \(start)")
            }
            guard end >= 0, end <= scalars.count else { throw CELEvaluationError("index out of range: \(end)") }
            guard start <= end else {
                throw CELEvaluationError("invalid substring range. start: \(start), end: \(end)")
            }
            return .string(string(scalars[Int(start)..<Int(end)]))
        case ("replace", .string(let old)?):
            guard rest.count >= 2, case .string(let new) = rest[1] else { throw .noOverload }
            var limit = Int.max
            if rest.count > 2, case .int(let given) = rest[2], given >= 0 { limit = Int(given) }
            return .string(parts(text, old, limit: limit == .max ? limit : limit + 1).joined(separator: new))
        case ("split", .string(let separator)?):
            var limit = Int.max
            if rest.count > 1, case .int(let given) = rest[1], given >= 0 { limit = Int(given) }
            if limit == 0 { return .list([]) }
            return .list(parts(text, separator, limit: limit).map { .string($0) })
        case ("indexOf", .string(let part)?), ("lastIndexOf", .string(let part)?):
            return .int(try index(of: part, in: text, rest.dropFirst().first, isLast: name == "lastIndexOf"))
        case ("format", .list(let arguments)?): return .string(try format(text, arguments))
        default: return nil
        }
    }

    static func expression(_ pattern: String) throws(CELEvaluationError) -> RegularExpression {
        if let fault = RegularExpression.fault(of: pattern) {
            throw CELEvaluationError("error parsing regexp: \(fault)")
        }
        guard let expression = RegularExpression.cached(pattern) else { throw .noOverload }
        return expression
    }

    private static func findAll(
        _ text: String, _ pattern: String, _ limit: CELValue?
    ) throws(CELEvaluationError) -> CELValue {
        let expression = try expression(pattern)
        let scalars = Array(text.unicodeScalars)
        var maximum = Int.max
        if case .int(let given)? = limit, given >= 0 { maximum = Int(given) }
        var results: [CELValue] = []
        var position = 0
        while results.count < maximum, position <= scalars.count,
            let match = expression.firstMatch(in: scalars, from: position)
        {
            results.append(.string(string(scalars[match])))
            position = match.isEmpty ? match.upperBound + 1 : match.upperBound
        }
        return .list(results)
    }

    private static func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    private static func mapASCII(_ text: String, _ range: ClosedRange<UInt8>, _ transform: (UInt8) -> UInt8) -> String {
        String(decoding: text.utf8.map { range.contains($0) ? transform($0) : $0 }, as: UTF8.self)
    }

    /// The parts of a text between separators; an empty separator separates all characters.
    private static func parts(_ text: String, _ separator: String, limit: Int) -> [String] {
        if separator.isEmpty {
            let scalars = Array(text.unicodeScalars)
            guard scalars.count > limit else { return scalars.map { String(Character($0)) } }
            return scalars[..<(limit - 1)].map { String(Character($0)) } + [string(scalars[(limit - 1)...])]
        }
        return text.split(
            separator: separator, maxSplits: limit == .max ? .max : max(limit - 1, 0), omittingEmptySubsequences: false
        ).map { String($0) }
    }

    private static func index(
        of part: String, in text: String, _ offset: CELValue?, isLast: Bool
    ) throws(CELEvaluationError) -> Int64 {
        let scalars = Array(text.unicodeScalars)
        let wanted = Array(part.unicodeScalars)
        var start = isLast ? scalars.count : 0
        if case .int(let given)? = offset {
            guard given >= 0, given <= scalars.count else { throw CELEvaluationError("index out of range: \(given)") }
            start = Int(given)
        }
        guard scalars.count >= wanted.count else { return -1 }
        let last = scalars.count - wanted.count
        let candidates = isLast ? Array((0...min(start, last)).reversed()) : start <= last ? Array(start...last) : []
        for position in candidates where scalars[position..<position + wanted.count].elementsEqual(wanted) {
            return Int64(position)
        }
        return -1
    }

    /// `'%s has %d'.format([…])`.
    private static func format(_ text: String, _ arguments: [CELValue]) throws(CELEvaluationError) -> String {
        var result = ""
        var rest = text[...]
        var next = 0
        while let character = rest.popFirst() {
            guard character == "%" else {
                result.append(character)
                continue
            }
            var precision: Int?
            if rest.first == "." {
                rest.removeFirst()
                let digits = rest.prefix(while: \.isNumber)
                precision = Int(digits)
                rest = rest.dropFirst(digits.count)
            }
            guard let verb = rest.popFirst() else {
                throw CELEvaluationError("unexpected end of string")
            }
            if verb == "%" {
                result.append("%")
                continue
            }
            guard next < arguments.count else { throw CELEvaluationError("index \(next) out of range") }
            defer { next += 1 }
            switch (verb, arguments[next]) {
            case ("s", let value): result += plain(value)
            case ("d", .int), ("d", .uint): result += plain(arguments[next])
            case ("f", .double(let number)): result += fixed(number, precision ?? 6)
            case ("x", .int(let number)): result += String(number, radix: 16)
            case ("X", .int(let number)): result += String(number, radix: 16, uppercase: true)
            case ("o", .int(let number)): result += String(number, radix: 8)
            case ("b", .int(let number)): result += String(number, radix: 2)
            default:
                throw CELEvaluationError(
                    "could not parse formatting clause: unrecognized formatting clause \"\(verb)\"")
            }
        }
        return result
    }

    private static func fixed(_ number: Double, _ precision: Int) -> String {
        var scale = 1.0
        for _ in 0..<min(precision, 15) { scale *= 10 }
        let scaled = (abs(number) * scale).rounded()
        guard scaled < 9e18 else { return JSONNumberText.go(number) }
        let digits = String(Int64(scaled))
        let padded = String(repeating: "0", count: max(0, precision + 1 - digits.count)) + digits
        let sign = number < 0 && scaled > 0 ? "-" : ""
        return precision == 0 ? sign + padded : "\(sign)\(padded.dropLast(precision)).\(padded.suffix(precision))"
    }

    private static func plain(_ value: CELValue) -> String {
        switch value {
        case .null: "null"
        case .bool(let flag): String(flag)
        case .int(let number): String(number)
        case .uint(let number): String(number)
        case .double(let number): GoText.float(number)
        case .string(let text): text
        case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
        case .list(let items), .unordered(let items, _):
            "[" + items.map { plain($0) }.joined(separator: ", ") + "]"
        case .map(let entries):
            "{" + entries.map { "\(plain($0.key)): \(plain($0.value))" }.sorted().joined(separator: ", ") + "}"
        case .timestamp(let time): time.description
        case .duration(let duration): "\(JSONNumberText.go(Double(duration.nanoseconds) / 1e9))s"
        case .object(let object, _): JSONValue.object(object).serialized(.canonical)
        case .type(let name): name
        case .url(let url): url.text
        case .ip(let address): address.description
        case .cidr(let prefix): prefix.description
        case .quantity(let quantity): quantity.description
        case .authorization(let value): value.typeName
        case .optional(let wrapped): wrapped.map { plain($0) } ?? "optional.none()"
        }
    }

    // MARK: Lists

    static func list(_ name: String, _ values: [CELValue]) throws(CELEvaluationError) -> CELValue? {
        if name.hasPrefix("math.") { return try extreme(name, values) }
        guard case .list(let items)? = values.first else { return nil }
        func ordered(_ left: CELValue, _ right: CELValue) throws(CELEvaluationError) -> Bool {
            guard let order = left.compare(right) else { throw .noOverload }
            return order <= 0
        }
        let argument = values.dropFirst().first
        switch name {
        case "join":
            var separator = ""
            if case .string(let given)? = argument { separator = given }
            var parts: [String] = []
            for item in items {
                guard case .string(let part) = item else { throw .noOverload }
                parts.append(part)
            }
            return .string(parts.joined(separator: separator))
        case "indexOf":
            return .int(Int64(items.firstIndex { argument.map($0.isEqual) ?? false } ?? -1))
        case "lastIndexOf":
            return .int(Int64(items.lastIndex { argument.map($0.isEqual) ?? false } ?? -1))
        case "isSorted":
            for (left, right) in zip(items, items.dropFirst()) where try !ordered(left, right) { return .bool(false) }
            return .bool(true)
        case "min", "max":
            guard var best = items.first else { throw CELEvaluationError("\(name) called on empty list") }
            for item in items.dropFirst() where try ordered(item, best) == (name == "min") { best = item }
            return best
        case "sum":
            guard var total = items.first else { return .int(0) }
            for item in items.dropFirst() { total = try apply("_+_", isMember: false, [total, item]) }
            return total
        case "sort":
            for (left, right) in zip(items, items.dropFirst()) { _ = try ordered(left, right) }
            return .list(items.sorted { ($0.compare($1) ?? 0) < 0 })
        case "distinct":
            var result: [CELValue] = []
            for item in items where !result.contains(where: { $0.isEqual(to: item) }) { result.append(item) }
            return .list(result)
        case "reverse": return .list(items.reversed())
        case "flatten":
            return .list(items.flatMap { item in if case .list(let inner) = item { inner } else { [item] } })
        case "slice":
            guard case .int(let start)? = argument, values.count == 3, case .int(let end) = values[2], start >= 0,
                start <= end, end <= items.count
            else { throw CELEvaluationError("cannot slice: index out of range") }
            return .list(Array(items[Int(start)..<Int(end)]))
        default: return nil
        }
    }

    private static func extreme(_ name: String, _ values: [CELValue]) throws(CELEvaluationError) -> CELValue {
        var candidates = values
        if values.count == 1, case .list(let items) = values[0] { candidates = items }
        guard let first = candidates.first else { throw .noOverload }
        if name == "math.abs" {
            switch first {
            case .int(let number) where number != .min: return .int(abs(number))
            case .double(let number): return .double(abs(number))
            case .uint: return first
            default: throw .noOverload
            }
        }
        var best = first
        for candidate in candidates.dropFirst() {
            guard let order = candidate.compare(best) else { throw .noOverload }
            if name == "math.greatest" ? order > 0 : order < 0 { best = candidate }
        }
        return best
    }
}
