import KubeCore
import Testing

@testable import EmbeddedCluster

/// What is no proper request gets the words of the real server.
struct BadInputTests {
    private let cluster = EmbeddedCluster()

    private func answer(
        _ method: String, _ target: String, type: String? = nil, body: String = ""
    ) async -> (code: Int, text: String) {
        let headers = type.map { [APIRequest.Header("Content-Type", $0)] } ?? []
        let response = await cluster.handle(
            APIRequest(method: method, target: target, headers: headers, body: Array(body.utf8)))
        let bytes = await response.collectBody()
        let message = (try? JSONValue(parsing: bytes))?["message"]?.stringValue
        return (response.status, message ?? String(decoding: bytes, as: UTF8.self))
    }

    private static let noResource = "the server could not find the requested resource"

    @Test(
        "Paths",
        arguments: [
            ("/api/v1/namespaces/%zz/pods", 400, "400 Bad Request"),
            ("/api/v1/pods%", 400, "400 Bad Request"),
            ("/api/v1//pods", 404, noResource),
            ("//api/v1/pods", 404, "404 page not found\n"),
            ("/api/v1/namespaces/default/pods/a%2Fb", 404, noResource),
        ])
    func paths(path: String, code: Int, text: String) async {
        let answer = await answer("GET", path)
        #expect(answer.code == code && answer.text == text)
    }

    @Test(
        "Numbers in the query",
        arguments: [
            ("limit=x", 400, #"strconv.ParseInt: parsing "x": invalid syntax"#),
            (
                "limit=99999999999999999999", 400,
                #"strconv.ParseInt: parsing "99999999999999999999": value out of range"#
            ),
            ("timeoutSeconds=1s", 400, #"strconv.ParseInt: parsing "1s": invalid syntax"#),
        ])
    func numbers(query: String, code: Int, text: String) async {
        let answer = await answer("GET", "/api/v1/pods?\(query)")
        #expect(answer.code == code && answer.text == text)
    }

    @Test("A parameter that cannot be decoded, or holds a semicolon, is as if it had not been sent")
    func query() {
        let request = APIRequest(method: "GET", target: "/api/v1/pods?limit=%zz&a;b=c&watch=0&pretty")
        #expect(request.query.map(\.name) == ["watch", "pretty"])
    }

    @Test("A body nested too deeply is refused in Go's words, and no depth brings the server down")
    func depth() async {
        let target = "/api/v1/namespaces/default/configmaps"
        for depth in [1_001, 100_000, 1_000_000] {
            let answer = await answer("POST", target, body: String(repeating: #"{"a":"#, count: depth))
            #expect(answer.code == 400)
            #expect(answer.text.contains("couldn't get version/kind; json parse error: exceeded max depth"))
        }
        let patch = await answer(
            "PATCH", target + "/a", type: "application/merge-patch+json", body: String(repeating: "[", count: 100_000))
        #expect(patch.code == 400 && patch.text == "error decoding patch: exceeded max depth")
    }

    @Test("A content type that is none is not taken for JSON", arguments: [";", "text/plain", "application/"])
    func contentType(type: String) async {
        let answer = await answer("POST", "/api/v1/namespaces/default/configmaps", type: type, body: "{}")
        #expect(answer.code == 415)
        #expect(answer.text.hasPrefix("the body of the request was in an unknown format"))
    }

    @Test("A watch of the longest time-out begins")
    func longWatch() async {
        let response = await cluster.handle(
            APIRequest(method: "GET", target: "/api/v1/pods?watch=1&timeoutSeconds=9223372036854775807"))
        #expect(response.status == 200)
        response.ending?.abandon()
        #expect(await response.collectBody().isEmpty)
    }
}
