import CoreMetrics

/// Lets metrics of swift-metrics, which libraries such as HTTP servers emit, appear in a ``MetricsRegistry``.
///
/// Bootstrap it once, in the executable: `MetricsSystem.bootstrap(RegistryMetricsFactory(registry))`. Timers become
/// histograms in seconds, recorders that aggregate become histograms.
public struct RegistryMetricsFactory: MetricsFactory {
    private let registry: MetricsRegistry

    /// A factory whose metrics appear in this registry.
    public init(_ registry: MetricsRegistry) { self.registry = registry }

    /// A counter of the registry.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        CounterAdapter(counter: registry.counter(Self.name(label), labels: Self.labels(dimensions)))
    }

    /// A gauge of the registry, or a histogram where observations are to be aggregated.
    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        let (name, labels) = (Self.name(label), Self.labels(dimensions))
        return aggregate
            ? HistogramAdapter(histogram: registry.histogram(name, labels: labels))
            : GaugeAdapter(gauge: registry.gauge(name, labels: labels))
    }

    /// A gauge of the registry.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        GaugeAdapter(gauge: registry.gauge(Self.name(label), labels: Self.labels(dimensions)))
    }

    /// A histogram of the registry, in seconds.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        HistogramAdapter(histogram: registry.histogram(Self.name(label), labels: Self.labels(dimensions)))
    }

    /// Counters keep counting: Prometheus expects series to stay.
    public func destroyCounter(_ handler: any CounterHandler) {}
    /// Recorders stay: Prometheus expects series to stay.
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    /// Meters stay: Prometheus expects series to stay.
    public func destroyMeter(_ handler: any MeterHandler) {}
    /// Timers stay: Prometheus expects series to stay.
    public func destroyTimer(_ handler: any TimerHandler) {}

    /// A name that Prometheus accepts: letters, digits, underscores and colons, not beginning with a digit.
    static func name(_ label: String) -> String {
        var name = ""
        for scalar in label.unicodeScalars {
            let isAllowed =
                ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
                || scalar == "_" || scalar == ":"
            name.unicodeScalars.append(isAllowed ? scalar : "_")
        }
        if let first = name.unicodeScalars.first, ("0"..."9").contains(first) { name = "_" + name }
        return name
    }

    private static func labels(_ dimensions: [(String, String)]) -> [(String, String)] {
        dimensions.map { (name($0.0), $0.1) }
    }

    private final class CounterAdapter: CounterHandler {
        let counter: Counter
        init(counter: Counter) { self.counter = counter }
        func increment(by amount: Int64) { counter.increment(by: Double(amount)) }
        func reset() {}
    }

    private final class GaugeAdapter: RecorderHandler, MeterHandler {
        let gauge: Gauge
        init(gauge: Gauge) { self.gauge = gauge }
        func record(_ value: Int64) { gauge.set(Double(value)) }
        func record(_ value: Double) { gauge.set(value) }
        func set(_ value: Int64) { gauge.set(Double(value)) }
        func set(_ value: Double) { gauge.set(value) }
        func increment(by amount: Double) { gauge.add(amount) }
        func decrement(by amount: Double) { gauge.add(-amount) }
    }

    private final class HistogramAdapter: RecorderHandler, TimerHandler {
        let histogram: Histogram
        init(histogram: Histogram) { self.histogram = histogram }
        func record(_ value: Int64) { histogram.observe(Double(value)) }
        func record(_ value: Double) { histogram.observe(value) }
        func recordNanoseconds(_ duration: Int64) { histogram.observe(Double(duration) / 1e9) }
    }
}
