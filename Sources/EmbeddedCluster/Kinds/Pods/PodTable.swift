import KubeCore

/// The table of pods: how ready, in which state, how often restarted.
enum PodTable {
    static let columns: [TableColumn] = [
        .name,
        TableColumn("Ready", description: "The aggregate readiness state of this pod for accepting traffic."),
        TableColumn("Status", description: "The aggregate status of the containers in this pod."),
        TableColumn(
            "Restarts",
            description: """
                The number of times the containers in this pod have been restarted and when the last container in \
                this pod has restarted.
                """),
        .age,
        .field("IP", "core.v1.PodStatus", "podIP", priority: 1),
        .field("Node", "core.v1.PodSpec", "nodeName", priority: 1),
        .field("Nominated Node", "core.v1.PodStatus", "nominatedNodeName", priority: 1),
        .field("Readiness Gates", "core.v1.PodSpec", "readinessGates", priority: 1),
    ]

    static func cells(of pod: KubeObject, now: Timestamp) -> [JSONValue] {
        let (spec, status) = (pod.specification, pod.observed)
        var summary = PodSummary(pod)
        summary.read(now: now)
        func shown(_ text: String) -> JSONValue { .string(text.isEmpty ? "<none>" : text) }
        var address = status.list("podIPs").first?.text("ip") ?? ""
        if address.isEmpty { address = status.text("podIP") }
        return [
            Cell.name(pod), .string("\(summary.ready)/\(summary.total)"), .string(summary.reason),
            .string(summary.restartText), Cell.age(pod, now), shown(address), shown(spec.text("nodeName")),
            shown(status.text("nominatedNodeName")), .string(gates(spec, status)),
        ]
    }

    /// Pods that have ended are marked as such, so that clients can hide them.
    static func conditions(of pod: KubeObject) -> [JSONValue] {
        let (reason, message): (String, String)
        switch pod.observed.text("phase") {
        case "Succeeded": (reason, message) = ("Succeeded", "The pod has completed successfully.")
        case "Failed": (reason, message) = ("Failed", "The pod failed.")
        default: return []
        }
        return [
            ["type": "Completed", "status": "True", "reason": .string(reason), "message": .string(message)]
        ]
    }

    private static func gates(_ spec: JSONValue, _ status: JSONValue) -> String {
        let gates = spec.list("readinessGates")
        guard !gates.isEmpty else { return "<none>" }
        let met = gates.filter { gate in
            status.list("conditions").contains {
                $0.text("type") == gate.text("conditionType") && $0.text("status") == "True"
            }
        }
        return "\(met.count)/\(gates.count)"
    }
}

/// The state of a pod's containers in a few words (`printPod` of the API server).
private struct PodSummary {
    let pod: KubeObject
    var reason: String
    var ready = 0
    var total: Int
    private var restarts: Int64 = 0
    private var restartableRestarts: Int64 = 0
    private var lastRestart: Timestamp?
    private var now: Timestamp?

    init(_ pod: KubeObject) {
        self.pod = pod
        total = pod.specification.list("containers").count
        reason = pod.observed.text("phase")
        if !pod.observed.text("reason").isEmpty { reason = pod.observed.text("reason") }
    }

    var restartText: String {
        guard restarts != 0, let lastRestart, let now else { return "\(restarts)" }
        return "\(restarts) (\(HumanDuration.since(lastRestart, now: now)) ago)"
    }

    mutating func read(now: Timestamp) {
        self.now = now
        let (spec, status) = (pod.specification, pod.observed)
        for condition in status.list("conditions")
        where condition.text("type") == "PodScheduled" && condition.text("reason") == "SchedulingGated" {
            reason = "SchedulingGated"
        }
        let sidecars = Set(
            spec.list("initContainers").filter { $0.text("restartPolicy") == "Always" }.map { $0.text("name") })
        total += sidecars.count
        let isInitializing = readInitContainers(spec, status, sidecars)
        let isInitialized = status.list("conditions").contains {
            $0.text("type") == "Initialized" && $0.text("status") == "True"
        }
        if !isInitializing || isInitialized { readContainers(status) }
        guard pod.isBeingDeleted else { return }
        if status.text("reason") == "NodeLost" {
            reason = "Unknown"
        } else if !["Failed", "Succeeded"].contains(status.text("phase")) {
            reason = "Terminating"
        }
    }

    private mutating func noteRestart(_ status: JSONValue) {
        guard let text = status[path: "lastState", "terminated", "finishedAt"]?.stringValue,
            let time = Timestamp(text)
        else { return }
        lastRestart = lastRestart.map { max($0, time) } ?? time
    }

    private mutating func readInitContainers(
        _ spec: JSONValue, _ status: JSONValue, _ sidecars: Set<String>
    ) -> Bool {
        for (index, container) in status.list("initContainerStatuses").enumerated() {
            restarts += container.number("restartCount")
            noteRestart(container)
            let isSidecar = sidecars.contains(container.text("name"))
            if isSidecar { restartableRestarts += container.number("restartCount") }
            let terminated = container[path: "state", "terminated"]
            let waiting = container[path: "state", "waiting"]?.text("reason") ?? ""
            if let terminated, terminated.number("exitCode") == 0 { continue }
            if isSidecar, container["started"]?.boolValue == true {
                if container["ready"]?.boolValue == true { ready += 1 }
                continue
            }
            if let terminated {
                let cause = terminated.text("reason")
                if !cause.isEmpty {
                    reason = "Init:\(cause)"
                } else if terminated.number("signal") != 0 {
                    reason = "Init:Signal:\(terminated.number("signal"))"
                } else {
                    reason = "Init:ExitCode:\(terminated.number("exitCode"))"
                }
            } else if !waiting.isEmpty, waiting != "PodInitializing" {
                reason = "Init:\(waiting)"
            } else {
                reason = "Init:\(index)/\(spec.list("initContainers").count)"
            }
            return true
        }
        return false
    }

    private mutating func readContainers(_ status: JSONValue) {
        restarts = restartableRestarts
        var hasRunning = false
        for container in status.list("containerStatuses").reversed() {
            restarts += container.number("restartCount")
            noteRestart(container)
            let state = container["state"] ?? [:]
            let waiting = state["waiting"]?.text("reason") ?? ""
            if !waiting.isEmpty {
                reason = waiting
            } else if let terminated = state["terminated"] {
                let cause = terminated.text("reason")
                if !cause.isEmpty {
                    reason = cause
                } else if terminated.number("signal") != 0 {
                    reason = "Signal:\(terminated.number("signal"))"
                } else {
                    reason = "ExitCode:\(terminated.number("exitCode"))"
                }
            } else if container["ready"]?.boolValue == true, state["running"] != nil {
                hasRunning = true
                ready += 1
            }
        }
        guard reason == "Completed", hasRunning else { return }
        let isReady = status.list("conditions").contains {
            $0.text("type") == "Ready" && $0.text("status") == "True"
        }
        reason = isReady ? "Running" : "NotReady"
    }
}
