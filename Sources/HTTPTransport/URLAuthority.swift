/// The parts of a URL that the transport itself looks at; the rest is libcurl's business.
struct URLAuthority: Hashable {
    /// In small letters.
    let scheme: String
    /// Without brackets.
    let host: String
    let port: Int
    /// What follows the authority, from the slash on; may be empty.
    let rest: String

    init?(_ url: String) {
        guard let separator = url.firstRange(of: "://") else { return nil }
        scheme = url[..<separator.lowerBound].lowercased()
        let afterScheme = url[separator.upperBound...]
        let end = afterScheme.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? afterScheme.endIndex
        rest = String(afterScheme[end...])
        var authority = afterScheme[..<end]
        if let at = authority.lastIndex(of: "@") { authority = authority[authority.index(after: at)...] }
        let defaultPort: Int
        switch scheme {
        case "http": defaultPort = 80
        case "https": defaultPort = 443
        default: return nil
        }
        let portText: Substring
        if authority.first == "[" {
            guard let close = authority.firstIndex(of: "]") else { return nil }
            host = String(authority[authority.index(after: authority.startIndex)..<close])
            portText = authority[authority.index(after: close)...]
        } else if let colon = authority.lastIndex(of: ":") {
            host = String(authority[..<colon])
            portText = authority[colon...]
        } else {
            host = String(authority)
            portText = ""
        }
        guard !host.isEmpty else { return nil }
        if portText.count > 1 {
            guard portText.first == ":", let number = Int(portText.dropFirst()), (1...65535).contains(number) else {
                return nil
            }
            port = number
        } else {
            port = defaultPort
        }
    }

    var isLoopback: Bool {
        host == "localhost" || host.hasSuffix(".localhost") || host == "::1" || host.hasPrefix("127.")
    }

    /// Host and port as they stand in a URL.
    var hostAndPort: String { "\(host.contains(":") ? "[\(host)]" : host):\(port)" }

    /// Scheme, host and path, for messages: neither credentials nor query, which may hold secrets.
    var display: String {
        let path = rest.prefix { $0 != "?" && $0 != "#" }
        return "\(scheme)://\(hostAndPort)\(path)"
    }
}
