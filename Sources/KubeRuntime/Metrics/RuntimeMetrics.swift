/// The figures of a work queue, under the names that client-go gave them and that dashboards know.
@usableFromInline
struct WorkQueueMetrics: Sendable {
    let adds: Counter
    let retries: Counter
    let queueDuration: Histogram
    let workDuration: Histogram
    private let labels: MetricsRegistry.Labels

    init(queue: String, registry: MetricsRegistry) {
        // controller-runtime labels with both; dashboards use either.
        labels = [("name", queue), ("controller", queue)]
        let buckets = Histogram.exponentialBuckets(from: 1e-8, factor: 10, count: 12)
        adds = registry.counter(
            "workqueue_adds_total", help: "Total number of adds handled by workqueue", labels: labels)
        retries = registry.counter(
            "workqueue_retries_total", help: "Total number of retries handled by workqueue", labels: labels)
        queueDuration = registry.histogram(
            "workqueue_queue_duration_seconds",
            help: "How long in seconds an item stays in workqueue before being requested", labels: labels,
            buckets: buckets)
        workDuration = registry.histogram(
            "workqueue_work_duration_seconds", help: "How long in seconds processing an item from workqueue takes.",
            labels: labels, buckets: buckets)
    }

    /// Counts a key that was not waiting already.
    @usableFromInline
    func added() { adds.increment() }

    /// Counts a key given to a worker.
    @usableFromInline
    func taken(after waiting: Duration) { queueDuration.observe(waiting.inSeconds) }

    /// Counts a key that a worker handed back.
    @usableFromInline
    func worked(for duration: Duration) { workDuration.observe(duration.inSeconds) }

    /// Registers the figures that are read when somebody looks.
    func observe(
        in registry: MetricsRegistry, depth: @escaping @Sendable () -> Double?,
        processing: @escaping @Sendable () -> (longest: Duration, sum: Duration)?
    ) {
        registry.gauge("workqueue_depth", help: "Current depth of workqueue", labels: labels, reading: depth)
        registry.gauge(
            "workqueue_unfinished_work_seconds",
            help:
                "How many seconds of work has been done that is in progress and hasn't been observed by work_duration.",
            labels: labels, reading: { processing()?.sum.inSeconds })
        registry.gauge(
            "workqueue_longest_running_processor_seconds",
            help: "How many seconds has the longest running processor for workqueue been running.", labels: labels,
            reading: { processing()?.longest.inSeconds })
    }
}

/// The figures of a controller, under the names that controller-runtime gave them.
struct ControllerMetrics: Sendable {
    /// How a reconcile ended, as the `result` label names it.
    enum Result: String, CaseIterable {
        case success
        case error
        case requeue
        case requeueAfter = "requeue_after"
    }

    private let results: [Result: Counter]
    let errors: Counter
    let terminalErrors: Counter
    let timeouts: Counter
    let time: Histogram
    let activeWorkers: Gauge

    init(controller: String, workers: Int, registry: MetricsRegistry) {
        let labels = [("controller", controller)]
        var results: [Result: Counter] = [:]
        for result in Result.allCases {
            results[result] = registry.counter(
                "controller_runtime_reconcile_total", help: "Total number of reconciliations per controller",
                labels: labels + [("result", result.rawValue)])
        }
        self.results = results
        errors = registry.counter(
            "controller_runtime_reconcile_errors_total",
            help: "Total number of reconciliation errors per controller", labels: labels)
        terminalErrors = registry.counter(
            "controller_runtime_terminal_reconcile_errors_total",
            help: "Total number of terminal reconciliation errors per controller", labels: labels)
        timeouts = registry.counter(
            "controller_runtime_reconcile_timeouts_total",
            help: "Total number of reconciliation timeouts per controller", labels: labels)
        time = registry.histogram(
            "controller_runtime_reconcile_time_seconds", help: "Length of time per reconciliation per controller",
            labels: labels,
            buckets: [
                0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25,
                1.5, 1.75, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
            ])
        activeWorkers = registry.gauge(
            "controller_runtime_active_workers", help: "Number of currently used workers per controller",
            labels: labels)
        registry.gauge(
            "controller_runtime_max_concurrent_reconciles",
            help: "Maximum number of concurrent reconciles per controller", labels: labels
        ).set(Double(workers))
    }

    func count(_ result: Result) { results[result]?.increment() }
}
