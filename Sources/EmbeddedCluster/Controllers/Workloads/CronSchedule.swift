import Foundation
import KubeCore

/// A cron schedule in a time zone: five fields (minute, hour, day of month, month, day of week) or a name such as `@hourly`.
struct CronSchedule {
    private let minutes: Set<Int>
    private let hours: Set<Int>
    private let days: Set<Int>
    private let months: Set<Int>
    private let weekdays: Set<Int>
    /// Where both day fields are restricted, either of them suffices.
    private let hasBothDays: Bool
    private let timeZone: TimeZone?

    /// Reads a schedule; nil if it is none.
    ///
    /// - Parameter timeZone: the name of the zone that its hours are of, such as `Europe/Berlin`; nil for UTC.
    init?(_ text: String, timeZone: String? = nil) {
        if let timeZone {
            guard let zone = TimeZone(identifier: timeZone) else { return nil }
            self.timeZone = zone
        } else {
            self.timeZone = nil
        }
        let names = [
            "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
            "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
        ]
        let fields = (names[text] ?? text).split(separator: " ").map(String.init)
        guard fields.count == 5, let minutes = Self.field(fields[0], 0...59), let hours = Self.field(fields[1], 0...23),
            let days = Self.field(fields[2], 1...31),
            let months = Self.field(
                fields[3], 1...12, names: "jan feb mar apr may jun jul aug sep oct nov dec"),
            let weekdays = Self.field(fields[4], 0...7, names: "sun mon tue wed thu fri sat")
        else { return nil }
        self.minutes = minutes
        self.hours = hours
        self.days = days
        self.months = months
        self.weekdays = Set(weekdays.map { $0 % 7 })
        let isStar = { (field: String) in field.hasPrefix("*") || field.hasPrefix("?") }
        hasBothDays = !isStar(fields[2]) && !isStar(fields[4])
    }

    /// The first time of the schedule after another; nil if there is none within five years.
    ///
    /// An hour that the clocks skip is skipped with them, and one that they repeat counts once.
    func next(after time: Timestamp) -> Timestamp? {
        guard timeZone != nil else { return next(onClocksAfter: time) }
        var clocks = Timestamp(seconds: time.seconds + offset(time.seconds))
        for _ in 0..<8 {
            guard let candidate = next(onClocksAfter: clocks) else { return nil }
            // The offset just before a change may not be the one after it.
            let guess = candidate.seconds - offset(candidate.seconds - offset(time.seconds))
            if guess > time.seconds, guess + offset(guess) == candidate.seconds { return Timestamp(seconds: guess) }
            clocks = candidate
        }
        return nil
    }

    /// How far the clocks of the zone are ahead of UTC at a time, in seconds.
    private func offset(_ seconds: Int64) -> Int64 {
        Int64(timeZone?.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))) ?? 0)
    }

    private func next(onClocksAfter time: Timestamp) -> Timestamp? {
        var seconds = (time.seconds / 60 + 1) * 60
        let end = seconds + 5 * 366 * 86_400
        while seconds < end {
            let date = Timestamp(seconds: seconds).description
            guard let month = Self.number(date, 5), let day = Self.number(date, 8), let hour = Self.number(date, 11),
                let minute = Self.number(date, 14)
            else { return nil }
            // 1970-01-01 was a Thursday.
            let weekday = Int((seconds / 86_400 + 4) % 7)
            let isDay =
                hasBothDays
                ? days.contains(day) || weekdays.contains(weekday) : days.contains(day) && weekdays.contains(weekday)
            if !months.contains(month) || !isDay {
                seconds = (seconds / 86_400 + 1) * 86_400
            } else if !hours.contains(hour) {
                seconds = (seconds / 3600 + 1) * 3600
            } else if !minutes.contains(minute) {
                seconds += 60
            } else {
                return Timestamp(seconds: seconds)
            }
        }
        return nil
    }

    private static func number(_ date: String, _ offset: Int) -> Int? {
        let bytes = Array(date.utf8)
        guard bytes.count >= offset + 2 else { return nil }
        return Int(bytes[offset] - 0x30) * 10 + Int(bytes[offset + 1] - 0x30)
    }

    private static func field(_ text: String, _ range: ClosedRange<Int>, names: String = "") -> Set<Int>? {
        let words = names.split(separator: " ").map(String.init)
        func value(_ text: Substring) -> Int? {
            if let index = words.firstIndex(of: text.lowercased()) { return index + range.lowerBound }
            return Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
        var result: Set<Int> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let pieces = part.split(separator: "/", omittingEmptySubsequences: false)
            guard pieces.count <= 2, let span = pieces.first else { return nil }
            var step = 1
            if pieces.count == 2 {
                guard let number = Int(pieces[1]), number > 0 else { return nil }
                step = number
            }
            var (first, last) = (range.lowerBound, range.upperBound)
            if span != "*", span != "?" {
                let ends = span.split(separator: "-", omittingEmptySubsequences: false)
                guard ends.count <= 2, let start = value(ends[0]) else { return nil }
                first = start
                last = pieces.count == 2 ? range.upperBound : start
                if ends.count == 2 {
                    guard let end = value(ends[1]), end >= start else { return nil }
                    last = end
                }
            }
            result.formUnion(stride(from: first, through: last, by: step))
        }
        return result
    }
}
