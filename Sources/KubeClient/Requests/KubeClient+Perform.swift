import HTTPTransport
import KubeCore

extension KubeClient {
    /// Sends a request, again where the policy allows it, and returns a successful response.
    func perform(_ request: APIRequest) async throws(KubeClientError) -> HTTPResponse {
        try await attempts(request) { (exchange, http) throws(HTTPTransportError) in
            let response = try await exchange.send(http)
            return response.status < 300 ? .success(response, response.headers) : .refusal(response)
        }
    }

    /// Sends a request, again where the policy allows it, and returns the successful response while its body arrives.
    func open(_ request: APIRequest) async throws(KubeClientError) -> HTTPStreamingResponse {
        try await attempts(request) { (exchange, http) throws(HTTPTransportError) in
            let response = try await exchange.stream(http)
            if response.status < 300 { return .success(response, response.headers) }
            let body = try await response.body.collect(upTo: 1 << 20)
            return .refusal(HTTPResponse(status: response.status, headers: response.headers, body: body))
        }
    }

    /// Sends a request and reads the JSON of its answer.
    func performJSON(_ request: APIRequest) async throws(KubeClientError) -> JSONValue {
        let response = try await perform(request)
        do {
            return try JSONValue(parsing: response.body)
        } catch {
            throw .decoding("\(request.verb.rawValue) \(request.subject): \(error)")
        }
    }

    /// Sends a request and reads the object of its answer.
    func performObject(_ request: APIRequest) async throws(KubeClientError) -> KubeObject {
        guard let object = KubeObject(try await performJSON(request)) else {
            throw .decoding("\(request.verb.rawValue) \(request.subject): not an object")
        }
        return object
    }

    private enum Attempt<Response: Sendable>: Sendable {
        case success(Response, HTTPHeaders)
        case refusal(HTTPResponse)
    }

    private func attempts<Response: Sendable>(
        _ request: APIRequest,
        _ send: (any HTTPExchange, HTTPRequest) async throws(HTTPTransportError) -> Attempt<Response>
    ) async throws(KubeClientError) -> Response {
        var attempt = 0
        var hasRefreshedCredentials = false
        while true {
            try await waitForTurn(request)
            let identity = try await credentials.current()
            let http = httpRequest(request, identity)
            if request.isWrite { try checkGate() }
            attempt += 1
            let failure: KubeClientError
            let delay: Duration?
            do throws(HTTPTransportError) {
                switch try await send(exchange, http) {
                case .success(let response, let headers):
                    warnings.log(headers, request, logger)
                    return response
                case .refusal(let response):
                    if response.status == 401, !hasRefreshedCredentials, await credentials.refuse(identity) {
                        hasRefreshedCredentials = true
                        continue
                    }
                    failure = .api(refusal(response, request))
                    delay = retryPolicy.delay(
                        status: response.status, retryAfter: StatusDecoding.retryAfter(response.headers),
                        isIdempotent: request.isIdempotent, attempt: attempt)
                }
            } catch {
                failure = .transport(error)
                delay = retryPolicy.delay(error: error, isIdempotent: request.isIdempotent, attempt: attempt)
            }
            guard let delay else { throw failure }
            logger.debug(
                "a request is sent again",
                metadata: [
                    "verb": "\(request.verb.rawValue)", "subject": "\(request.subject)", "attempt": "\(attempt)",
                    "delay": "\(delay)", "error": "\(failure)",
                ])
            do {
                try await clock.sleep(for: delay)
            } catch {
                // The task was cancelled while it waited; what had gone wrong says more than that.
                throw failure
            }
        }
    }

    private func refusal(_ response: HTTPResponse, _ request: APIRequest) -> Status {
        var status = StatusDecoding.status(
            code: response.status, headers: response.headers, body: response.body, request: request)
        if status.code == 401 {
            status.message +=
                " (\(configuration.server) does not accept our credentials: \(configuration.authentication))"
        }
        return status
    }

    private func waitForTurn(_ request: APIRequest) async throws(KubeClientError) {
        guard let rateLimiter, request.verb != .watch else { return }
        do throws(CancellationError) {
            try await rateLimiter.waitForTurn()
        } catch {
            throw .transport(
                HTTPTransportError(.cancelled, "cancelled while \(request.verb.rawValue) \(request.subject) waited"))
        }
    }

    private func checkGate() throws(KubeClientError) {
        do {
            try writeGate?.checkWrite()
        } catch {
            throw .writeGateClosed("\(error)")
        }
    }

    private func httpRequest(_ request: APIRequest, _ identity: Identity) -> HTTPRequest {
        var headers: HTTPHeaders = ["Accept": request.accept, "User-Agent": userAgent]
        if let contentType = request.contentType { headers["Content-Type"] = contentType }
        for field in configuration.headers { headers[field.name] = field.value }
        for field in additionalHeaders { headers[field.name] = field.value }
        for field in identity.headers { headers.add(field.name, field.value) }
        var http = HTTPRequest(
            method: request.verb.method, url: configuration.server + request.target, headers: headers,
            body: request.body, maximumBodySize: configuration.maximumBodySize,
            acceptsCompression: configuration.acceptsCompression, priority: priority, tls: identity.tls,
            proxy: configuration.proxy, isIdempotent: request.isIdempotent)
        http.timeouts.connect = configuration.connectTimeout
        http.timeouts.idle = request.idleTimeout ?? configuration.idleTimeout
        if request.verb != .watch { http.timeouts.whole = requestTimeout }
        return http
    }
}
