/// Something that answers HTTP requests: a network transport, or a server in the same process.
///
/// Requests are independent of each other: an exchange must not make one wait for another. Both methods stop their
/// request when the calling task is cancelled, and then throw an error of kind ``HTTPTransportError/Kind/cancelled``.
public protocol HTTPExchange: Sendable {
    /// Sends a request and returns the whole response, whatever its status.
    ///
    /// - Throws: ``HTTPTransportError`` where no complete response came, or its body is over the request's limit.
    func send(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPResponse

    /// Sends a request and returns as soon as the response's head is here; its body follows as it arrives.
    ///
    /// Dropping the body, or cancelling the task that reads it, ends the request.
    ///
    /// - Throws: ``HTTPTransportError`` where no response head came.
    func stream(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPStreamingResponse
}

extension HTTPExchange {
    /// The whole response, gathered from its stream: enough for exchanges that only stream.
    public func send(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPResponse {
        let response = try await stream(request)
        let body = try await response.body.collect(upTo: request.maximumBodySize)
        return HTTPResponse(status: response.status, headers: response.headers, body: body)
    }
}
