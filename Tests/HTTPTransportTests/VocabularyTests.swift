import Testing

@testable import HTTPTransport

@Suite("Headers, heads, authorities and proxies")
struct VocabularyTests {
    @Test("Header names compare without case, and setting leaves one field")
    func headers() {
        var headers: HTTPHeaders = ["Accept": "a", "accept": "b", "X": "c"]
        #expect(headers["ACCEPT"] == "a")
        #expect(headers.values(of: "accept") == ["a", "b"])
        headers["aCcept"] = "d"
        #expect(headers.fields.map(\.name) == ["Accept", "X"])
        headers["accept"] = nil
        #expect(headers.fields.map(\.value) == ["c"])
    }

    @Test("The final head is found behind interim ones, redirects and before trailers")
    func responseHead() {
        func lines(_ head: inout ResponseHead, _ lines: [String]) -> Bool {
            var isComplete = false
            for line in lines {
                Array("\(line)\r\n".utf8).withUnsafeBytes {
                    if case .complete = head.add($0) { isComplete = true }
                }
            }
            return isComplete
        }
        var head = ResponseHead(followsRedirects: true)
        #expect(!lines(&head, ["HTTP/1.1 100 Continue", "", "HTTP/1.1 301 Moved", "Location: /x", ""]))
        #expect(lines(&head, ["HTTP/2 200 ", "A:  one \t", "B:", "C: d:e", ""]))
        #expect(!lines(&head, ["Trailer: x", ""]))
        #expect(head.status == 200)
        #expect(head.headers.fields.map { "\($0.name)=\($0.value)" } == ["A=one", "B=", "C=d:e"])
    }

    @Test("A head without end is refused")
    func endlessHead() {
        var head = ResponseHead(followsRedirects: false)
        let line = [UInt8](repeating: UInt8(ascii: "x"), count: 100_000)
        var isRefused = false
        for _ in 0..<11 {
            line.withUnsafeBytes { if case .tooLarge = head.add($0) { isRefused = true } }
        }
        #expect(isRefused)
    }

    @Test(
        "Authorities are read from URLs",
        arguments: [
            ("http://a", "a", 80, ""), ("https://a/b?c", "a", 443, "/b?c"), ("https://u:p@a:6443/", "a", 6443, "/"),
            ("http://[::1]:8080/x", "::1", 8080, "/x"), ("HTTP://A?x", "A", 80, "?x"),
        ])
    func authority(url: String, host: String, port: Int, rest: String) throws {
        let authority = try #require(URLAuthority(url))
        #expect(authority.host == host)
        #expect(authority.port == port)
        #expect(authority.rest == rest)
    }

    @Test(
        "What is no authority is none",
        arguments: ["", "a", "http://", "ftp://a", "http://a:0", "http://a:99999", "http://[::1"])
    func noAuthority(url: String) { #expect(URLAuthority(url) == nil) }

    @Test("Neither credentials nor the query are displayed")
    func display() {
        #expect(URLAuthority("https://u:p@a/b?token=c")?.display == "https://a:443/b")
    }

    @Test("TLS settings do not print the key")
    func redaction() {
        let settings = TLSSettings(clientCertificate: .data(Array("CERT".utf8)), clientKey: .data(Array("SECRET".utf8)))
        var dumped = ""
        dump(settings, to: &dumped)
        #expect(!"\(settings)\(dumped)".contains("83"))
    }
}
