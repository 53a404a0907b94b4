import KubeCore

/// Jobs: pods that run until enough have succeeded, or too many have failed.
struct JobController: ClusterController {
    var name: String { "job-controller" }

    func requests(for change: ClusterChange, in cache: ClusterCache) -> [ResourceKey] {
        switch change.type {
        case .jobs: return [ResourceKey(.jobs, change.object)]
        case .pods:
            guard let owner = change.object.controller, owner.kind == "Job" else { return [] }
            return cache.key(uid: owner.uid).map { [$0] } ?? []
        default: return []
        }
    }

    func decide(_ key: ResourceKey, _ context: inout ControllerContext) -> [ControllerAction] {
        guard let job = context.cache.object(key), key.resource == ResourceType.jobs.qualifiedName else { return [] }
        let progress = JobProgress(
            job: job, pods: context.cache.controlled(.pods, by: job.uid ?? ""), now: context.now)
        return progress.actions { context.generatedName($0) }
    }
}

/// Where a Job is, and its next step.
struct JobProgress {
    let job: KubeObject
    let pods: [KubeObject]
    let now: Timestamp

    private var parallelism: Int { job.spec["parallelism"]?.intValue ?? 1 }
    /// Nil: one success ends the Job once all its pods have ended.
    private var completions: Int? {
        job.spec["completions"]?.intValue ?? (job.spec["parallelism"] == nil ? 1 : nil)
    }
    private var isSuspended: Bool { job.spec["suspend"]?.boolValue == true }
    private var isIndexed: Bool { job.spec["completionMode"]?.stringValue == "Indexed" }
    private var isFinished: Bool {
        ["Complete", "Failed"].contains { job.condition($0)?["status"] == "True" }
    }

    /// The next step, and the status.
    func actions(name: (String) -> String) -> [ControllerAction] {
        if job.isBeingDeleted { return [] }
        if isFinished { return expiry() }
        let active = pods.filter(\.isActivePod)
        // A pod that was deleted before it succeeded counts as failed, as it does for the real controller.
        let succeeded = pods.filter { $0.phase == "Succeeded" }.count
        let failed = pods.filter { $0.phase == "Failed" }.count
        let restarts = active.compactMap(restartCount).reduce(0, +)
        var status = job.status
        if status["startTime"] == nil, !isSuspended { status["startTime"] = .string(now.description) }
        status.setCount("succeeded", succeeded)
        status.setCount("failed", failed)
        status.setCount("active", active.count)
        status.setCount("ready", active.filter(\.isReady).count, keepsZero: true)
        status["terminating"] = .integer(Int64(pods.filter { $0.isBeingDeleted && !$0.isFinishedPod }.count))
        status["uncountedTerminatedPods"] = .object(JSONObject())
        if let failure = failure(failed: failed, restarts: restarts) {
            return finish(status, succeeded: false, reason: failure.reason, message: failure.message)
                + active.map { .delete(.pods, $0) }
        }
        let isComplete = completions.map { succeeded >= $0 } ?? (succeeded > 0 && active.isEmpty)
        if isComplete {
            return finish(
                status, succeeded: true, reason: "CompletionsReached",
                message: "Reached expected number of succeeded pods")
        }
        var actions: [ControllerAction] = []
        if isSuspended {
            actions = active.map { .delete(.pods, $0) }
        } else {
            let left = completions.map { $0 - succeeded } ?? (succeeded > 0 ? 0 : parallelism)
            let missing = min(parallelism, max(0, left)) - active.count
            if missing > 0 {
                actions = make(missing, active: active, name: name)
            } else if missing < 0 {
                actions = PodRanking.sorted(active).prefix(-missing).map { .delete(.pods, $0) }
            }
        }
        var conditions = status.conditions
        if isSuspended || job.condition("Suspended") != nil {
            Condition(
                "Suspended", isSuspended, reason: isSuspended ? "JobSuspended" : "JobResumed",
                message: isSuspended ? "Job suspended" : "Job resumed"
            ).set(in: &conditions, now: now)
        }
        status.conditions = conditions
        return ControllerAction.patchStatus(of: job, .jobs, to: status) + actions + deadline()
    }

    private func restartCount(_ pod: KubeObject) -> Int? {
        (pod.status["containerStatuses"]?.arrayValue ?? []).compactMap { $0["restartCount"]?.intValue }.max()
    }

    private func failure(failed: Int, restarts: Int) -> (reason: String, message: String)? {
        if failed + restarts > job.spec["backoffLimit"]?.intValue ?? 6 {
            return ("BackoffLimitExceeded", "Job has reached the specified backoff limit")
        }
        if let end = deadlineTime, end <= now {
            return ("DeadlineExceeded", "Job was active longer than specified deadline")
        }
        return nil
    }

    private var deadlineTime: Timestamp? {
        guard let seconds = job.spec["activeDeadlineSeconds"]?.intValue,
            let start = job[path: "status", "startTime"]?.stringValue.flatMap({ Timestamp($0) })
        else { return nil }
        return start.advanced(by: .seconds(seconds))
    }

    private func deadline() -> [ControllerAction] {
        deadlineTime.map { [.requeue(after: max(.seconds(1), $0.duration(since: now)))] } ?? []
    }

    private func make(_ count: Int, active: [KubeObject], name: (String) -> String) -> [ControllerAction] {
        let label = "batch.kubernetes.io/job-completion-index"
        let taken = Set(pods.filter { $0.phase == "Succeeded" || $0.isActivePod }.compactMap { $0.annotation(label) })
        var free = (0..<(completions ?? 0)).map { String($0) }.filter { !taken.contains($0) }[...]
        let identity = [
            "batch.kubernetes.io/controller-uid": job.uid ?? "", "batch.kubernetes.io/job-name": job.name,
            "controller-uid": job.uid ?? "", "job-name": job.name,
        ]
        return (0..<count).compactMap { _ in
            let index = isIndexed ? free.popFirst() : nil
            if isIndexed, index == nil { return nil }
            let prefix = index.map { "\(job.name)-\($0)-" } ?? "\(job.name)-"
            let marks = index.map { [label: $0] } ?? [:]
            return .create(
                .pods,
                PodTemplate(of: job).pod(
                    name: name(prefix), generateName: prefix, namespace: job.namespace,
                    owner: job.controllerReference(.jobs), labels: identity.merging(marks) { $1 }, annotations: marks))
        }
    }

    private func finish(
        _ counted: JSONObject, succeeded: Bool, reason: String, message: String
    ) -> [ControllerAction] {
        var status = counted
        status["active"] = nil
        status.setCount("ready", 0, keepsZero: true)
        var conditions = status.conditions
        let extra: JSONObject = ["lastProbeTime": .string(now.description)]
        Condition(succeeded ? "SuccessCriteriaMet" : "FailureTarget", true, reason: reason, message: message)
            .set(in: &conditions, now: now, extra: extra)
        Condition(succeeded ? "Complete" : "Failed", true, reason: reason, message: message)
            .set(in: &conditions, now: now, extra: extra)
        if succeeded { status["completionTime"] = .string(now.description) }
        status.conditions = conditions
        return ControllerAction.patchStatus(of: job, .jobs, to: status)
    }

    /// A finished Job with a time to live is deleted when it is over.
    private func expiry() -> [ControllerAction] {
        guard let seconds = job.spec["ttlSecondsAfterFinished"]?.intValue,
            let end = (job.condition("Complete") ?? job.condition("Failed"))?["lastTransitionTime"]?.stringValue
                .flatMap({ Timestamp($0) })
        else { return [] }
        let left = end.advanced(by: .seconds(seconds)).duration(since: now)
        return left > .zero ? [.requeue(after: left)] : [.delete(.jobs, job, propagation: .background)]
    }
}
