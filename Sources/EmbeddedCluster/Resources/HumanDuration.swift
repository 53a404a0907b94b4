import KubeCore

/// Ages as kubectl and the server's tables print them: `5s`, `3m20s`, `45m`, `2d3h`, `380d`, `3y12d`.
package enum HumanDuration {
    /// The age of an object at a moment; `<unknown>` if it has no creation time.
    package static func age(of object: KubeObject, now: Timestamp) -> String {
        object.creationTimestamp.map { since($0, now: now) } ?? "<unknown>"
    }

    /// How long a moment is past.
    package static func since(_ moment: Timestamp, now: Timestamp) -> String {
        text(seconds: now.seconds - moment.seconds)
    }

    /// A duration in the two largest units that matter; a clock skew of two seconds is forgiven.
    package static func text(seconds: Int64) -> String {
        if seconds < -1 { return "<invalid>" }
        if seconds < 0 { return "0s" }
        if seconds < 120 { return "\(seconds)s" }
        let minutes = seconds / 60
        if minutes < 10 { return pair(minutes, "m", seconds % 60, "s") }
        if minutes < 180 { return "\(minutes)m" }
        let hours = minutes / 60
        if hours < 8 { return pair(hours, "h", minutes % 60, "m") }
        if hours < 48 { return "\(hours)h" }
        let days = hours / 24
        if hours < 192 { return pair(days, "d", hours % 24, "h") }
        if days < 730 { return "\(days)d" }
        let years = days / 365
        return years < 8 ? pair(years, "y", days % 365, "d") : "\(years)y"
    }

    private static func pair(_ large: Int64, _ largeUnit: String, _ small: Int64, _ smallUnit: String) -> String {
        small == 0 ? "\(large)\(largeUnit)" : "\(large)\(largeUnit)\(small)\(smallUnit)"
    }
}
