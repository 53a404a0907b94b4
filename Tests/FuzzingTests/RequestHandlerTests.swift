import Testing

@testable import Fuzzing

@Suite("The request handler takes any bytes")
struct RequestHandlerTests {
    @Test("Some hundred requests of a fixed seed, valid and not, are answered", arguments: [1, 2, 3] as [UInt64])
    func requests(seed: UInt64) async throws {
        #expect(try await FuzzRun<RequestHandlerTarget>(seed: seed, count: 400).run() == 400)
    }

    @Test("A request survives being written down")
    func text() {
        var sent = SentRequest()
        sent.method = "POST"
        sent.target = Array("/api/v1/pods?a=b".utf8)
        sent.headers = [("Content-Type", "text/plain"), ("A", "b: c")]
        sent.body = [0, 10, 10, 255]
        let request = RequestText.request(in: RequestText.bytes(of: sent))
        #expect(request.method == "POST" && request.path == "/api/v1/pods" && request.body == sent.body)
        #expect(request.query.map(\.name) == ["a"])
        #expect(request.header("a") == "b: c" && request.header("content-type") == "text/plain")
    }
}
