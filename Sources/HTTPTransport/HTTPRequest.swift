/// A request with everything that governs it: there are no settings besides those that travel with it.
public struct HTTPRequest: Sendable {
    /// The method, in capitals.
    public var method: String
    /// The absolute URL, `http` or `https`, percent-encoded.
    public var url: String
    /// Header fields. `Host` and `Content-Length` are filled in, and `Expect` is never sent.
    public var headers: HTTPHeaders
    /// The body; nil for none.
    public var body: [UInt8]?
    /// How long to wait for what.
    public var timeouts: HTTPTimeouts
    /// The most bytes of a decoded body that ``HTTPExchange/send(_:)`` accepts; 256 MiB by default. A stream has no
    /// limit, as its reader decides how much to keep.
    public var maximumBodySize: Int
    /// The most bytes of a stream that wait for their reader before the socket is left unread; 256 KiB by default. More,
    /// up to 64 MiB, where others wait on the same connection; see ``LibcurlTransport``.
    public var streamBufferSize: Int
    /// Asks for a gzip-compressed body, which is decoded before it is handed over. Off by default: on a local network
    /// compression costs both sides more than it saves.
    public var acceptsCompression: Bool
    /// Whether sending it twice does no more than sending it once, so that it may go out again when a kept connection
    /// turns out to be dead. By default what the method says (RFC 9110, section 9.2.2): not for POST and PATCH.
    public var isIdempotent: Bool
    /// How many redirects to follow. None by default; credentials in headers do not follow to another host.
    public var maximumRedirects: Int
    /// The lane that the request takes.
    public var priority: Priority
    /// Which protocol versions are offered.
    public var version: ProtocolVersion
    /// Trust and client certificate, for `https`.
    public var tls: TLSSettings
    /// The way out.
    public var proxy: ProxySetting

    /// Which requests a request may queue behind, on a connection that they share.
    public enum Priority: Sendable, Hashable {
        /// Ordinary traffic.
        case normal
        /// Few, small and late at any delay, like the renewal of a lease: sent over connections that ordinary traffic
        /// does not use.
        case urgent
    }

    /// Which protocol versions are offered.
    public enum ProtocolVersion: Sendable, Hashable {
        /// HTTP/2 where TLS negotiates it, else HTTP/1.1.
        case automatic
        /// HTTP/1.1 only.
        case http1
    }

    /// A request; what is left out takes the defaults of its property.
    public init(
        method: String = "GET", url: String, headers: HTTPHeaders = [:], body: [UInt8]? = nil,
        timeouts: HTTPTimeouts = HTTPTimeouts(), maximumBodySize: Int = 256 << 20, acceptsCompression: Bool = false,
        maximumRedirects: Int = 0, priority: Priority = .normal, version: ProtocolVersion = .automatic,
        tls: TLSSettings = TLSSettings(), proxy: ProxySetting = .environment, isIdempotent: Bool? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeouts = timeouts
        self.maximumBodySize = maximumBodySize
        self.streamBufferSize = 256 << 10
        self.acceptsCompression = acceptsCompression
        self.isIdempotent = isIdempotent ?? !["POST", "PATCH", "CONNECT"].contains(method)
        self.maximumRedirects = maximumRedirects
        self.priority = priority
        self.version = version
        self.tls = tls
        self.proxy = proxy
    }
}

/// How long a request may take, in parts. Nil means without limit.
public struct HTTPTimeouts: Sendable, Hashable {
    /// Until there is a connection, its TLS handshake included. 10 s by default.
    public var connect: Duration
    /// From the start until the last byte. None by default.
    public var whole: Duration?
    /// Between two signs of life from the server, the wait for the first included. Time in which the reader of a stream
    /// holds the socket back does not count. None by default.
    public var idle: Duration?

    /// Time-outs.
    public init(connect: Duration = .seconds(10), whole: Duration? = nil, idle: Duration? = nil) {
        self.connect = connect
        self.whole = whole
        self.idle = idle
    }
}
