/// An instant on the wall clock: `meta/v1` Time (whole seconds) and MicroTime, both in UTC.
public struct Timestamp: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Whole seconds since 1970-01-01T00:00:00Z.
    public var seconds: Int64
    /// The part of a second, 0 to 999,999,999.
    public var nanoseconds: Int32

    /// An instant.
    public init(seconds: Int64, nanoseconds: Int32 = 0) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// Reads RFC 3339 (`2026-08-22T10:00:00Z`, with a fraction or an offset if need be); nil if it is none.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int64? {
            guard range.upperBound <= bytes.count else { return nil }
            var value: Int64 = 0
            for byte in bytes[range] {
                guard (0x30...0x39).contains(byte) else { return nil }
                value = value * 10 + Int64(byte - 0x30)
            }
            return value
        }
        func has(_ byte: UInt8, at position: Int) -> Bool { position < bytes.count && bytes[position] == byte }
        guard let year = number(0..<4), has(0x2D, at: 4), let month = number(5..<7), has(0x2D, at: 7),
            let day = number(8..<10), has(0x54, at: 10) || has(0x74, at: 10), let hour = number(11..<13),
            has(0x3A, at: 13), let minute = number(14..<16), has(0x3A, at: 16), let second = number(17..<19),
            (1...12).contains(month), day >= 1, day <= Self.days(in: month, of: year), hour < 24, minute < 60,
            second <= 60
        else { return nil }
        var position = 19
        var nanoseconds: Int32 = 0
        if has(0x2E, at: position) {
            position += 1
            var scale: Int32 = 100_000_000
            let start = position
            while position < bytes.count, (0x30...0x39).contains(bytes[position]) {
                nanoseconds += Int32(bytes[position] - 0x30) * scale
                scale /= 10
                position += 1
            }
            guard position > start else { return nil }
        }
        var offset: Int64 = 0
        if has(0x5A, at: position) || has(0x7A, at: position) {
            position += 1
        } else if has(0x2B, at: position) || has(0x2D, at: position), let hours = number(position + 1..<position + 3),
            has(0x3A, at: position + 3), let minutes = number(position + 4..<position + 6), hours < 24, minutes < 60
        {
            offset = (hours * 3600 + minutes * 60) * (bytes[position] == 0x2B ? 1 : -1)
            position += 6
        } else {
            return nil
        }
        guard position == bytes.count else { return nil }
        let days = Self.daysSinceEpoch(year: year, month: month, day: day)
        self.init(seconds: days * 86_400 + hour * 3600 + minute * 60 + second - offset, nanoseconds: nanoseconds)
    }

    /// `meta/v1` Time: whole seconds.
    public var description: String { text(fraction: "") }

    /// `meta/v1` MicroTime: six digits of a second.
    public var microTime: String {
        let digits = String(nanoseconds / 1000)
        return text(fraction: "." + String(repeating: "0", count: 6 - digits.utf8.count) + digits)
    }

    /// This instant moved by a duration.
    public func advanced(by duration: Duration) -> Timestamp {
        let (wholeSeconds, attoseconds) = duration.components
        var total = seconds + wholeSeconds
        var fraction = Int64(nanoseconds) + attoseconds / 1_000_000_000
        if fraction < 0 {
            fraction += 1_000_000_000
            total -= 1
        } else if fraction >= 1_000_000_000 {
            fraction -= 1_000_000_000
            total += 1
        }
        return Timestamp(seconds: total, nanoseconds: Int32(fraction))
    }

    /// The time from another instant to this one; negative if that one is later.
    public func duration(since other: Timestamp) -> Duration {
        .seconds(seconds - other.seconds) + .nanoseconds(Int64(nanoseconds) - Int64(other.nanoseconds))
    }

    /// Orders by time.
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }

    private func text(fraction: String) -> String {
        let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        let rest = seconds - days * 86_400
        let (year, month, day) = Self.date(daysSinceEpoch: days)
        func padded(_ number: Int64, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
        }
        let date = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
        return "\(date)T\(padded(rest / 3600, 2)):\(padded(rest / 60 % 60, 2)):\(padded(rest % 60, 2))\(fraction)Z"
    }

    private static func isLeap(_ year: Int64) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    private static func days(in month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970-01-01 in the proleptic Gregorian calendar, counted in years that begin in March, so that the
    /// leap day is the last of its year.
    private static func daysSinceEpoch(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func date(daysSinceEpoch: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = daysSinceEpoch + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}
