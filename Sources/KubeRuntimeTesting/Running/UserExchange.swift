import EmbeddedCluster
import HTTPTransport

/// The way of people to the embedded server: nothing goes wrong on it.
struct UserExchange: HTTPExchange {
    let cluster: EmbeddedCluster

    func stream(_ http: HTTPRequest) async throws(HTTPTransportError) -> HTTPStreamingResponse {
        guard !Task.isCancelled else { throw HTTPTransportError(.cancelled, "the task was cancelled") }
        let answer = await cluster.handle(ObservedRequest(http).request)
        guard case .bytes(let bytes) = answer.body else {
            throw HTTPTransportError(.invalidRequest, "people look at the cluster, they do not watch it")
        }
        return HTTPStreamingResponse(
            status: answer.status, headers: InstanceExchange.headers(answer), body: HTTPBodyStream(bytes))
    }
}
