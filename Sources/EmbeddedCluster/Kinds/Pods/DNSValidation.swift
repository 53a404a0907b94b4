import KubeCore

/// The rules for how pods resolve names.
enum DNSValidation {
    static func errors(_ spec: JSONValue, _ path: String) -> [FieldError] {
        let field = "\(path).dnsConfig"
        let config = spec["dnsConfig"]
        if spec.text("dnsPolicy") == "None" {
            guard let config else {
                return [.required(field, "must provide `dnsConfig` when `dnsPolicy` is None")]
            }
            if config.lacks("nameservers") {
                return [
                    .required(
                        "\(field).nameservers", "must provide at least one DNS nameserver when `dnsPolicy` is None")
                ]
            }
        }
        guard let config else { return [] }
        var errors: [FieldError] = []
        let servers = config.list("nameservers")
        if servers.count > 3 {
            errors.append(
                .invalid("\(field).nameservers", .array(servers), "must not have more than 3 nameservers"))
        }
        for (index, server) in servers.enumerated() {
            errors += FieldRules.address(server, "\(field).nameservers[\(index)]")
        }
        let searches = config.list("searches")
        if searches.count > 32 {
            errors.append(.invalid("\(field).searches", .array(searches), "must not have more than 32 search paths"))
        }
        for (index, search) in searches.enumerated() {
            let text = search.stringValue ?? ""
            guard text != "." else { continue }
            // Labels of searches may have underscores.
            let plain = (text.hasSuffix(".") ? String(text.dropLast()) : text).filter { $0 != "_" }
            errors += Names.subdomainErrors(plain).map { .invalid("\(field).searches[\(index)]", search, $0) }
        }
        for (index, option) in config.list("options").enumerated() where option.text("name").isEmpty {
            errors.append(.required("\(field).options[\(index)]", "must not be empty"))
        }
        return errors
    }
}
