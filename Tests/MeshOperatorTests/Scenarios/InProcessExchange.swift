import EmbeddedCluster
import HTTPTransport

/// Carries requests to a cluster in the same process, so that scenarios need no socket.
struct InProcessExchange: HTTPExchange {
    let cluster: EmbeddedCluster

    func stream(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPStreamingResponse {
        guard !Task.isCancelled else { throw HTTPTransportError(.cancelled, "the task was cancelled") }
        let target = request.url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false).last ?? ""
        let answer = await cluster.handle(
            APIRequest(
                method: request.method, target: "/\(target)",
                headers: request.headers.map { APIRequest.Header($0.name, $0.value) }, body: request.body ?? []))
        var headers = HTTPHeaders()
        for header in answer.headers { headers.add(header.name, header.value) }
        switch answer.body {
        case .bytes(let bytes):
            return HTTPStreamingResponse(status: answer.status, headers: headers, body: HTTPBodyStream(bytes))
        case .stream(let pieces):
            let (body, writer) = HTTPBodyStream.makeStream()
            // Nobody awaits the pump: it ends with the stream, or with the first write that nobody reads.
            Task {
                do throws(HTTPTransportError) {
                    for await piece in pieces { try await writer.write(piece) }
                    writer.finish()
                } catch {
                    writer.finish(throwing: error)
                }
            }
            return HTTPStreamingResponse(status: answer.status, headers: headers, body: body)
        }
    }
}
