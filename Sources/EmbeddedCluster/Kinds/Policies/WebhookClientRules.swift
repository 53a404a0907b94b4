import KubeCore

/// The rules for how a webhook is reached.
enum WebhookClientRules {
    /// What is wrong with a `clientConfig`.
    static func errors(_ client: JSONValue, _ field: String) -> [FieldError] {
        switch (client["url"], client["service"]) {
        case (nil, nil), (_?, _?): [.required(field, "exactly one of url or service is required")]
        case (let url?, nil): urlErrors(url.stringValue ?? "", "\(field).url")
        case (nil, let service?): serviceErrors(service, "\(field).service")
        }
    }

    private static let form = "; desired format: https://host[/path]"

    private static func urlErrors(_ text: String, _ field: String) -> [FieldError] {
        var errors: [FieldError] = []
        var rest = text[...]
        func cut(_ mark: Character) -> String {
            guard let position = rest.firstIndex(of: mark) else { return "" }
            defer { rest = rest[..<position] }
            return String(rest[rest.index(after: position)...])
        }
        let fragment = cut("#")
        let query = cut("?")
        var scheme = ""
        if let colon = rest.firstIndex(of: ":"), rest[..<colon].allSatisfy({ $0.isLetter || $0.isNumber }) {
            scheme = rest[..<colon].lowercased()
            rest = rest[rest.index(after: colon)...]
        }
        var host = ""
        if rest.hasPrefix("//") {
            rest = rest.dropFirst(2)
            host = String(rest.prefix { $0 != "/" })
        }
        var user: String?
        if let at = host.lastIndex(of: "@") {
            user = String(host[..<at])
            host = String(host[host.index(after: at)...])
        }
        func fault(_ value: String, _ detail: String) { errors.append(.invalid(field, .string(value), detail)) }
        if scheme != "https" { fault(scheme, "'https' is the only allowed URL scheme\(form)") }
        if host.isEmpty { fault(host, "host must be specified\(form)") }
        if let user { fault(user, "user information is not permitted in the URL") }
        if !fragment.isEmpty { fault(fragment, "fragments are not permitted in the URL") }
        if !query.isEmpty { fault(query, "query parameters are not permitted in the URL") }
        return errors
    }

    private static func serviceErrors(_ service: JSONValue, _ field: String) -> [FieldError] {
        var errors: [FieldError] = []
        for member in ["name", "namespace"] where service.text(member).isEmpty {
            errors.append(.required("\(field).\(member)", "service \(member) is required"))
        }
        if !(1...65535).contains(service.number("port")) {
            errors.append(
                .invalid(
                    "\(field).port", service["port"],
                    "port is not valid: must be between 1 and 65535, inclusive"))
        }
        guard let path = service["path"]?.stringValue, !path.isEmpty, path != "/" else { return errors }
        func fault(_ detail: String) { errors.append(.invalid("\(field).path", .string(path), detail)) }
        if path == "//" {
            fault("segment[0] may not be empty")
            return errors
        }
        if !path.hasPrefix("/") { fault("must start with a '/'") }
        var segments = path.dropFirst()
        if segments.hasSuffix("/") { segments = segments.dropLast() }
        for (index, segment) in segments.split(separator: "/", omittingEmptySubsequences: false).enumerated() {
            if segment.isEmpty {
                fault("segment[\(index)] may not be empty")
            } else {
                for problem in Names.subdomainErrors(String(segment)) { fault("segment[\(index)]: \(problem)") }
            }
        }
        return errors
    }
}
