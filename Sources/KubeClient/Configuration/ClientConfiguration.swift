import HTTPTransport
import KubeCore

/// Where an API server is and as whom to talk to it; a plain value.
///
/// Files that it names are read by the client, and again whenever they change.
public struct ClientConfiguration: Sendable, CustomStringConvertible {
    /// The server's URL, without a slash at its end; may have a path.
    public var server: String
    /// Whom to trust and which name to expect.
    public var trust: ServerTrust
    /// Who we are.
    public var authentication: Authentication
    /// The way out.
    public var proxy: ProxySetting
    /// The namespace for objects that name none; `default` where nothing says otherwise.
    public var namespace: String
    /// The context of the kubeconfig that this came from.
    public var contextName: String?
    /// The `User-Agent` of requests.
    public var userAgent = "boltrope/\(KubeCore.version)"
    /// Header fields that every request carries.
    public var headers = HTTPHeaders()
    /// The most time until there is a connection; 10 s.
    public var connectTimeout: Duration = .seconds(10)
    /// The most silence of a server during a request that is no watch; 50 s, so that a dead connection is noticed
    /// within a minute while admission webhooks, which may take 30 s, have their time.
    public var idleTimeout: Duration = .seconds(50)
    /// The most bytes of a response that is read at once; 1 GiB, as lists can be large. Streams have no limit.
    public var maximumBodySize = 1 << 30
    /// Asks for compressed answers. Off by default: between a pod and its API server it costs more than it saves.
    public var acceptsCompression = false

    /// A configuration.
    public init(
        server: String, trust: ServerTrust = ServerTrust(), authentication: Authentication = Authentication(),
        proxy: ProxySetting = .environment, namespace: String = "default", contextName: String? = nil
    ) {
        // As client-go has it, a server without scheme is reached over TLS only where TLS is configured.
        let isSecured =
            trust.certificateAuthority != nil || trust.acceptsAnyCertificate || authentication.clientCertificate != nil
        let url = server.contains("://") ? server : "\(isSecured ? "https" : "http")://\(server)"
        self.server = url.hasSuffix("/") ? String(url.dropLast()) : url
        self.trust = trust
        self.authentication = authentication
        self.proxy = proxy
        self.namespace = namespace
        self.contextName = contextName
    }

    /// Server and context; no credentials.
    public var description: String {
        server + (contextName.map { " (context \($0))" } ?? "")
    }
}

/// Whom to trust as the API server.
public struct ServerTrust: Sendable, Hashable {
    /// The certificates to trust in place of the system's; nil for the system's.
    public var certificateAuthority: CredentialSource?
    /// The name to ask for and to verify, in place of the URL's host.
    public var serverName: String?
    /// Accepts any certificate.
    public var acceptsAnyCertificate: Bool

    /// Trust.
    public init(
        certificateAuthority: CredentialSource? = nil, serverName: String? = nil, acceptsAnyCertificate: Bool = false
    ) {
        self.certificateAuthority = certificateAuthority
        self.serverName = serverName
        self.acceptsAnyCertificate = acceptsAnyCertificate
    }
}

/// Bytes of a credential, from memory or from a file that may be renewed.
public enum CredentialSource: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    /// The bytes.
    case data([UInt8])
    /// The path of a file, read again whenever it changes.
    case file(String)

    /// The file, or that there are bytes; never the bytes.
    public var description: String {
        switch self {
        case .data: "(data)"
        case .file(let path): path
        }
    }

    /// Keeps the bytes out of dumps.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// Who we are to the API server. Printing it shows what is set, never the secrets.
public struct Authentication: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    /// A bearer token.
    public var token: CredentialSource?
    /// A user name, with ``password``.
    public var username: String?
    /// The password that goes with ``username``.
    public var password: String?
    /// A client certificate with its chain, PEM.
    public var clientCertificate: CredentialSource?
    /// The client certificate's key, PEM.
    public var clientKey: CredentialSource?
    /// A program that provides credentials.
    public var exec: ExecPlugin?
    /// Acts as this user (`Impersonate-User`), where the own user may.
    public var impersonatedUser: String?
    /// Acts as a user with these groups.
    public var impersonatedGroups: [String]
    /// Acts as a user with this UID.
    public var impersonatedUID: String?
    /// Acts as a user with these extra attributes (`Impersonate-Extra-…`).
    public var impersonatedExtra: [String: [String]]

    /// An identity; without arguments, nobody.
    public init(
        token: CredentialSource? = nil, username: String? = nil, password: String? = nil,
        clientCertificate: CredentialSource? = nil, clientKey: CredentialSource? = nil, exec: ExecPlugin? = nil,
        impersonatedUser: String? = nil, impersonatedGroups: [String] = [], impersonatedUID: String? = nil,
        impersonatedExtra: [String: [String]] = [:]
    ) {
        self.token = token
        self.username = username
        self.password = password
        self.clientCertificate = clientCertificate
        self.clientKey = clientKey
        self.exec = exec
        self.impersonatedUser = impersonatedUser
        self.impersonatedGroups = impersonatedGroups
        self.impersonatedUID = impersonatedUID
        self.impersonatedExtra = impersonatedExtra
    }

    /// What is set.
    public var description: String {
        var parts: [String] = []
        if token != nil { parts.append("token") }
        if let username { parts.append("user \(username)") }
        if clientCertificate != nil { parts.append("client certificate") }
        if let exec { parts.append("exec \(exec.command)") }
        if let impersonatedUser { parts.append("as \(impersonatedUser)") }
        return parts.isEmpty ? "anonymous" : parts.joined(separator: ", ")
    }

    /// Keeps the secrets out of dumps.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// A program that prints credentials: `client.authentication.k8s.io` ExecCredential.
public struct ExecPlugin: Sendable, Hashable {
    /// `client.authentication.k8s.io/v1` or `/v1beta1`.
    public var apiVersion: String
    /// The program, by path or by name.
    public var command: String
    /// Its arguments.
    public var arguments: [String]
    /// Environment variables on top of the own ones.
    public var environment: [String: String]
    /// What tells a person how to get the program.
    public var installHint: String?
    /// Whether the program is told of the server.
    public var providesClusterInfo: Bool
    /// What the program is told besides, where it is told of the server: the cluster's extension
    /// `client.authentication.k8s.io/exec`.
    public var clusterConfiguration: JSONValue?
    /// Whether the program may ask the person at the terminal.
    public var interaction: Interaction

    /// Whether a plugin may use standard input: `interactiveMode`.
    public enum Interaction: String, Sendable {
        /// It does not.
        case never = "Never"
        /// It does where standard input is a terminal.
        case ifAvailable = "IfAvailable"
        /// It must, and is not run where standard input is no terminal.
        case always = "Always"
    }

    /// A plugin.
    public init(
        apiVersion: String, command: String, arguments: [String] = [], environment: [String: String] = [:],
        installHint: String? = nil, providesClusterInfo: Bool = false, clusterConfiguration: JSONValue? = nil,
        interaction: Interaction = .ifAvailable
    ) {
        self.apiVersion = apiVersion
        self.command = command
        self.arguments = arguments
        self.environment = environment
        self.installHint = installHint
        self.providesClusterInfo = providesClusterInfo
        self.clusterConfiguration = clusterConfiguration
        self.interaction = interaction
    }
}
