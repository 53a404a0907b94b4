import KubeCore

/// A condition of a status: what `kubectl wait` and people read.
struct Condition {
    var type: String
    /// Nil for `Unknown`.
    var status: Bool?
    var reason: String?
    var message: String?

    init(_ type: String, _ status: Bool?, reason: String? = nil, message: String? = nil) {
        self.type = type
        self.status = status
        self.reason = reason
        self.message = message
    }

    /// Sets this condition in a list. The transition time moves only when the status does; a list that says the same
    /// already stays as it is, byte for byte.
    ///
    /// - Parameters:
    ///   - extra: further members, such as `lastUpdateTime`; they alone make no difference.
    ///   - isRenewed: whether the further members are written even where all else stays.
    func set(
        in conditions: inout [JSONValue], now: Timestamp, extra: JSONObject = JSONObject(), isRenewed: Bool = false
    ) {
        let statusText: JSONValue = status.map { $0 ? "True" : "False" } ?? "Unknown"
        let position = conditions.firstIndex { $0["type"]?.stringValue == type }
        let known = position.map { conditions[$0] }
        if let known, known["status"] == statusText, known["reason"]?.stringValue == reason,
            known["message"]?.stringValue == message, !isRenewed
        {
            return
        }
        var condition: JSONObject = ["type": .string(type), "status": statusText]
        let transition = known?["status"] == statusText ? known?["lastTransitionTime"] : nil
        for (key, value) in extra { condition[key] = value }
        condition["lastTransitionTime"] = transition ?? .string(now.description)
        if let reason { condition["reason"] = .string(reason) }
        if let message { condition["message"] = .string(message) }
        if let position { conditions[position] = .object(condition) } else { conditions.append(.object(condition)) }
    }
}

extension JSONObject {
    /// The conditions of a status.
    var conditions: [JSONValue] {
        get { self["conditions"]?.arrayValue ?? [] }
        set { self["conditions"] = newValue.isEmpty ? nil : .array(newValue) }
    }

    /// Sets a counter; a zero that the API leaves out is left out.
    mutating func setCount(_ member: String, _ count: Int, keepsZero: Bool = false) {
        self[member] = count == 0 && !keepsZero ? nil : .integer(Int64(count))
    }
}
