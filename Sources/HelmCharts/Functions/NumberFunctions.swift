import Foundation

/// Sprig's arithmetic and its casts.
enum NumberFunctions {
    static let all: [TemplateFunction] = casts + integers + floats + sequences

    private static let casts: [TemplateFunction] = [
        TemplateFunction("int", [.any]) { _, arguments in .integer(integer(arguments[0]), .int) },
        TemplateFunction("int64", [.any]) { _, arguments in .int64(integer(arguments[0])) },
        TemplateFunction("float64", [.any]) { _, arguments in .float(float(arguments[0])) },
        TemplateFunction("atoi", [.string]) { _, arguments in
            .integer(GoNumbers.integer(arguments.string(0), base: 10) ?? 0, .int)
        },
        TemplateFunction("toDecimal", [.any]) { _, arguments in
            .int64(GoNumbers.integer(GoFormat.text(arguments[0]), base: 8) ?? 0)
        },
    ]

    private static let integers: [TemplateFunction] =
        [
            TemplateFunction("add1", [.any]) { _, arguments in .int64(integer(arguments[0]) &+ 1) },
            TemplateFunction("add", [], variadic: .any) { _, arguments in
                .int64(arguments.values.reduce(0) { $0 &+ integer($1) })
            },
            TemplateFunction("sub", [.any, .any]) { _, arguments in
                .int64(integer(arguments[0]) &- integer(arguments[1]))
            },
            TemplateFunction("mul", [.any], variadic: .any) { _, arguments in
                .int64(arguments.values.reduce(1) { $0 &* integer($1) })
            },
            TemplateFunction("div", [.any, .any]) { _, arguments throws(GoError) in
                let divisor = integer(arguments[1])
                guard divisor != 0 else { throw GoError("runtime error: integer divide by zero") }
                return .int64(integer(arguments[0]).dividedReportingOverflow(by: divisor).partialValue)
            },
            TemplateFunction("mod", [.any, .any]) { _, arguments throws(GoError) in
                let divisor = integer(arguments[1])
                guard divisor != 0 else { throw GoError("runtime error: integer divide by zero") }
                return .int64(integer(arguments[0]).remainderReportingOverflow(dividingBy: divisor).partialValue)
            },
            TemplateFunction("min", [.any], variadic: .any) { _, arguments in
                .int64(arguments.values.map { integer($0) }.min() ?? 0)
            },
            TemplateFunction("randInt", [.int, .int]) { execution, arguments throws(GoError) in
                let (low, high) = (arguments.int(0), arguments.int(1))
                guard high > low else { throw GoError("invalid argument to Intn") }
                var generator = EnvironmentRandomness(next: execution.environment.random)
                return .int(Int.random(in: low..<high, using: &generator))
            },
        ]
        + TemplateFunction("max", [.any], variadic: .any) { _, arguments in
            .int64(arguments.values.map { integer($0) }.max() ?? 0)
        }.named("biggest")

    private static let floats: [TemplateFunction] = [
        TemplateFunction("add1f", [.any]) { _, arguments in
            .float(decimal([arguments[0], .float(1)], { $0 + $1 }) { $0.reduce(0, +) })
        },
        TemplateFunction("addf", [], variadic: .any) { _, arguments in
            .float(decimal([.float(0)] + arguments.values, { $0 + $1 }) { $0.reduce(0, +) })
        },
        TemplateFunction("subf", [.any], variadic: .any) { _, arguments in
            .float(decimal(arguments.values, { $0 - $1 }) { $0.dropFirst().reduce($0[0], -) })
        },
        TemplateFunction("mulf", [.any], variadic: .any) { _, arguments in
            .float(decimal(arguments.values, { $0 * $1 }) { $0.reduce(1, *) })
        },
        TemplateFunction("divf", [.any], variadic: .any) { _, arguments throws(GoError) in
            if arguments.from(1).contains(where: { float($0) == 0 }) { throw GoError("decimal division by 0") }
            return .float(
                decimal(arguments.values, divided) { numbers in
                    numbers.dropFirst().reduce(numbers[0]) { (($0 / $1) * 1e16).rounded() / 1e16 }
                })
        },
        TemplateFunction("maxf", [.any], variadic: .any) { _, arguments in
            .float(arguments.values.map { float($0) }.max() ?? 0)
        },
        TemplateFunction("minf", [.any], variadic: .any) { _, arguments in
            .float(arguments.values.map { float($0) }.min() ?? 0)
        },
        TemplateFunction("ceil", [.any]) { _, arguments in .float(float(arguments[0]).rounded(.up)) },
        TemplateFunction("floor", [.any]) { _, arguments in .float(float(arguments[0]).rounded(.down)) },
        TemplateFunction("round", [.any, .int], variadic: .float64) { _, arguments in
            let threshold = arguments.count > 2 ? arguments.float(2) : 0.5
            let scale = pow(10, Double(arguments.int(1)))
            let scaled = scale * float(arguments[0])
            let fraction = scaled - scaled.rounded(.towardZero)
            return .float((fraction >= threshold ? scaled.rounded(.up) : scaled.rounded(.down)) / scale)
        },
    ]

    private static let sequences: [TemplateFunction] = [
        TemplateFunction("until", [.int]) { execution, arguments throws(GoError) in
            let count = arguments.int(0)
            return try range(execution, 0, count, count < 0 ? -1 : 1)
        },
        TemplateFunction("untilStep", [.int, .int, .int]) { execution, arguments throws(GoError) in
            try range(execution, arguments.int(0), arguments.int(1), arguments.int(2))
        },
        TemplateFunction("seq", [], variadic: .int) { execution, arguments throws(GoError) in
            let values: Value
            switch arguments.count {
            case 1:
                let end = arguments.int(0)
                let step = end < 1 ? -1 : 1
                values = try range(execution, 1, end + step, step)
            case 2:
                let (start, end) = (arguments.int(0), arguments.int(1))
                let step = end < start ? -1 : 1
                values = try range(execution, start, end + step, step)
            case 3:
                let (start, step, end) = (arguments.int(0), arguments.int(1), arguments.int(2))
                if end < start, step > 0 { return .string("") }
                values = try range(execution, start, end + (end < start ? -1 : 1), step)
            default: return .string("")
            }
            return .string((values.listElements ?? []).map { GoFormat.text($0) }.joined(separator: " "))
        },
    ]

    private static func range(
        _ execution: TemplateExecution, _ start: Int, _ stop: Int, _ step: Int
    ) throws(GoError) -> Value {
        if stop < start ? step >= 0 : step <= 0 { return .list([], .int) }
        try execution.charge(abs(stop - start) / abs(step) * 8)
        return .list(stride(from: start, to: stop, by: step).map { .int($0) }, .int)
    }

    /// A whole number as Go's `cast.ToInt64` sees it; 0 for what is none.
    static func integer(_ value: Value) -> Int64 {
        switch value {
        case .integer(let value, _): return value
        case .float(let value):
            return value.isNaN ? Int64.min : Int64(exactly: value.rounded(.towardZero)) ?? Int64.min
        case .bool(let value): return value ? 1 : 0
        case .string(let text): return GoNumbers.integer(withoutZeroFraction(text), base: 0) ?? 0
        case .object(let object): return if case .integer(let value, _) = object.encoded { value } else { 0 }
        default: return 0
        }
    }

    /// `3.0` as `3`; other fractions stay and are no integers.
    private static func withoutZeroFraction(_ text: String) -> String {
        guard let point = text.lastIndex(of: "."), text[text.index(after: point)...].allSatisfy({ $0 == "0" }),
            text.index(after: point) < text.endIndex
        else { return text }
        return String(text[..<point])
    }

    /// A number as Go's `cast.ToFloat64` sees it; 0 for what is none.
    static func float(_ value: Value) -> Double {
        switch value {
        case .integer(let value, let kind): kind.isUnsigned ? Double(UInt64(bitPattern: value)) : Double(value)
        case .float(let value): value
        case .bool(let value): value ? 1 : 0
        case .string(let text): GoNumbers.float(text) ?? 0
        default: 0
        }
    }

    /// A quotient to the 16 places that Go's decimals keep.
    private static func divided(_ left: Decimal, _ right: Decimal) -> Decimal {
        var quotient = left / right
        var rounded = Decimal()
        NSDecimalRound(&rounded, &quotient, 16, .plain)
        return rounded
    }

    private static func decimal(
        _ values: [Value], _ operation: (Decimal, Decimal) -> Decimal, _ fallback: ([Double]) -> Double
    ) -> Double {
        let decimals = values.map { Decimal(string: float($0).description) ?? Decimal(float($0)) }
        guard var result = decimals.first else { return 0 }
        for value in decimals.dropFirst() { result = operation(result, value) }
        // Go's decimals have no bounds; what lies outside of these is nothing as a float or is left to floats.
        if result.isNaN { return fallback(values.map { float($0) }) }
        return Double(result.description) ?? 0
    }
}
