import KubeRuntime
import Testing

@Suite("Metrics")
struct MetricsRegistryTests {
    @Test("renders the Prometheus text format")
    func text() {
        let registry = MetricsRegistry()
        registry.counter(
            "requests_total", help: "All requests\nof a \\ kind", labels: [("code", "200"), ("path", "a\"b")]
        )
        .increment()
        registry.counter("requests_total", labels: [("code", "500"), ("path", "x")]).increment(by: 2.5)
        registry.gauge("depth").set(-3)
        registry.gauge("ratio", reading: { 0.25 })
        registry.gauge("gone", reading: { nil })
        let histogram = registry.histogram("latency_seconds", labels: [("verb", "GET")], buckets: [0.1, 1])
        for value in [0.05, 0.1, 0.5, 7] { histogram.observe(value) }
        #expect(
            registry.render() == #"""
                # TYPE depth gauge
                depth -3
                # TYPE latency_seconds histogram
                latency_seconds_bucket{verb="GET",le="0.1"} 2
                latency_seconds_bucket{verb="GET",le="1"} 3
                latency_seconds_bucket{verb="GET",le="+Inf"} 4
                latency_seconds_sum{verb="GET"} 7.65
                latency_seconds_count{verb="GET"} 4
                # TYPE ratio gauge
                ratio 0.25
                # HELP requests_total All requests\nof a \\ kind
                # TYPE requests_total counter
                requests_total{code="200",path="a\"b"} 1
                requests_total{code="500",path="x"} 2.5

                """#)
    }

    @Test("asking again gives the same metric; another kind of the same name is not shown")
    func sharing() {
        let registry = MetricsRegistry()
        registry.counter("a").increment()
        registry.counter("a").increment()
        registry.gauge("a").set(99)
        #expect(registry.render() == "# TYPE a counter\na 2\n")
    }

    @Test("libraries that use swift-metrics show up, under names that Prometheus accepts")
    func factory() {
        let registry = MetricsRegistry()
        let factory = RegistryMetricsFactory(registry)
        factory.makeCounter(label: "http.requests", dimensions: [("status-code", "200")]).increment(by: 3)
        factory.makeTimer(label: "9lives", dimensions: []).recordNanoseconds(1_500_000_000)
        let text = registry.render()
        #expect(text.contains(#"http_requests{status_code="200"} 3"#))
        #expect(text.contains("_9lives_sum 1.5"))
    }
}
