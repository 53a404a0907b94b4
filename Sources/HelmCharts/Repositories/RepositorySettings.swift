import HTTPTransport

/// How a repository or registry is reached: as whom, trusting whom, and within which limits.
public struct RepositorySettings: Sendable {
    /// As whom to appear.
    public enum Credentials: Sendable, Hashable {
        /// HTTP basic authentication; for a registry also what the token is asked for with.
        case basic(username: String, password: String)
        /// A bearer token, sent as it is.
        case bearer(String)
    }

    /// As whom to appear; nil for nobody.
    public var credentials: Credentials?
    /// Credentials by registry, for OCI registries where ``credentials`` is nil.
    public var registryCredentials: RegistryCredentials?
    /// Sends credentials to whatever host an index points to, not only to the repository's own (`--pass-credentials`).
    public var passesCredentialsToAll = false
    /// Trust and client certificate, for the repository's own origin.
    public var tls = TLSSettings()
    /// Speaks plain HTTP with OCI registries. Registries on loopback are always spoken to so.
    public var usesPlainHTTP = false
    /// The way out.
    public var proxy = ProxySetting.environment
    /// The largest index in bytes; 128 MiB by default.
    public var maximumIndexBytes = 128 << 20
    /// The largest archive in bytes; 100 MiB by default.
    public var maximumArchiveBytes = 100 << 20
    /// How long one download may take, its redirects included; 2 minutes by default.
    public var timeout = Duration.seconds(120)
    /// How long a server may be silent; 30 s by default.
    public var idleTimeout = Duration.seconds(30)
    /// How many redirects are followed; 10 by default, as Helm.
    public var maximumRedirects = 10
    /// What the source gave last is used where it cannot be reached any more. Off by default: for commands, a failure is
    /// the better answer.
    public var usesLastGood = false

    /// The defaults: nobody, the system's trust.
    public init() {}
}

extension RepositorySettings: CustomStringConvertible, CustomReflectable {
    /// Says what is set, never a secret.
    public var description: String {
        "RepositorySettings(credentials: \(credentials == nil && registryCredentials == nil ? "none" : "set"), tls: \(tls))"
    }

    /// Keeps secrets out of dumps.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
