/// Whom to trust and as whom to appear, for `https` requests. TLS 1.2 is the least version, always.
public struct TLSSettings: Sendable, Hashable {
    /// PEM bytes from memory or a file.
    public enum Source: Sendable, Hashable {
        /// PEM bytes.
        case data([UInt8])
        /// The path of a PEM file, read whenever a connection is made.
        case file(String)
    }

    /// The certificates to trust, in place of the system's; nil for the system's.
    public var certificateAuthorities: Source?
    /// The client certificate with its chain, leaf first.
    public var clientCertificate: Source?
    /// The client certificate's private key, unencrypted.
    public var clientKey: Source?
    /// The name to ask for and to verify, in place of the URL's host.
    public var serverName: String?
    /// Accepts any certificate. Whoever sits between then reads and writes everything.
    public var acceptsAnyCertificate: Bool

    /// Settings; without arguments: the system's trust and no client certificate.
    public init(
        certificateAuthorities: Source? = nil, clientCertificate: Source? = nil, clientKey: Source? = nil,
        serverName: String? = nil, acceptsAnyCertificate: Bool = false
    ) {
        self.certificateAuthorities = certificateAuthorities
        self.clientCertificate = clientCertificate
        self.clientKey = clientKey
        self.serverName = serverName
        self.acceptsAnyCertificate = acceptsAnyCertificate
    }
}

extension TLSSettings: CustomStringConvertible, CustomReflectable {
    /// Says what is set, never the key.
    public var description: String {
        """
        TLSSettings(certificateAuthorities: \(certificateAuthorities == nil ? "system" : "own"), \
        clientCertificate: \(clientCertificate == nil ? "none" : "set"), serverName: \(serverName ?? "from URL")\
        \(acceptsAnyCertificate ? ", accepts any certificate" : ""))
        """
    }

    /// Keeps the key out of dumps.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
