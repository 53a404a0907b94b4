import KubeCore
import Synchronization

/// `/debug/`: what a test outside the process may ask of the cluster and do to it. No real API server has it.
///
/// | request | does |
/// |---|---|
/// | `GET /debug/writes?after=&limit=` | who wrote what: the writes after a version, oldest first |
/// | `GET /debug/requests?after=&limit=` | the last requests, by their sequence |
/// | `POST /debug/faults` | adds fault rules: one (see ``FaultRule``) or an array of them |
/// | `DELETE /debug/faults` | takes all rules away |
/// | `PUT /debug/views/AGENT?resourceVersion=&scope=&resources=` | pins a client to a view of the past (default: the present) |
/// | `DELETE /debug/views/AGENT` | lets it see the present again |
/// | `POST /debug/compact?upTo=` | forgets events |
/// | `POST /debug/restart?downtimeMilliseconds=&keepsWatchCache=` | restarts the server |
/// | `PUT /debug/backups/NAME` | remembers the storage |
/// | `POST /debug/backups/NAME/restore?downtimeMilliseconds=` | goes back to it |
///
/// These requests are themselves neither observed nor befallen by faults.
extension APIServer {
    func debug(_ request: APIRequest) throws(Status) -> APIResponse {
        let segments = request.path.split(separator: "/").dropFirst().map { String(percentDecoding: $0) }
        switch (request.method, segments.first, segments.count) {
        case ("GET", "writes", 1): return try writes(request)
        case ("GET", "requests", 1): return try requests(request)
        case ("POST", "faults", 1): try addFaults(request)
        case ("DELETE", "faults", 1): seams.removeRules()
        case ("PUT", "views", 2): try pin(segments[1], request)
        case ("DELETE", "views", 2): pin(segments[1], to: nil)
        case ("POST", "compact", 1): store.compact(upTo: try number("upTo", of: request))
        case ("POST", "restart", 1):
            restart(downtime: try downtime(request), keepsWatchCache: request.flag("keepsWatchCache"))
        case ("PUT", "backups", 2): backups.withLock { $0[segments[1]] = store.snapshot() }
        case ("POST", "backups", 3) where segments[2] == "restore":
            guard let snapshot = backups.withLock({ $0[segments[1]] }) else {
                throw Status(
                    code: 404, reason: .notFound, message: "there is no backup \"\(segments[1])\"; PUT one first")
            }
            restore(snapshot, downtime: try downtime(request))
        default: return .pageNotFound
        }
        return .json(["resourceVersion": .integer(Int64(clamping: store.revision))])
    }

    private func writes(_ request: APIRequest) throws(Status) -> APIResponse {
        let after = try number("after", of: request) ?? 0
        let limit = try number("limit", of: request) ?? UInt64(Int.max)
        let records = store.history.filter { $0.resourceVersion > after }.prefix(Int(clamping: limit))
        return .json([
            "lastSequence": .integer(Int64(clamping: store.revision)), "items": .array(records.map(\.value)),
        ])
    }

    private func requests(_ request: APIRequest) throws(Status) -> APIResponse {
        let after = try number("after", of: request) ?? 0
        let limit = try number("limit", of: request) ?? UInt64(Int.max)
        let records = seams.recentRequests.filter { $0.sequence > after }
        return .json([
            "lastSequence": .integer(Int64(clamping: records.map(\.sequence).max() ?? after)),
            "items": .array(records.prefix(Int(clamping: limit)).map(\.value)),
        ])
    }

    private func addFaults(_ request: APIRequest) throws(Status) {
        guard let value = try? JSONValue(parsing: request.body, maximumDepth: 10) else {
            throw .badRequest("the body must be a fault rule, or an array of them, in JSON")
        }
        var rules: [FaultRule] = []
        for value in value.arrayValue ?? [value] { rules.append(try FaultRule(value)) }
        for rule in rules { seams.add(rule) }
    }

    private func pin(_ userAgent: String, _ request: APIRequest) throws(Status) {
        var view = PinnedView(resourceVersion: try number("resourceVersion", of: request) ?? store.revision)
        if let text = request.value(of: "scope") {
            guard let scope = PinnedView.Scope(rawValue: text) else {
                throw .badRequest("scope must be everything or cache, not \"\(text)\"")
            }
            view.scope = scope
        }
        view.resources = request.value(of: "resources").map { Set($0.split(separator: ",").map(String.init)) }
        pin(userAgent, to: view)
    }

    private func downtime(_ request: APIRequest) throws(Status) -> Duration {
        .milliseconds(Int64(clamping: try number("downtimeMilliseconds", of: request) ?? 0))
    }

    private func number(_ parameter: String, of request: APIRequest) throws(Status) -> UInt64? {
        guard let text = request.value(of: parameter) else { return nil }
        guard let number = UInt64(text) else {
            throw .badRequest("\(parameter) must be a number, not \"\(text)\"")
        }
        return number
    }
}

extension WriteRecord {
    /// The record as `/debug/writes` shows it.
    fileprivate var value: JSONValue {
        var object: JSONObject = [
            "sequence": .integer(Int64(clamping: resourceVersion)), "verb": .string(verb), "group": .string(group),
            "resource": .string(resource), "name": .string(name), "userAgent": .string(userAgent),
        ]
        if let subresource { object["subresource"] = .string(subresource) }
        if let namespace { object["namespace"] = .string(namespace) }
        return .object(object)
    }
}
