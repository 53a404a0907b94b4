import Glibc

/// The targets that `NO_PROXY` exempts from the proxy, by the rules of Go's `httpproxy`, which every other Kubernetes
/// client follows (libcurl's differ: it knows no ports).
///
/// Entries are separated by commas: an address, a block of addresses (`10.0.0.0/8`, `fd00::/8`), a name (itself and the
/// names below it), a name with a leading dot or `*.` (the names below it only), each with a port if need be; or `*`
/// for everything.
struct ProxyExceptions: Hashable {
    private enum Pattern: Hashable {
        case everything
        case block(address: [UInt8], prefix: Int, port: Int?)
        case name(String, port: Int?, includesItself: Bool)
    }

    private var patterns: [Pattern] = []

    init(_ list: String) {
        for part in list.split(separator: ",") {
            let entry = part.drop { $0 == " " }.split(separator: " ", maxSplits: 1).first.map { $0.lowercased() } ?? ""
            if let pattern = Self.pattern(entry) { patterns.append(pattern) }
        }
    }

    func contains(_ target: URLAuthority) -> Bool {
        let host = target.host.lowercased()
        let address = Self.address(host)
        return patterns.contains { pattern in
            switch pattern {
            case .everything: return true
            case .block(let block, let prefix, let port):
                guard port == nil || port == target.port, let address else { return false }
                return Self.isEqual(address, block, upTo: prefix)
            case .name(let name, let port, let includesItself):
                guard port == nil || port == target.port else { return false }
                return (includesItself && host == name) || host.hasSuffix("." + name)
            }
        }
    }

    private static func pattern(_ entry: String) -> Pattern? {
        guard !entry.isEmpty else { return nil }
        if entry == "*" { return .everything }
        if let slash = entry.lastIndex(of: "/") {
            guard let address = address(String(entry[..<slash])),
                let prefix = Int(entry[entry.index(after: slash)...]), (0...address.count * 8).contains(prefix)
            else { return nil }
            return .block(address: address, prefix: prefix, port: nil)
        }
        var (host, port) = (entry, Int?.none)
        if address(host) == nil, let colon = host.lastIndex(of: ":"),
            let number = Int(host[host.index(after: colon)...])
        {
            (host, port) = (String(host[..<colon]), number)
        }
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        if let address = address(host) { return .block(address: address, prefix: address.count * 8, port: port) }
        if host.hasPrefix("*.") { host.removeFirst() }
        let includesItself = !host.hasPrefix(".")
        if !includesItself { host.removeFirst() }
        return host.isEmpty ? nil : .name(host, port: port, includesItself: includesItself)
    }

    /// The bytes of an IP address, 4 or 16; nil where the text is none.
    private static func address(_ text: String) -> [UInt8]? {
        for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: count)
            if inet_pton(family, text, &bytes) == 1 { return bytes }
        }
        return nil
    }

    private static func isEqual(_ left: [UInt8], _ right: [UInt8], upTo bits: Int) -> Bool {
        guard left.count == right.count else { return false }
        return left.indices.allSatisfy { position in
            let covered = min(max(bits - position * 8, 0), 8)
            let mask = UInt8(truncatingIfNeeded: 0xFF00 >> covered)
            return left[position] & mask == right[position] & mask
        }
    }
}
