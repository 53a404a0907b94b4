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

/// Go's time layouts: the reference time `Mon Jan 2 15:04:05 MST 2006`.
enum GoTimeLayout {
    static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

    private enum Element {
        case literal([UInt8])
        case longMonth, month, numericMonth, zeroMonth
        case longWeekday, weekday
        case day, spaceDay, zeroDay, spaceYearDay, zeroYearDay
        case hour, hour12, zeroHour12
        case minute, zeroMinute, second, zeroSecond
        case longYear, year
        case upperPM, lowerPM
        case zoneName
        /// A numeric zone: whether UTC is `Z`, how many parts, whether colons part them.
        case zone(usesZ: Bool, parts: Int, colons: Bool)
        /// A fraction: its digits, whether trailing zeros go, its separator.
        case fraction(digits: Int, trims: Bool, separator: UInt8)
    }

    private static let table: [(String, Element)] = [
        ("January", .longMonth), ("Jan", .month), ("Monday", .longWeekday), ("Mon", .weekday), ("MST", .zoneName),
        ("2006", .longYear), ("002", .zeroYearDay), ("__2", .spaceYearDay), ("01", .zeroMonth), ("02", .zeroDay),
        ("03", .zeroHour12), ("04", .zeroMinute), ("05", .zeroSecond), ("06", .year), ("15", .hour), ("_2", .spaceDay),
        ("1", .numericMonth), ("2", .day), ("3", .hour12), ("4", .minute), ("5", .second), ("PM", .upperPM),
        ("pm", .lowerPM), ("-07:00:00", .zone(usesZ: false, parts: 3, colons: true)),
        ("-070000", .zone(usesZ: false, parts: 3, colons: false)),
        ("-07:00", .zone(usesZ: false, parts: 2, colons: true)),
        ("-0700", .zone(usesZ: false, parts: 2, colons: false)), ("-07", .zone(usesZ: false, parts: 1, colons: false)),
        ("Z07:00:00", .zone(usesZ: true, parts: 3, colons: true)),
        ("Z070000", .zone(usesZ: true, parts: 3, colons: false)),
        ("Z07:00", .zone(usesZ: true, parts: 2, colons: true)),
        ("Z0700", .zone(usesZ: true, parts: 2, colons: false)), ("Z07", .zone(usesZ: true, parts: 1, colons: false)),
    ]

    private static let patterns = table.map { (Array($0.0.utf8), $0.1) }

    private static func elements(_ layout: String) -> [Element] {
        let text = Array(layout.utf8)
        var elements: [Element] = []
        var literal: [UInt8] = []
        var position = 0
        outer: while position < text.count {
            if text[position] == UInt8(ascii: ".") || text[position] == UInt8(ascii: ","), position + 1 < text.count,
                text[position + 1] == 0x30 || text[position + 1] == 0x39
            {
                let digit = text[position + 1]
                var end = position + 1
                while end < text.count, text[end] == digit { end += 1 }
                if end == text.count || !(0x30...0x39).contains(text[end]) {
                    if !literal.isEmpty { elements.append(.literal(literal)) }
                    literal = []
                    elements.append(
                        .fraction(digits: end - position - 1, trims: digit == 0x39, separator: text[position]))
                    position = end
                    continue
                }
            }
            for (pattern, element) in patterns where text[position...].starts(with: pattern) {
                let next = position + pattern.count
                // "Jan" and "Mon" stand alone: "Monkey" is no weekday.
                if pattern.count == 3, pattern[0] == UInt8(ascii: "M") || pattern[0] == UInt8(ascii: "J"),
                    next < text.count,
                    pattern != Array("MST".utf8), (0x61...0x7A).contains(text[next])
                {
                    continue
                }
                if !literal.isEmpty { elements.append(.literal(literal)) }
                literal = []
                elements.append(element)
                position = next
                continue outer
            }
            literal.append(text[position])
            position += 1
        }
        if !literal.isEmpty { elements.append(.literal(literal)) }
        return elements
    }

    private static func padded(_ value: Int, _ width: Int, _ filler: String = "0") -> String {
        let text = String(value)
        return String(repeating: filler, count: max(0, width - text.utf8.count)) + text
    }

    /// Formats a time by a layout.
    static func format(_ time: GoTime, _ layout: String) -> String {
        let parts = time.components
        let hour12 = parts.hour % 12 == 0 ? 12 : parts.hour % 12
        var text = ""
        for element in elements(layout) {
            switch element {
            case .literal(let bytes): text += String(decoding: bytes, as: UTF8.self)
            case .longMonth: text += months[parts.month - 1]
            case .month: text += months[parts.month - 1].prefix(3)
            case .numericMonth: text += String(parts.month)
            case .zeroMonth: text += padded(parts.month, 2)
            case .longWeekday: text += weekdays[parts.weekday]
            case .weekday: text += weekdays[parts.weekday].prefix(3)
            case .day: text += String(parts.day)
            case .spaceDay: text += padded(parts.day, 2, " ")
            case .zeroDay: text += padded(parts.day, 2)
            case .spaceYearDay: text += padded(parts.yearDay, 3, " ")
            case .zeroYearDay: text += padded(parts.yearDay, 3)
            case .hour: text += padded(parts.hour, 2)
            case .hour12: text += String(hour12)
            case .zeroHour12: text += padded(hour12, 2)
            case .minute: text += String(parts.minute)
            case .zeroMinute: text += padded(parts.minute, 2)
            case .second: text += String(parts.second)
            case .zeroSecond: text += padded(parts.second, 2)
            case .longYear: text += padded(parts.year, 4)
            case .year: text += padded(parts.year % 100, 2)
            case .upperPM: text += parts.hour >= 12 ? "PM" : "AM"
            case .lowerPM: text += parts.hour >= 12 ? "pm" : "am"
            case .zoneName: text += time.zone
            case .zone(let usesZ, let count, let colons):
                if usesZ, time.offset == 0 {
                    text += "Z"
                    continue
                }
                let magnitude = abs(time.offset)
                text += time.offset < 0 ? "-" : "+"
                text += padded(magnitude / 3600, 2)
                if count > 1 { text += (colons ? ":" : "") + padded(magnitude / 60 % 60, 2) }
                if count > 2 { text += (colons ? ":" : "") + padded(magnitude % 60, 2) }
            case .fraction(let digits, let trims, let separator):
                var fraction = String(padded(time.nanoseconds, 9).prefix(digits))
                if trims { while fraction.hasSuffix("0") { fraction.removeLast() } }
                if !fraction.isEmpty || !trims { text += String(decoding: [separator], as: UTF8.self) + fraction }
            }
        }
        return text
    }

    /// Parses a time by a layout; nil where the text does not fit.
    static func parse(_ text: String, _ layout: String) -> GoTime? {
        let bytes = Array(text.utf8)
        var position = 0
        var (year, month, day, hour, minute, second, nanoseconds) = (0, 1, 1, 0, 0, 0, 0)
        var yearDay: Int?
        var isPM: Bool?
        var offset = 0
        var zone = "UTC"
        func number(_ digits: ClosedRange<Int>) -> Int? {
            var value = 0
            var count = 0
            while count < digits.upperBound, position < bytes.count, (0x30...0x39).contains(bytes[position]) {
                value = value * 10 + Int(bytes[position] - 0x30)
                position += 1
                count += 1
            }
            return digits.contains(count) ? value : nil
        }
        func word(_ names: [String], _ length: Int?) -> Int? {
            for (index, name) in names.enumerated() {
                let candidate = Array((length.map { String(name.prefix($0)) } ?? name).lowercased().utf8)
                if position + candidate.count <= bytes.count,
                    String(decoding: bytes[position..<(position + candidate.count)], as: UTF8.self).lowercased()
                        == String(decoding: candidate, as: UTF8.self)
                {
                    position += candidate.count
                    return index
                }
            }
            return nil
        }
        func fraction() {
            if position + 1 < bytes.count, bytes[position] == UInt8(ascii: ".") || bytes[position] == UInt8(ascii: ","),
                (0x30...0x39).contains(bytes[position + 1])
            {
                position += 1
                var scale = 100_000_000
                while position < bytes.count, (0x30...0x39).contains(bytes[position]) {
                    nanoseconds += Int(bytes[position] - 0x30) * scale
                    scale /= 10
                    position += 1
                }
            }
        }
        let elements = elements(layout)
        for (index, element) in elements.enumerated() {
            switch element {
            case .literal(let literal):
                for byte in literal {
                    guard position < bytes.count, bytes[position] == byte else { return nil }
                    position += 1
                }
            case .longMonth:
                guard let value = word(months, nil) else { return nil }
                month = value + 1
            case .month:
                guard let value = word(months, 3) else { return nil }
                month = value + 1
            case .numericMonth, .zeroMonth:
                let isZero = if case .zeroMonth = element { true } else { false }
                guard let value = number(isZero ? 2...2 : 1...2), (1...12).contains(value) else { return nil }
                month = value
            case .longWeekday: guard word(weekdays, nil) != nil else { return nil }
            case .weekday: guard word(weekdays, 3) != nil else { return nil }
            case .day, .spaceDay, .zeroDay:
                if case .spaceDay = element, position < bytes.count, bytes[position] == 0x20 { position += 1 }
                let isZero = if case .zeroDay = element { true } else { false }
                guard let value = number(isZero ? 2...2 : 1...2) else { return nil }
                day = value
            case .spaceYearDay, .zeroYearDay:
                while position < bytes.count, bytes[position] == 0x20 { position += 1 }
                guard let value = number(1...3) else { return nil }
                yearDay = value
            case .hour, .hour12, .zeroHour12:
                let isZero = if case .zeroHour12 = element { true } else { false }
                guard let value = number(isZero ? 2...2 : 1...2), value < 24 else { return nil }
                hour = value
            case .minute, .zeroMinute:
                let isZero = if case .zeroMinute = element { true } else { false }
                guard let value = number(isZero ? 2...2 : 1...2), value < 60 else { return nil }
                minute = value
            case .second, .zeroSecond:
                let isZero = if case .zeroSecond = element { true } else { false }
                guard let value = number(isZero ? 2...2 : 1...2), value < 60 else { return nil }
                second = value
                // A fraction may follow the seconds even where the layout has none.
                if index + 1 < elements.count, case .fraction = elements[index + 1] { continue }
                fraction()
            case .longYear:
                guard let value = number(4...4) else { return nil }
                year = value
            case .year:
                guard let value = number(2...2) else { return nil }
                year = value + (value >= 69 ? 1900 : 2000)
            case .upperPM, .lowerPM:
                guard let value = word(["AM", "PM"], nil) else { return nil }
                isPM = value == 1
            case .zoneName:
                var name = ""
                while position < bytes.count, (0x41...0x5A).contains(bytes[position]), name.count < 5 {
                    name.append(Character(Unicode.Scalar(bytes[position])))
                    position += 1
                }
                guard name.count >= 3 else { return nil }
                zone = name
            case .zone(let usesZ, let count, let colons):
                if usesZ, position < bytes.count, bytes[position] == UInt8(ascii: "Z") {
                    position += 1
                    continue
                }
                guard position < bytes.count,
                    bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-")
                else { return nil }
                let sign = bytes[position] == UInt8(ascii: "-") ? -1 : 1
                position += 1
                var total = 0
                for part in 0..<count {
                    if part > 0, colons {
                        guard position < bytes.count, bytes[position] == UInt8(ascii: ":") else { return nil }
                        position += 1
                    }
                    guard let value = number(2...2), value <= 60 else { return nil }
                    total += value * [3600, 60, 1][part]
                }
                offset = sign * total
                zone = offset == 0 ? "UTC" : ""
            case .fraction(let digits, let trims, _):
                let before = position
                fraction()
                if !trims, position - before != digits + 1 { return nil }
            }
        }
        guard position == bytes.count else { return nil }
        if isPM == true, hour < 12 { hour += 12 }
        if isPM == false, hour == 12 { hour = 0 }
        let monthDays = [
            31, year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31,
        ]
        guard (1...monthDays[month - 1]).contains(day) else { return nil }
        let days = yearDay.map { GoTime.days(year, 1, 1) + $0 - 1 } ?? GoTime.days(year, month, day)
        return GoTime(
            seconds: Int64(days) * 86_400 + Int64(hour * 3600 + minute * 60 + second - offset),
            nanoseconds: nanoseconds,
            offset: offset, zone: zone)
    }
}
