import Synchronization

/// Metrics in the data model of Prometheus, rendered in its text format.
///
/// Asking for a metric that exists already gives that one, so that parts need not know of each other. Names, labels and
/// help are given by whoever asks first.
public final class MetricsRegistry: Sendable {
    /// The kinds of metrics, as the text format names them.
    public enum Kind: String, Sendable {
        /// Only ever grows.
        case counter
        /// Goes up and down.
        case gauge
        /// Counts observations in buckets.
        case histogram
    }

    /// One label and its value.
    public typealias Labels = [(String, String)]

    private struct Family {
        var kind: Kind
        var help: String
        var series: [String: Series] = [:]
    }

    private enum Series {
        case counter(Counter)
        case gauge(Gauge)
        case histogram(Histogram)
        case callback(@Sendable () -> Double?)
    }

    private let families = Mutex<[String: Family]>([:])

    /// An empty registry.
    public init() {}

    /// A counter. If the name belongs to a metric of another kind, the counter works but is not shown.
    public func counter(_ name: String, help: String = "", labels: Labels = []) -> Counter {
        series(name, .counter, help, labels) {
            .counter(Counter())
        } as: {
            if case .counter(let counter) = $0 { counter } else { nil }
        } ?? Counter()
    }

    /// A gauge. If the name belongs to a metric of another kind, the gauge works but is not shown.
    public func gauge(_ name: String, help: String = "", labels: Labels = []) -> Gauge {
        series(name, .gauge, help, labels) {
            .gauge(Gauge())
        } as: {
            if case .gauge(let gauge) = $0 { gauge } else { nil }
        } ?? Gauge()
    }

    /// A gauge that is read when somebody looks; nil leaves it out.
    public func gauge(
        _ name: String, help: String = "", labels: Labels = [], reading: @escaping @Sendable () -> Double?
    ) {
        let key = Self.render(labels)
        families.withLock { families in
            var family = families[name] ?? Family(kind: .gauge, help: help)
            guard family.kind == .gauge else { return }
            family.series[key] = .callback(reading)
            families[name] = family
        }
    }

    /// A histogram. If the name belongs to a metric of another kind, the histogram works but is not shown.
    ///
    /// - Parameter buckets: upper bounds, ascending, without infinity.
    public func histogram(
        _ name: String, help: String = "", labels: Labels = [], buckets: [Double] = Histogram.defaultBuckets
    ) -> Histogram {
        series(name, .histogram, help, labels) {
            .histogram(Histogram(buckets: buckets))
        } as: {
            if case .histogram(let histogram) = $0 { histogram } else { nil }
        } ?? Histogram(buckets: buckets)
    }

    /// All metrics in the Prometheus text format, version 0.0.4, sorted by name and labels.
    public func render() -> String {
        let families = families.withLock { $0 }
        var text = ""
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            var lines = ""
            for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) {
                switch series {
                case .counter(let counter): lines += Self.line(name, labels, counter.value)
                case .gauge(let gauge): lines += Self.line(name, labels, gauge.value)
                case .callback(let reading):
                    if let value = reading() { lines += Self.line(name, labels, value) }
                case .histogram(let histogram): lines += Self.lines(name, labels, histogram.snapshot)
                }
            }
            guard !lines.isEmpty else { continue }
            if !family.help.isEmpty { text += "# HELP \(name) \(Self.escape(family.help, quotes: false))\n" }
            text += "# TYPE \(name) \(family.kind.rawValue)\n" + lines
        }
        return text
    }

    private func series<Metric>(
        _ name: String, _ kind: Kind, _ help: String, _ labels: Labels, make: () -> Series,
        as cast: (Series) -> Metric?
    ) -> Metric? {
        let key = Self.render(labels)
        let found: Series? = families.withLock { families in
            var family = families[name] ?? Family(kind: kind, help: help)
            guard family.kind == kind else { return nil }
            if let series = family.series[key] { return series }
            let series = make()
            family.series[key] = series
            families[name] = family
            return series
        }
        return found.flatMap(cast)
    }

    // MARK: Text format

    private static func render(_ labels: Labels) -> String {
        labels.map { "\($0.0)=\"\(escape($0.1, quotes: true))\"" }.joined(separator: ",")
    }

    private static func escape(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }

    private static func line(_ name: String, _ labels: String, _ value: Double) -> String {
        labels.isEmpty ? "\(name) \(number(value))\n" : "\(name){\(labels)} \(number(value))\n"
    }

    private static func lines(_ name: String, _ labels: String, _ snapshot: Histogram.Snapshot) -> String {
        var text = ""
        var total: UInt64 = 0
        let separator = labels.isEmpty ? "" : ","
        for (bound, count) in zip(snapshot.buckets + [.infinity], snapshot.counts) {
            total += count
            text += line("\(name)_bucket", "\(labels)\(separator)le=\"\(number(bound))\"", Double(total))
        }
        return text + line("\(name)_sum", labels, snapshot.sum) + line("\(name)_count", labels, Double(total))
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if let integer = Int64(exactly: value) { return String(integer) }
        return "\(value)"
    }
}
