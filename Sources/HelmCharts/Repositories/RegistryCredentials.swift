import KubeCore

/// Credentials by registry, as Docker keeps them: `config.json`, and the `.dockerconfigjson` of a pull secret.
public struct RegistryCredentials: Sendable, Hashable {
    /// What a registry is told.
    public enum Entry: Sendable, Hashable {
        /// User name and password.
        case basic(username: String, password: String)
        /// A refresh token that buys access tokens (OAuth 2).
        case identityToken(String)
        /// A bearer token that is sent as it is.
        case registryToken(String)
    }

    private struct Rule: Sendable, Hashable {
        var host: [Substring]
        var port: String?
        var path: String
        var entry: Entry
    }

    private var rules: [Rule] = []

    /// Reads a Docker configuration. Credential helpers are programs, and are not run.
    ///
    /// - Throws: ``RepositoryError`` of kind `invalidReference` that shows nothing of the content.
    public init(dockerConfiguration bytes: [UInt8]) throws(RepositoryError) {
        let document: JSONValue
        do {
            document = try JSONValue(parsing: bytes)
        } catch {
            throw RepositoryError(.invalidReference, "the registry credentials are not JSON (byte \(error.offset))")
        }
        // The older `.dockercfg` has the registries at its top.
        guard case .object(let entries) = document["auths"] ?? (document["credsStore"] == nil ? document : .object([:]))
        else {
            throw RepositoryError(.invalidReference, "the registry credentials have no object \"auths\"")
        }
        for (key, value) in entries {
            guard let entry = Self.entry(value) else { continue }
            rules.append(Self.rule(for: key, entry))
        }
        // The rule that says most comes first, as the kubelet tries them.
        rules.sort { left, right in
            if left.path.utf8.count != right.path.utf8.count { return left.path.utf8.count > right.path.utf8.count }
            let (wild, otherWild) = (left.host.count { $0.contains("*") }, right.host.count { $0.contains("*") })
            return wild < otherWild
        }
    }

    /// The credentials for a repository, the most specific first: `host[:port]/path`, then `host[:port]`; a `*` in a
    /// host's part stands for anything within it, as the kubelet has it.
    public func entry(registry: String, repository: String) -> Entry? {
        let (host, port) = Self.split(registry)
        let path = "/" + repository
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        return rules.first { rule in
            guard rule.port == port, rule.host.count == labels.count else { return false }
            guard rule.path.isEmpty || path == rule.path || path.hasPrefix(rule.path + "/") else { return false }
            return zip(rule.host, labels).allSatisfy { ShellPattern.matches(String($0), String($1)) }
        }?.entry
    }

    private static func entry(_ value: JSONValue) -> Entry? {
        if let token = value["identitytoken"]?.stringValue, !token.isEmpty { return .identityToken(token) }
        if let token = value["registrytoken"]?.stringValue, !token.isEmpty { return .registryToken(token) }
        if let encoded = value["auth"]?.stringValue, !encoded.isEmpty,
            let decoded = try? Base64.decode(Array(encoded.utf8)), let colon = decoded.firstIndex(of: UInt8(ascii: ":"))
        {
            // Docker pads the password with zero bytes.
            let password = decoded[(colon + 1)...].prefix { $0 != 0 }
            return .basic(
                username: String(decoding: decoded[..<colon], as: UTF8.self),
                password: String(decoding: password, as: UTF8.self))
        }
        guard let username = value["username"]?.stringValue, !username.isEmpty else { return nil }
        return .basic(username: username, password: value["password"]?.stringValue ?? "")
    }

    private static func rule(for key: String, _ entry: Entry) -> Rule {
        var rest = Substring(key)
        if let scheme = rest.firstRange(of: "://") { rest = rest[scheme.upperBound...] }
        let registry = rest.prefix { $0 != "/" }
        var path = String(rest.dropFirst(registry.count))
        while path.hasSuffix("/") { path.removeLast() }
        // Docker writes the API's version behind the host: it is no repository.
        if path == "/v1" || path == "/v2" { path = "" }
        let (host, port) = split(String(registry))
        return Rule(
            host: host.split(separator: ".", omittingEmptySubsequences: false), port: port, path: path, entry: entry)
    }

    /// Host and port; Docker Hub's many names are one.
    private static func split(_ registry: String) -> (host: Substring, port: String?) {
        var host = Substring(registry.lowercased())
        var port: String?
        if !host.hasSuffix("]"), let colon = host.lastIndex(of: ":") {
            port = String(host[host.index(after: colon)...])
            host = host[..<colon]
        }
        if port == "443" { port = nil }
        if ["index.docker.io", "registry-1.docker.io"].contains(host) { host = "docker.io" }
        return (host, port)
    }
}

extension RegistryCredentials: CustomStringConvertible, CustomReflectable {
    /// How many registries there are credentials for, never which.
    public var description: String { "RegistryCredentials(\(rules.count) registries)" }

    /// Keeps secrets out of dumps.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
