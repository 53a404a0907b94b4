/// Sprig's and Helm's functions on dates and durations.
enum DateFunctions {
    static let all: [TemplateFunction] = dates + durations

    private static let dates: [TemplateFunction] =
        [
            TemplateFunction("now") { execution, _ in
                .object(TimeObject(execution.environment.now().inZone("Local") ?? execution.environment.now()))
            },
            TemplateFunction("ago", [.any]) { execution, arguments in
                let elapsed = nanoseconds(from: time(arguments[0], execution), to: execution.environment.now())
                let rounded = (elapsed + 500_000_000) / 1_000_000_000 * 1_000_000_000
                return .string(GoDuration.text(rounded))
            },
            TemplateFunction("date", [.string, .any]) { execution, arguments in
                formatted(arguments.string(0), arguments[1], "Local", execution)
            },
            TemplateFunction("htmlDate", [.any]) { execution, arguments in
                formatted("2006-01-02", arguments[0], "Local", execution)
            },
            TemplateFunction("htmlDateInZone", [.any, .string]) { execution, arguments in
                formatted("2006-01-02", arguments[0], arguments.string(1), execution)
            },
            TemplateFunction("toDate", [.string, .string]) { _, arguments in
                .object(
                    TimeObject(
                        (try? GoTimeParser.parse(arguments.string(1), arguments.string(0)))
                            ?? GoTime(seconds: Int64(GoTime.days(1, 1, 1)) * 86_400)))
            },
            TemplateFunction("mustToDate", [.string, .string]) { _, arguments throws(GoError) in
                .object(TimeObject(try GoTimeParser.parse(arguments.string(1), arguments.string(0))))
            },
            TemplateFunction("unixEpoch", [.object("time.Time")]) { execution, arguments in
                .string(String(time(arguments[0], execution).seconds))
            },
        ]
        + TemplateFunction("dateInZone", [.string, .any, .string]) { execution, arguments in
            formatted(arguments.string(0), arguments[1], arguments.string(2), execution)
        }.named("date_in_zone")
        + TemplateFunction("dateModify", [.string, .object("time.Time")]) { execution, arguments in
            guard let delta = GoDuration.parse(arguments.string(0)) else { return arguments[1] }
            return .object(TimeObject(time(arguments[1], execution).adding(nanoseconds: delta)))
        }.named("date_modify")
        + TemplateFunction("mustDateModify", [.string, .object("time.Time")]) { execution, arguments throws(GoError) in
            guard let delta = GoDuration.parse(arguments.string(0)) else {
                throw GoError(GoDuration.problem(arguments.string(0)))
            }
            return .object(TimeObject(time(arguments[1], execution).adding(nanoseconds: delta)))
        }.named("must_date_modify")

    private static let durations: [TemplateFunction] = [
        TemplateFunction("duration", [.any]) { _, arguments in
            var seconds: Int64 = 0
            switch arguments[0] {
            case .string(let text): seconds = GoNumbers.integer(text, base: 10) ?? 0
            case .integer(let value, .int64): seconds = value
            default: break
            }
            return .string(GoDuration.text(seconds &* 1_000_000_000))
        },
        TemplateFunction("durationRound", [.any]) { execution, arguments in
            var nanoseconds: Int64 = 0
            switch arguments[0] {
            case .string(let text): nanoseconds = GoDuration.parse(text) ?? 0
            case .integer(let value, .int64): nanoseconds = value
            case .object(let object):
                if let time = (object as? TimeObject)?.time {
                    nanoseconds = Self.nanoseconds(from: time, to: execution.environment.now())
                }
            default: break
            }
            let magnitude = nanoseconds.magnitude
            let second: UInt64 = 1_000_000_000
            let units: [(UInt64, String)] = [
                (second * 3600 * 24 * 365, "y"), (second * 3600 * 24 * 30, "mo"), (second * 3600 * 24, "d"),
                (second * 3600, "h"), (second * 60, "m"), (second, "s"),
            ]
            for (unit, name) in units where magnitude > unit { return .string("\(magnitude / unit)\(name)") }
            return .string("0s")
        },
        TemplateFunction("mustToDuration", [.any]) { _, arguments throws(GoError) in
            .object(DurationObject(try duration(arguments[0])))
        },
        TemplateFunction("durationSeconds", [.any]) { _, arguments in .float(Double(quiet(arguments[0])) / 1e9) },
        TemplateFunction("durationMinutes", [.any]) { _, arguments in .float(Double(quiet(arguments[0])) / 60e9) },
        TemplateFunction("durationHours", [.any]) { _, arguments in .float(Double(quiet(arguments[0])) / 3600e9) },
        TemplateFunction("durationDays", [.any]) { _, arguments in .float(Double(quiet(arguments[0])) / 86_400e9) },
        TemplateFunction("durationWeeks", [.any]) { _, arguments in .float(Double(quiet(arguments[0])) / 604_800e9) },
        TemplateFunction("durationMilliseconds", [.any]) { _, arguments in .int64(quiet(arguments[0]) / 1_000_000) },
        TemplateFunction("durationMicroseconds", [.any]) { _, arguments in .int64(quiet(arguments[0]) / 1000) },
        TemplateFunction("durationNanoseconds", [.any]) { _, arguments in .int64(quiet(arguments[0])) },
        TemplateFunction("durationTruncateTo", [.any, .any]) { _, arguments in
            let (value, unit) = (quiet(arguments[0]), quiet(arguments[1]))
            return .object(DurationObject(unit <= 0 ? value : value - value % unit))
        },
        TemplateFunction("durationRoundTo", [.any, .any]) { _, arguments in
            let (value, unit) = (quiet(arguments[0]), quiet(arguments[1]))
            if unit <= 0 { return .object(DurationObject(value)) }
            let remainder = value % unit
            let half = remainder.magnitude * 2 >= unit.magnitude
            return .object(DurationObject(value - remainder + (half ? (value < 0 ? -unit : unit) : 0)))
        },
    ]

    private static func quiet(_ value: Value) -> Int64 {
        do { return try duration(value) } catch { return 0 }
    }

    private static func duration(_ value: Value) throws(GoError) -> Int64 {
        switch value {
        case .object(let object): if let duration = object as? DurationObject { return duration.nanoseconds }
        case .string(let text):
            let text = text.trimmingSpace()
            if let parsed = GoDuration.parse(text) { return parsed }
            if let seconds = GoNumbers.float(text) { return Int64(seconds * 1e9) }
            throw GoError("could not parse duration \(GoQuoting.quote(text))")
        case .integer(let seconds, _): return seconds &* 1_000_000_000
        case .float(let seconds): if abs(seconds) < 9e9 { return Int64(seconds * 1e9) }
        default: break
        }
        throw GoError("unsupported duration type \(value.typeName)")
    }

    private static func nanoseconds(from start: GoTime, to end: GoTime) -> Int64 {
        (end.seconds - start.seconds) &* 1_000_000_000 &+ Int64(end.nanoseconds - start.nanoseconds)
    }

    private static func time(_ value: Value, _ execution: TemplateExecution) -> GoTime {
        switch value {
        case .object(let object): (object as? TimeObject)?.time ?? execution.environment.now()
        case .integer(let seconds, .int), .integer(let seconds, .int64), .integer(let seconds, .int32):
            GoTime(seconds: seconds)
        default: execution.environment.now()
        }
    }

    private static func formatted(_ layout: String, _ value: Value, _ zone: String, _ execution: TemplateExecution)
        -> Value
    {
        let time = time(value, execution)
        return .string(GoTimeLayout.format(time.inZone(zone) ?? time.inZone("UTC") ?? time, layout))
    }
}
