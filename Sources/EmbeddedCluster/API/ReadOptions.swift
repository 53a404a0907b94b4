import KubeCore

/// The parameters of a list or watch: `meta/v1` ListOptions, validated by the rules of the real server.
struct ListOptions {
    enum Match: String {
        case exact = "Exact"
        case notOlderThan = "NotOlderThan"
    }

    var labelSelector = LabelSelector.everything
    var fieldSelector = FieldSelector.everything
    var resourceVersion = ""
    var match: Match?
    var limit: Int64 = 0
    var continueToken: String?
    var timeoutSeconds: Int64?
    var isWatch = false
    var allowsBookmarks = false
    var sendsInitialEvents: Bool?

    init(_ request: APIRequest, isWatch: Bool) throws(Status) {
        self.isWatch = isWatch
        limit = try Self.integer(request, "limit") ?? 0
        timeoutSeconds = try Self.integer(request, "timeoutSeconds")
        allowsBookmarks = request.flag("allowWatchBookmarks")
        resourceVersion = request.value(of: "resourceVersion") ?? ""
        continueToken = request.value(of: "continue")
        if request.value(of: "sendInitialEvents") != nil { sendsInitialEvents = request.flag("sendInitialEvents") }
        do {
            labelSelector = try LabelSelector(parsing: request.value(of: "labelSelector") ?? "")
            fieldSelector = try FieldSelector(parsing: request.value(of: "fieldSelector") ?? "")
        } catch {
            throw .badRequest(error.description)
        }
        let matchText = request.value(of: "resourceVersionMatch") ?? ""
        let errors = validate(match: matchText)
        guard errors.isEmpty else { throw .invalidOptions("ListOptions", errors) }
        match = Match(rawValue: matchText)
    }

    private func validate(match: String) -> [FieldError] {
        let field = "resourceVersionMatch"
        var errors: [FieldError] = []
        if sendsInitialEvents != nil {
            guard isWatch else { return [.forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list")] }
            if match != Match.notOlderThan.rawValue {
                errors.append(
                    .forbidden(field, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"))
                if !match.isEmpty {
                    errors.append(.notSupported(field, .string(match), [Match.notOlderThan.rawValue]))
                }
            }
            return errors
        }
        guard !match.isEmpty else { return [] }
        if isWatch {
            return [
                .forbidden(field, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided")
            ]
        }
        if resourceVersion.isEmpty {
            errors.append(.forbidden(field, "resourceVersionMatch is forbidden unless resourceVersion is provided"))
        }
        if continueToken != nil {
            errors.append(.forbidden(field, "resourceVersionMatch is forbidden when continue is provided"))
        }
        if Match(rawValue: match) == nil {
            errors.append(.notSupported(field, .string(match), ["Exact", "NotOlderThan", ""]))
        }
        if match == Match.exact.rawValue, resourceVersion == "0" {
            errors.append(
                .forbidden(field, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""))
        }
        return errors
    }

    static func integer(_ request: APIRequest, _ name: String) throws(Status) -> Int64? {
        guard let text = request.value(of: name) else { return nil }
        guard let value = Int64(text) else {
            throw .badRequest(GoErrors.number(text, function: "ParseInt"))
        }
        return value
    }

    /// A resource version as a number; what the real server says of one that is none depends on where it is.
    static func revision(_ text: String) throws(Status) -> UInt64? {
        guard !text.isEmpty else { return nil }
        guard let revision = UInt64(text) else {
            let quoted = JSONValue.string(text).serialized()
            throw .internalFailure(
                "resourceVersion: Invalid value: \(quoted): \(GoErrors.number(text, function: "ParseUint"))")
        }
        return revision
    }
}

/// Where a list that is given in pages goes on: opaque to clients.
struct ContinueToken {
    /// The revision that all pages are a snapshot of; nil to go on with the current state.
    var revision: UInt64?
    /// The key after which the next page starts.
    var after: String

    init(revision: UInt64?, after: String) {
        self.revision = revision
        self.after = after
    }

    init(_ text: String) throws(Status) {
        let bytes: [UInt8]
        switch Base64.decodeURL(text) {
        case .success(let decoded): bytes = decoded
        case .failure(let error):
            throw .badRequest("invalid continue token: continue key is not valid: \(error)")
        }
        guard let value = try? JSONValue(parsing: bytes), value["v"]?.stringValue == "meta.k8s.io/v1",
            let start = value["start"]?.stringValue, !start.isEmpty
        else { throw .badRequest("invalid continue token: continue key is not valid: incorrect encoded start key") }
        after = start
        let number = value["rv"]?.integerValue ?? -1
        revision = number > 0 ? UInt64(number) : nil
    }

    var text: String {
        let value: JSONValue = [
            "v": "meta.k8s.io/v1", "rv": .integer(revision.map { Int64($0) } ?? -1), "start": .string(after),
        ]
        return Base64.encodeURL(value.serializedBytes())
    }
}
