import Foundation

/// A moment with a time zone, Go's `time.Time`.
struct GoTime: Equatable {
    /// Whole seconds since the epoch.
    var seconds: Int64
    var nanoseconds: Int = 0
    /// The zone's offset from UTC in seconds, and its abbreviation.
    var offset: Int = 0
    var zone = "UTC"

    init(seconds: Int64, nanoseconds: Int = 0, offset: Int = 0, zone: String = "UTC") {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
        self.offset = offset
        self.zone = zone
    }

    init(seconds: Double) {
        let whole = seconds.rounded(.down)
        self.init(seconds: Int64(whole), nanoseconds: Int((seconds - whole) * 1e9))
    }

    /// The system clock's time.
    static func current() -> GoTime { GoTime(seconds: Date().timeIntervalSince1970) }

    /// The same moment in a named zone; nil if there is no such zone.
    func inZone(_ name: String) -> GoTime? {
        if name.isEmpty || name == "UTC" { return GoTime(seconds: seconds, nanoseconds: nanoseconds) }
        let zone = name == "Local" ? TimeZone.current : TimeZone(identifier: name)
        guard let zone else { return nil }
        let date = Date(timeIntervalSince1970: Double(seconds))
        let offset = zone.secondsFromGMT(for: date)
        let abbreviation = zone.abbreviation(for: date) ?? "UTC"
        return GoTime(
            seconds: seconds, nanoseconds: nanoseconds, offset: offset,
            zone: abbreviation == "GMT" && offset == 0 ? "UTC" : abbreviation)
    }

    struct Components {
        var year: Int
        var month: Int
        var day: Int
        var hour: Int
        var minute: Int
        var second: Int
        var weekday: Int
        var yearDay: Int
    }

    var components: Components {
        let local = seconds + Int64(offset)
        let days = Int(local >= 0 ? local / 86_400 : (local - 86_399) / 86_400)
        let rest = Int(local - Int64(days) * 86_400)
        let (year, month, day) = Self.civil(days)
        return Components(
            year: year, month: month, day: day, hour: rest / 3600, minute: rest / 60 % 60, second: rest % 60,
            weekday: ((days % 7) + 11) % 7, yearDay: days - Self.days(year, 1, 1) + 1)
    }

    /// Days since the epoch of a civil date.
    static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let y = month <= 2 ? year - 1 : year
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func civil(_ days: Int) -> (Int, Int, Int) {
        let z = days + 719_468
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * month + 2) / 5 + 1
        let civilMonth = month < 10 ? month + 3 : month - 9
        return (yearOfEra + era * 400 + (civilMonth <= 2 ? 1 : 0), civilMonth, day)
    }

    func adding(nanoseconds delta: Int64) -> GoTime {
        var result = self
        let total = Int64(nanoseconds) + delta % 1_000_000_000
        result.seconds += delta / 1_000_000_000 + (total < 0 ? -1 : total / 1_000_000_000)
        result.nanoseconds = Int(((total % 1_000_000_000) + 1_000_000_000) % 1_000_000_000)
        return result
    }
}

/// `time.Time` in templates.
final class TimeObject: TemplateObject {
    let time: GoTime

    init(_ time: GoTime) { self.time = time }

    override var typeName: String { "time.Time" }
    override var text: String {
        GoTimeLayout.format(time, "2006-01-02 15:04:05.999999999 -0700 MST")
    }
    override var encoded: Value { .string(GoTimeLayout.format(time, "2006-01-02T15:04:05.999999999Z07:00")) }

    override func parameters(ofMethod name: String) -> [ParameterType]? {
        switch name {
        case "Year", "Month", "Day", "Hour", "Minute", "Second", "Nanosecond", "Weekday", "YearDay", "Unix", "UnixNano",
            "UnixMilli", "UTC", "String", "IsZero", "Local":
            []
        case "Format": [.string]
        case "AddDate": [.int, .int, .int]
        case "After", "Before", "Equal", "Sub": [.object("time.Time")]
        default: nil
        }
    }

    override func call(_ method: String, _ arguments: Arguments) throws(GoError) -> Value {
        let parts = time.components
        switch method {
        case "Year": return .int(parts.year)
        case "Month": return .object(NamedInteger(parts.month, GoTimeLayout.months[parts.month - 1], "time.Month"))
        case "Day": return .int(parts.day)
        case "Hour": return .int(parts.hour)
        case "Minute": return .int(parts.minute)
        case "Second": return .int(parts.second)
        case "Nanosecond": return .int(time.nanoseconds)
        case "Weekday":
            return .object(NamedInteger(parts.weekday, GoTimeLayout.weekdays[parts.weekday], "time.Weekday"))
        case "YearDay": return .int(parts.yearDay)
        case "Unix": return .int64(time.seconds)
        case "UnixNano": return .int64(time.seconds * 1_000_000_000 + Int64(time.nanoseconds))
        case "UnixMilli": return .int64(time.seconds * 1000 + Int64(time.nanoseconds / 1_000_000))
        case "UTC", "Local": return .object(TimeObject(GoTime(seconds: time.seconds, nanoseconds: time.nanoseconds)))
        case "IsZero": return .bool(time.seconds == Int64(GoTime.days(1, 1, 1)) * 86_400 && time.nanoseconds == 0)
        case "Format": return .string(GoTimeLayout.format(time, arguments.string(0)))
        case "AddDate":
            var month = parts.month - 1 + arguments.int(1)
            var year = parts.year + arguments.int(0) + Int((Double(month) / 12).rounded(.down))
            month = ((month % 12) + 12) % 12
            if month < 0 { year -= 1 }
            let days = GoTime.days(year, month + 1, 1) + parts.day - 1 + arguments.int(2)
            var result = time
            result.seconds =
                Int64(days) * 86_400 + Int64(parts.hour * 3600 + parts.minute * 60 + parts.second - time.offset)
            return .object(TimeObject(result))
        case "After", "Before", "Equal", "Sub":
            guard case .object(let object) = arguments[0], let other = (object as? TimeObject)?.time else {
                return .missing
            }
            let left = (time.seconds, time.nanoseconds)
            let right = (other.seconds, other.nanoseconds)
            switch method {
            case "After": return .bool(left > right)
            case "Before": return .bool(left < right)
            case "Equal": return .bool(left == right)
            default:
                return .object(
                    DurationObject((left.0 - right.0) * 1_000_000_000 + Int64(left.1 - right.1)))
            }
        default: return .string(text)
        }
    }
}

/// An integer of a named Go type that prints as a word: a month, a weekday.
final class NamedInteger: TemplateObject {
    private let value: Int
    private let name: String
    private let type: String

    init(_ value: Int, _ name: String, _ type: String) { (self.value, self.name, self.type) = (value, name, type) }

    override var typeName: String { type }
    override var kindName: String { "int" }
    override var text: String { name }
    override var encoded: Value { .int(value) }
    override var isTrue: Bool { value != 0 }
    override func parameters(ofMethod name: String) -> [ParameterType]? { name == "String" ? [] : nil }
    override func call(_ method: String, _ arguments: Arguments) throws(GoError) -> Value { .string(name) }
}

/// `time.Duration` in templates.
final class DurationObject: TemplateObject {
    let nanoseconds: Int64

    init(_ nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    override var typeName: String { "time.Duration" }
    override var kindName: String { "int64" }
    override var text: String { GoDuration.text(nanoseconds) }
    override var encoded: Value { .int64(nanoseconds) }
    override var isTrue: Bool { nanoseconds != 0 }

    override func parameters(ofMethod name: String) -> [ParameterType]? {
        ["Seconds", "Minutes", "Hours", "Milliseconds", "Microseconds", "Nanoseconds", "String"].contains(name)
            ? [] : nil
    }

    override func call(_ method: String, _ arguments: Arguments) throws(GoError) -> Value {
        switch method {
        case "Seconds": .float(Double(nanoseconds) / 1e9)
        case "Minutes": .float(Double(nanoseconds) / 60e9)
        case "Hours": .float(Double(nanoseconds) / 3600e9)
        case "Milliseconds": .int64(nanoseconds / 1_000_000)
        case "Microseconds": .int64(nanoseconds / 1000)
        case "Nanoseconds": .int64(nanoseconds)
        default: .string(text)
        }
    }
}

/// Go's text of durations.
enum GoDuration {
    static func text(_ nanoseconds: Int64) -> String {
        if nanoseconds == 0 { return "0s" }
        let magnitude = nanoseconds.magnitude
        let sign = nanoseconds < 0 ? "-" : ""
        func fraction(_ value: UInt64, _ unit: UInt64) -> String {
            let whole = value / unit
            var rest = String(value % unit)
            rest = String(repeating: "0", count: String(unit).count - 1 - rest.count) + rest
            while rest.hasSuffix("0") { rest.removeLast() }
            return rest.isEmpty ? String(whole) : "\(whole).\(rest)"
        }
        if magnitude < 1000 { return "\(sign)\(magnitude)ns" }
        if magnitude < 1_000_000 { return "\(sign)\(fraction(magnitude, 1000))µs" }
        if magnitude < 1_000_000_000 { return "\(sign)\(fraction(magnitude, 1_000_000))ms" }
        let seconds = magnitude / 1_000_000_000
        let hours = seconds / 3600
        let minutes = seconds / 60 % 60
        let rest = fraction(magnitude - (seconds / 60) * 60_000_000_000, 1_000_000_000)
        var text = sign
        if hours > 0 { text += "\(hours)h" }
        if seconds >= 60 { text += "\(minutes)m" }
        return text + rest + "s"
    }

    /// What Go says of text that is no duration.
    static func problem(_ text: String) -> String {
        let quoted = GoQuoting.quote(text)
        var rest = Substring(text)
        if rest.hasPrefix("-") || rest.hasPrefix("+") { rest = rest.dropFirst() }
        while !rest.isEmpty {
            let number = rest.prefix { ("0"..."9").contains($0) || $0 == "." }
            guard number.contains(where: { $0 != "." }) else { break }
            rest = rest.dropFirst(number.count)
            let unit = rest.prefix { !("0"..."9").contains($0) && $0 != "." }
            if unit.isEmpty { return "time: missing unit in duration \(quoted)" }
            guard ["ns", "us", "µs", "μs", "ms", "s", "m", "h"].contains(String(unit)) else {
                return "time: unknown unit \(GoQuoting.quote(String(unit))) in duration \(quoted)"
            }
            rest = rest.dropFirst(unit.count)
        }
        return "time: invalid duration \(quoted)"
    }

    /// Parses `1h15m30.5s`; nil if malformed.
    static func parse(_ text: String) -> Int64? {
        var rest = Array(text.utf8)[...]
        var isNegative = false
        if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            rest = rest.dropFirst()
        }
        if rest.elementsEqual([UInt8(ascii: "0")]) { return 0 }
        guard !rest.isEmpty else { return nil }
        var total: Double = 0
        var exact: Int64 = 0
        while !rest.isEmpty {
            let digits = rest.prefix { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { !(0x30...0x39).contains($0) && $0 != UInt8(ascii: ".") }
            rest = rest.dropFirst(unit.count)
            let scale: Int64
            switch String(decoding: unit, as: UTF8.self) {
            case "ns": scale = 1
            case "us", "µs", "μs": scale = 1000
            case "ms": scale = 1_000_000
            case "s": scale = 1_000_000_000
            case "m": scale = 60_000_000_000
            case "h": scale = 3_600_000_000_000
            default: return nil
            }
            let number = String(decoding: digits, as: UTF8.self)
            if let whole = Int64(number) {
                let (product, overflow) = whole.multipliedReportingOverflow(by: scale)
                let (sum, carry) = exact.addingReportingOverflow(product)
                if overflow || carry { return nil }
                exact = sum
            } else {
                guard let value = GoNumbers.float(number) else { return nil }
                total += value * Double(scale)
            }
        }
        guard total < 9e18 else { return nil }
        let sum = exact &+ Int64(total)
        return isNegative ? -sum : sum
    }
}
