import Synchronization

/// What is checked to tell whether the process lives, and whether it is ready.
public final class HealthRegistry: Sendable {
    /// What a check is for.
    public enum Probe: Sendable, Hashable, CaseIterable {
        /// `/healthz`: a failure means that the process should be restarted.
        case liveness
        /// `/readyz`: a failure means that it should not be counted on yet.
        case readiness
    }

    /// Throws if something is wrong; the error's text may be shown to whoever asks, so it holds nothing secret.
    public typealias Check = @Sendable () throws -> Void

    /// What came of the checks of a probe.
    public struct Report: Sendable {
        /// Each check with its failure, nil if it passed, in the order of registration.
        public var results: [(name: String, failure: String?)]

        /// Whether all passed.
        public var isHealthy: Bool { results.allSatisfy { $0.failure == nil } }

        /// The report as `/healthz?verbose` of Kubernetes components prints it.
        public func text(probe: String) -> String {
            var text = ""
            for (name, failure) in results {
                text += failure.map { "[-]\(name) failed: \($0)\n" } ?? "[+]\(name) ok\n"
            }
            return text + "\(probe) check \(isHealthy ? "passed" : "failed")\n"
        }
    }

    private let checks = Mutex<[(probe: Probe, name: String, check: Check)]>([])

    /// A registry with a check that always passes, so that a process that answers at all is alive.
    public init() {
        add("ping", to: .liveness) {}
        add("ping", to: .readiness) {}
    }

    /// Adds a check.
    public func add(_ name: String, to probe: Probe, _ check: @escaping Check) {
        checks.withLock { $0.append((probe, name, check)) }
    }

    /// Runs the checks of a probe.
    public func report(_ probe: Probe) -> Report {
        // Checks run outside the lock: they may be slow, or register others.
        let checks = checks.withLock { $0 }
        return Report(
            results: checks.filter { $0.probe == probe }.map { entry in
                do {
                    try entry.check()
                    return (entry.name, nil)
                } catch {
                    return (entry.name, "\(error)")
                }
            })
    }

    /// A check's failure in words.
    public struct Failure: Error, CustomStringConvertible {
        /// What is wrong.
        public let description: String
        /// A failure with this text.
        public init(_ description: String) { self.description = description }
    }

    /// Makes readiness depend on caches.
    public func addCaches(_ caches: [any CacheSync]) {
        for cache in caches {
            add("cache-\(cache.name)", to: .readiness) {
                guard cache.hasSynced else { throw Failure("not read yet") }
            }
        }
    }

    /// Makes liveness depend on the lease: a leader that cannot renew must not go on.
    public func addElector(_ elector: LeaderElector, tolerance: Duration = .seconds(20)) {
        add("leader-election", to: .liveness) { try elector.checkHealth(tolerance: tolerance) }
    }

    /// Makes liveness depend on a controller's workers: a reconcile that hangs for so long will not end by itself.
    public func addController<R: Reconciler>(_ controller: Controller<R>, stuckAfter limit: Duration = .seconds(1800)) {
        add("controller-\(controller.name)", to: .liveness) { [weak controller] in
            guard let longest = controller?.longestRunning, longest > limit else { return }
            throw Failure("a reconcile has been running for \(longest.inSeconds) s")
        }
    }
}
