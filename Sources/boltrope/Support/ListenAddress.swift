import ArgumentParser

/// An address to listen on: `:8080`, `127.0.0.1:0`, `[::1]:8080`; `0` alone turns a server off, as in controller-runtime.
struct ListenAddress: Sendable, Hashable, ExpressibleByArgument {
    var host: String
    var port: Int
    /// Whether the server is wanted at all.
    var isEnabled = true

    init?(argument: String) {
        if argument == "0" {
            (host, port, isEnabled) = ("", 0, false)
            return
        }
        guard let colon = argument.lastIndex(of: ":"), let port = Int(argument[argument.index(after: colon)...]),
            (0...65535).contains(port)
        else { return nil }
        var host = String(argument[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            return nil
        }
        self.host = host.isEmpty ? "0.0.0.0" : host
        self.port = port
    }

    private init(port: Int) { (host, self.port) = ("0.0.0.0", port) }

    /// Where the operator serves metrics by default.
    static let metrics = ListenAddress(port: 8080)
    /// Where the operator serves probes by default.
    static let probes = ListenAddress(port: 8081)

    var defaultValueDescription: String { isEnabled ? "\(host == "0.0.0.0" ? "" : host):\(port)" : "0" }
}
