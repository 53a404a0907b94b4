/// The way a request leaves.
public enum ProxySetting: Sendable, Hashable {
    /// What `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` say, in capitals or small; see
    /// `ProxyExceptions` for the latter. Loopback addresses are always reached directly.
    case environment
    /// Directly.
    case none
    /// Through this proxy, whatever the environment says: `http://`, `https://`, `socks5://` or `socks5h://`, with
    /// credentials if need be.
    case url(String)

    /// The proxy's URL; nil for none.
    func proxy(for target: URLAuthority, environment: (String) -> String?) -> String? {
        switch self {
        case .none: return nil
        case .url(let url): return url
        case .environment:
            // As Go has it, capitals go first.
            func value(_ name: String) -> String? {
                [name, name.lowercased()].lazy.compactMap(environment).first { !$0.isEmpty }
            }
            if target.isLoopback { return nil }
            if let list = value("NO_PROXY"), ProxyExceptions(list).contains(target) { return nil }
            if target.scheme == "https" { return value("HTTPS_PROXY") ?? value("ALL_PROXY") }
            // For CGI programs, servers put a request's `Proxy` field into `HTTP_PROXY`.
            let isCGI = environment("REQUEST_METHOD") != nil
            return (isCGI ? environment("http_proxy") : value("HTTP_PROXY")) ?? value("ALL_PROXY")
        }
    }

    /// A proxy's URL for messages: without credentials.
    static func display(_ proxy: String) -> String {
        let separator = proxy.firstRange(of: "://")
        let scheme = separator.map { String(proxy[..<$0.lowerBound]) } ?? "http"
        var authority = separator.map { proxy[$0.upperBound...] } ?? proxy[...]
        authority = authority.prefix { $0 != "/" && $0 != "?" }
        if let at = authority.lastIndex(of: "@") { authority = authority[authority.index(after: at)...] }
        return "\(scheme)://\(authority)"
    }
}
