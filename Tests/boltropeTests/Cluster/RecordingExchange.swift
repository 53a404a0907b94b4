import HTTPTransport
import Synchronization

/// Answers every request alike, and keeps what was sent.
final class RecordingExchange: HTTPExchange {
    private let requests = Mutex<[HTTPRequest]>([])

    var sent: [HTTPRequest] { requests.withLock { $0 } }

    func send(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPResponse {
        requests.withLock { $0.append(request) }
        return HTTPResponse(status: 200, body: [2])
    }

    func stream(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPStreamingResponse {
        requests.withLock { $0.append(request) }
        return HTTPStreamingResponse(status: 200, body: HTTPBodyStream([2]))
    }
}
