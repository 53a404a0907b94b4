import KubeCore

/// The life of a pod on a simulated node, as a value: from what its status says to what is to happen next.
///
/// bound → containers creating → running → ready, or one of the failures that ``FailureInjection`` asks for; then, when
/// it is deleted, terminating → removed.
struct PodLifecycle {
    /// Where in its life a pod is, by what its status says.
    enum Stage: String {
        /// Bound to a node that has not reported anything yet.
        case bound
        /// Its images are being pulled and its containers made.
        case creating
        /// An image could not be pulled; the kubelet backs off.
        case imageFailed
        /// Its containers run, but it is not ready.
        case running
        /// It is ready.
        case ready
        /// A container has failed and waits to be restarted.
        case crashed
        /// All its containers have ended for good.
        case finished
        /// It is being deleted, and its containers are ending.
        case terminating
    }

    /// What is to happen next.
    enum Step: Equatable {
        /// Nothing, until something changes.
        case none
        /// Nothing before this time has passed.
        case wait(Duration)
        /// The status is to say this.
        case report(JSONObject)
        /// The pod is to be removed for good.
        case remove
    }

    let pod: KubeObject
    let isNodeReady: Bool
    let settings: SimulationSettings
    let now: Timestamp

    private var statuses: PodStatus { PodStatus(pod: pod, now: now) }
    private var restartPolicy: String { pod.spec["restartPolicy"]?.stringValue ?? "Always" }
    private var crashes: Bool { FailureInjection.isSet(FailureInjection.crashLoop, on: pod) }
    private var isNeverReady: Bool { FailureInjection.isSet(FailureInjection.neverReady, on: pod) }
    private var readinessDelay: Duration {
        FailureInjection.duration(FailureInjection.readinessDelay, of: pod) ?? settings.readinessDelay
    }

    /// The image that cannot be pulled: any if the pod says so, else `auto`, the placeholder that a missing injector
    /// has left in a gateway.
    var failingImage: String? {
        let containers = (pod.spec["initContainers"]?.arrayValue ?? []) + (pod.spec["containers"]?.arrayValue ?? [])
        let images = containers.compactMap { $0["image"]?.stringValue }
        if FailureInjection.isSet(FailureInjection.failingImage, on: pod) { return images.first ?? "" }
        return images.first { $0 == "auto" || $0.isEmpty }
    }

    /// Where the pod is.
    var stage: Stage {
        if pod.isBeingDeleted { return .terminating }
        if pod.isFinishedPod { return .finished }
        guard pod.status["startTime"] != nil else { return .bound }
        switch statuses.waitingReason {
        case "CrashLoopBackOff": return .crashed
        case "ErrImagePull", "ImagePullBackOff": return .imageFailed
        default: break
        }
        guard pod.phase == "Running" else { return .creating }
        return pod.isReady ? .ready : .running
    }

    /// The next step of a pod that has been in a stage since some time.
    func next(from stage: Stage, since: Timestamp) -> Step {
        switch stage {
        case .bound: return .report(statuses.creating())
        case .creating:
            if let step = waiting(settings.startDelay, since: since) { return step }
            if let image = failingImage { return .report(statuses.imageFailed(image, reason: "ErrImagePull")) }
            let isReadyAtOnce = readinessDelay == .zero && !isNeverReady && !crashes && isNodeReady && !runsToCompletion
            return .report(statuses.running(isReady: isReadyAtOnce))
        case .imageFailed:
            guard let image = failingImage else { return .report(statuses.creating()) }
            guard statuses.waitingReason == "ErrImagePull" else { return .none }
            return waiting(.seconds(1), since: since)
                ?? .report(statuses.imageFailed(image, reason: "ImagePullBackOff"))
        case .running:
            if runsToCompletion { return completion(since: since) }
            if crashes {
                return waiting(readinessDelay, since: since) ?? .report(statuses.crashed())
            }
            if isNeverReady || !isNodeReady { return .none }
            return waiting(readinessDelay, since: since) ?? .report(statuses.running(isReady: true))
        case .ready:
            return isNodeReady ? .none : .report(statuses.running(isReady: false))
        case .crashed:
            return waiting(statuses.restartBackoff, since: since) ?? .report(statuses.restarted())
        case .finished: return .none
        case .terminating: return termination(since: since)
        }
    }

    private var runsToCompletion: Bool { restartPolicy != "Always" }

    private func waiting(_ delay: Duration, since: Timestamp) -> Step? {
        let left = delay - now.duration(since: since)
        return left > .zero ? .wait(left) : nil
    }

    private func completion(since: Timestamp) -> Step {
        if let step = waiting(settings.completionDelay, since: since) { return step }
        guard crashes else { return .report(statuses.finished(succeeded: true)) }
        return .report(restartPolicy == "Never" ? statuses.finished(succeeded: false) : statuses.crashed())
    }

    private func termination(since: Timestamp) -> Step {
        let grace = pod[path: "metadata", "deletionGracePeriodSeconds"]?.intValue ?? 30
        // Once it has been removed for good, only its finalizers hold it.
        if grace == 0 { return .none }
        if let step = waiting(min(settings.terminationDelay, .seconds(grace)), since: since) { return step }
        return .remove
    }
}
