import KubeCore

/// CronJobs: a Job at each time of a schedule, in the time zone of the CronJob or else in UTC.
struct CronJobController: ClusterController {
    var name: String { "cronjob-controller" }

    func requests(for change: ClusterChange, in cache: ClusterCache) -> [ResourceKey] {
        switch change.type {
        case .cronJobs: return [ResourceKey(.cronJobs, change.object)]
        case .jobs:
            guard let owner = change.object.controller, owner.kind == "CronJob" else { return [] }
            return cache.key(uid: owner.uid).map { [$0] } ?? []
        default: return []
        }
    }

    func decide(_ key: ResourceKey, _ context: inout ControllerContext) -> [ControllerAction] {
        guard let cronJob = context.cache.object(key), !cronJob.isBeingDeleted else { return [] }
        let jobs = context.cache.controlled(.jobs, by: cronJob.uid ?? "").filter { !$0.isBeingDeleted }
        let finished = { (type: String) in jobs.filter { $0.condition(type)?["status"] == "True" } }
        let (complete, failed) = (finished("Complete"), finished("Failed"))
        let active = jobs.filter { job in !(complete + failed).contains { $0.uid == job.uid } }
        var status = cronJob.status
        status["active"] =
            active.isEmpty
            ? nil : .array(active.compactMap { ObjectReference($0)?.value })
        let last = complete.compactMap { $0[path: "status", "completionTime"]?.stringValue }.max()
        if let last { status["lastSuccessfulTime"] = .string(last) }
        var actions = cleanUp(complete, keeping: cronJob.spec["successfulJobsHistoryLimit"]?.intValue ?? 3)
        actions += cleanUp(failed, keeping: cronJob.spec["failedJobsHistoryLimit"]?.intValue ?? 1)
        if cronJob.spec["suspend"]?.boolValue != true,
            let schedule = CronSchedule(
                cronJob.spec["schedule"]?.stringValue ?? "", timeZone: cronJob.spec["timeZone"]?.stringValue)
        {
            actions += run(cronJob, schedule, active: active, &status, now: context.now)
        }
        return actions.filter(\.isWrite) + ControllerAction.patchStatus(of: cronJob, .cronJobs, to: status)
            + actions.filter { !$0.isWrite }
    }

    private func cleanUp(_ jobs: [KubeObject], keeping limit: Int) -> [ControllerAction] {
        jobs.sorted { ($0.creationTimestamp?.seconds ?? 0, $0.name) < ($1.creationTimestamp?.seconds ?? 0, $1.name) }
            .prefix(max(0, jobs.count - limit)).map { .delete(.jobs, $0, propagation: .background) }
    }

    /// Starts the Job of the last time that has come, unless it was started, it is too late, or another still runs.
    private func run(
        _ cronJob: KubeObject, _ schedule: CronSchedule, active: [KubeObject], _ status: inout JSONObject,
        now: Timestamp
    ) -> [ControllerAction] {
        let earliest =
            status["lastScheduleTime"]?.stringValue.flatMap { Timestamp($0) } ?? cronJob.creationTimestamp ?? now
        // Only the last time counts; looking back an hour of minutes is enough to find it in common schedules.
        var due: Timestamp?
        var next = schedule.next(after: max(earliest, now.advanced(by: .seconds(-3600))))
        while let time = next, time <= now {
            due = time
            next = schedule.next(after: time)
        }
        let wait: [ControllerAction] = next.map { [.requeue(after: max(.seconds(1), $0.duration(since: now)))] } ?? []
        guard let due else { return wait }
        if let deadline = cronJob.spec["startingDeadlineSeconds"]?.intValue,
            due.advanced(by: .seconds(deadline)) < now
        {
            return wait
        }
        var actions: [ControllerAction] = []
        switch cronJob.spec["concurrencyPolicy"]?.stringValue {
        case "Forbid" where !active.isEmpty: return wait
        case "Replace": actions = active.map { .delete(.jobs, $0, propagation: .background) }
        default: break
        }
        status["lastScheduleTime"] = .string(due.description)
        var job = KubeObject(
            type: .jobs, namespace: cronJob.namespace, name: "\(cronJob.name)-\(due.seconds / 60)")
        let template = cronJob.spec["jobTemplate"]
        job.labels = template?[path: "metadata", "labels"]?.stringMapValue ?? [:]
        job.annotations = (template?[path: "metadata", "annotations"]?.stringMapValue ?? [:])
            .merging(["batch.kubernetes.io/cronjob-scheduled-timestamp": due.description]) { $1 }
        job.ownerReferences = [cronJob.controllerReference(.cronJobs)]
        job["spec"] = template?["spec"] ?? .object(JSONObject())
        return actions + [.create(.jobs, job)] + wait
    }
}
