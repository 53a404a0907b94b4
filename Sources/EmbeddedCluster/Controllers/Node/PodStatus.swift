import KubeCore

/// The statuses that a kubelet reports for a pod in each stage of its life.
struct PodStatus {
    let pod: KubeObject
    let now: Timestamp

    private var initContainers: [JSONValue] { pod.spec["initContainers"]?.arrayValue ?? [] }
    private var containers: [JSONValue] { pod.spec["containers"]?.arrayValue ?? [] }
    private var time: JSONValue { .string(now.description) }

    /// Why a container is waiting, if one is waiting for anything but to be created.
    var waitingReason: String? {
        let statuses =
            (pod.status["initContainerStatuses"]?.arrayValue ?? [])
            + (pod.status["containerStatuses"]?.arrayValue ?? [])
        return statuses.lazy.compactMap { $0[path: "state", "waiting", "reason"]?.stringValue }
            .first { $0 != "ContainerCreating" && $0 != "PodInitializing" }
    }

    /// The time before a crashed container is started again: 10 s, doubling with each restart, at most 5 minutes.
    var restartBackoff: Duration { .seconds(min(300, 10 << min(max(0, restarts - 1), 5))) }

    private var restarts: Int {
        (pod.status["containerStatuses"]?.arrayValue ?? []).compactMap { $0["restartCount"]?.intValue }.max() ?? 0
    }

    /// Images are being pulled.
    func creating() -> JSONObject {
        let reason: JSONValue = initContainers.isEmpty ? "ContainerCreating" : "PodInitializing"
        return status(
            phase: "Pending", isInitialized: initContainers.isEmpty, isReady: false,
            initState: { _ in ["waiting": ["reason": "PodInitializing"]] },
            state: { _ in ["waiting": ["reason": reason]] })
    }

    /// An image cannot be pulled.
    func imageFailed(_ image: String, reason: String) -> JSONObject {
        let message =
            reason == "ErrImagePull"
            ? "failed to pull and unpack image \"docker.io/library/\(image):latest\": pull access denied, repository "
                + "does not exist or may require authorization"
            : "Back-off pulling image \"\(image)\": ErrImagePull"
        let failed: JSONValue = ["waiting": ["reason": .string(reason), "message": .string(message)]]
        let isInit = initContainers.contains { $0["image"]?.stringValue == image }
        return status(
            phase: "Pending", isInitialized: !isInit && initContainers.allSatisfy(Self.isSidecar), isReady: false,
            initState: {
                $0["image"]?.stringValue == image ? failed : ["waiting": ["reason": "PodInitializing"]]
            },
            state: {
                if !isInit, $0["image"]?.stringValue == image { return failed }
                return ["waiting": ["reason": isInit ? "PodInitializing" : "ContainerCreating"]]
            })
    }

    /// All containers run.
    func running(isReady: Bool) -> JSONObject {
        status(
            phase: "Running", isInitialized: true, isReady: isReady, initState: initState,
            state: { ["running": ["startedAt": startedAt($0) ?? time]] })
    }

    /// The first container has failed and waits to be restarted.
    func crashed() -> JSONObject {
        let restarts = restarts + 1
        let name = containers.first?["name"]?.stringValue ?? ""
        let message =
            "back-off \(10 << min(restarts - 1, 5))s restarting failed container=\(name) pod=\(pod.name)_"
            + "\(pod.namespace ?? "")(\(pod.uid ?? ""))"
        let waiting: JSONValue = ["waiting": ["reason": "CrashLoopBackOff", "message": .string(message)]]
        return status(
            phase: "Running", isInitialized: true, isReady: false, initState: initState,
            state: { $0["name"]?.stringValue == name ? waiting : ["running": ["startedAt": startedAt($0) ?? time]] },
            restarted: (name, restarts, terminated(exitCode: 1, startedAt: containers.first.flatMap(startedAt))))
    }

    /// The first container was started again.
    func restarted() -> JSONObject {
        let name = containers.first?["name"]?.stringValue ?? ""
        return status(
            phase: "Running", isInitialized: true, isReady: false, initState: initState,
            state: { ["running": ["startedAt": $0["name"]?.stringValue == name ? time : startedAt($0) ?? time]] })
    }

    /// All containers have ended for good.
    func finished(succeeded: Bool) -> JSONObject {
        status(
            phase: succeeded ? "Succeeded" : "Failed", isInitialized: true, isReady: false,
            notReadyReason: succeeded ? "PodCompleted" : "PodFailed",
            initState: { container in
                Self.isSidecar(container)
                    ? terminated(exitCode: 0, startedAt: startedAt(container)) : initState(container)
            },
            state: { terminated(exitCode: succeeded ? 0 : 1, startedAt: startedAt($0)) })
    }

    private static func isSidecar(_ container: JSONValue) -> Bool {
        container["restartPolicy"]?.stringValue == "Always"
    }

    private func initState(_ container: JSONValue) -> JSONValue {
        Self.isSidecar(container)
            ? ["running": ["startedAt": startedAt(container) ?? time]]
            : known(container)?["state"]?["terminated"].map { ["terminated": $0] }
                ?? terminated(exitCode: 0, startedAt: time)
    }

    private func terminated(exitCode: Int64, startedAt start: JSONValue?) -> JSONValue {
        [
            "terminated": [
                "exitCode": .integer(exitCode), "reason": exitCode == 0 ? "Completed" : "Error",
                "startedAt": start ?? time, "finishedAt": time,
            ]
        ]
    }

    private func known(_ container: JSONValue) -> JSONValue? {
        let statuses =
            (pod.status["initContainerStatuses"]?.arrayValue ?? [])
            + (pod.status["containerStatuses"]?.arrayValue ?? [])
        return statuses.first { $0["name"] == container["name"] }
    }

    private func startedAt(_ container: JSONValue) -> JSONValue? {
        known(container)?[path: "state", "running", "startedAt"]
    }

    private func status(
        phase: String, isInitialized: Bool, isReady: Bool, notReadyReason: String = "ContainersNotReady",
        initState: (JSONValue) -> JSONValue, state: (JSONValue) -> JSONValue,
        restarted: (name: String, count: Int, last: JSONValue)? = nil
    ) -> JSONObject {
        var status = pod.status
        status["phase"] = .string(phase)
        if status["startTime"] == nil { status["startTime"] = time }
        let isEnding = phase == "Succeeded" || phase == "Failed"
        func containerStatus(_ container: JSONValue, _ state: JSONValue, isReady: Bool) -> JSONValue {
            let name = container["name"]?.stringValue ?? ""
            let image = container["image"]?.stringValue ?? ""
            let isRunning = state["running"] != nil
            var result: JSONObject = ["name": .string(name), "state": state]
            let before = known(container)
            result["lastState"] =
                restarted?.name == name ? restarted?.last : before?["lastState"] ?? .object(JSONObject())
            result["ready"] = .bool(isReady)
            result["restartCount"] =
                restarted?.name == name
                ? .integer(Int64(restarted?.count ?? 0)) : before?["restartCount"] ?? .integer(0)
            result["image"] = .string(image)
            let hasStarted = isRunning || state["terminated"] != nil
            result["imageID"] = hasStarted ? .string("\(image)@sha256:" + identifier(image)) : ""
            if hasStarted {
                result["containerID"] = .string("containerd://" + identifier((pod.uid ?? "") + name))
            }
            result["started"] = .bool(isRunning)
            return .object(result)
        }
        if !initContainers.isEmpty {
            status["initContainerStatuses"] = .array(
                initContainers.map { container in
                    let state = initState(container)
                    let isSidecarReady = Self.isSidecar(container) && state["running"] != nil
                    let isDone = state["terminated"]?["exitCode"] == 0
                    return containerStatus(container, state, isReady: isSidecarReady || isDone)
                })
        }
        status["containerStatuses"] = .array(
            containers.map { container in
                let state = state(container)
                return containerStatus(container, state, isReady: isReady && state["running"] != nil)
            })
        var conditions = status.conditions
        let unready = "containers with unready status: [\(names(containers))]"
        Condition("PodReadyToStartContainers", phase == "Running").set(in: &conditions, now: now)
        Condition(
            "Initialized", isInitialized, reason: isInitialized ? nil : "ContainersNotInitialized",
            message: isInitialized ? nil : "containers with incomplete status: [\(names(initContainers))]"
        ).set(in: &conditions, now: now)
        for type in ["Ready", "ContainersReady"] {
            Condition(
                type, isReady, reason: isReady ? nil : notReadyReason, message: isReady || isEnding ? nil : unready
            ).set(in: &conditions, now: now)
        }
        Condition("PodScheduled", true).set(in: &conditions, now: now)
        status.conditions = conditions
        return status
    }

    private func names(_ containers: [JSONValue]) -> String {
        containers.compactMap { $0["name"]?.stringValue }.joined(separator: " ")
    }

    /// 64 hexadecimal digits that stand for a container or an image: the same for the same input.
    private func identifier(_ text: String) -> String { SHA256.hexadecimal(Array(text.utf8)) }
}
