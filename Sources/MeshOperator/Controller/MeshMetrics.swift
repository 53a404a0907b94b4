import KubeRuntime
import MeshAPI
import Synchronization

/// The figures of the domain, beside those of the queue and of the controller.
package final class MeshMetrics: Sendable {
    private let registry: MetricsRegistry
    private let ready = Mutex<[String: Gauge]>([:])

    /// Objects that were applied.
    let applied: Counter

    package init(_ registry: MetricsRegistry) {
        self.registry = registry
        applied = registry.counter("boltrope_objects_applied_total", help: "Objects applied, for whatever reason")
    }

    /// Counts a correction of drift.
    func corrected(_ kind: String) {
        registry.counter(
            "boltrope_drift_corrections_total", help: "Changes by others that were set back", labels: [("kind", kind)]
        ).increment()
    }

    /// Publishes how a mesh does: 1 if it is ready.
    func report(_ mesh: String, _ status: MeshStatus) {
        let gauge = ready.withLock { gauges in
            let gauge =
                gauges[mesh]
                ?? registry.gauge(
                    "boltrope_mesh_ready", help: "1 where the mesh is as its spec says and runs",
                    labels: [("mesh", mesh)])
            gauges[mesh] = gauge
            return gauge
        }
        gauge.set(status.conditions.isTrue(StatusReport.ConditionType.ready) ? 1 : 0)
    }

    /// A mesh that is gone is not ready.
    func forget(_ mesh: String) { ready.withLock { $0.removeValue(forKey: mesh) }?.set(0) }
}
