import HTTPTransport
import KubeClient
import KubeCore
import Testing

@testable import KubeRuntime

/// The way from HTTP to the store, with a server in the same process.
@Suite("Reading an API server")
struct ClientObjectSourceTests {
    /// Answers by the request's URL, and remembers it.
    final class Server: HTTPExchange {
        let log = Log<String>()
        let answer: @Sendable (String) -> (Int, String)
        init(_ answer: @escaping @Sendable (String) -> (Int, String)) { self.answer = answer }

        func stream(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPStreamingResponse {
            let path = String(request.url.dropFirst("https://server".count))
            log.append(path)
            let (status, body) = answer(path)
            return HTTPStreamingResponse(
                status: status, headers: ["Content-Type": "application/json"], body: HTTPBodyStream(Array(body.utf8)))
        }
    }

    private func source(_ server: Server) -> ClientObjectSource {
        var client = KubeClient(
            configuration: ClientConfiguration(server: "https://server"), exchange: server, logger: .silent)
        client.retryPolicy = .never
        return ClientObjectSource(
            client: client, type: .configMaps, namespace: "ns", labels: LabelSelector(matching: ["a": "b"]))
    }

    @Test("a page of a list is asked for and cut into its items")
    func list() async throws {
        let server = Server { _ in
            let metadata = #""metadata":{"resourceVersion":"12","continue":"tok"}"#
            return (200, #"{"kind":"ConfigMapList","apiVersion":"v1",\#(metadata),"items":[{"a":1},{"a":2}]}"#)
        }
        let items = Box<[JSONValue]>([])
        let end = try await source(server).list(ListRequest(limit: 2)) {
            items.value.append(try JSONValue(parsing: $0))
        }
        #expect(items.value == [["a": 1], ["a": 2]])
        #expect(end == ListEnd(resourceVersion: "12", continueToken: "tok"))
        #expect(server.log.entries == ["/api/v1/namespaces/ns/configmaps?labelSelector=a%3Db&limit=2"])
    }

    @Test("initial events are asked for as KEP-3157 says, and bookmarks end them")
    func watch() async throws {
        let server = Server { _ in
            (
                200,
                #"""
                {"type":"ADDED","object":{"metadata":{"name":"x"}}}
                {"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"9","annotations":{"k8s.io/initial-events-end":"true"}}}}

                """#
            )
        }
        let request = WatchRequest(resourceVersion: "", sendsInitialEvents: true, timeout: .seconds(300))
        var kinds: [String] = []
        for try await batch in try await source(server).watch(request) {
            for event in batch {
                switch event {
                case .added: kinds.append("added")
                case .bookmark("9", endsInitialEvents: true): kinds.append("end")
                default: kinds.append("other")
                }
            }
        }
        #expect(kinds == ["added", "end"])
        let url = try #require(server.log.entries.first)
        for parameter in [
            "watch=true", "sendInitialEvents=true", "resourceVersionMatch=NotOlderThan", "allowWatchBookmarks=true",
            "timeoutSeconds=300",
        ] {
            #expect(url.contains(parameter))
        }
    }

    @Test("failures arrive as what they mean to a reflector")
    func failures() async {
        let server = Server { _ in
            (
                410,
                #"{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Expired","message":"old","code":410}"#
            )
        }
        await #expect(throws: SourceFailure.expired("old (Expired)")) {
            _ = try await source(server).list(ListRequest()) { _ in }
        }
        let cutOff = Server { _ in (200, #"{"kind":"ConfigMapList","items":[{"a":1},{"#) }
        await #expect(throws: SourceFailure.self) {
            _ = try await source(cutOff).list(ListRequest()) { _ in }
        }
    }
}
