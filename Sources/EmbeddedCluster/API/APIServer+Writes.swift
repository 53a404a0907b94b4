import KubeCore

/// `/debug/writes`: who wrote what, so that a test outside the process can hold an operator to its promises. No real API
/// server has it.
extension APIServer {
    /// The writes after a version (`after`), oldest first, at most so many (`limit`).
    func writes(_ request: APIRequest) throws(Status) -> APIResponse {
        let after = try number("after", of: request) ?? 0
        let limit = try number("limit", of: request) ?? UInt64(Int.max)
        let records = store.history.filter { $0.resourceVersion > after }.prefix(Int(clamping: limit))
        return .json([
            "lastSequence": .integer(Int64(clamping: store.revision)), "items": .array(records.map(\.value)),
        ])
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
