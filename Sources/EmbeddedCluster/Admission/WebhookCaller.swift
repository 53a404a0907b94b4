/// How the server reaches webhooks: the one thing that it does not do by itself, since it has no HTTP client.
public protocol WebhookCaller: Sendable {
    /// Whether there is a way to a service of the cluster; its addresses exist only inside.
    func reaches(_ service: WebhookCall.Service) -> Bool

    /// Sends a review and waits for the answer.
    ///
    /// - Throws: why there is none.
    func call(_ call: WebhookCall) async throws(WebhookFailure) -> WebhookAnswer
}

/// One review on its way to a webhook: an HTTP POST of JSON.
public struct WebhookCall: Sendable, Hashable {
    /// A webhook that is a service of the cluster.
    public struct Service: Sendable, Hashable {
        /// The namespace of the service.
        public var namespace: String
        /// The name of the service.
        public var name: String
        /// The port of the service.
        public var port: Int

        /// A service.
        public init(namespace: String, name: String, port: Int) {
            self.namespace = namespace
            self.name = name
            self.port = port
        }
    }

    /// The URL with its `timeout`; of a service, `https://NAME.NAMESPACE.svc:PORT/PATH`.
    public var url: String
    /// The service that the webhook is; nil if its configuration names a URL.
    public var service: Service?
    /// The certificates to trust, in PEM; empty for the system's.
    public var certificateAuthorities: [UInt8]
    /// The AdmissionReview.
    public var body: [UInt8]
    /// How long to wait for the whole answer.
    public var timeout: Duration
    /// The most bytes that the answer may have.
    public var answerLimit: Int

    /// A call.
    public init(
        url: String, service: Service?, certificateAuthorities: [UInt8], body: [UInt8], timeout: Duration,
        answerLimit: Int
    ) {
        self.url = url
        self.service = service
        self.certificateAuthorities = certificateAuthorities
        self.body = body
        self.timeout = timeout
        self.answerLimit = answerLimit
    }
}

/// What a webhook answered.
public struct WebhookAnswer: Sendable, Hashable {
    /// The HTTP status code.
    public var status: Int
    /// The body.
    public var body: [UInt8]

    /// An answer.
    public init(status: Int, body: [UInt8]) {
        self.status = status
        self.body = body
    }
}

/// Why a webhook gave no answer.
public struct WebhookFailure: Error, Sendable, Hashable {
    /// What happened, such as `dial tcp 127.0.0.1:9443: connect: connection refused`.
    public var reason: String

    /// A failure.
    public init(_ reason: String) { self.reason = reason }
}
