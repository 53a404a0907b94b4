/// The way a request leaves.
public enum ProxySetting: Sendable, Hashable {
    /// What `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` say, in capitals or small; loopback addresses are
    /// always reached directly.
    case environment
    /// Directly.
    case none
    /// Through this proxy, whatever the environment says: `http://`, `https://`, `socks5://` or `socks5h://`, with
    /// credentials if need be.
    case url(String)

    /// What to tell libcurl: the proxy's URL, an empty string for none, or nil to let it read the environment.
    func proxy(for target: URLAuthority, environment: (String) -> String?) -> String? {
        switch self {
        case .none: return ""
        case .url(let url): return url
        case .environment:
            if target.isLoopback { return "" }
            // libcurl reads `http_proxy` in small letters only, since servers put a request's `Proxy` field into
            // `HTTP_PROXY` for CGI programs. Outside of such a program the common spelling is safe to honour.
            if target.scheme == "http", environment("http_proxy") == nil, environment("REQUEST_METHOD") == nil,
                let proxy = environment("HTTP_PROXY"), !proxy.isEmpty
            {
                return proxy
            }
            return nil
        }
    }
}
