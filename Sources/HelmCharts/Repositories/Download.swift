import HTTPTransport

/// GET requests within limits: of bytes, of time, of redirects. Redirects are followed here rather than by the
/// transport, so that what goes with a request is decided anew for each host.
struct Download: Sendable {
    let exchange: any HTTPExchange
    let settings: RepositorySettings
    let clock: any Clock<Duration>

    /// A response of any status, and where it came from in the end.
    struct Answer: Sendable {
        var response: HTTPResponse
        var url: RepositoryURL
    }

    /// What is asked for.
    struct Order: Sendable {
        var method = "GET"
        var url: RepositoryURL
        var headers = HTTPHeaders()
        var body: [UInt8]?
        var maximumBytes: Int
        /// For whom credentials, client certificate and own trust are meant.
        var home: RepositoryURL.Origin
        /// `Authorization` for the home origin; nil for none.
        var authorization: String?
        var acceptsCompression = false
    }

    /// Does what is asked for.
    ///
    /// - Throws: ``RepositoryError`` where no response came within the limits. A status is no error here.
    func perform(_ order: Order) async throws(RepositoryError) -> Answer {
        var url = order.url
        let deadline = Deadline(clock, settings.timeout)
        for _ in 0...settings.maximumRedirects {
            guard let remaining = deadline.remaining else {
                throw RepositoryError(.timeout, "\(order.url.display): it took more than \(settings.timeout)")
            }
            let response = try await send(order, to: url, within: remaining)
            guard [301, 302, 303, 307, 308].contains(response.status), order.body == nil,
                let location = response.headers["Location"]
            else { return Answer(response: response, url: url) }
            guard let next = url.resolving(location) else {
                throw RepositoryError(.redirect, "\(url.display): it redirects to what is no http or https URL")
            }
            if url.origin.scheme == "https", next.origin.scheme == "http" {
                throw RepositoryError(
                    .redirect,
                    "\(url.display): it redirects from https to http (\(next.display)), which is not followed")
            }
            url = next
        }
        throw RepositoryError(
            .redirect, "\(order.url.display): it redirects more than \(settings.maximumRedirects) times")
    }

    private func send(
        _ order: Order, to url: RepositoryURL, within remaining: Duration
    ) async throws(RepositoryError) -> HTTPResponse {
        let isHome = url.origin == order.home
        var headers = order.headers
        headers["User-Agent"] = "boltrope (like Helm/\(HelmCharts.helmVersion))"
        if isHome || settings.passesCredentialsToAll, let authorization = order.authorization {
            headers["Authorization"] = authorization
        }
        var tls = settings.tls
        if !isHome {
            // Whom a client certificate shows is for the source alone to see, as credentials are.
            tls.clientCertificate = nil
            tls.clientKey = nil
        }
        let request = HTTPRequest(
            method: order.method, url: url.text, headers: headers, body: order.body,
            timeouts: HTTPTimeouts(connect: min(.seconds(10), remaining), whole: remaining, idle: settings.idleTimeout),
            maximumBodySize: order.maximumBytes, acceptsCompression: order.acceptsCompression, tls: tls,
            proxy: settings.proxy)
        do {
            return try await exchange.send(request)
        } catch {
            throw RepositoryError(error, url)
        }
    }
}

/// A point in time that a clock of any kind knows.
private struct Deadline {
    private let left: () -> Duration

    init(_ clock: some Clock<Duration>, _ limit: Duration) {
        let end = clock.now.advanced(by: limit)
        left = { clock.now.duration(to: end) }
    }

    /// How much time is left; nil if none.
    var remaining: Duration? {
        let left = left()
        return left > .zero ? left : nil
    }
}

extension HTTPHeaders {
    /// Asks for the content only where it is no longer what is here.
    mutating func makeConditional(on known: ContentCache.Reference?) {
        if let tag = known?.entityTag { self["If-None-Match"] = tag }
        if let date = known?.lastModified { self["If-Modified-Since"] = date }
    }
}

extension RepositorySettings {
    /// The value of the `Authorization` field for a source: of these credentials, or else of those in its URL.
    func authorization(for url: RepositoryURL) -> String? {
        let own = url.userInformation.map { Credentials.basic(username: $0.username, password: $0.password) }
        return (credentials ?? own)?.authorization
    }
}

extension RepositorySettings.Credentials {
    /// The value of the `Authorization` field (RFC 7617, RFC 6750).
    var authorization: String {
        switch self {
        case .basic(let username, let password):
            "Basic " + String(decoding: Base64.encode(Array("\(username):\(password)".utf8)), as: UTF8.self)
        case .bearer(let token): "Bearer \(token)"
        }
    }
}
